"""That somebody died: recorded by one member of staff, approved by another, and taken back where
the report was wrong, with everything as before.

From the approval on no choice of theirs lets anything go on (``choices.lapsing``), nobody writes to
them (``delivery.correspondence``), their own page is closed, and nobody acts for them but an
executor. What is held goes on being kept for as long as was promised, and no longer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import transaction

from aboveboard.basics.actor import Actor, ActorKind
from aboveboard.basics.errors import Conflict, NotFound
from aboveboard.basics.facts import Facts
from aboveboard.basics.reference import parse_reference
from aboveboard.choices import lapsing
from aboveboard.delivery import correspondence
from aboveboard.delivery.terms import CorrespondenceReason
from aboveboard.keys.actions import entry_subject
from aboveboard.ledger.actions import append
from aboveboard.representation.entries import DeathApproved, DeathRecorded, DeathTakenBack
from aboveboard.representation.errors import NotWaiting, SecondApproverNeeded
from aboveboard.representation.models import Death
from aboveboard.vault import aliases
from aboveboard.vault.locking import lock_person

_DECEASED: Final = CorrespondenceReason.DECEASED


class DeathRecordedAlready(Conflict):
    """A report that this person died stands or waits already."""

    code = "death_recorded_already"
    next_step = "Open the person's page: it says who recorded it."


@dataclass(frozen=True, slots=True)
class DeathRecord:
    """A report that a person died. It counts once approved, until it is taken back."""

    id: int
    person_id: int
    reference: str
    at: datetime
    recorded_by: Actor
    approved_at: datetime | None
    ended_at: datetime | None
    authentic: bool

    @property
    def counts(self) -> bool:
        """Whether it stands, as two recorded it; what was made up past the program does not."""
        return self.authentic and self.approved_at is not None and self.ended_at is None

    @property
    def waits(self) -> bool:
        """Whether it waits for a second member of staff."""
        return self.authentic and self.approved_at is None and self.ended_at is None


def deaths(person_id: int) -> Sequence[DeathRecord]:
    """Return every report there ever was that a person died, newest first."""
    rows = Death.objects.filter(person_id__in=aliases.numbers_of(person_id))
    return [_record(row) for row in rows.order_by("-at", "-id")]


def is_deceased(person_id: int) -> bool:
    """Whether a report that this person died stands."""
    return any(each.counts for each in deaths(person_id))


def deaths_to_approve(*, approver: Actor) -> Sequence[DeathRecord]:
    """Return those that wait and that this member of staff did not record, oldest first."""
    rows = Death.objects.filter(approved_at=None, ended_at=None).order_by("at", "id")
    records = [_record(row) for row in rows]
    return [each for each in records if each.waits and each.recorded_by.id != approver.id]


def record_death(person_id: int, *, reference: str, by: Actor, at: datetime) -> DeathRecord:
    """Record that a person died; it changes nothing before a second member of staff approved it.

    Raises:
        NotFound: nobody with that number is held.
        ReferenceRefused: the number of the paper is none.
        DeathRecordedAlready: a report stands or waits.
    """
    paper = parse_reference(reference)
    with transaction.atomic():
        person_id = lock_person(person_id)
        subject = entry_subject(person_id)
        if subject is None:
            raise NotFound(what="person")
        if any(each.counts or each.waits for each in deaths(person_id)):
            raise DeathRecordedAlready(why="a report is there")
        entry = DeathRecorded(subject.seal(paper))
        row = Death.objects.create(
            person_id=person_id,
            reference=paper,
            at=at,
            actor=by.as_json(),
            entry_id=append(entry, by=by, handle=subject.handle, at=at),
        )
    return _record(row)


def approve_death(number: int, *, by: Actor, at: datetime) -> DeathRecord:
    """Let the report count: choices lapse, and letters stop.

    Raises:
        NotFound: there is no such report.
        SecondApproverNeeded: whoever approves recorded it, or is no member of staff.
        NotWaiting: it was approved or taken back before.
    """
    with transaction.atomic():
        person_id, row = _locked(number)
        if by.kind is not ActorKind.STAFF or row.actor["id"] == by.id:
            raise SecondApproverNeeded()
        if not _record(row).waits:
            raise NotWaiting(why="it is not waiting")
        row.approved_entry_id = _append(person_id, DeathApproved(row.entry_id), by=by, at=at)
        row.approved_at, row.approved_actor = at, by.as_json()
        row.save(update_fields=["approved_at", "approved_actor", "approved_entry_id"])
        lapsing.let_lapse(person_id, evidence=f"death:{row.pk}", by=by, at=at)
        # Whom to write to instead was recorded for a reason of its own, and stays.
        if person_id not in correspondence.instructions([person_id]):
            correspondence.instruct(person_id, _DECEASED, instead=None, by=by, at=at)
    return _record(row)


def take_back_death(number: int, *, by: Actor, at: datetime) -> DeathRecord:
    """Take a report back that was wrong, or refuse one that waits: everything is as before. Taken
    back again it stays so.

    Raises:
        NotFound: there is no such report.
    """
    with transaction.atomic():
        person_id, row = _locked(number)
        if row.ended_at is not None:
            return _record(row)
        counted = _record(row).counts
        row.ended_entry_id = _append(person_id, DeathTakenBack(row.entry_id), by=by, at=at)
        row.ended_at, row.ended_actor = at, by.as_json()
        row.save(update_fields=["ended_at", "ended_actor", "ended_entry_id"])
        if counted:
            lapsing.let_stand_again(person_id, evidence=f"death:{row.pk}", by=by, at=at)
            instruction = correspondence.instructions([person_id]).get(person_id)
            if instruction is not None and instruction.why is _DECEASED:
                correspondence.end(person_id, by=by, at=at)
    return _record(row)


def _locked(number: int) -> tuple[int, Death]:
    person_id = Death.objects.filter(id=number).values_list("person_id", flat=True).first()
    if person_id is None:
        raise NotFound(what="report")
    current = lock_person(person_id)
    row: Death | None = Death.objects.filter(id=number).first()
    if row is None:
        raise NotFound(what="report")
    return current, row


def _append(person_id: int, facts: Facts, *, by: Actor, at: datetime) -> int:
    subject = entry_subject(person_id)
    if subject is None:
        raise NotFound(what="person")
    return append(facts, by=by, handle=subject.handle, at=at)


def _record(row: Death) -> DeathRecord:
    return DeathRecord(
        row.pk,
        row.person_id,
        row.reference,
        row.at,
        Actor.from_json(row.actor),
        row.approved_at,
        row.ended_at,
        row.authentic,
    )
