"""What becomes of the vault's own tables when two records become one, and when they become two
again. ``identity`` decides, keeps the undo data and writes the entries; no value leaves here.

All of it runs inside one transaction that has locked both people (``vault.locking``).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from aboveboard.basics import clock
from aboveboard.basics.canonical import Json
from aboveboard.basics.errors import NotFound
from aboveboard.keys import actions as keys
from aboveboard.keys.queries import data_keys, person_handles
from aboveboard.vault import filing, record_format, sealed
from aboveboard.vault.documents import actions as documents
from aboveboard.vault.models import Alias, Person, SealedRecord
from aboveboard.vault.origin import ValueOrigin
from aboveboard.vault.rekeying import rebuild
from aboveboard.vault.rekeying.records import reseal


@dataclass(frozen=True, slots=True)
class FieldPair:
    """One field in two records: where each value comes from, None where it is not held, and
    whether the values are the same."""

    kept: ValueOrigin | None
    merged: ValueOrigin | None
    same: bool


@dataclass(frozen=True, slots=True)
class UndoBoxes:
    """What undoing a merge needs of the records, in the byte format of ``FORMAT.md``. Both are
    sealed under the merged record's own key, which stays in ``keys`` for that.

    Attributes:
        merged: the merged record as it was.
        replaced: the values of the kept record that the merged ones replaced.
    """

    merged: bytes
    replaced: bytes


@dataclass(frozen=True, slots=True)
class _Record:
    cipher: AESGCM
    boxes: dict[str, sealed.SealedField]


def compare(kept: int, merged: int) -> dict[str, FieldPair]:
    """Compare two records by field.

    Raises:
        NotFound: one of the two is not held.
    """
    first, second = _read(kept), _read(merged)
    pairs = {}
    for field in sorted(first.boxes.keys() | second.boxes.keys()):
        mine, theirs = first.boxes.get(field), second.boxes.get(field)
        same = (
            mine is not None
            and theirs is not None
            and sealed.unseal(first.cipher, kept, field, mine)
            == sealed.unseal(second.cipher, merged, field, theirs)
        )
        pairs[field] = FieldPair(
            mine.origin if mine else None, theirs.origin if theirs else None, same
        )
    return pairs


def merge(kept: int, merged: int, from_merged: Collection[str], *, at: datetime) -> UndoBoxes:
    """Make one record of two, and let the merged number lead to the person kept.

    ``from_merged``: the fields whose value comes from the merged record. The row of the merged
    person stays until :func:`delete_merged`, so that other packages can move what refers to it.

    Raises:
        NotFound: one of the two is not held.
    """
    # While the index key is rotated, what either is filed under is translated first: afterwards
    # the digests of one would be looked for among the values of the other.
    rebuild.file_under_both([kept, merged])
    mine, theirs = _read(kept), _read(merged)
    gained = {field: theirs.boxes[field] for field in from_merged}
    lost = {field: box for field, box in mine.boxes.items() if field in gained}
    boxes = mine.boxes | reseal(merged, gained, theirs.cipher, kept, mine.cipher)
    # The value that is replaced leaves the kept record, whose key opens everything: only the merged
    # record's key, which ends with the time for undoing, still opens it.
    SealedRecord.objects.filter(person_id=kept).update(
        boxes=record_format.seal_record(mine.cipher, kept, boxes)
    )
    replaced = reseal(kept, lost, mine.cipher, kept, theirs.cipher)
    Alias.objects.create(
        merged_id=merged,
        person_id=kept,
        at=at,
        facets=_merge_facets(kept, merged),
        look_ups=filing.move_look_ups(kept, merged),
    )
    # The merged record keeps its key and its handles: its undo data is sealed under that key.
    keys.set_handles(kept, person_handles(kept).merged_with(person_handles(merged)))
    return UndoBoxes(
        record_format.seal_record(theirs.cipher, merged, theirs.boxes),
        record_format.seal_record(theirs.cipher, kept, replaced),
    )


def delete_merged(merged: int) -> None:
    """Delete the row and the record of a person who was merged into another."""
    Person.objects.filter(id=merged).delete()


def split(
    kept: int,
    merged: int,
    undo: UndoBoxes,
    from_merged: Collection[str],
    *,
    kinds: Mapping[str, str],
) -> None:
    """Make two records of one again, each with its own values, look-ups, handles and documents.

    A field stays with the record that its value came from at the merge. A value that changed since
    goes to the record whose value it replaced; a field that is new since stays with the person
    kept; one that was erased since stays erased. ``kinds``: field to its kind with its format.

    Raises:
        NotFound: the person, or the key of the undo data, is gone.
        RecordDamaged: a box does not open.
    """
    rebuild.file_under_both([kept])
    alias = Alias.objects.filter(merged_id=merged, person_id=kept).first()
    if alias is None:
        raise NotFound(what="merged record")
    record, parted, changed = _split_boxes(kept, merged, undo, from_merged)
    keys.set_handles(kept, person_handles(kept).minus(person_handles(merged)))
    _restore_merged(kept, merged, alias.facets)
    SealedRecord.objects.create(
        person_id=merged, boxes=record_format.seal_record(parted.cipher, merged, parted.boxes)
    )
    SealedRecord.objects.filter(person_id=kept).update(
        boxes=record_format.seal_record(record.cipher, kept, record.boxes)
    )
    # Documents are erased by person, and may have been added under the person kept.
    documents.assign(kept, record.boxes, record.cipher)
    documents.assign(merged, parted.boxes, parted.cipher)
    filing.split_look_ups(
        kept,
        merged,
        alias.look_ups,
        filing.look_ups_of_values(
            merged, {field: parted.boxes[field] for field in changed}, parted.cipher, kinds
        ),
        of_kept=filing.look_ups_of_values(kept, record.boxes, record.cipher, kinds),
        of_merged=filing.look_ups_of_values(merged, parted.boxes, parted.cipher, kinds),
    )
    alias.delete()


def destroy_undo_key(merged: int) -> None:
    """Destroy the key of a merge's undo data, and what else undoing it would need. The number
    still leads to the person."""
    keys.destroy_person_key(merged)
    Alias.objects.filter(merged_id=merged).update(look_ups=[])


def reseal_undo(
    kept: int, merged: int, undo: UndoBoxes, *, without: Collection[str] = ()
) -> UndoBoxes | None:
    """Give the undo data of a merge a new key, and leave out some fields; None when its key is
    gone."""
    key = data_keys([merged]).get(merged)
    if key is None:
        return None
    handles = person_handles(merged)
    old, new = AESGCM(key.key), AESGCM(keys.replace_person_key(merged, handles))
    boxes = _boxes_without(old, merged, undo.merged, without)
    replaced = _boxes_without(old, kept, undo.replaced, without)
    return UndoBoxes(
        record_format.seal_record(new, merged, reseal(merged, boxes, old, merged, new)),
        record_format.seal_record(new, kept, reseal(kept, replaced, old, kept, new)),
    )


def fields_of(kept: int, merged: int, undo: UndoBoxes) -> frozenset[str]:
    """Return the names of the fields in a merge's undo data, without opening any; none when its key
    is gone."""
    key = data_keys([merged]).get(merged)
    if key is None:
        return frozenset()
    cipher = AESGCM(key.key)
    return frozenset(record_format.open_record(cipher, merged, undo.merged)) | frozenset(
        record_format.open_record(cipher, kept, undo.replaced)
    )


def _boxes_without(
    cipher: AESGCM, number: int, record: bytes, fields: Collection[str]
) -> dict[str, sealed.SealedField]:
    boxes = record_format.open_record(cipher, number, record)
    return {name: box for name, box in boxes.items() if name not in fields}


def _read(person_id: int) -> _Record:
    row = SealedRecord.objects.filter(person_id=person_id).values_list("boxes", flat=True).first()
    key = data_keys([person_id]).get(person_id)
    if row is None or key is None:
        raise NotFound(what="person")
    cipher = AESGCM(key.key)
    return _Record(cipher, record_format.open_record(cipher, person_id, bytes(row)))


def _split_boxes(
    kept: int, merged: int, undo: UndoBoxes, from_merged: Collection[str]
) -> tuple[_Record, _Record, frozenset[str]]:
    """Return the record of each, and the fields of the merged one that changed since the merge."""
    now, key = _read(kept), data_keys([merged]).get(merged)
    if key is None:
        raise NotFound(what="key of the undo data")
    cipher = AESGCM(key.key)
    boxes = record_format.open_record(cipher, merged, undo.merged)
    replaced = record_format.open_record(cipher, kept, undo.replaced)
    mine, changed = dict(now.boxes), set()
    for field in from_merged:
        box, was = mine.pop(field, None), boxes.get(field)
        if box is not None:
            value = sealed.unseal(now.cipher, kept, field, box)
            if (
                was is None
                or box.origin != was.origin
                or value != sealed.unseal(cipher, merged, field, was)
            ):
                boxes[field] = sealed.seal(cipher, merged, field, box.origin, value)
                changed.add(field)
        if field in replaced:
            lost = replaced[field]
            mine[field] = sealed.seal(
                now.cipher, kept, field, lost.origin, sealed.unseal(cipher, kept, field, lost)
            )
    return _Record(now.cipher, mine), _Record(cipher, boxes), frozenset(changed)


def _merge_facets(kept: int, merged: int) -> Json:
    """Let the person kept be active since the later and collected at the earlier of both; return
    how each was."""
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


def _restore_merged(kept: int, merged: int, facets: Mapping[str, str]) -> None:
    """Make the merged record a person again.

    Whose activity it was since nobody can say: both were active then, so that neither is swept too
    soon.
    """
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
