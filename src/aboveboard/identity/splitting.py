"""Which value goes to whom when one record becomes two again.

A field stays with the record that its value came from at the merge. A value that changed since goes
to the record whose value it replaced; a field that is new since stays with the person kept; one
that was erased since stays erased.
"""

from __future__ import annotations

from dataclasses import dataclass

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from aboveboard.basics.errors import NotFound
from aboveboard.identity.choosing import Side
from aboveboard.identity.matching import read
from aboveboard.identity.models import MergedPerson
from aboveboard.keys.queries import data_keys
from aboveboard.vault import sealed


@dataclass(frozen=True, slots=True)
class Parted:
    """The boxes of each record with its cipher, and the fields of the merged one that
    changed since the merge."""

    kept: dict[str, sealed.Box]
    kept_cipher: AESGCM
    merged: dict[str, sealed.Box]
    merged_cipher: AESGCM
    changed: frozenset[str]


def part(row: MergedPerson) -> Parted:
    """Part the record of a merge that can still be undone.

    Raises:
        NotFound: the person, or the key of what was set aside, is gone.
        RecordDamaged: a box does not open.
    """
    kept, merged = row.person_id, row.merged_id
    now, theirs = read(kept), data_keys([merged]).get(merged)
    if theirs is None or row.boxes is None or row.set_aside is None:
        raise NotFound(what="record that was set aside")
    cipher = AESGCM(theirs.key)
    boxes, aside = sealed.decode(bytes(row.boxes)), sealed.decode(bytes(row.set_aside))
    mine, changed = dict(now.boxes), set()
    for field, side in row.state["won"].items():
        if side != Side.MERGED:
            continue
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
        if field in aside:
            lost = aside[field]
            mine[field] = sealed.seal(
                now.cipher, kept, field, lost.origin, sealed.unseal(cipher, kept, field, lost)
            )
    return Parted(mine, now.cipher, boxes, cipher, frozenset(changed))
