"""Do not write to this person, or write to somebody else: the dead, children, those who have a
representative, and those who asked.

A notice to a child goes to the guardian (GDPR recital 58, Art. 8): a message that nobody of age
reads protects nobody. Whoever is not written to, and whoever is written to instead, is a row with
that reason.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from django.db import transaction

from aboveboard.access.former import open_correspondent
from aboveboard.basics.actor import Actor
from aboveboard.basics.errors import Invalid, NotFound
from aboveboard.basics.facts import Code
from aboveboard.basics.personal import Personal
from aboveboard.delivery.entries import CorrespondenceEnded, CorrespondenceSet
from aboveboard.delivery.models import Correspondence
from aboveboard.delivery.terms import CorrespondenceReason
from aboveboard.keys.actions import entry_subject
from aboveboard.kinds import email_addresses
from aboveboard.kinds.kind import KindMismatch
from aboveboard.ledger.actions import append
from aboveboard.vault import aliases, changing, prepared
from aboveboard.vault.locking import lock_person
from aboveboard.vault.origin import ValueOrigin

WRITTEN_INSTEAD: Final = "written-to-representative"
"""The reason on a notice that went to somebody else."""

_FIELD: Final = "correspondent"
"""The name under which the other's address is sealed; no field of the promise."""

# By hand: asked of every few hundred who are written to, and almost nobody has an instruction.
_INSTRUCTED: Final = f"""
    SELECT person_id FROM {Correspondence._meta.db_table} WHERE person_id {{some}}
"""  # noqa: S608 - the table is our own; ids are parameters


class CorrespondenceRefused(Invalid):
    """This instruction cannot be recorded: {found}."""

    code = "correspondence_refused"
    next_step = "{fix}"


@dataclass(frozen=True, slots=True)
class WritingInstruction:
    """What is to be done about one person: write to ``instead``, or to nobody."""

    person_id: int
    why: CorrespondenceReason
    at: datetime
    instead: bool
    _sealed: bytes | None = field(repr=False)

    @property
    def skipped_for(self) -> str:
        """The reason on a notice that is not sent."""
        return f"do-not-write-{self.why.value}"

    def open(self, *, at: datetime) -> Personal[str] | None:
        """Open the address of whoever is written to instead."""
        if self._sealed is None:
            return None
        return open_correspondent(self.person_id, _FIELD, self._sealed, at=at)


def instruct(
    person_id: int,
    why: CorrespondenceReason,
    *,
    instead: str | None,
    by: Actor,
    at: datetime,
) -> WritingInstruction:
    """Record that nobody writes to a person, or that somebody else is written to; it replaces what
    was recorded before. What is recorded already changes nothing and has no entry: what is returned
    has its moment.

    ``instead``: the other's e-mail address; None: nobody is written to.

    Raises:
        NotFound: nobody with that number is held.
        CorrespondenceRefused: the address is none, or a child has no guardian to write to.
    """
    if why is CorrespondenceReason.CHILD and instead is None:
        raise CorrespondenceRefused(
            found="a child is not left without a notice", fix="Give the guardian's address."
        )
    if why is CorrespondenceReason.DECEASED and instead is not None:
        raise CorrespondenceRefused(
            found="a notice of somebody who died is not sent to another",
            fix="Record a representative, if there is one, with the reason `represented`.",
        )
    try:
        address = None if instead is None else email_addresses.read(instead)
    except KindMismatch as misfit:
        raise CorrespondenceRefused(
            found=f"the address is not {misfit.expected}", fix="Check the address."
        ) from None
    with transaction.atomic():
        person_id = lock_person(person_id)
        subject = entry_subject(person_id)
        if subject is None:
            raise NotFound(what="person")
        before = Correspondence.objects.filter(person_id=person_id).first()
        if before is not None and _says_same(before, why, address):
            return _record(before)
        sealed = (
            None
            if address is None
            else changing.seal_copy(person_id, _FIELD, address, ValueOrigin(0, at, "", ""))
        )
        if before is not None:
            _append_ended(before, subject.handle, by=by, at=at)
            before.delete()
        entry = CorrespondenceSet(why=Code(why.value), instead=address is not None)
        entry_id = append(entry, by=by, handle=subject.handle, at=at)
        row = Correspondence.objects.create(
            person_id=person_id,
            why=why,
            sealed=sealed,
            at=at,
            actor=by.as_json(),
            entry_id=entry_id,
        )
    return _record(row)


def end(person_id: int, *, by: Actor, at: datetime) -> None:
    """Write to the person themselves again.

    Raises:
        NotFound: there is no instruction about them.
    """
    with transaction.atomic():
        person_id = lock_person(person_id)
        row = Correspondence.objects.filter(person_id=person_id).first()
        subject = entry_subject(person_id)
        if row is None or subject is None:
            raise NotFound(what="instruction")
        _append_ended(row, subject.handle, by=by, at=at)
        row.delete()


def _says_same(row: Correspondence, why: CorrespondenceReason, address: str | None) -> bool:
    """Whether this is recorded already. A row that this program did not write says nothing."""
    if not row.authentic or row.why != why:
        return False
    if row.sealed is None or address is None:
        return row.sealed is None and address is None
    return changing.says_same(row.person_id, _FIELD, bytes(row.sealed), address)


def _append_ended(row: Correspondence, handle: str, *, by: Actor, at: datetime) -> None:
    entry = CorrespondenceEnded(why=Code(row.why), ends=row.entry_id)
    append(entry, by=by, handle=handle, at=at)


def instructions(person_ids: Collection[int]) -> dict[int, WritingInstruction]:
    """Return what is recorded about each of these people, by the number that was asked for; most
    have nothing. A number that was merged is the person's whom it leads to. A row that this program
    did not write decides nothing."""
    now = aliases.current_numbers(person_ids)
    rows = Correspondence.objects.filter(person_id__in=_instructed(set(now.values())))
    recorded = {row.person_id: _record(row) for row in rows if row.authentic}
    return {asked: recorded[person] for asked, person in now.items() if person in recorded}


def _instructed(person_ids: Collection[int]) -> list[int]:
    rows = prepared.ask(_INSTRUCTED, person_ids) if person_ids else []
    return [person_id for (person_id,) in rows]


def redirected_people() -> frozenset[int]:
    """Return everybody instead of whom somebody else is written to."""
    rows = Correspondence.objects.filter(sealed__isnull=False)
    return frozenset(rows.values_list("person_id", flat=True))


def instructed_numbers() -> list[int]:
    """Return every number of everybody about whom something is recorded, in order. What is
    recorded about each, :func:`instructions` says."""
    people = list(Correspondence.objects.values_list("person_id", flat=True))
    several = aliases.people_with_aliases(people)
    merged = (number for person_id in several for number in aliases.numbers_of(person_id))
    return sorted({*people, *merged})


def _record(row: Correspondence) -> WritingInstruction:
    sealed = None if row.sealed is None else bytes(row.sealed)
    return WritingInstruction(
        row.person_id, CorrespondenceReason(row.why), row.at, sealed is not None, sealed
    )
