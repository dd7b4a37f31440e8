"""Merging two records and splitting them again. Both lock everyone concerned first, in order of
their numbers.

Merging, numbered as in the code and in ``docs/decisions/0016``:

1. Each field gets the value chosen for it, sealed under the kept record's key with its origin. The
   merged record, and the values that were replaced, become undo data under the merged record's own
   key. Look-ups and handles lead to the person kept (``vault.merging``).
2. What other packages hold moves along, as each declares (``PersonalData.merge``). Choices stay as
   they were made: the stricter answer counts until the person says otherwise.
3. The other number stops being a person and leads to the one kept. Both handles get an entry.

Splitting gives each record back what it had; what changed since goes to the record whose value it
replaced.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from aboveboard.basics.actor import SYSTEM, Actor
from aboveboard.basics.canonical import Json
from aboveboard.basics.errors import Conflict, Invalid, NotFound
from aboveboard.basics.package import NotNeeded, personal_data
from aboveboard.basics.reference import parse_reference as checked_reference
from aboveboard.identity.choosing import RecordSide, resolve_sides
from aboveboard.identity.distinct import distinct_pairs
from aboveboard.identity.entries import MergeClosed, PeopleMerged, PeopleSplit
from aboveboard.identity.limits import MERGE_UNDO_LIFE
from aboveboard.identity.matching import MergeRecord, preview, record_of
from aboveboard.identity.models import MergedPerson
from aboveboard.identity.personal_data import undo_of
from aboveboard.keys.actions import entry_subjects
from aboveboard.keys.rows import RowNotAuthentic
from aboveboard.ledger.actions import append
from aboveboard.vault import aliases, merging
from aboveboard.vault.locking import lock_people


class SamePerson(Invalid):
    """A record cannot be merged with itself."""

    code = "same_person"
    next_step = "Choose two different records."


class MergedElsewhere(Conflict):
    """This cannot be merged now: {why}."""

    code = "merged_elsewhere"
    next_step = "Look at the list of merges, and keep the record that others were merged into."


class SaidToDiffer(Conflict):
    """Somebody said that these two are not the same person."""

    code = "said_to_differ"
    next_step = "Take that back first, where it was said: among the possible duplicates."


class CannotSplit(Conflict):
    """This merge cannot be undone: {why}."""

    code = "cannot_split"
    next_step = (
        "Look at the list of merges: it says when it was undone, or that the time for it is over."
    )


def merge(
    kept: int,
    merged: int,
    *,
    chosen: Mapping[str, RecordSide],
    reference: str,
    by: Actor,
    at: datetime,
) -> MergeRecord:
    """Make one person of two records: ``kept`` stays their number. ``chosen``: field to the record
    whose value wins; where nothing was chosen the newer value wins.

    Raises:
        SamePerson, NotHeldThere, ReferenceRefused: what was asked makes no sense.
        NotFound: one of the two is not held.
        MergedElsewhere: one of the two was merged meanwhile, or others into the one that would go.
        SaidToDiffer: somebody said that they are two people.
    """
    if kept == merged:
        raise SamePerson(found="the same record twice", fix="")
    case = checked_reference(reference)
    with transaction.atomic():
        # Locked before anything is read: until then a number may come to lead to somebody else.
        _check_mergeable(kept, merged, lock_people([kept, merged]))
        # Compared again under the lock: what the page showed may have been corrected since.
        sides = resolve_sides({field.field: field for field in preview(kept, merged)}, chosen)
        subjects = entry_subjects([kept, merged])
        undo = merging.merge(kept, merged, _from_merged(sides), at=at)  # 1
        state: dict[str, Json] = {
            "won": {field: side.value for field, side in sides.items()},
            "packages": {  # 2
                # Each says what it needs to go back: whoever splits must not guess what moved.
                data.name: data.merge(kept, merged)
                for _, data in personal_data()
                if not isinstance(data.merge, NotNeeded)
            },
        }
        # 3: after the others, whose rows may refer to the merged person.
        merging.delete_merged(merged)
        entry_id, _ = (
            append(
                PeopleMerged(reference=subject.seal(case), fields=len(sides)),
                by=by,
                handle=subject.handle,
                at=at,
            )
            for subject in (subjects[kept], subjects[merged])
        )
        row = MergedPerson.objects.create(
            person_id=kept,
            merged_id=merged,
            reference=case,
            at=at,
            actor=by.as_json(),
            entry_id=entry_id,
            merged_boxes=undo.merged,
            replaced_boxes=undo.replaced,
            state=state,
        )
    return record_of(row)


def split(
    merge_id: int, *, kinds: Mapping[str, str], reference: str, by: Actor, at: datetime
) -> MergeRecord:
    """Undo a merge: two people again, each with what was theirs. ``kinds``: field to its kind with
    its format.

    Raises:
        NotFound: there is no such merge, or the person was erased.
        CannotSplit: it was undone before, or the time for it is over.
        ReferenceRefused: the reference is not one.
    """
    case = checked_reference(reference)
    with transaction.atomic():
        kept = _row(merge_id).person_id
        if not lock_people([kept]):
            raise NotFound(what="person")
        row = _row(merge_id)  # read again, now that nobody else can split it
        if row.split_at is not None:
            raise CannotSplit(why="it was undone before")
        undo = undo_of(row)
        if undo is None:
            raise CannotSplit(
                why=f"it is older than {MERGE_UNDO_LIFE.days} days, and its undo data is destroyed"
            )
        sides = {field: RecordSide(side) for field, side in row.state["won"].items()}
        merging.split(kept, row.merged_id, undo, _from_merged(sides), kinds=kinds)
        states = row.state["packages"]
        for _, data in personal_data():
            # A package that held nothing of people when the two were merged moved nothing.
            if data.name in states and not isinstance(data.split, NotNeeded):
                data.split(kept, row.merged_id, states[data.name])
        subjects = entry_subjects([kept, row.merged_id])
        row.split_entry_id, _ = (
            append(
                PeopleSplit(merged=row.entry_id, reference=subject.seal(case)),
                by=by,
                handle=subject.handle,
                at=at,
            )
            for subject in (subjects[kept], subjects[row.merged_id])
        )
        # Both records hold their values under their own keys again; a copy left here would outlive
        # the erasure of either.
        row.split_at, row.split_actor, row.split_reference = at, by.as_json(), case
        row.merged_boxes = row.replaced_boxes = None
        row.save()
    return record_of(row)


def expire_undo_data(*, at: datetime, limit: int = 100) -> int:
    """Destroy the undo data of merges that are too old to be undone, and return how many; they
    stay merged."""
    over = MergedPerson.objects.filter(merged_boxes__isnull=False, at__lt=at - MERGE_UNDO_LIFE)
    due = list(over.order_by("id").values_list("id", "person_id")[:limit])
    # One at a time, each with its person locked as a split and an erasure lock them: the key that
    # goes here is the one that a split of this moment gives the record back under.
    return sum(_expire_undo_data(merge_id, kept, at) for merge_id, kept in due)


@transaction.atomic
def _expire_undo_data(merge_id: int, kept: int, at: datetime) -> bool:
    lock_people([kept])
    row = MergedPerson.objects.filter(pk=merge_id, merged_boxes__isnull=False).first()
    if row is None:
        return False  # split or erased, since it was found
    # The key with the boxes: a box that is gone from the row lies in backups, and without its key
    # it opens nowhere.
    merging.destroy_undo_key(row.merged_id)
    row.merged_boxes = row.replaced_boxes = None
    row.save(update_fields=["merged_boxes", "replaced_boxes"])
    append(MergeClosed(row.entry_id), by=SYSTEM, handle=None, at=at)
    return True


def _row(merge_id: int) -> MergedPerson:
    row: MergedPerson | None = MergedPerson.objects.filter(pk=merge_id).first()
    if row is None:
        raise NotFound(what="merge")
    if not row.authentic:
        raise RowNotAuthentic(table=row._meta.label)
    return row


def _from_merged(sides: Mapping[str, RecordSide]) -> frozenset[str]:
    return frozenset(field for field, side in sides.items() if side is RecordSide.MERGED)


def _check_mergeable(kept: int, merged: int, locked: frozenset[int]) -> None:
    """Refuse what cannot be merged now, of two people whom the caller has locked."""
    missing = {kept, merged} - locked
    if any(now != number for number, now in aliases.current_numbers(missing).items()):
        raise MergedElsewhere(why="one of the two was merged into another record meanwhile")
    if missing:
        raise NotFound(what="person")
    if (min(kept, merged), max(kept, merged)) in distinct_pairs([kept, merged]):
        raise SaidToDiffer
    if len(aliases.numbers_of(merged)) > 1:
        raise MergedElsewhere(why="other records were merged into the one that would go")
