"""What every notice of a batch says alike, gathered from the incident, the
promise and the settings."""

from __future__ import annotations

from aboveboard.basics import settings
from aboveboard.delivery.letters import PreparedNotice, prepare
from aboveboard.engines.listing import ExposureRow
from aboveboard.incidents.assessment.profile import zone_of
from aboveboard.incidents.notices.models import NoticeBatch
from aboveboard.incidents.notices.recipients import NoticeNews, news_of
from aboveboard.incidents.notices.rendering import LossDetails, PersonalExposure, render
from aboveboard.promise.queries import in_force


def loss_details(batch: NoticeBatch) -> LossDetails:
    """Return what the notices of a batch say alike.

    Raises:
        NoPromise: no promise says who we are.
    """
    organisation = in_force().promise.organisation
    incident = batch.incident
    known_on = incident.discovered_at.astimezone(zone_of(organisation)).date()
    return LossDetails(
        kind=incident.kind,
        thing=incident.device.kind if incident.device else "",
        known_on=known_on,
        organisation=organisation.name,
        contact=organisation.contact,
        home=f"{settings.current().server.origin}/you/",
        measures=tuple(sorted(batch.details.get("measures", {}).items())),
        amended=news_of(batch) is NoticeNews.MORE,
    )


class PreparingNotices:
    """The different notices among a few hundred, each made once."""

    def __init__(self, loss: LossDetails) -> None:
        self._loss = loss
        # By a plain tuple: to hash a whole notice for each person takes longer than to greet them.
        self._made: dict[tuple[int, int, str, str], PreparedNotice] = {}

    def __call__(self, person: ExposureRow, language: str) -> PreparedNotice:
        """Return the notice for one person, read in a language."""
        alike = (person.categories, person.protected, person.jurisdiction, language)
        if (made := self._made.get(alike)) is None:
            made = self._made[alike] = prepare(render(self._loss, PersonalExposure(*alike)))
        return made
