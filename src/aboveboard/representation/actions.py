"""Recording, approving and ending an authority to act: the row and the entry, in one transaction.

Everything here locks the person for whom somebody acts first, as an erasure and a merge do.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from django.db import transaction
from django.utils import timezone

from aboveboard.basics.actor import Actor, ActorKind
from aboveboard.basics.errors import NotFound
from aboveboard.basics.facts import Code, Facts
from aboveboard.basics.reference import parse_reference
from aboveboard.keys.actions import entry_subject
from aboveboard.kinds.kind import FieldKind
from aboveboard.law.children import consent_age
from aboveboard.ledger.actions import append
from aboveboard.promise.queries import in_force
from aboveboard.representation import deaths
from aboveboard.representation.entries import (
    RepresentationApproved,
    RepresentationEnded,
    RepresentationRecorded,
)
from aboveboard.representation.errors import (
    EndedByCourtAlone,
    NotWaiting,
    RepresentationRefused,
    SecondApproverNeeded,
)
from aboveboard.representation.limits import LONGEST
from aboveboard.representation.models import Representation
from aboveboard.representation.records import RepresentationRecord, representation_record
from aboveboard.representation.terms import (
    Capacity,
    NewRepresentation,
    Power,
    RepresentationState,
)
from aboveboard.vault import aliases
from aboveboard.vault import queries as vault
from aboveboard.vault.locking import lock_person


def record(new: NewRepresentation, *, by: Actor, at: datetime) -> RepresentationRecord:
    """Record that somebody may act for a person. Nobody can act under it before a second member of
    staff approved it.

    What was recorded from the same paper already, and is not ended, is returned as it is.

    Raises:
        NotFound: nobody with one of the two numbers is held.
        ReferenceRefused: the number of the paper is none.
        RepresentationRefused: it has no end that it must have, or names a field that holds no
            document of theirs.
    """
    reference = parse_reference(new.reference)
    _check(new, at)
    with transaction.atomic():
        person_id = lock_person(new.person_id)
        if new.capacity is Capacity.EXECUTOR and not deaths.is_deceased(person_id):
            raise RepresentationRefused(
                why="an executor acts for somebody who died", fix="Record the death first."
            )
        representative = _representative(new, person_id)
        subject, person = entry_subject(person_id), vault.person(person_id)
        if subject is None or person is None:
            raise NotFound(what="person")
        if new.document and new.document not in vault.provenance(person_id):
            raise RepresentationRefused(
                why="no document is held there", fix="Add the paper to their record first."
            )
        if (same := _same_paper(person_id, representative, new)) is not None:
            return representation_record(same)
        until = _last_moment(new, person.jurisdiction, at)
        powers = sorted({Power.SEE, *new.powers})
        entry = RepresentationRecorded(
            Code(new.capacity.value),
            tuple(Code(power.value) for power in powers),
            new.by_court,
            subject.seal(reference),
        )
        row = Representation.objects.create(
            person_id=person_id,
            representative_id=representative,
            capacity=new.capacity.value,
            powers=[power.value for power in powers],
            reference=reference,
            document=new.document,
            by_court=new.by_court,
            since=_begins(new.first_day),
            until=until,
            at=at,
            actor=by.as_json(),
            entry_id=append(entry, by=by, handle=subject.handle, at=at),
        )
    return representation_record(row)


def approve(number: int, *, by: Actor, at: datetime) -> RepresentationRecord:
    """Let somebody act, as a colleague recorded it.

    Raises:
        NotFound: there is no such authority.
        SecondApproverNeeded: whoever approves recorded it, or is no member of staff.
        NotWaiting: it was approved or ended before, or nobody approved it in time.
    """
    with transaction.atomic():
        row = _locked(number)
        known = representation_record(row)
        if by.kind is not ActorKind.STAFF or known.recorded_by.id == by.id:
            raise SecondApproverNeeded()
        if known.state(at) is not RepresentationState.WAITING:
            raise NotWaiting(why="it is not waiting")
        row.approved_entry_id = _append(row, RepresentationApproved(row.entry_id), by=by, at=at)
        row.approved_at, row.approved_actor = at, by.as_json()
        row.save(update_fields=["approved_at", "approved_actor", "approved_entry_id"])
    return representation_record(row)


def end(number: int, *, by: Actor, at: datetime) -> RepresentationRecord:
    """End an authority at once. Whether it is theirs to end, their page has asked; ended again it
    stays ended as it was.

    Raises:
        NotFound: there is no such authority.
        EndedByCourtAlone: the person wants to end what a court ordered.
    """
    with transaction.atomic():
        row = _locked(number)
        if row.ended_at is not None:
            return representation_record(row)
        if row.by_court and by.kind is ActorKind.PERSON:
            raise EndedByCourtAlone()
        row.ended_entry_id = _append(row, RepresentationEnded(row.entry_id), by=by, at=at)
        row.ended_at, row.ended_actor = at, by.as_json()
        row.save(update_fields=["ended_at", "ended_actor", "ended_entry_id"])
    return representation_record(row)


def _check(new: NewRepresentation, at: datetime) -> None:
    """Refuse what is wrong whoever it is about."""
    if new.document:
        field = in_force().promise.fields.get(new.document)
        if field is None or field.kind is not FieldKind.DOCUMENT:
            raise RepresentationRefused(
                why=f"{new.document} holds no documents", fix="Choose a field of documents."
            )
    if new.capacity is Capacity.CARER and new.last_day is None:
        raise RepresentationRefused(
            why="a carer's authority needs a last day", fix="Give the last day."
        )
    if new.last_day is not None:
        if new.last_day < max(new.first_day, timezone.localdate(at)):
            raise RepresentationRefused(
                why="the last day is over, or before the first", fix="Check the two days."
            )
        if new.last_day - new.first_day > LONGEST:
            raise RepresentationRefused(
                why="that is more than ten years", fix="Give an earlier last day."
            )


def _representative(new: NewRepresentation, person_id: int) -> int | None:
    if new.representative_id is None:
        return None
    number = aliases.current_number(new.representative_id)
    if number == person_id:
        raise RepresentationRefused(
            why="nobody acts for themselves", fix="Give the number of who acts."
        )
    if vault.person(number) is None:
        raise NotFound(what="representative")
    return number


def _same_paper(
    person_id: int, representative: int | None, new: NewRepresentation
) -> Representation | None:
    """Return what was recorded from this paper already and is not ended: sent twice, a form makes
    one authority."""
    rows = Representation.objects.filter(
        person_id=person_id,
        representative_id=representative,
        capacity=new.capacity.value,
        reference=new.reference,
        ended_at=None,
    )
    return next((row for row in rows if row.authentic), None)


def _last_moment(new: NewRepresentation, jurisdiction: str, at: datetime) -> datetime | None:
    """Return when it lapses: at the end of the last day, and a guardian's at the latest on the day
    on which the child decides for itself. Whom a court put under guardianship may be of age."""
    ends = _begins(new.last_day + timedelta(days=1)) if new.last_day else None
    if new.capacity is not Capacity.GUARDIAN or new.by_court:
        return ends
    age = consent_age(jurisdiction)
    if new.born is None or age is None:
        if ends is not None and age is None:
            return ends
        where = "when the child was born is not given" if age else "we know no age for its country"
        raise RepresentationRefused(
            why=where, fix="Give the date of birth." if age else "Give the last day yourself."
        )
    of_age = _begins(age.reached_on(new.born))
    if of_age <= at:
        raise RepresentationRefused(
            why=f"at {age.years} years a child decides for itself ({age.source})",
            fix="Ask the person themselves, or record a power of attorney.",
        )
    return of_age if ends is None else min(of_age, ends)


def _begins(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def _locked(number: int) -> Representation:
    person_id = Representation.objects.filter(id=number).values_list("person_id", flat=True).first()
    if person_id is None:
        raise NotFound(what="authority to act")
    lock_person(person_id)
    row: Representation | None = Representation.objects.filter(id=number).first()
    if row is None:
        raise NotFound(what="authority to act")
    return row


def _append(row: Representation, facts: Facts, *, by: Actor, at: datetime) -> int:
    subject = entry_subject(aliases.current_number(row.person_id))
    if subject is None:
        raise NotFound(what="person")
    return append(facts, by=by, handle=subject.handle, at=at)
