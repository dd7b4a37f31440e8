"""The proof that a list of entries is one person's, whole, and holds nobody else's: one JSON file
that is checked without the network. ``FORMAT.md``, "Own list". Pure.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from aboveboard.basics.errors import Invalid
from aboveboard.ledger.format.checkpoint import Checkpoint, open_with
from aboveboard.ledger.format.entry import EntryBody
from aboveboard.ledger.format.entry import parse as parse_entry
from aboveboard.ledger.format.handle_index import (
    BLOCK,
    HandleRun,
    ShownRecords,
    check_shown,
    committed_runs,
    places_in,
)
from aboveboard.ledger.format.note import Verifier
from aboveboard.ledger.format.several import root_with
from aboveboard.ledger.format.tree import ProofRefused, leaf_hash

VERSION: Final = 1
KIND: Final = "aboveboard/own-list"
LIST_CHARS: Final = 64_000_000
"""Longest list that is read, in characters. Our choice: some 20,000 entries."""
_HANDLE = re.compile(r"[0-9a-f]{32}")
_ROOT = re.compile(r"[0-9a-f]{64}")
_RECORD = re.compile(r"[0-9a-f]{48}")
_T = TypeVar("_T")


class OwnListRefused(Invalid):
    """The list cannot be relied on: {found}."""

    code = "own_list_refused"
    next_step = (
        "Download it again. If it still does not hold, keep both files and ask the organisation, "
        "or its authority."
    )


@dataclass(frozen=True, slots=True)
class Strand:
    """The handles of one secret: those of its ``count`` entries and the next one, which no entry
    has; the roots of the blocks that they stand in, and of the block after; and the hashes that
    prove those of each block."""

    count: int
    handles: Sequence[str]
    blocks: Sequence[bytes]
    hashes: Sequence[Sequence[bytes]]


@dataclass(frozen=True, slots=True)
class OwnList:
    """What the file holds. ``entries`` are places and bytes, ascending, with the commitment among
    them at the place ``commitment``; ``runs`` has what is shown of each of its runs."""

    note: str
    commitment: int
    entries: Sequence[tuple[int, bytes]]
    tree: Sequence[bytes]
    runs: Sequence[ShownRecords]
    strands: Sequence[Strand]
    lasting: Sequence[str] = ()

    def text(self) -> str:
        """Return the file."""
        return json.dumps(
            {
                "v": VERSION,
                "kind": KIND,
                "note": self.note,
                "commitment": self.commitment,
                "entries": [[place, _to_text(body)] for place, body in self.entries],
                "tree": list(map(_to_text, self.tree)),
                "runs": [
                    {
                        "records": [[at, each.hex()] for at, each in sorted(run.records.items())],
                        "hashes": list(map(_to_text, run.hashes)),
                    }
                    for run in self.runs
                ],
                "strands": [
                    {
                        "count": strand.count,
                        "handles": list(strand.handles),
                        "blocks": [root.hex() for root in strand.blocks],
                        "hashes": [list(map(_to_text, block)) for block in strand.hashes],
                    }
                    for strand in self.strands
                ],
                "lasting": list(self.lasting),
            },
            separators=(",", ":"),
        )


@dataclass(frozen=True, slots=True)
class ProvedList:
    """What a list is proved to be: every entry before the place ``size`` that has a handle of the
    person's, with its place, and no other.

    ``commitment`` is the entry that says so, at ``commitment_at`` in the log.
    """

    entries: Sequence[tuple[int, EntryBody]]
    size: int
    commitment: EntryBody
    commitment_at: int
    head: Checkpoint


def parse(text: str) -> OwnList:
    """Read the file.

    Raises:
        OwnListRefused: it is not of this form.
    """
    if len(text) > LIST_CHARS:
        raise OwnListRefused(found="it is too long")
    try:
        whole = _object(
            json.loads(text),
            "v kind note commitment entries tree runs strands lasting",
        )
        if (_typed(whole["v"], int), whole["kind"]) != (VERSION, KIND):
            raise OwnListRefused(found="it is of another kind or version")
        return OwnList(
            note=_typed(whole["note"], str),
            commitment=_typed(whole["commitment"], int),
            entries=[(_typed(place, int), _bytes(body)) for place, body in _list(whole["entries"])],
            tree=list(map(_bytes, _list(whole["tree"]))),
            runs=[_shown_records(run) for run in _list(whole["runs"])],
            strands=[_strand(strand) for strand in _list(whole["strands"])],
            lasting=[_matching(_HANDLE, handle) for handle in _list(whole["lasting"])],
        )
    except (ValueError, TypeError, KeyError, RecursionError):
        raise OwnListRefused(found="it is not of the form of such a file") from None


def verify(own: OwnList, *trusted: Verifier) -> ProvedList:
    """Check a list.

    1. The checkpoint is signed by one of the keys that are trusted.
    2. Every entry of the list leads to its root.
    3. One of them commits to runs that cover the log from its beginning up to a place before it.
    4. The person's handles are those of blocks that are bound to one secret each.
    5. For every handle each run shows all of its entries.
    6. These, and no others, are the entries of the list.
    7. Each number below a strand's count has an entry, and the next one has none.

    Raises:
        OwnListRefused, NoteRefused, CheckpointRefused, ProofRefused, EntryRefused, IndexRefused: a
            step fails.
    """
    # 1. First: until it holds, the root beside which the rest is judged is anybody's.
    head = open_with(own.note, trusted)
    # 2.
    bodies = dict(own.entries)
    if list(bodies) != sorted(bodies) or len(bodies) != len(own.entries):
        raise OwnListRefused(found="its entries are not in order")
    leaves = {place: leaf_hash(body) for place, body in bodies.items()}
    if root_with(leaves, head.size, own.tree) != head.root:
        raise ProofRefused(found="its entries lead to another root than the one signed")
    parsed = {place: parse_entry(body) for place, body in bodies.items()}
    # 3.
    commitment = parsed.pop(own.commitment, None)
    if commitment is None:
        raise OwnListRefused(found="the entry that commits to it is missing")
    runs = committed_runs(commitment)
    if runs[-1].end > own.commitment or len(runs) != len(own.runs):
        raise OwnListRefused(found="its runs are not those that were committed to")
    # 4.
    handles = _bound_handles(own)
    # 5.
    places = _places(runs, own.runs, handles)
    # 6.
    shown = {(entry.handle, place) for place, entry in parsed.items()}
    indexed = {(handle, place) for handle in handles for place in places[handle]}
    if extra := shown - indexed:
        raise OwnListRefused(found=f"{len(extra)} of its entries are not this person's")
    if missing := indexed - shown:
        raise OwnListRefused(found=f"{len(missing)} entries of this person are left out")
    # 7.
    for strand in own.strands:
        if not all(places[handle] for handle in strand.handles[:-1]):
            raise OwnListRefused(found="a number was passed over: its entry is nowhere")
        if places[strand.handles[-1]]:
            raise OwnListRefused(found="it ends before the person's last entry")
    return ProvedList(sorted(parsed.items()), runs[-1].end, commitment, own.commitment, head)


def _bound_handles(own: OwnList) -> list[str]:
    """Step 4: return every handle of the person."""
    for strand in own.strands:
        if strand.count < 0 or len(strand.handles) != strand.count + 1:
            raise OwnListRefused(found="a strand has not a handle for each number, and the next")
        shown = strand.count // BLOCK + 1
        if len(strand.hashes) != shown or len(strand.blocks) != shown + 1:
            raise OwnListRefused(found="a strand has too few blocks, or too many")
        for number, hashes in enumerate(strand.hashes):
            part = strand.handles[number * BLOCK : (number + 1) * BLOCK]
            leaves = {at: leaf_hash(bytes.fromhex(handle)) for at, handle in enumerate(part)}
            if root_with(leaves, BLOCK, hashes) != strand.blocks[number]:
                raise OwnListRefused(found="a handle does not belong to its strand")
    handles = [handle for strand in own.strands for handle in strand.handles]
    handles += own.lasting
    if not own.strands or len(set(handles)) != len(handles):
        raise OwnListRefused(found="it has no handles, or one of them twice")
    return handles


def _places(
    runs: Sequence[HandleRun], shown: Sequence[ShownRecords], handles: Sequence[str]
) -> dict[str, list[int]]:
    """Step 5: return the places of each handle's entries."""
    places: dict[str, list[int]] = {handle: [] for handle in handles}
    for run, part in zip(runs, shown, strict=True):
        positions, records = check_shown(run, part)
        for handle in handles:
            places[handle] += places_in(run, positions, records, handle)
    return places


