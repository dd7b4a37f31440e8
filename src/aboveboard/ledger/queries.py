"""Every read of the ledger that a face needs."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from django.db.models import QuerySet

from aboveboard.basics.actor import Actor, ActorKind
from aboveboard.basics.canonical import Json, canonical
from aboveboard.basics.errors import Conflict, NotFound
from aboveboard.basics.limits import PAGE_SIZE
from aboveboard.ledger.folder import CHECKPOINT, VKEY, LogFolder
from aboveboard.ledger.format import checkpoint as checkpoints
from aboveboard.ledger.format import note as notes
from aboveboard.ledger.format.entry import EntryBody, parse
from aboveboard.ledger.format.proof import Proof
from aboveboard.ledger.format.tiles import HashReader, Tile, decode_hashes, parse_path
from aboveboard.ledger.format.tree import inclusion_ranges
from aboveboard.ledger.models import CheckpointRow, Entry
from aboveboard.ledger.published import HeadDamaged, log_folder
from aboveboard.ledger.signing import HANDOVER
from aboveboard.ledger.witnessing import WITNESSED

STREAMED = 2_000
"""Rows fetched at a time where all are read."""
_HANDOVER = re.compile(rf"{HANDOVER}/[1-9][0-9]{{0,3}}")


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """One entry as it was written. ``leaf_index`` is None until it is in the
    tree (about a second)."""

    id: int
    leaf_index: int | None
    at: datetime
    kind: str
    actor: Actor
    handle: str | None
    facts: Mapping[str, Json]


@dataclass(frozen=True, slots=True)
class PublishedHead:
    """The head of the log that anyone can fetch. ``at`` is when it was signed, by our clock."""

    size: int
    root: bytes
    note: str
    at: datetime | None


@dataclass(frozen=True, slots=True)
class PublishedFile:
    """A published file, its media type, and whether it may be cached forever."""

    content: bytes
    content_type: str
    forever: bool


class NotYet(Conflict):
    """This entry is not in the published ledger yet."""

    code = "not_yet"
    next_step = "Try again in a few seconds."


def entry(entry_id: int) -> LedgerEntry:
    """Return one entry.

    Raises:
        NotFound: there is no entry with this id.
    """
    row = Entry.objects.filter(pk=entry_id).first()
    if row is None:
        raise NotFound(what="ledger entry")
    return _recorded(row)


def entries(entry_ids: Collection[int]) -> list[LedgerEntry]:
    """Return the entries with these ids, newest first; ids that nothing has are left out."""
    return (
        [_recorded(row) for row in Entry.objects.filter(pk__in=list(entry_ids)).order_by("-pk")]
        if entry_ids
        else []
    )


def entry_at(leaf_index: int) -> LedgerEntry:
    """Return the entry at a place in the tree.

    Raises:
        NotFound: the tree has no such place.
    """
    row = Entry.objects.filter(leaf_index=leaf_index).first()
    if row is None:
        raise NotFound(what="place in the ledger")
    return _recorded(row)


def entries_for(
    handles: Collection[str],
    kinds: Collection[str] | None = None,
    after: int | None = None,
    limit: int = PAGE_SIZE,
) -> list[LedgerEntry]:
    """Return what concerns the person of these handles, newest first.

    ``after`` is the id of the last entry of the page before (a cursor): only older entries follow.
    """
    rows = Entry.objects.filter(handle__in=list(handles))
    if kinds is not None:
        rows = rows.filter(kind__in=list(kinds))
    if after is not None:
        # By id and not by moment: the id rises with the number of a person's handle (decision
        # 0032), and several entries have one moment.
        rows = rows.filter(pk__lt=after)
    return [_recorded(row) for row in rows.order_by("-pk")[:limit]]


def explanations(*, after: int = 0) -> list[tuple[int, str, datetime]]:
    """Return every entry after ``after`` that asks why an earlier one came out as it did, oldest
    first: its id, the handle that it shares with that one, and its moment."""
    rows = Entry.objects.filter(kind="explain.asked", handle__isnull=False, pk__gt=after)
    return [
        (entry_id, handle, at)
        for entry_id, handle, at in rows.order_by("pk").values_list("pk", "handle", "at")
        if handle is not None
    ]


def entries_from(leaf_index: int, kinds: Collection[str] = ()) -> Iterator[EntryBody]:
    """Yield what the entries from a place in the tree on say, in the order of the tree; of these
    ``kinds`` alone, if any are given."""
    rows = Entry.objects.filter(leaf_index__gte=leaf_index).order_by("leaf_index")
    if kinds:
        rows = rows.filter(kind__in=list(kinds))
    for body in rows.values_list("body", flat=True).iterator(chunk_size=STREAMED):
        yield parse(bytes(body))


def entries_of(kinds: Collection[str]) -> Iterator[LedgerEntry]:
    """Yield every entry of these kinds, placed or waiting, oldest first."""
    rows = Entry.objects.filter(kind__in=list(kinds)).order_by("pk")
    page = list(rows[:STREAMED])
    # By number and not by a cursor: who reads these may take hours over it.
    while page:
        yield from map(_recorded, page)
        page = list(rows.filter(pk__gt=page[-1].pk)[:STREAMED])


def entries_by(
    kind: ActorKind, actor_id: str, *, since: datetime, until: datetime
) -> Iterator[LedgerEntry]:
    """Yield what a member of staff or a program did from ``since`` on and before ``until``, oldest
    first. What they did that is sealed names them only within its box (:func:`sealed_between`)."""
    # The canonical form begins with the actor, its members by name (RFC 8785): so the database
    # finds the entries of one without any other being read.
    first = b'{"actor":{"id":%b,"kind":%b,' % (
        canonical(actor_id),
        canonical(kind.value),
    )
    rows = _select_between(since, until).filter(body__gte=first, body__lt=first[:-1] + b"-")
    yield from map(_recorded, rows.iterator(chunk_size=STREAMED))


def sealed_between(since: datetime, until: datetime) -> Iterator[LedgerEntry]:
    """Yield every use that is sealed, of anybody and by anybody, from ``since`` on and before
    ``until``, oldest first."""
    rows = _select_between(since, until).filter(kind="use.sealed")
    yield from map(_recorded, rows.iterator(chunk_size=STREAMED))


def _select_between(since: datetime, until: datetime) -> QuerySet[Entry]:
    return Entry.objects.filter(at__gte=since, at__lt=until).order_by("pk")


def count_between(kind: str, since: datetime, until: datetime) -> int:
    """Return how many entries of a kind there are from ``since`` on and before ``until``."""
    return _select_between(since, until).filter(kind=kind).count()


def nameless_sealed() -> Iterator[LedgerEntry]:
    """Yield every use that is sealed and names nobody, oldest first."""
    rows = Entry.objects.filter(kind="use.sealed", handle__isnull=True).order_by("pk")
    yield from map(_recorded, rows.iterator(chunk_size=STREAMED))


def newest_of(kind: str) -> LedgerEntry | None:
    """Return the newest entry of a kind, placed or waiting; None if there is none. Quick for the
    kinds that ``models.Entry`` has an index of; others are looked for from the end."""
    row = Entry.objects.filter(kind=kind).order_by("-pk").first()
    return None if row is None else _recorded(row)


def entries_about(handles: Collection[str]) -> Iterator[LedgerEntry]:
    """Yield everything that concerns the person of these handles, oldest first."""
    rows = Entry.objects.filter(handle__in=list(handles)).order_by("pk")
    for row in rows.iterator(chunk_size=STREAMED):
        yield _recorded(row)


def used_handles(handles: Collection[str]) -> frozenset[str]:
    """Return those of the handles that an entry has."""
    rows = Entry.objects.filter(handle__in=list(handles)).values_list("handle", flat=True)
    return frozenset(handle for handle in rows.distinct() if handle is not None)


def size() -> int:
    """Return how many entries are in the tree."""
    newest = CheckpointRow.objects.order_by("-size").values_list("size", flat=True).first()
    return newest or 0


def has_waiting() -> bool:
    """Whether an entry is durable but not yet in the tree: one read of an index that
    holds only such rows."""
    return Entry.objects.filter(leaf_index__isnull=True).exists()


def count_waiting() -> int:
    """Return how many entries are durable but not yet in the tree."""
    return Entry.objects.filter(leaf_index__isnull=True).count()


def checkpoint() -> PublishedHead | None:
    """Return the newest published checkpoint, or None while nothing has been published.

    Raises:
        HeadDamaged: what is published as one cannot be read.
    """
    head = _head(log_folder(), CHECKPOINT)
    if head is None:
        return None
    return replace(
        head, at=CheckpointRow.objects.filter(size=head.size).values_list("at", flat=True).first()
    )


def verifier_keys() -> list[str]:
    """Return every key the published log was ever signed with, the newest last."""
    return (log_folder().read(VKEY) or b"").decode("utf-8").split()


def verifier_key() -> str | None:
    """Return the key that signs now, or None while nothing has been published."""
    return next(reversed(verifier_keys()), None)


def proof(entry_id: int) -> str:
    """Return the proof that an entry is in the published tree: a C2SP
    tlog-proof that carries the entry.

    Reads at most one tile of each level: a few milliseconds at a hundred million entries.

    Raises:
        NotFound: there is no entry with this id.
        NotYet: the entry is not in the published tree; it will be in about a second.
    """
    row = Entry.objects.filter(pk=entry_id).values_list("leaf_index", "body").first()
    if row is None:
        raise NotFound(what="ledger entry")
    index, body = row
    folder = log_folder()
    head = None
    for name in (WITNESSED, CHECKPOINT):  # the one that others cosigned, if it covers the entry
        head = _head(folder, name)
        if index is not None and head is not None and index < head.size:
            break
    if index is None or head is None or index >= head.size:
        raise NotYet()

    def hashes(tile: Tile) -> list[bytes]:
        return decode_hashes(folder.read_tile(tile) or b"", tile.width)

    reader = HashReader(head.size, hashes)
    path = [reader.root(span) for span in inclusion_ranges(index, 0, head.size)]
    return Proof(index, path, head.note, bytes(body)).text()


def resource(path: str) -> PublishedFile | None:
    """Return the published file at ``path`` below the log's prefix, or None:
    what a face serves as it is.

    Only the paths of C2SP tlog-tiles, ``vkey``, ``witnessed`` and ``handover/N`` exist; nothing
    else in the folder can be named.
    """
    if path in (CHECKPOINT, VKEY, WITNESSED) or _HANDOVER.fullmatch(path):
        data = log_folder().read(path)
        return (
            None
            if data is None
            else PublishedFile(data, "text/plain; charset=utf-8", forever=False)
        )
    # The path is taken apart and written anew, so nothing that was asked for reaches the file
    # system as it came.
    tile = parse_path(path)
    data = log_folder().read(tile.path) if tile else None
    # A tile, once signed, never changes, so it may be cached for good; a checkpoint may not.
    return None if data is None else PublishedFile(data, "application/octet-stream", forever=True)


def head_named(name: str) -> PublishedHead | None:
    """Return what is published as ``checkpoint`` or ``witnessed``; None if there is none.

    Raises:
        HeadDamaged: what is published as one cannot be read.
    """
    return _head(log_folder(), name)


def _head(folder: LogFolder, name: str) -> PublishedHead | None:
    data = folder.read(name)
    if data is None:
        return None
    try:
        note = notes.decode(data)
        head = checkpoints.parse(notes.split(note)[0])
    # Of a record that somebody hands us, what is wrong is theirs to mend; this one is our own.
    except (notes.NoteRefused, checkpoints.CheckpointRefused) as refused:
        raise HeadDamaged(why=str(refused)) from refused
    return PublishedHead(head.size, head.root, note, None)


def _recorded(row: Entry) -> LedgerEntry:
    body = parse(bytes(row.body))
    return LedgerEntry(
        row.pk, row.leaf_index, body.at, body.kind, body.actor, body.handle, body.facts
    )
