"""What anyone may read of an incident on the trust centre: what happened, and
against what was promised."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from aboveboard.basics.errors import NotFound
from aboveboard.incidents import lifecycle
from aboveboard.incidents.exposure import stated
from aboveboard.incidents.models import DutyDone, Incident, StateRecord
from aboveboard.incidents.notices.queries import BatchView, overall
from aboveboard.incidents.terms import IncidentKind, IncidentState
from aboveboard.incidents.views import TimelineRow
from aboveboard.promise.model import LossMeasure, LossPromise
from aboveboard.promise.queries import in_force


@dataclass(frozen=True, slots=True)
class PromiseResult:
    """One thing that was promised, and how it went. ``kept`` is None while it can still be kept.

    ``took``: how long, for a promise about time; ``share``: in per cent, for one about a share.
    """

    promise: LossPromise
    kept: bool | None
    took: timedelta | None
    share: float | None


@dataclass(frozen=True, slots=True)
class PublicIncident:
    """A published incident. ``people`` is None while nobody knows how many, and about right where
    it is not ``exact``. The title is not shown: it may
    name a device or a place."""

    reference: str
    number: int
    kind: IncidentKind
    known_at: datetime
    state: IncidentState
    people: int | None
    exact: bool
    notified: int
    kept: tuple[PromiseResult, ...]
    timeline: tuple[TimelineRow, ...]


def incidents(*, at: datetime) -> Sequence[PublicIncident]:
    """Return published incidents, newest first, each with its public timeline
    against what was promised."""
    return [
        _public(incident, at)
        for incident in Incident.objects.filter(published_at__isnull=False).order_by("-number")
    ]


def incident(number: int, *, at: datetime) -> PublicIncident:
    """Return one published incident.

    Raises:
        NotFound: there is none, or it is not published.
    """
    row = Incident.objects.filter(number=number, published_at__isnull=False).first()
    if row is None:
        raise NotFound(what="incident")
    return _public(row, at)


def _public(incident: Incident, at: datetime) -> PublicIncident:
    affected = stated.summarise_affected(incident)
    batch = overall(incident.number)
    return PublicIncident(
        reference=incident.reference,
        number=incident.number,
        kind=IncidentKind(incident.kind),
        known_at=incident.aware_at,
        state=lifecycle.current_state(incident),
        people=affected.people if affected else None,
        exact=affected is None or affected.exact,
        notified=batch.sent if batch else 0,
        kept=tuple(
            _promise_result(loss, incident, batch, at)
            for loss in in_force().promise.losses.values()
        ),
        timeline=tuple(
            TimelineRow.of(row)
            for row in incident.timeline.filter(public=True).order_by("at", "id")
        ),
    )


def _promise_result(
    loss: LossPromise, incident: Incident, batch: BatchView | None, at: datetime
) -> PromiseResult:
    if loss.measure.is_share:
        share = _share(loss.measure, batch)
        return PromiseResult(
            loss, None if share is None else share >= (loss.at_least or 0), None, share
        )
    start, end = _span(loss.measure, incident, batch)
    if start is None or loss.within is None:
        return PromiseResult(loss, None, None, None)
    limit = loss.within.add_to(start)
    if end is not None:
        return PromiseResult(loss, end <= limit, end - start, None)
    return PromiseResult(loss, False if at > limit else None, None, None)


def _span(
    measure: LossMeasure, incident: Incident, batch: BatchView | None
) -> tuple[datetime | None, datetime | None]:
    """Return from when to when a promise about time ran; an end of None is still to come."""
    if measure is LossMeasure.PEOPLE_NOTIFIED:
        return incident.aware_at, batch.last_sent_at if batch and batch.is_over else None
    if measure is LossMeasure.AUTHORITY_NOTIFIED:
        done = (
            DutyDone.objects.filter(duty__incident=incident, duty__recipient_type="authority")
            .order_by("at")
            .first()
        )
        return incident.aware_at, done.at if done else None
    if measure is LossMeasure.PUBLISHED:
        return incident.aware_at, incident.published_at
    closed = (
        StateRecord.objects.filter(incident=incident, state=IncidentState.CLOSED)
        .order_by("-id")
        .first()
    )
    lessons = incident.timeline.filter(code="lessons", public=True).order_by("at").first()
    return closed.at if closed else None, lessons.at if lessons else None


def _share(measure: LossMeasure, batch: BatchView | None) -> float | None:
    if batch is None or not batch.is_over or not batch.people:
        return None
    # Every notice says what was lost of that person, what it means and what to do: the
    # texts have no other form.
    reached = (
        batch.sent if measure is LossMeasure.REACHED else batch.sent + batch.failed + batch.skipped
    )
    return 100 * reached / batch.people
