"""Placing and ending holds and restrictions: the row, what stands open on the person, and the
entry, in one transaction.

Everything here locks the person first (``vault.locking``), as an erasure does, so that whichever
comes first decides.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from django.db import transaction

from aboveboard.basics.actor import Actor
from aboveboard.basics.errors import Conflict, Invalid, NotFound
from aboveboard.basics.facts import Facts, SealedFact
from aboveboard.basics.reference import Reference
from aboveboard.basics.reference import parse_reference as checked_reference
from aboveboard.keys.actions import entry_subject
from aboveboard.keys.handles import EntrySubject
from aboveboard.ledger.actions import append
from aboveboard.retention.entries import (
    HoldPlaced,
    HoldReleased,
    RestrictionLifted,
    RestrictionPlaced,
)
from aboveboard.retention.models import Hold, Restriction
from aboveboard.retention.queries import end_date, is_unended
from aboveboard.retention.reasons import HoldReason, RestrictionReason
from aboveboard.retention.records import (
    HoldRecord,
    RestrictionRecord,
    hold_record,
    restriction_record,
)
from aboveboard.vault import aliases
from aboveboard.vault.actions import write_retention_dates
from aboveboard.vault.holds import latest_end
from aboveboard.vault.locking import lock_person

_Row = TypeVar("_Row", Hold, Restriction)
_Why = TypeVar("_Why", HoldReason, RestrictionReason)


class UntilPassed(Invalid):
    """The day on which it is to end has passed already."""

    code = "until_passed"
    next_step = "Give a later day, or none: then it stays until somebody ends it."


class OpenAlready(Conflict):
    """There is an open one for this person and this reference."""

    code = "open_already"
    next_step = "End that one first, or use the reference of the new case."


class EndedAlready(Conflict):
    """It was ended before."""

    code = "ended_already"
    next_step = "Look at the person's page: it says who ended it, and when."


def place_hold(
    person_id: int,
    why: HoldReason,
    *,
    reference: str,
    until: datetime | None,
    by: Actor,
    at: datetime,
) -> HoldRecord:
    """Keep this person's data from being erased, by a sweep or on request, until the hold ends
    (GDPR Art. 17(3)).

    ``reference`` is a case number without personal data; ``until`` the moment it ends by itself, or
    None.

    Raises:
        NotFound: nobody with that id is held.
        ReferenceRefused, UntilPassed: one of the two cannot be used.
        OpenAlready: an open hold has this reference.
    """
    case = checked_reference(reference)
    row = _place(Hold, HoldPlaced, why, case, until, person_id, by=by, at=at)
    return hold_record(row)


def release_hold(hold_id: int, *, reference: str, by: Actor, at: datetime) -> HoldRecord:
    """End a hold; ``reference`` says why, such as the number of the decision that closed the case.

    Raises:
        NotFound: there is no such hold.
        EndedAlready: it was released before.
        ReferenceRefused: the reference is not one.
    """
    return hold_record(_end(Hold, HoldReleased, hold_id, reference=reference, by=by, at=at))


def restrict(
    person_id: int,
    why: RestrictionReason,
    *,
    reference: str,
    until: datetime | None = None,
    by: Actor,
    at: datetime,
) -> RestrictionRecord:
    """Restrict the processing of this person's data (GDPR Art. 18): it is stored, and used only as
    Art. 18(2) allows.

    Raises:
        NotFound: nobody with that id is held.
        ReferenceRefused, UntilPassed: one of the two cannot be used.
        OpenAlready: an open restriction has this reference.
    """
    case = checked_reference(reference)
    row = _place(Restriction, RestrictionPlaced, why, case, until, person_id, by=by, at=at)
    return restriction_record(row)


def lift_restriction(
    restriction_id: int, *, notice: str, by: Actor, at: datetime
) -> RestrictionRecord:
    """Lift a restriction. The person must be informed before (GDPR Art. 18(3)): ``notice`` is the
    number of that letter or call.

    Raises:
        NotFound: there is no such restriction.
        EndedAlready: it was lifted before.
        ReferenceRefused: ``notice`` is not a reference.
    """
    return restriction_record(
        _end(Restriction, RestrictionLifted, restriction_id, reference=notice, by=by, at=at)
    )


def refresh(person_id: int) -> None:
    """Write on the person what is open, from the rows of all their numbers, in the transaction that
    changed the rows."""
    # Rows stay under the number they were placed for, so that a merge can be undone: what is open
    # on any of the numbers is open on the person.
    numbers = aliases.numbers_of(person_id)
    holds = [row for row in Hold.objects.filter(person_id__in=numbers) if is_unended(row)]
    restrictions = [
        row for row in Restriction.objects.filter(person_id__in=numbers) if is_unended(row)
    ]
    write_retention_dates(
        person_id,
        # The latest end: whatever is open longest keeps their data.
        held_until=latest_end(end_date(row) for row in holds),
        restricted_since=max((row.at for row in restrictions), default=None),
        restricted_until=latest_end(end_date(row) for row in restrictions),
    )


def _place(
    model: type[_Row],
    facts: Callable[[_Why, SealedFact, datetime | None], Facts],
    why: _Why,
    case: Reference,
    until: datetime | None,
    person_id: int,
    *,
    by: Actor,
    at: datetime,
) -> _Row:
    # One that has ended already would be a row that holds nothing and looks as if it did.
    if until is not None and until <= at:
        raise UntilPassed()
    with transaction.atomic():
        person_id = lock_person(person_id)
        # The constraint of the table would refuse it too, but after the entry was written; here the
        # caller gets an error that says what to do.
        if model.objects.filter(
            person_id=person_id, reference=case, ended_at__isnull=True
        ).exists():
            raise OpenAlready(why=case)
        subject = _subject(person_id)
        entry = facts(why, subject.seal(case), until)
        # The entry comes first because the row names it. Both are in one transaction: neither is
        # ever there without the other.
        entry_id = append(entry, by=by, handle=subject.handle, at=at)
        row: _Row = model.objects.create(
            person_id=person_id,
            why=why.value,
            reference=case,
            at=at,
            actor=by.as_json(),
            entry_id=entry_id,
            until=until,
        )
        refresh(person_id)
    return row


def _end(
    model: type[_Row],
    facts: type[HoldReleased | RestrictionLifted],
    row_id: int,
    *,
    reference: str,
    by: Actor,
    at: datetime,
) -> _Row:
    case = checked_reference(reference)
    with transaction.atomic():
        number = model.objects.filter(id=row_id).values_list("person_id", flat=True).first()
        if number is None:
            raise NotFound(what=model.__name__.lower())
        # Their own number may be another since a merge, and only that one can be locked.
        person_id = lock_person(number)
        # Read again, now that nobody else can end it.
        row: _Row | None = model.objects.filter(id=row_id).first()
        if row is None:
            raise NotFound(what=model.__name__.lower())
        if row.ended_at is not None:
            raise EndedAlready(why="it was ended before")
        subject = _subject(person_id)
        entry: Facts = facts(placed=row.entry_id, reference=subject.seal(case))
        row.ended_entry_id = append(entry, by=by, handle=subject.handle, at=at)
        row.ended_at, row.ended_actor, row.ended_reference = at, by.as_json(), case
        row.save(update_fields=["ended_at", "ended_actor", "ended_reference", "ended_entry_id"])
        refresh(person_id)
    return row


def _subject(person_id: int) -> EntrySubject:
    """Return what an entry about a person needs whom the caller has locked.

    Raises:
        NotFound: they have no key.
    """
    subject = entry_subject(person_id)
    if subject is None:
        raise NotFound(what="person")
    return subject
