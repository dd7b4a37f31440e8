"""Reading authorities to act: for whom, by whom, and what waits for approval."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from aboveboard.basics.actor import Actor
from aboveboard.representation.deaths import is_deceased
from aboveboard.representation.models import Representation
from aboveboard.representation.records import RepresentationRecord, representation_record
from aboveboard.representation.terms import Capacity, RepresentationState
from aboveboard.vault.aliases import current_number, numbers_of


def of_person(person_id: int) -> Sequence[RepresentationRecord]:
    """Return every authority there ever was to act for a person, newest first."""
    rows = Representation.objects.filter(person_id__in=numbers_of(person_id))
    return [representation_record(row) for row in rows.order_by("-at", "-id")]


def by_representative(person_id: int, *, at: datetime) -> Sequence[RepresentationRecord]:
    """Return the authorities under which somebody may act at a moment, oldest first."""
    rows = Representation.objects.filter(representative_id__in=numbers_of(person_id))
    records = map(representation_record, rows.order_by("at", "id"))
    return [each for each in records if _may_act(each, at)]


def in_force(number: int, *, representative_id: int, at: datetime) -> RepresentationRecord | None:
    """Return the authority of this number if this person may act under it at a moment: asked on
    each page, so that an end shows at once."""
    row = Representation.objects.filter(id=number, representative_id__isnull=False).first()
    if row is None or current_number(row.representative_id) != representative_id:
        return None
    record = representation_record(row)
    return record if _may_act(record, at) else None


def _may_act(record: RepresentationRecord, at: datetime) -> bool:
    """Whether it is in force, and the person lives; for an executor, whether they died."""
    if record.state(at) is not RepresentationState.IN_FORCE:
        return False
    return is_deceased(current_number(record.person_id)) is (record.capacity is Capacity.EXECUTOR)


def to_approve(*, approver: Actor, at: datetime) -> Sequence[RepresentationRecord]:
    """Return those that wait and that this member of staff did not record, oldest first."""
    rows = Representation.objects.filter(approved_at=None, ended_at=None).order_by("at", "id")
    records = map(representation_record, rows)
    return [
        each
        for each in records
        if each.state(at) is RepresentationState.WAITING
        and (each.recorded_by.kind, each.recorded_by.id) != (approver.kind, approver.id)
    ]
