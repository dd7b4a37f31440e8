"""Freezing what goes out about an incident, and lifting that.

1. Whoever leads says why; from then on no notice is approved, sent or resumed, no report is given
   out, and nothing is published. What is being sent is stopped, the worker's too.
2. An incident lead or a privacy lead lifts it, with a reason. What was stopped stays stopped until
   somebody resumes it.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.db import transaction

from aboveboard.basics.actor import Actor, ActorKind, Role
from aboveboard.basics.errors import Conflict, Refused
from aboveboard.basics.facts import Code
from aboveboard.incidents import lifecycle
from aboveboard.incidents.case import sealing
from aboveboard.incidents.case.freezing import FreezeView, freezes, is_frozen
from aboveboard.incidents.deciding import FROZEN
from aboveboard.incidents.entries import FreezeStep, IncidentChanged
from aboveboard.incidents.models import CommunicationsFreeze, NoticeBatch
from aboveboard.incidents.notices import actions as notices
from aboveboard.incidents.notices.queries import step_of
from aboveboard.incidents.terms import BatchStep
from aboveboard.keys.rows import RowNotAuthentic

LIFTERS: Final = frozenset({Role.INCIDENT_LEAD, Role.PRIVACY_LEAD})
"""Who may lift a freeze."""


def freeze_communications(number: int, reason: str, *, by: Actor, at: datetime) -> None:
    """Let nothing about an incident go out.

    Raises:
        NotFound: there is no such incident. CaseWordsRefused: there is no reason.
        Conflict: they are frozen already.
    """
    reason = sealing.checked(reason)
    with transaction.atomic():
        # The batches before the incident, as an approval holds them: one that is approved at this
        # moment is either stopped here, or refused there.
        incident = lifecycle.find(number)
        batches = list(
            NoticeBatch.objects.select_for_update(of=("self",)).filter(incident=incident)
        )
        incident = lifecycle.find(number, lock=True)
        if is_frozen(incident):
            raise Conflict(why="communications are frozen already")
        entry = IncidentChanged(
            incident=lifecycle.reference_of(incident), freeze=FreezeStep(Code(FROZEN))
        )
        entry_id = lifecycle.append_entry(entry, by=by, at=at)
        CommunicationsFreeze.objects.create(
            incident=incident,
            at=at,
            by=by.as_json(),
            reason=sealing.seal_words("freeze", entry_id, reason),
            entry_id=entry_id,
        )
        lifecycle.add_timeline_event(
            incident, "communications.frozen", "Communications were frozen.", by=by, at=at
        )
        for batch in batches:
            if step_of(batch) in (BatchStep.APPROVED, BatchStep.RESUMED):
                notices.stop(batch.pk, by=by, at=at)


def lift_freeze(number: int, reason: str, *, by: Actor, at: datetime) -> None:
    """Let what is about an incident go out again.

    Raises:
        NotFound: there is no such incident. CaseWordsRefused: there is no reason.
        Refused: not an incident lead or a privacy lead. Conflict: they are not frozen.
        RowNotAuthentic: the freeze was written, or changed, past this program.
    """
    reason = sealing.checked(reason)
    if by.kind is not ActorKind.STAFF or by.role not in LIFTERS:
        raise Refused(why="a freeze is lifted by an incident lead or a privacy lead")
    with transaction.atomic():
        incident = lifecycle.find(number, lock=True)
        rows = list(CommunicationsFreeze.objects.filter(incident=incident))
        if not all(row.authentic for row in rows):
            raise RowNotAuthentic(table=CommunicationsFreeze._meta.label)
        row = next((row for row in rows if row.lifted_at is None), None)
        if row is None:
            raise Conflict(why="communications are not frozen")
        entry = IncidentChanged(
            incident=lifecycle.reference_of(incident),
            freeze=FreezeStep(Code("lifted"), of=row.entry_id),
        )
        row.lifted_entry_id = lifecycle.append_entry(entry, by=by, at=at)
        row.lifted_at, row.lifted_by = at, by.as_json()
        row.lifted_reason = sealing.seal_words("lift", row.lifted_entry_id, reason)
        row.save()
        lifecycle.add_timeline_event(
            incident, "communications.lifted", "The freeze was lifted.", by=by, at=at
        )


def freezes_of(number: int) -> list[FreezeView]:
    """Return every freeze of an incident, newest first.

    Raises:
        NotFound: there is no such incident.
    """
    return freezes(lifecycle.find(number))
