"""Who of a block of rows is not loaded: held already, twice in the file, or erased."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from aboveboard.intake import erased
from aboveboard.intake.models import ImportRun
from aboveboard.intake.people_file import RowProblem
from aboveboard.intake.sealing import SealedBlock
from aboveboard.vault import numbers


@dataclass(frozen=True, slots=True)
class SortedOut:
    """Who of a block is not loaded: their places, and what is listed of whom.

    ``objections``: by place, what somebody who is let in again had objected to; ``readmitted``: the
    erasures that are no longer to be remembered.
    """

    places: set[int]
    twice: list[tuple[int, RowProblem]]
    erased: list[tuple[int, RowProblem]]
    objections: dict[int, tuple[str, ...]]
    readmitted: set[int]


def sort_out(done: SealedBlock, held: Mapping[bytes, int], key: str, run: ImportRun) -> SortedOut:
    """Say who is not to be loaded: whoever is held, stands twice in the file (which is a problem of
    the row), or was erased."""
    sorted_out = SortedOut(set(), [], [], {}, set())
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
    for place, person in known.items():
        if place in sorted_out.places:
            continue
        if person.readmitted:
            sorted_out.objections[place] = person.objections
            if not person.shares:
                # Somebody else of the household does not end the memory of them.
                sorted_out.readmitted.add(person.id)
            continue
        sorted_out.places.add(place)
        problem = RowProblem("", person.code, person.sentence)
        sorted_out.erased.append((done.lines[place], problem))
    return sorted_out
