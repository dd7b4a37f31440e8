"""What a person's verifier saw before of their own list, kept in a file of its own, and whether a
new list goes on from it.

The file is one JSON object: ``v``, ``note`` and ``size`` of the newest list, ``strands`` (the roots
of each strand's blocks), ``lasting``, and ``entries`` (place and leaf hash). Anyone who can write
it can make a check overlook something.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from aboveboard.basics.errors import Invalid
from aboveboard.ledger.format.checkpoint import open_with
from aboveboard.ledger.format.note import Verifier
from aboveboard.ledger.format.own_list import OwnList, ProvedList
from aboveboard.ledger.format.tree import leaf_hash

_VERSION = 1


@dataclass(frozen=True, slots=True)
class SeenList:
    """What is kept of a list that held. ``entries``: place to leaf hash, in hex."""

    note: str
    size: int
    strands: Sequence[Sequence[str]]
    lasting: Sequence[str]
    entries: dict[int, str]


def seen_list(own: OwnList, proved: ProvedList) -> SeenList:
    """Return what is to be kept of a list that was checked."""
    return SeenList(
        own.note,
        proved.size,
        [[root.hex() for root in strand.blocks] for strand in own.strands],
        list(own.lasting),
        {place: leaf_hash(body).hex() for place, body in own.entries if place != own.commitment},
    )


def read_seen_list(file: Path) -> SeenList | None:
    """Return what was kept in a file; None if there is no file.

    Raises:
        Invalid: the file is not one that was kept here.
    """
    if not file.is_file():
        return None
    try:
        kept = json.loads(file.read_text("utf-8"))
        if kept.pop("v") != _VERSION:
            raise ValueError
        kept["entries"] = {int(place): str(leaf) for place, leaf in kept["entries"].items()}
        return SeenList(**kept)
    except (ValueError, KeyError, TypeError, AttributeError):
        fix = "Give the file of an earlier check, or another name to begin anew."
        raise Invalid(found=f"{file} is not what was kept of a list", fix=fix) from None


def keep_seen_list(file: Path, seen: SeenList) -> None:
    """Write it, whole or not at all."""
    kept = {
        "v": _VERSION,
        "note": seen.note,
        "size": seen.size,
        "strands": seen.strands,
        "lasting": seen.lasting,
        "entries": seen.entries,
    }
    temporary = file.with_name(f".{file.name}.tmp")
    with temporary.open("w", encoding="utf-8") as out:
        out.write(json.dumps(kept) + "\n")
        out.flush()
        os.fsync(out.fileno())
    temporary.replace(file)


def contradictions(before: SeenList, now: SeenList, trusted: Sequence[Verifier]) -> Iterator[str]:
    """Yield a sentence for each way in which a list does not go on from the one seen before.

    Raises:
        NoteRefused, CheckpointRefused: the kept checkpoint does not hold under the trusted keys.
    """
    old, new = open_with(before.note, trusted), open_with(now.note, trusted)
    if old.origin != new.origin:
        yield f"It is of another log: {new.origin}, and before {old.origin}."
        return
    if new.size == old.size and new.root != old.root:
        yield (
            f"Two signed checkpoints of {new.size:,} entries contradict each other. Together they "
            "prove a fork: keep both files."
        )
    if now.size < before.size or new.size < old.size:
        yield (
            f"It is older than the list seen before: it goes to entry {now.size:,}, and that one "
            f"went to {before.size:,}."
        )
        return
    roots = [list(strand) for strand in now.strands]
    lost = [
        strand
        for strand in before.strands
        if not any(_goes_on(list(strand), each) for each in roots)
    ]
    if lost or not set(before.lasting) <= set(now.lasting):
        yield (
            "Handles that were yours are no longer in it. That is so after two records that were "
            "joined by mistake were parted again; if nobody told you of that, ask."
        )
        return
    changed = [place for place, leaf in before.entries.items() if now.entries.get(place) != leaf]
    if changed:
        yield (
            f"{len(changed):,} entries that the list had before are gone or changed: first that at "
            f"place {min(changed):,}."
        )
    late = [place for place in now.entries if place < before.size and place not in before.entries]
    if late and len(now.strands) == len(before.strands):
        yield (
            f"{len(late):,} entries were already in the log when the list was given to you before, "
            f"and were not in it: first that at place {min(late):,}."
        )


def _goes_on(before: Sequence[str], now: Sequence[str]) -> bool:
    return list(now[: len(before)]) == list(before)
