"""What was decided about an incident, with its reason, and the second person who approved it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import transaction

from aboveboard.basics.actor import Actor, ActorKind
from aboveboard.basics.errors import Conflict, NotFound, Refused
from aboveboard.basics.facts import Code
from aboveboard.incidents import lifecycle
from aboveboard.incidents.case import sealing
from aboveboard.incidents.entries import DecisionStep, IncidentChanged
from aboveboard.incidents.models import CaseDecision
from aboveboard.incidents.notices.actions import SecondPersonNeeded
from aboveboard.incidents.notices.queries import APPROVERS

_WORDS: Final = "decision"
_REASON: Final = "decision reason"


@dataclass(frozen=True, slots=True)
class DecisionView:
    """A decision. ``words`` and ``reason``: None where they cannot be read; ``by`` and
    ``approved_by``: the actors, as JSON."""

    id: int
    at: datetime
    by: dict[str, str]
    words: str | None
    reason: str | None
    approved_at: datetime | None
    approved_by: dict[str, str] | None


def record_decision(
    number: int, words: str, *, reason: str, by: Actor, at: datetime
) -> DecisionView:
    """Record what was decided, and why. It waits for a second person.

    Raises:
        NotFound: there is no such incident. CaseWordsRefused: either is missing, or too long.
    """
    words, reason = sealing.checked(words), sealing.checked(reason)
    with transaction.atomic():
        incident = lifecycle.find(number, lock=True)
        entry = IncidentChanged(
            incident=lifecycle.reference_of(incident), decision=DecisionStep(Code("recorded"))
        )
        entry_id = lifecycle.append_entry(entry, by=by, at=at)
        row = CaseDecision.objects.create(
            incident=incident,
            at=at,
            by=by.as_json(),
            words=sealing.seal_words(_WORDS, entry_id, words),
            reason=sealing.seal_words(_REASON, entry_id, reason),
            entry_id=entry_id,
        )
        lifecycle.add_timeline_event(
            incident, "decision.recorded", f"Decision {row.pk} was recorded.", by=by, at=at
        )
    return _view(row)


def approve_decision(number: int, decision_id: int, *, by: Actor, at: datetime) -> DecisionView:
    """Approve a decision, as a second person.

    Raises:
        NotFound: there is no such decision of this incident. Conflict: it is approved.
        SecondPersonNeeded: the same person recorded it.
        Refused: not somebody who leads incidents, privacy or the instance.
    """
    if by.kind is not ActorKind.STAFF or by.role not in APPROVERS:
        raise Refused(
            why="decisions are approved by someone who leads incidents, privacy or the instance"
        )
    with transaction.atomic():
        incident = lifecycle.find(number, lock=True)
        row = CaseDecision.objects.filter(incident=incident, pk=decision_id).first()
        if row is None:
            raise NotFound(what="decision of this incident")
        if row.approved_at is not None:
            raise Conflict(why="this decision is approved already")
        if (row.by["kind"], row.by["id"]) == (by.kind.value, by.id):
            raise SecondPersonNeeded
        entry = IncidentChanged(
            incident=lifecycle.reference_of(incident),
            decision=DecisionStep(Code("approved"), of=row.entry_id),
        )
        row.approved_entry_id = lifecycle.append_entry(entry, by=by, at=at)
        row.approved_at, row.approved_by = at, by.as_json()
        row.save()
        lifecycle.add_timeline_event(
            incident, "decision.approved", f"Decision {row.pk} was approved.", by=by, at=at
        )
    return _view(row)


def case_decisions(number: int) -> Sequence[DecisionView]:
    """Return what was decided, newest first.

    Raises:
        NotFound: there is no such incident.
    """
    rows = CaseDecision.objects.filter(incident=lifecycle.find(number)).order_by("-id")
    return [_view(row) for row in rows]


def _view(row: CaseDecision) -> DecisionView:
    return DecisionView(
        id=row.pk,
        at=row.at,
        by=row.by,
        words=sealing.read_words(_WORDS, row.entry_id, row.words),
        reason=sealing.read_words(_REASON, row.entry_id, row.reason),
        approved_at=row.approved_at,
        approved_by=row.approved_by,
    )
