"""What imports keep of people, declared."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any, Final

from aboveboard.basics import clock
from aboveboard.basics.canonical import Json
from aboveboard.basics.package import NotNeeded, Numbers, PersonalData
from aboveboard.intake.changes import NoteState
from aboveboard.intake.models import FieldNote, FormerAddress
from aboveboard.vault import changing

_NOBODY: Final = NotNeeded(
    "It holds the number of a line and what was expected there, never what the line said or whom "
    "it was about."
)
_ERASED: Final = NotNeeded(
    "It is about people who were erased: nothing leads from it to a number, a record or a handle."
)

_STRANGER: Final = NotNeeded(
    "It is about somebody who is not held: nothing leads from it to a number, record or handle. It "
    "goes when they are imported, with what is remembered of the erasure, or by itself."
)


def _export(numbers: Numbers) -> Iterator[Mapping[str, Json]]:
    for note in FieldNote.objects.filter(person_id__in=numbers).order_by("id"):
        yield {
            "person": note.person_id,
            "field": note.field,
            "state": note.state,
            "at": clock.to_text(note.at),
            "answered_at": clock.to_text(note.answered_at) if note.answered_at else None,
        }


def _erase(numbers: Numbers) -> None:
    FieldNote.objects.filter(person_id__in=numbers).delete()


def _erase_fields(numbers: Numbers, fields: Collection[str]) -> None:
    """Note what was erased of a person who stays: no file brings it back."""
    for name in fields:
        FieldNote.objects.update_or_create(
            person_id=numbers[0],
            field=name,
            defaults={"state": NoteState.ERASED, "digest": b"", "at": clock.now(), "run": None},
        )


def _merge(kept: int, merged: int) -> Json:
    """Let what is known of the merged record go: its values are compared no more, and a value that
    came from it is noted again when it differs."""
    gone = FieldNote.objects.filter(person_id=merged)
    erased = gone.filter(state=NoteState.ERASED).values_list("field", flat=True)
    for name in set(erased) - set(
        FieldNote.objects.filter(person_id=kept).values_list("field", flat=True)
    ):
        FieldNote.objects.filter(person_id=merged, field=name).update(person_id=kept)
    gone.delete()
    return None


def _export_former(numbers: Numbers) -> Iterator[Mapping[str, Json]]:
    for row in FormerAddress.objects.filter(person_id__in=numbers).order_by("id"):
        yield {"person": row.person_id, "field": row.field, "at": clock.to_text(row.at)}


def _erase_former(numbers: Numbers) -> None:
    FormerAddress.objects.filter(person_id__in=numbers).delete()


def _erase_former_fields(numbers: Numbers, fields: Collection[str]) -> None:
    FormerAddress.objects.filter(person_id__in=numbers, field__in=fields).delete()


def _merge_former(kept: int, merged: int) -> Json:
    """Let the address be told to the person kept, sealed under their key."""
    for row in FormerAddress.objects.filter(person_id=merged):
        row.sealed = changing.move_former(bytes(row.sealed), of=merged, to=kept)
        row.person_id = kept
        row.save(update_fields=["sealed", "person_id"])
    return None


def _re_encrypt_former(person_id: int, old: Any, new: Any) -> None:
    for row in FormerAddress.objects.filter(person_id=person_id):
        row.sealed = changing.reseal_former(person_id, bytes(row.sealed), old, new)
        row.save(update_fields=["sealed"])


PERSONAL_DATA: Final = (
    PersonalData(
        name="former_addresses",
        tables=("intake.FormerAddress",),
        export_by=("intake.FormerAddress.person_id",),
        export=_export_former,
        erase=_erase_former,
        erase_fields=_erase_former_fields,
        merge=_merge_former,
        split=NotNeeded("it is told within minutes, to the person kept"),
        re_encrypt=_re_encrypt_former,
        in_use=NotNeeded("it is told within minutes"),
    ),
    PersonalData(
        name="import_problems",
        tables=("intake.ImportProblem",),
        export=_NOBODY,
        erase=_NOBODY,
        merge=_NOBODY,
        split=_NOBODY,
        re_encrypt=_NOBODY,
        in_use=_NOBODY,
    ),
    PersonalData(
        name="file_differences",
        tables=("intake.FieldNote",),
        export_by=("intake.FieldNote.person_id",),
        export=_export,
        erase=_erase,
        erase_fields=_erase_fields,
        merge=_merge,
        split=NotNeeded("what a file says otherwise is noted again when it is imported"),
        re_encrypt=NotNeeded("a digest is made with a key of the instance, not the person's"),
        in_use=NotNeeded("it serves the next import alone"),
    ),
    PersonalData(
        name="held_back_rows",
        tables=("intake.HeldBackRow",),
        export=_STRANGER,
        erase=_STRANGER,
        merge=_STRANGER,
        split=_STRANGER,
        re_encrypt=_STRANGER,
        in_use=_STRANGER,
    ),
    PersonalData(
        name="erased_people",
        tables=("intake.ErasedPerson", "intake.ErasedIdentifier"),
        export=_ERASED,
        erase=NotNeeded("it is what an erasure leaves; it ends by itself (docs/decisions/0029)"),
        merge=_ERASED,
        split=_ERASED,
        re_encrypt=_ERASED,
        in_use=_ERASED,
    ),
)
