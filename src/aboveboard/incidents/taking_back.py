"""Taking back what was said too early about an incident: its state, and that a duty was done.
Nothing disappears: the timeline has both, and so has the ledger."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.db import transaction

from aboveboard.basics.actor import Actor
from aboveboard.basics.errors import Conflict, NotFound
from aboveboard.basics.facts import Code
from aboveboard.incidents import lifecycle
from aboveboard.incidents.assessment.assess import assess
from aboveboard.incidents.entries import DutyTakenBack, IncidentChanged
from aboveboard.incidents.models import DutyDone, Incident, StateRecord
from aboveboard.incidents.terms import IncidentState

_RANKS: Final = {state: rank for rank, state in enumerate(IncidentState)}
"""The states in the order in which an incident comes into them."""

_NO_LONGER: Final = {
    IncidentState.CONTAINED: "Taken back: it is not contained yet.",
    IncidentState.NOTIFIED: "Taken back: not everyone has been notified yet.",
    IncidentState.CLOSED: "Taken back: it is not closed.",
}


def take_back_state(number: int, state: IncidentState, *, by: Actor, at: datetime) -> IncidentState:
    """Take back that an incident is contained, that everyone was notified, or that it is closed;
    return the state that it is in again, the one before.

    Raises:
        NotFound: there is no such incident. Conflict: it is not in that state, or that is the first
            that there is.
    """
    with transaction.atomic():
        incident = lifecycle.find(number, lock=True)
        now = lifecycle.current_state(incident)
        # Named by whoever takes it back: of two who do, the second must not take back what was
        # before.
        if now is not state or state not in _NO_LONGER:
            raise Conflict(why=f"{incident.reference} has the status “{now.label.lower()}”")
        before = _state_before(incident, state)
        lifecycle.return_to(incident, before, by=by, at=at)
        lifecycle.add_timeline_event(
            incident, "taken.back", _NO_LONGER[state], by=by, at=at, public=True
        )
    return before


def _state_before(incident: Incident, state: IncidentState) -> IncidentState:
    """Return the last state that comes before this one in the life of an incident."""
    for row in StateRecord.objects.filter(incident=incident).order_by("-id"):
        if _RANKS[IncidentState(row.state)] < _RANKS[state]:
            return IncidentState(row.state)
    return IncidentState.OPEN


def take_back_duty(duty_pk: int, *, by: Actor, at: datetime) -> None:
    """Take back that a duty was done: its clock runs on. The reference and the note stay in the
    timeline, for staff.

    Raises:
        NotFound: there is no such duty, or it is not done.
        Conflict: the incident is called notified or closed, which it could not be then.
    """
    done = DutyDone.objects.filter(duty_id=duty_pk).select_related("duty__incident").first()
    if done is None:
        raise NotFound(what="duty that is done")
    with transaction.atomic():
        # The incident is held before the row is read again: whoever marks it as notified holds it
        # too, and counts the duties that are open.
        incident = lifecycle.find(done.duty.incident.number, lock=True)
        done = DutyDone.objects.filter(duty_id=duty_pk).select_related("duty").first()
        if done is None:
            raise NotFound(what="duty that is done")
        state = lifecycle.current_state(incident)
        if _RANKS[state] >= _RANKS[IncidentState.NOTIFIED]:
            raise Conflict(
                why=f"{incident.reference} has the status “{state.label.lower()}”; take that back "
                "first"
            )
        duty = done.duty
        who = duty.facts.get("authority") or duty.facts.get("recipient", "")
        public = duty.recipient_type == "authority"
        lifecycle.add_timeline_event(
            incident, "duty.taken_back", f"Not notified yet: {who}.", by=by, at=at, public=public
        )
        if words := "; ".join(part for part in (done.reference, done.note) if part):
            lifecycle.add_timeline_event(
                incident, "duty.words", f"It was said: {words}", by=by, at=at
            )
        done.delete()
        entry = IncidentChanged(
            incident=lifecycle.reference_of(incident),
            duty=DutyTakenBack(Code(duty.duty_id), Code(duty.jurisdiction)),
        )
        lifecycle.append_entry(entry, by=by, at=at)
    assess(incident.number, by=by, at=at)
