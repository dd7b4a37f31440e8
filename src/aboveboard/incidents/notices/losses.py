"""What every notice of a batch says alike, gathered from the incident, the
promise and the settings."""

from __future__ import annotations

from aboveboard.basics import settings
from aboveboard.incidents.assessment.profile import zone_of
from aboveboard.incidents.notices.models import NoticeBatch
from aboveboard.incidents.notices.rendering import LossDetails
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
    )