def _object(value: Any, keys: str) -> Mapping[str, Any]:
    if not isinstance(value, dict) or set(value) != set(keys.split()):
        raise ValueError
    return value


def _typed(value: Any, kind: type[_T]) -> _T:
    # Not isinstance: True is an int.
    if type(value) is not kind:
        raise ValueError
    return value


def _matching(form: re.Pattern[str], value: Any) -> str:
    if form.fullmatch(_typed(value, str)) is None:
        raise ValueError
    return str(value)


def _shown_records(value: Any) -> ShownRecords:
    run = _object(value, "records hashes")
    pairs = [
        (_typed(at, int), bytes.fromhex(_matching(_RECORD, each)))
        for at, each in _list(run["records"])
    ]
    if [at for at, _ in pairs] != sorted({at for at, _ in pairs}):
        raise ValueError
    return ShownRecords(dict(pairs), list(map(_bytes, _list(run["hashes"]))))


def _strand(value: Any) -> Strand:
    strand = _object(value, "count handles blocks hashes")
    return Strand(
        _typed(strand["count"], int),
        [_matching(_HANDLE, handle) for handle in _list(strand["handles"])],
        [bytes.fromhex(_matching(_ROOT, root)) for root in _list(strand["blocks"])],
        [list(map(_bytes, _list(block))) for block in _list(strand["hashes"])],
    )


def _list(value: Any) -> list[Any]:
    return _typed(value, list)


def _to_text(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _bytes(value: Any) -> bytes:
    try:
        data = base64.b64decode(_typed(value, str), validate=True)
    except binascii.Error:
        raise ValueError from None
    # Written back and compared: one list must not have several texts.
    if _to_text(data) != value:
        raise ValueError
    return data
