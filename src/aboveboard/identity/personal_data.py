"""What merges keep of people, declared: for export, erasure, new keys."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any, Final

from django.db.models import Q

from aboveboard.basics import clock
from aboveboard.basics.canonical import Json
from aboveboard.basics.package import NotNeeded, Numbers, PersonalData, SealedCopy
from aboveboard.identity.models import (
    CandidatePair,
    DistinctPeople,
    MergedPerson,
    SharedValue,
)
from aboveboard.vault import merging


def _export(numbers: Numbers) -> Iterator[Mapping[str, Json]]:
    for row in _merges_of(numbers).order_by("id"):
        undo = undo_of(row)
        yield {
            "person": row.person_id,
            "merged": row.merged_id,
            "reference": row.reference,
            "at": clock.to_text(row.at),
            "entry": row.entry_id,
            "sealed_fields": _names(row, undo) if undo else [],
            "split_at": clock.to_text(row.split_at) if row.split_at else None,
            "split_reference": row.split_reference,
            "split_entry": row.split_entry_id,
        }


def _erase(numbers: Numbers) -> None:
    """Delete the rows of all merges of the person. The keys of their undo data are erased with the
    person's own."""
    _merges_of(numbers).delete()


def _merges_of(numbers: Numbers) -> Any:
    return MergedPerson.objects.filter(Q(person_id__in=numbers) | Q(merged_id__in=numbers))


def _re_encrypt(person_id: int, old: object, new: object) -> None:
    """Give all undo data of merges into a person a fresh key too: it is sealed under keys of its
    own, so neither the old nor the new one opens it."""
    for row, undo in _undoable([person_id]):
        _reseal(row, undo, ())


def _erase_fields(numbers: Numbers, fields: Collection[str]) -> None:
    """Take the fields out of the undo data, and give what is left a fresh key, as the person's own
    record gets."""
    for row, undo in _undoable(numbers):
        # Only where it has one of them: a fresh key for everything each time would rewrite merges
        # that hold nothing of it.
        if merging.fields_of(row.person_id, row.merged_id, undo) & set(fields):
            _reseal(row, undo, fields)


def _names(row: MergedPerson, undo: merging.UndoBoxes) -> list[str]:
    return sorted(merging.fields_of(row.person_id, row.merged_id, undo))


def _sealed_copies(person_ids: Collection[int]) -> Iterator[SealedCopy]:
    for row, undo in _undoable(person_ids):
        yield SealedCopy(row.merged_id, row.merged_id, undo.merged)
        yield SealedCopy(row.merged_id, row.person_id, undo.replaced)


def _undoable(person_ids: Collection[int]) -> Iterator[tuple[MergedPerson, merging.UndoBoxes]]:
    rows = MergedPerson.objects.filter(
        person_id__in=person_ids, split_at__isnull=True, merged_boxes__isnull=False
    )
    for row in rows.order_by("id"):
        undo = undo_of(row)
        if undo is not None:
            yield row, undo


def undo_of(row: MergedPerson) -> merging.UndoBoxes | None:
    """Return the undo data of a merge, or None once it is destroyed."""
    if row.merged_boxes is None or row.replaced_boxes is None:
        return None
    return merging.UndoBoxes(bytes(row.merged_boxes), bytes(row.replaced_boxes))


def _reseal(row: MergedPerson, undo: merging.UndoBoxes, without: Collection[str]) -> None:
    resealed = merging.reseal_undo(row.person_id, row.merged_id, undo, without=without)
    if resealed is not None:
        row.merged_boxes, row.replaced_boxes = resealed.merged, resealed.replaced
        row.save(update_fields=["merged_boxes", "replaced_boxes"])


def _export_pairs(numbers: Numbers) -> Iterator[Mapping[str, Json]]:
    pairs = CandidatePair.objects.filter(_of_either(numbers)).select_related("scan").order_by("id")
    for pair in pairs:
        # Not with whom: that is somebody else's.
        yield {
            "compared_at": clock.to_text(pair.scan.at),
            "like_somebody_else_in": list(pair.reasons),
            "likely_percent": pair.score,
        }
    for value in SharedValue.objects.filter(person_id__in=numbers).order_by("id"):
        yield {"has_what_many_have": value.trait}


def _erase_pairs(numbers: Numbers) -> None:
    CandidatePair.objects.filter(_of_either(numbers)).delete()
    SharedValue.objects.filter(person_id__in=numbers).delete()


def _merge_pairs(kept: int, merged: int) -> Json:
    """Let what was asked of the two be decided; return which pairs that were."""
    both = (kept, merged)
    pairs = CandidatePair.objects.filter(
        first_id__in=both, second_id__in=both, decided_at=None
    ).values_list("pk", flat=True)
    decided = list(pairs)
    CandidatePair.objects.filter(pk__in=decided).update(decided_at=clock.now())
    return list(decided)


def _split_pairs(kept: int, merged: int, state: Any) -> None:
    CandidatePair.objects.filter(pk__in=state).update(decided_at=None)


def _export_distinct(numbers: Numbers) -> Iterator[Mapping[str, Json]]:
    for row in DistinctPeople.objects.filter(_of_either(numbers)).order_by("id"):
        yield {
            "not_the_same_as_somebody_since": clock.to_text(row.at),
            "until": clock.to_text(row.ended_at) if row.ended_at else None,
            "entry": row.entry_id,
        }


def _of_either(numbers: Numbers) -> Q:
    return Q(first_id__in=numbers) | Q(second_id__in=numbers)


PERSONAL_DATA: Final = (
    PersonalData(
        name="merges",
        tables=("identity.MergedPerson",),
        export_by=("identity.MergedPerson.person_id", "identity.MergedPerson.merged_id"),
        export=_export,
        erase=_erase,
        merge=NotNeeded("merging writes the row itself"),
        split=NotNeeded("splitting ends the row itself"),
        re_encrypt=_re_encrypt,
        in_use=NotNeeded("a sweep takes the fields out of it"),
        erase_fields=_erase_fields,
        sealed_copies=_sealed_copies,
    ),
    PersonalData(
        name="possible_duplicates",
        tables=("identity.CandidatePair", "identity.SharedValue"),
        export_by=(
            "identity.CandidatePair.first_id",
            "identity.CandidatePair.second_id",
            "identity.SharedValue.person_id",
        ),
        export=_export_pairs,
        erase=_erase_pairs,
        merge=_merge_pairs,
        split=_split_pairs,
        re_encrypt=NotNeeded("numbers and codes, and no value of anybody"),
        in_use=NotNeeded("a list to work through, which the next comparison replaces"),
    ),
    PersonalData(
        name="distinctions",
        tables=("identity.DistinctPeople",),
        export_by=("identity.DistinctPeople.first_id", "identity.DistinctPeople.second_id"),
        export=_export_distinct,
        erase=NotNeeded(
            "it holds two numbers and that they are two people; a number leads to nobody once the "
            "person's key is destroyed, and the entry names neither"
        ),
        merge=NotNeeded("what was said of a record is said of the person whom it is part of"),
        split=NotNeeded("what was said of a record is said of it again"),
        re_encrypt=NotNeeded("numbers, and no value of anybody"),
        in_use=NotNeeded("nobody is kept because they are not somebody else"),
    ),
)
