"""Which index keys the digests of a leaked file were made with: matched by another, everybody in
it would be a stranger."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path

from aboveboard.basics.errors import Conflict
from aboveboard.engines.leak import LeakPaths
from aboveboard.incidents.exposure.folders import folder_of
from aboveboard.incidents.leaks.keyed import IndexKeys
from aboveboard.incidents.models import Incident
from aboveboard.incidents.terms import IncidentKind
from aboveboard.vault import blind, generations

_FILE = "leak-made-with.txt"


class MadeWithAnotherKey(Conflict):
    """The leaked file of {reference} was read with an index key that has been replaced, so its
    lines can be matched no more."""

    code = "made_with_another_key"
    next_step = "Open an incident from the file again: aboveboard incident open-leak FILE"


def in_hand(written: Collection[int]) -> IndexKeys:
    """Return the index keys ``written``, to make digests with."""
    return IndexKeys(
        {
            kind: (number, tuple(blind.key(kind, generation) for generation in written))
            for kind, number in (blind.KIND_NUMBERS | blind.COMPARED_NUMBERS).items()
        }
    )


def write_keys(folder: Path, written: Collection[int]) -> None:
    """Keep with a leak which keys it was made with."""
    # A check value of each key and not its number: after a restoration the same number may be
    # another key.
    (folder / _FILE).write_text("".join(blind.check(number) + "\n" for number in written), "ascii")


def read_keys(folder: Path) -> set[str]:
    """Return which keys a leak was made with; one that does not say is of the first key."""
    file = folder / _FILE
    return set(file.read_text("ascii").split()) if file.is_file() else {blind.check(0)}


def delete_keys(folder: Path) -> None:
    """Delete what :func:`write_keys` kept."""
    (folder / _FILE).unlink(missing_ok=True)


def check_index_key(incident: Incident) -> None:
    """Refuse to match with another key.

    Raises:
        MadeWithAnotherKey: it would find nobody.
    """
    if blind.check(generations.current().searched) not in read_keys(folder_of(incident)):
        raise MadeWithAnotherKey(reference=incident.reference)


def incidents_to_count(new: str) -> Sequence[str]:
    """Return the incidents whose leak was not made with the new key, and is still to be counted."""
    rows = Incident.objects.filter(kind=IncidentKind.LEAKED_FILE).order_by("pk")
    return [
        row.reference
        for row in rows
        if LeakPaths.in_folder(folder_of(row)).exist and new not in read_keys(folder_of(row))
    ]
