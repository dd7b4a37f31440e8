"""From a row to blind digests and a bitmap: after this, nothing that the row said is left."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field

from aboveboard.engines.leak import LeakWriter
from aboveboard.incidents.leaks.columns import ColumnRole, roles
from aboveboard.incidents.leaks.reading import LeakRow, UnreadLine, UnreadReason
from aboveboard.kinds.recognise import password_form
from aboveboard.vault import blind

_EMPTY = frozenset({"", "null", "none", "nil", "n/a", "na", "-", "\\n", "nan", "undefined"})
"""What programs write where there is nothing."""


@dataclass(slots=True)
class Digested:
    """What became of a file's rows: how many were written, and the lines that could not be read."""

    readable: int = 0
    unread: list[UnreadLine] = field(default_factory=list)


def digest(
    found: Iterable[LeakRow | UnreadLine],
    columns: Sequence[str],
    writer: LeakWriter,
    *,
    regions: Sequence[str],
    generations: Collection[int] = (0,),
    progress: Callable[[int], None] = lambda line: None,
) -> Digested:
    """Write every row that can be looked up; return the others with their reasons.

    ``columns``: the confirmed role of each column. ``regions``: ISO 3166 codes in which a phone
    number without its country code is tried. ``generations``: of the index key. ``progress`` is
    given each line's number.
    """
    chosen = [roles()[name] for name in columns]
    done = Digested()
    for row in found:
        progress(row.line)
        if isinstance(row, UnreadLine):
            done.unread.append(row)
            continue
        keys, categories, protected = _judge(row, chosen, regions, generations)
        if keys:
            writer.add(row.line, categories, protected, keys)
            done.readable += 1
        else:
            done.unread.append(UnreadLine(row.line, UnreadReason.NOTHING_TO_MATCH_BY))
    return done


def _judge(
    row: LeakRow, chosen: Sequence[ColumnRole], regions: Sequence[str], generations: Collection[int]
) -> tuple[set[tuple[int, bytes]], int, int]:
    """Return the row's keys, the categories it really shows, and those of
    them that are unreadable."""
    values = [
        (role, cell.strip())
        for role, cell in zip(chosen, row.cells, strict=False)
        if cell.strip().lower() not in _EMPTY
    ]
    own = next(
        (
            value.upper()
            for role, value in values
            if role.name == "country" and len(value) == 2 and value.isalpha()
        ),
        None,
    )
    keys: set[tuple[int, bytes]] = set()
    categories = readable = 0
    for role, value in values:
        categories |= role.bits
        if role.name != "password" or not password_form(value).strong:
            readable |= role.bits
        if role.index:
            tried = dict.fromkeys((own, *regions) if own else regions)
            kind = blind.KIND_NUMBERS[role.index]
            keys.update(
                (kind, item) for _, item in blind.searched(role.index, value, tried, generations)
            )
    return keys, categories, categories & ~readable
