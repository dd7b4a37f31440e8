"""What files say otherwise and somebody must decide: listing it, deciding it, and noting what was
corrected by hand."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from aboveboard.basics.actor import Actor
from aboveboard.basics.errors import Conflict, Invalid, NotFound
from aboveboard.basics.facts import Code, Word
from aboveboard.basics.limits import PAGE_SIZE
from aboveboard.intake.changes import LASTING, NoteState
from aboveboard.intake.entries import DifferenceAnswered
from aboveboard.intake.models import FieldNote
from aboveboard.keys.actions import entry_subject
from aboveboard.ledger.actions import append
from aboveboard.promise.queries import in_force
from aboveboard.vault.locking import lock_person

ANSWERS = (NoteState.KEEP, NoteState.TAKE)
"""What somebody can decide of one value."""

ANOTHER = "another"
"""What somebody can decide of the whole row: it is of another person."""


@dataclass(frozen=True, slots=True)
class DifferenceRecord:
    """A field that a file has otherwise: of whom, in which file and line. Neither value is here:
    the file has one, and opening the other is a use."""

    id: int
    person_id: int
    field: str
    state: NoteState
    at: datetime
    file_name: str
    line: int


def list_differences(*, after: int = 0, limit: int = PAGE_SIZE) -> list[DifferenceRecord]:
    """Return a page of what waits for a decision, oldest first, after the number ``after``."""
    rows = FieldNote.objects.select_related("run").filter(state=NoteState.ASKED, id__gt=after)
    return [_record(row) for row in rows.order_by("id")[:limit]]


def count_differences() -> int:
    """Return how many fields wait for a decision."""
    return FieldNote.objects.filter(state=NoteState.ASKED).count()


def difference(number: int) -> DifferenceRecord:
    """Return one.

    Raises:
        NotFound: there is none, or the file has caught up with it.
    """
    row = FieldNote.objects.select_related("run").filter(id=number).first()
    if row is None:
        raise NotFound(what="difference")
    return _record(row)


def answer_difference(
    number: int, state: NoteState, *, by: Actor, at: datetime
) -> DifferenceRecord:
    """Decide about one: ``keep`` what is held, or ``take`` what the file says when it is imported
    again. A file that says something else then asks again.

    Raises:
        NotFound: there is no such difference.
        Conflict: it was decided before.
        Invalid: the answer is neither.
    """
    if state not in ANSWERS:
        raise Invalid(found=f"{state} is no answer", fix="Answer keep or take.")
    with transaction.atomic():
        # The person before the note, as an import takes them; and read again under the lock, for
        # the file may have caught up.
        person_id = lock_person(difference(number).person_id)
        row = FieldNote.objects.select_related("run").filter(id=number).first()
        if row is None:
            raise NotFound(what="difference")
        if row.state != NoteState.ASKED:
            raise Conflict(why="it was decided before")
        row.state, row.answered_at, row.answered_by = state, at, by.as_json()
        row.save(update_fields=["state", "answered_at", "answered_by"])
        entry = DifferenceAnswered(field=Word(row.field), answer=Code(state.value))
        subject = entry_subject(person_id)
        append(entry, by=by, handle=subject.handle if subject else None, at=at)
    return _record(row)


def is_of_another(number: int) -> bool:
    """Whether the row of a difference may be of another person: it waits, and a value in it differs
    that does not change in a life, so the customer number may have been given to somebody else."""
    row = FieldNote.objects.filter(id=number).first()
    if row is None:
        return False
    fields = in_force().promise.fields
    return any(
        note.field in fields and fields[note.field].kind.value in LASTING
        for note in FieldNote.objects.filter(**_same_row(row))
    )


def answer_another(number: int, *, by: Actor, at: datetime) -> list[DifferenceRecord]:
    """Decide that the row of a difference is of another person: of everything that it says
    otherwise and that waits, what is held stays. They come in under a number of their own.

    Raises:
        NotFound: there is no such difference.
        Conflict: it was decided before.
    """
    with transaction.atomic():
        lock_person(difference(number).person_id)
        row = FieldNote.objects.filter(id=number).first()
        if row is None:
            raise NotFound(what="difference")
        waiting = FieldNote.objects.filter(**_same_row(row)).order_by("id")
        ids = list(waiting.values_list("id", flat=True))
        if number not in ids:
            raise Conflict(why="it was decided before")
        return [answer_difference(each, NoteState.KEEP, by=by, at=at) for each in ids]


def _same_row(row: FieldNote) -> dict[str, object]:
    """Return what finds everything that waits of the same line of the same import."""
    return {
        "person_id": row.person_id,
        "run_id": row.run_id,
        "line": row.line,
        "state": NoteState.ASKED,
    }


def note_corrected(person_id: int, fields: Collection[str], *, at: datetime) -> None:
    """Note that fields were corrected by hand: no file replaces them by itself from now on. In the
    transaction that corrects them."""
    for name in fields:
        FieldNote.objects.update_or_create(
            person_id=person_id,
            field=name,
            defaults={"state": NoteState.CORRECTED, "digest": b"", "at": at, "run": None},
        )


def _record(row: FieldNote) -> DifferenceRecord:
    name = row.run.file_name if row.run else ""
    return DifferenceRecord(
        row.pk, row.person_id, row.field, NoteState(row.state), row.at, name, row.line
    )
