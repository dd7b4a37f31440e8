"""Who of a block of rows is not loaded: held already, twice in the file, or erased."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from aboveboard.intake import erased, held_back
from aboveboard.intake.changes import HeldBackState
from aboveboard.intake.erased import RememberedErasure
from aboveboard.intake.held_back import HeldBackLine
from aboveboard.intake.models import ImportRun
from aboveboard.intake.people_file import RowProblem
from aboveboard.intake.sealing import SealedBlock
from aboveboard.vault import numbers

KEPT_OUT = "kept_out"
"""The code of a row that somebody decided to keep out."""

_KEPT_OUT = (
    "It has {} of somebody erased, and somebody decided to keep it out. To undo that: aboveboard "
    "import --held-back"
)


@dataclass(frozen=True, slots=True)
class SortedOut:
    """Who of a block is not loaded: their places, and what is listed of whom.

    ``objections``: by place, what somebody who is let in again had objected to; ``readmitted``: the
    erasures that are no longer to be remembered. ``held_back``: rows about which somebody decides,
    or decided to keep them out; ``taken``: the digests of those that come in by such a decision.
    """

    places: set[int]
    twice: list[tuple[int, RowProblem]]
    erased: list[tuple[int, RowProblem]]
    objections: dict[int, tuple[str, ...]]
    readmitted: set[int]
    held_back: list[HeldBackLine]
    taken: set[bytes]


def sort_out(done: SealedBlock, held: Mapping[bytes, int], key: str, run: ImportRun) -> SortedOut:
    """Say who is not to be loaded: whoever is held, stands twice in the file (which is a problem of
    the row), or was erased."""
    sorted_out = SortedOut(set(), [], [], {}, set(), [], set())
    here: set[bytes] = set()
    for place, (line, digest) in enumerate(zip(done.lines, done.digests, strict=True)):
        # A number of this run's own range belongs to an earlier line of the file.
        if digest in here or numbers.in_range(run.people_range, held.get(digest, -1)):
            problem = RowProblem(key, "twice", f"The same {key} is on an earlier line.")
            sorted_out.twice.append((line, problem))
            sorted_out.places.add(place)
        elif digest in held:
            sorted_out.places.add(place)
        here.add(digest)
    known = erased.find_erased(done.recognised_by, [each[:1] for each in done.recognised_by])
    known = {place: each for place, each in known.items() if place not in sorted_out.places}
    _skip_erased(sorted_out, done, known)
    return sorted_out


def update_remembered(sorted_out: SortedOut, *, run_id: int, at: datetime) -> None:
    """Note what was held back, and forget whoever is held again; in the transaction that loads
    them."""
    erased.delete_remembered(sorted_out.readmitted)
    held_back.delete_taken(sorted_out.taken)
    held_back.note_held_back(sorted_out.held_back, run_id=run_id, at=at)


def _skip_erased(
    sorted_out: SortedOut, done: SealedBlock, known: Mapping[int, RememberedErasure]
) -> None:
    """Leave out whoever was erased, and who may be, unless somebody decided otherwise."""
    digests = {
        place: held_back.row_digest(person.id, done.recognised_by[place])
        for place, person in known.items()
        if person.shares and not person.readmitted
    }
    decided = held_back.decisions(digests.values())
    for place, person in known.items():
        if person.readmitted:
            sorted_out.objections[place] = person.objections
            if not person.shares:
                # Somebody else of the household does not end the memory of them.
                sorted_out.readmitted.add(person.id)
            continue
        code, sentence = person.code, person.sentence
        if (digest := digests.get(place)) is not None:
            state = decided.get(digest)
            if state is HeldBackState.TAKE:
                # As of everybody who shares an address with somebody who objected.
                sorted_out.objections[place] = person.objections
                sorted_out.taken.add(digest)
                continue
            if state is HeldBackState.KEEP_OUT:
                code, sentence = KEPT_OUT, _KEPT_OUT.format(person.shares)
            line = done.lines[place]
            sorted_out.held_back.append(HeldBackLine(digest, person.id, person.kind, line))
        sorted_out.places.add(place)
        sorted_out.erased.append((done.lines[place], RowProblem("", code, sentence)))
