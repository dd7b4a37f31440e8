"""Merging two records and splitting them again. Both hold everyone concerned first,
in order of their numbers.

Merging, numbered as in the code and in ``docs/decisions/0016``:

1. Each field gets the value chosen for it, sealed anew under the kept record's key,
   with where it comes from.
2. The merged record, and the values that lost, are set aside under the merged record's own key.
3. Look-ups, handles, sign-in and what other rooms keep lead to the person kept.
   Choices stay as they were made: the stricter answer stands until the person says
   otherwise (``choices.standing``).
4. The other number stops being a person and leads to the one kept. Both handles get an entry.

Splitting gives each record back what it had; what changed since goes to the record
whose value it replaced.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from aboveboard.basics import clock
from aboveboard.basics.actor import SYSTEM, Actor
from aboveboard.basics.canonical import Json
from aboveboard.basics.errors import Conflict, Invalid, NotFound
from aboveboard.basics.reference import reference as checked_reference
from aboveboard.identity import filing, joining, splitting
from aboveboard.identity.choosing import Side, winners
from aboveboard.identity.limits import MERGE_UNDO_LIFE
from aboveboard.identity.matching import compared, merge_of, read
from aboveboard.identity.models import MergedPerson
from aboveboard.keys import actions as keys
from aboveboard.keys.queries import person_handles
from aboveboard.ledger.actions import append
from aboveboard.retention.actions import refresh
from aboveboard.vault import sealed
from aboveboard.vault.documents import actions as attachments
from aboveboard.vault.locking import lock_people
from aboveboard.vault.models import Person, SealedRecord
from aboveboard.vault.rekeying import rebuild
from aboveboard.vault.rekeying.records import resealed


class SamePerson(Invalid):
    """A record cannot be merged with itself."""

    code = "same_person"
    next_step = "Choose two different records."


class MergedElsewhere(Conflict):
    """This cannot be merged now: {why}."""

    code = "merged_elsewhere"
    next_step = "Look at the list of merges, and keep the record that others were merged into."


class CannotSplit(Conflict):
    """This merge cannot be undone: {why}."""

    code = "cannot_split"
    next_step = (
        "Look at the list of merges: it says when it was undone, or that the time for it is over."
    )


def merge(
    kept: int, merged: int, *, chosen: Mapping[str, Side], reference: str, by: Actor, at: datetime
) -> MergedPerson:
    """Make one person of two records: ``kept`` stays their number. ``chosen``: field to the
    record whose value wins.

    Where nothing was chosen the newer value wins.

    Raises:
        SamePerson, NotHeldThere, ReferenceRefused: what was asked makes no sense.
        NotFound: one of the two is not held.
        MergedElsewhere: one of the two was merged meanwhile, or others were merged
            into the one that would go.
    """
    if kept == merged:
        raise SamePerson(found="the same record twice", fix="")
    checked_reference(reference)
    with transaction.atomic():
        _check(kept, merged, lock_people([kept, merged]))
        rebuild.file_under_both([kept, merged])
        mine, theirs = read(kept), read(merged)
        won = winners(compared(mine, kept, theirs, merged), chosen)
        gained = {field: theirs.boxes[field] for field, side in won.items() if side is Side.MERGED}
        lost = {field: box for field, box in mine.boxes.items() if field in gained}
        boxes = mine.boxes | resealed(merged, gained, theirs.cipher, kept, mine.cipher)  # 1
        SealedRecord.objects.filter(person_id=kept).update(boxes=sealed.encode(boxes))
        aside = resealed(kept, lost, mine.cipher, kept, theirs.cipher)  # 2
        mine_known, theirs_known = person_handles(kept), person_handles(merged)
        state: dict[str, Json] = {  # 3
            "won": {field: side.value for field, side in won.items()},
            "facets": _join_facets(kept, merged),
            "look_ups": filing.move(kept, merged),
            "rooms": joining.move_all(kept, merged),
        }
        keys.set_handles(kept, [*mine_known, *theirs_known])
        Person.objects.filter(id=merged).delete()  # 4
        facts: dict[str, Json] = {"reference": reference, "fields": len(won)}
        entry_id = append("people.merged", by=by, handle=mine_known[0], facts=facts, at=at)
        append("people.merged", by=by, handle=theirs_known[0], facts=facts, at=at)
        row = MergedPerson.objects.create(
            person_id=kept,
            merged_id=merged,
            reference=reference,
            at=at,
            actor=by.as_json(),
            entry_id=entry_id,
            boxes=sealed.encode(theirs.boxes),
            set_aside=sealed.encode(aside),
            state=state,
        )
        refresh(kept)
    return row


def split(
    merge_id: int, *, kinds: Mapping[str, str], reference: str, by: Actor, at: datetime
) -> MergedPerson:
    """Undo a merge: two people again, each with what was theirs. ``kinds``: field to
    its kind with its format.

    Raises:
        NotFound: there is no such merge, or the person was erased.
        CannotSplit: it was undone before, or the time for it is over.
        ReferenceRefused: the reference is not one.
    """
    checked_reference(reference)
    with transaction.atomic():
        kept = merge_of(merge_id).person_id
        if not lock_people([kept]):
            raise NotFound(what="person")
        rebuild.file_under_both([kept])
        row = merge_of(merge_id)
        if row.split_at is not None:
            raise CannotSplit(why="it was undone before")
        if row.boxes is None or row.set_aside is None:
            raise CannotSplit(
                why=(
                    f"it is older than {MERGE_UNDO_LIFE.days} days, and what was set aside has "
                    "been destroyed"
                )
            )
        parted = splitting.part(row)
        theirs_known = person_handles(row.merged_id)
        keys.set_handles(kept, [one for one in person_handles(kept) if one not in theirs_known])
        _revive(row, parted, kinds)
        moved = row.state["rooms"]
        if "account" in row.state:  # of a merge that was made before accounts declared theirs
            moved = {"accounts": row.state["account"], **moved}
        joining.move_all_back(kept, row.merged_id, moved)
        facts: dict[str, Json] = {"merged": row.entry_id, "reference": reference}
        row.split_entry_id = append(
            "people.split", by=by, handle=person_handles(kept)[0], facts=facts, at=at
        )
        append("people.split", by=by, handle=theirs_known[0], facts=facts, at=at)
        row.split_at, row.split_actor, row.split_reference = at, by.as_json(), reference
        row.boxes = row.set_aside = None
        row.save()
        refresh(kept)
        refresh(row.merged_id)
    return row


def end_undoing(*, at: datetime, limit: int = 100) -> int:
    """Destroy what was set aside by merges that are too old to be undone, and return how
    many; they stay merged."""
    with transaction.atomic():
        due = (
            MergedPerson.objects.select_for_update()
            .filter(boxes__isnull=False, at__lt=at - MERGE_UNDO_LIFE)
            .order_by("id")[:limit]
        )
        rows = list(due)
        for row in rows:
            keys.destroy_person_key(row.merged_id)
            row.boxes = row.set_aside = None
            row.save(update_fields=["boxes", "set_aside"])
            append(
                "people.merge-closed", by=SYSTEM, handle=None, facts={"merged": row.entry_id}, at=at
            )
    return len(rows)


def forget(numbers: Sequence[int]) -> None:
    """Destroy what a person's merges set aside, with the keys, and the rows of all of them: only
    their erasure calls this.

    ``numbers``: their own first, then those that lead to it.
    """
    person_id, *merged = numbers
    for number in merged:
        keys.destroy_person_key(number)
    MergedPerson.objects.filter(Q(person_id=person_id) | Q(merged_id=person_id)).delete()


def _check(kept: int, merged: int, held: frozenset[int]) -> None:
    """Refuse what cannot be merged now, of two people on whom hold was laid."""
    missing = {kept, merged} - held
    if (
        missing
        and MergedPerson.objects.filter(merged_id__in=missing, split_at__isnull=True).exists()
    ):
        raise MergedElsewhere(why="one of the two was merged into another record meanwhile")
    if missing:
        raise NotFound(what="person")
    if MergedPerson.objects.filter(person_id=merged, split_at__isnull=True).exists():
        raise MergedElsewhere(why="other records were merged into the one that would go")


def _join_facets(kept: int, merged: int) -> Json:
    """Let the person kept be active since the later and collected at the earlier of
    both; return how each was."""
    rows = {person.id: person for person in Person.objects.filter(id__in=[kept, merged])}
    mine, theirs = rows[kept], rows[merged]
    Person.objects.filter(id=kept).update(
        collected_at=min(mine.collected_at, theirs.collected_at),
        last_active_at=max(mine.last_active_at, theirs.last_active_at),
    )
    return {
        "kept_collected_at": clock.to_text(mine.collected_at),
        "jurisdiction": theirs.jurisdiction,
        "language": theirs.language,
        "collected_at": clock.to_text(theirs.collected_at),
        "last_active_at": clock.to_text(theirs.last_active_at),
    }


def _revive(row: MergedPerson, parted: splitting.Parted, kinds: Mapping[str, str]) -> None:
    """Make the merged record a person again, and file each under what is their own.

    Whose activity it was since nobody can say: both were active then, so that
    neither is swept too soon.
    """
    kept, merged, facets = row.person_id, row.merged_id, row.state["facets"]
    active = max(
        Person.objects.values_list("last_active_at", flat=True).get(id=kept),
        clock.from_text(facets["last_active_at"]),
    )
    Person.objects.create(
        id=merged,
        jurisdiction=facets["jurisdiction"],
        language=facets["language"],
        collected_at=clock.from_text(facets["collected_at"]),
        last_active_at=active,
    )
    Person.objects.filter(id=kept).update(collected_at=clock.from_text(facets["kept_collected_at"]))
    SealedRecord.objects.create(person_id=merged, boxes=sealed.encode(parted.merged))
    SealedRecord.objects.filter(person_id=kept).update(boxes=sealed.encode(parted.kept))
    attachments.belong(kept, parted.kept, parted.kept_cipher)
    attachments.belong(merged, parted.merged, parted.merged_cipher)
    changed = {field: box for field, box in parted.merged.items() if field in parted.changed}
    filing.part(
        kept,
        merged,
        row.state["look_ups"],
        filing.filed_under(merged, changed, parted.merged_cipher, kinds),
        of_kept=filing.filed_under(kept, parted.kept, parted.kept_cipher, kinds),
        of_merged=filing.filed_under(merged, parted.merged, parted.merged_cipher, kinds),
    )
