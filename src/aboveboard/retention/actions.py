"""Placing and ending holds and restrictions: the row, what stands on the person, and the
entry, in one transaction.

Everything here holds the person first (``vault.locking``), as an erasure does, so that
whichever comes first decides.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TypeVar

from django.db import transaction

from aboveboard.basics import clock
from aboveboard.basics.actor import Actor
from aboveboard.basics.canonical import Json
from aboveboard.basics.errors import Conflict, Invalid, NotFound
from aboveboard.basics.reference import reference as checked_reference
from aboveboard.ledger.actions import append
from aboveboard.retention.models import Hold, Restriction, SweepRow
from aboveboard.retention.reasons import HoldReason, RestrictionReason
from aboveboard.vault import aliases
from aboveboard.vault.holds import latest_end
from aboveboard.vault.locking import lock_person
from aboveboard.vault.models import Person
from aboveboard.vault.queries import handle

_Row = TypeVar("_Row", Hold, Restriction)


class UntilPassed(Invalid):
    """The day on which it is to end has passed already."""

    code = "until_passed"
    next_step = "Give a later day, or none: then it stands until somebody ends it."


class StandsAlready(Conflict):
    """There is one already for this person and this reference."""

    code = "stands_already"
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
) -> Hold:
    """Keep this person's data from being erased, by a sweep or on request, until the
    hold ends (GDPR Art. 17(3)).

    ``reference`` is a case number without personal data; ``until`` the moment it
    ends by itself, or None.

    Raises:
        NotFound: nobody with that id is held.
        ReferenceRefused, UntilPassed: one of the two cannot be used.
        StandsAlready: an open hold has this reference.
    """
    return _place(
        Hold, "hold.placed", person_id, why, reference=reference, until=until, by=by, at=at
    )


def release_hold(hold_id: int, *, reference: str, by: Actor, at: datetime) -> Hold:
    """End a hold; ``reference`` says why, such as the number of the decision that closed the case.

    Raises:
        NotFound: there is no such hold.
        EndedAlready: it was released before.
        ReferenceRefused: the reference is not one.
    """
    return _end(Hold, "hold.released", hold_id, reference=reference, by=by, at=at)


def restrict(
    person_id: int,
    why: RestrictionReason,
    *,
    reference: str,
    until: datetime | None = None,
    by: Actor,
    at: datetime,
) -> Restriction:
    """Let this person's data rest (GDPR Art. 18): stored, and used only as Art. 18(2) allows.

    Raises:
        NotFound: nobody with that id is held.
        ReferenceRefused, UntilPassed: one of the two cannot be used.
        StandsAlready: an open restriction has this reference.
    """
    return _place(
        Restriction,
        "restriction.placed",
        person_id,
        why,
        reference=reference,
        until=until,
        by=by,
        at=at,
    )


def lift_restriction(restriction_id: int, *, told: str, by: Actor, at: datetime) -> Restriction:
    """Lift a restriction. The person must be told before (GDPR Art. 18(3)): ``told`` is the
    number of that letter or call.

    Raises:
        NotFound: there is no such restriction.
        EndedAlready: it was lifted before.
        ReferenceRefused: ``told`` is not a reference.
    """
    return _end(Restriction, "restriction.lifted", restriction_id, reference=told, by=by, at=at)


def forget(numbers: Sequence[int]) -> None:
    """Delete an erased person's rows, under all their numbers: each ties them to entries. Only
    an erasure calls this."""
    Hold.objects.filter(person_id__in=numbers).delete()
    Restriction.objects.filter(person_id__in=numbers).delete()
    SweepRow.objects.filter(person_id__in=numbers).update(person_id=None)


def refresh(person_id: int) -> None:
    """Write on the person what stands, from the rows of all their numbers. Inside the
    transaction that changed them."""
    numbers = aliases.numbers_of(person_id)
    holds = Hold.objects.filter(person_id__in=numbers, ended_at__isnull=True).values_list(
        "until", flat=True
    )
    rests = list(
        Restriction.objects.filter(person_id__in=numbers, ended_at__isnull=True).values_list(
            "at", "until"
        )
    )
    Person.objects.filter(id=person_id).update(
        held_until=latest_end(holds),
        restricted_since=max((since for since, _ in rests), default=None),
        restricted_until=latest_end(until for _, until in rests),
    )


def _place(
    model: type[_Row],
    kind: str,
    person_id: int,
    why: HoldReason | RestrictionReason,
    *,
    reference: str,
    until: datetime | None,
    by: Actor,
    at: datetime,
) -> _Row:
    checked_reference(reference)
    if until is not None and until <= at:
        raise UntilPassed()
    with transaction.atomic():
        person_id = lock_person(person_id)
        if model.objects.filter(
            person_id=person_id, reference=reference, ended_at__isnull=True
        ).exists():
            raise StandsAlready(why=reference)
        facts: dict[str, Json] = {
            "why": why.value,
            "reference": reference,
            "until": clock.to_text(until) if until else None,
        }
        entry_id = append(kind, by=by, handle=handle(person_id), facts=facts, at=at)
        row = model.objects.create(
            person_id=person_id,
            why=why.value,
            reference=reference,
            at=at,
            actor=by.as_json(),
            entry_id=entry_id,
            until=until,
        )
        refresh(person_id)
    return row


def _end(
    model: type[_Row], kind: str, row_id: int, *, reference: str, by: Actor, at: datetime
) -> _Row:
    checked_reference(reference)
    with transaction.atomic():
        said_of = model.objects.filter(id=row_id).values_list("person_id", flat=True).first()
        if said_of is None:
            raise NotFound(what=model.__name__.lower())
        person_id = lock_person(said_of)
        row = model.objects.filter(id=row_id).first()
        if row is None:
            raise NotFound(what=model.__name__.lower())
        if row.ended_at is not None:
            raise EndedAlready(why="it was ended before")
        facts: dict[str, Json] = {"placed": row.entry_id, "reference": reference}
        row.ended_entry_id = append(kind, by=by, handle=handle(person_id), facts=facts, at=at)
        row.ended_at, row.ended_actor, row.ended_reference = at, by.as_json(), reference
        row.save(update_fields=["ended_at", "ended_actor", "ended_reference", "ended_entry_id"])
        refresh(person_id)
    return row
