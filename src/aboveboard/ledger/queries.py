"""Every read of the ledger that a face needs."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from aboveboard.basics.actor import Actor
from aboveboard.basics.canonical import Json
from aboveboard.basics.errors import NotFound
from aboveboard.basics.limits import PAGE_SIZE
from aboveboard.ledger.format.entry import parse
from aboveboard.ledger.models import CheckpointRow, Entry


@dataclass(frozen=True, slots=True)
class Recorded:
    """One entry as it was written. ``leaf_index`` is None until it is in the tree (about a second)."""

    id: int
    leaf_index: int | None
    at: datetime
    kind: str
    actor: Actor
    handle: str | None
    facts: Mapping[str, Json]


def entry(entry_id: int) -> Recorded:
    """Return one entry.

    Raises:
        NotFound: there is no entry with this id.
    """
    found = Entry.objects.filter(pk=entry_id).first()
    if found is None:
        raise NotFound(what="ledger entry")
    return _recorded(found)


def entry_at(leaf_index: int) -> Recorded:
    """Return the entry at a place in the tree.

    Raises:
        NotFound: the tree has no such place.
    """
    found = Entry.objects.filter(leaf_index=leaf_index).first()
    if found is None:
        raise NotFound(what="place in the ledger")
    return _recorded(found)


def entries_for(handle: str, kinds: Collection[str] | None = None, after: int | None = None, limit: int = PAGE_SIZE) -> list[Recorded]:
    """Return what concerns one person, newest first.

    ``after`` is the id of the last entry of the page before (a cursor): only older entries follow.
    """
    found = Entry.objects.filter(handle=handle)
    if kinds is not None:
        found = found.filter(kind__in=list(kinds))
    if after is not None:
        found = found.filter(pk__lt=after)
    return [_recorded(row) for row in found.order_by("-pk")[:limit]]


def size() -> int:
    """Return how many entries are in the tree."""
    newest = CheckpointRow.objects.order_by("-size").first()
    return newest.size if newest else 0


def waiting() -> int:
    """Return how many entries are durable but not yet in the tree."""
    return Entry.objects.filter(leaf_index__isnull=True).count()


def _recorded(row: Entry) -> Recorded:
    body = parse(bytes(row.body))
    return Recorded(row.pk, row.leaf_index, body.at, body.kind, body.actor, body.handle, body.facts)
