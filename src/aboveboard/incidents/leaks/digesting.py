"""From a row to blind digests and a bitmap: after this, nothing that the row said is left.

A row is read by its columns, and then searched: for addresses in every cell, and for numbers where
its columns lead to nobody or were not recognised. A line that does not fit the form is searched
whole. What it shows of whoever is found in it is then everything that the file has of anybody,
readable: the worse reading, since nobody can say which of its cells is missing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from aboveboard.engines.leak import SEARCHED, LeakWriter
from aboveboard.incidents.leaks import searching
from aboveboard.incidents.leaks.columns import IGNORE, UNKNOWN, ColumnRole, roles
from aboveboard.incidents.leaks.reading import LeakRow, UnreadLine, UnreadReason
from aboveboard.incidents.leaks.searching import LeakKey
from aboveboard.kinds.recognise import password_form
from aboveboard.vault import blind

_EMPTY = frozenset({"", "null", "none", "nil", "n/a", "na", "-", "\\n", "nan", "undefined"})
"""What programs write where there is nothing."""

_FLOAT = re.compile(r"([0-9]{6,19})\.0+")
"""A phone or number as a spreadsheet writes it that took it for an amount."""

_SECRET = frozenset({"password", UNKNOWN})
_SEARCHED = frozenset({IGNORE, UNKNOWN, "username"})
"""Columns that hold a customer number now and then, without anybody having said so."""


@dataclass(slots=True)
class DigestedLeak:
    """What became of a file's rows: how many were written, and how many lines could not be read."""

    readable: int = 0
    unread: int = 0


def digest(
    rows: Iterable[LeakRow | UnreadLine],
    columns: Sequence[str],
    writer: LeakWriter,
    *,
    regions: Sequence[str],
    generations: Collection[int] = (0,),
    separator: str = "",
    progress: Callable[[int], None] = lambda line: None,
) -> DigestedLeak:
    """Write every row that can be looked up, and the others with their reasons; return how many of
    each there are. Memory does not grow with the file.

    ``columns``: the confirmed role of each column. ``regions``: ISO 3166 codes in which a phone
    number without its country code is tried. ``generations``: of the index key. ``separator``: what
    stood between the cells, so that a secret that holds it is put together again. ``progress`` is
    given each line's number.
    """
    reader = _LeakRowReader([roles()[name] for name in columns], regions, generations, separator)
    done = DigestedLeak()
    for number, parts in groupby(rows, key=lambda row: row.line):
        progress(number)
        categories = protected = 0
        matched = False
        reason = UnreadReason.NOTHING_TO_MATCH_BY
        # One line alone comes in several parts: one that is longer than any row of data. Its keys
        # are written as they come, since it may hold everybody.
        for row in parts:
            reason = row.reason if isinstance(row, UnreadLine) else reason
            keys, shown, hidden = reader.judge(row)
            if keys:
                categories, protected, matched = categories | shown, hidden, True
                # The keys of each part at once, and the line only at its end: a line of a gigabyte
                # is never held as a whole.
                writer.add_keys(number, keys)
        if matched:
            writer.add(number, categories, protected, ())
            done.readable += 1
        elif reason is not UnreadReason.HEADER:
            writer.add_unread(number, reason.value)
            done.unread += 1
    return done


@dataclass(frozen=True, slots=True)
class _LeakRowReader:
    """Reads rows by the confirmed columns."""

    roles: Sequence[ColumnRole]
    regions: Sequence[str]
    generations: Collection[int]
    separator: str

    def judge(self, row: LeakRow | UnreadLine) -> tuple[set[LeakKey], int, int]:
        """Return the row's keys, the categories it shows, and those of them that are unreadable."""
        if isinstance(row, LeakRow):
            return self._row(row.cells)
        if (cells := self._refitted(row)) is not None:
            return self._row(cells)
        keys = searching.find_addresses(row.text, self.generations)
        # Numbers only where no address leads to anybody: a number in free text may be anything, and
        # would add strangers to whoever is found for certain.
        keys |= (
            searching.find_numbers(row.text, self.regions, self.generations) if not keys else set()
        )
        shown = 0
        for role in self.roles:
            shown |= role.bits
        return keys, shown | _bits(keys), 0

    def _row(self, cells: Sequence[str]) -> tuple[set[LeakKey], int, int]:
        values = list(self._values(cells))
        regions = self._phone_regions(values)
        keys: set[LeakKey] = set()
        categories = readable = 0
        for role, value in values:
            categories |= role.bits
            # A strong hash counts as unreadable, a weak one as the secret itself.
            if role.name not in _SECRET or not password_form(value).strong:
                readable |= role.bits
            own = self._keys(role, value, regions)
            if not own:
                # Several addresses in one cell, or one in a cell of something else.
                own = searching.find_addresses(value, self.generations)
                categories |= _bits(own)
                readable |= _bits(own)
            elif searching.may_contain_more(value):
                own |= searching.find_addresses(value, self.generations)
            keys |= own
        if not keys and self.separator:
            # What separates the cells may stand in an address that is written with escapes.
            keys = searching.find_addresses(self.separator.join(cells), self.generations)
            categories, readable = categories | _bits(keys), readable | _bits(keys)
        parted = searching.find_parted(cells, self.generations)
        if parted and not keys:
            categories, readable = categories | _bits(parted), readable | _bits(parted)
        searched = values if not keys else [each for each in values if each[0].name in _SEARCHED]
        for _, value in searched:
            more = searching.find_numbers(value, regions, self.generations)
            if more and not keys:
                categories, readable = categories | _bits(more), readable | _bits(more)
            keys |= more
        return keys | parted, categories, categories & ~readable

    def _values(self, cells: Sequence[str]) -> Iterator[tuple[ColumnRole, str]]:
        # Cells beyond the known columns are searched too: what nobody declared may name somebody
        # all the same.
        rest = [roles()[UNKNOWN]] * max(0, len(cells) - len(self.roles))
        for role, cell in zip([*self.roles, *rest], cells, strict=False):
            if (value := cell.strip()).lower() not in _EMPTY:
                whole = _FLOAT.fullmatch(value)
                yield role, whole[1] if whole else value

    def _phone_regions(self, values: Sequence[tuple[ColumnRole, str]]) -> Sequence[str]:
        """Return the countries in which a phone of this row is tried, that of the row first."""
        own = next(
            (
                value.upper()
                for role, value in values
                if role.name == "country" and len(value) == 2 and value.isalpha()
            ),
            None,
        )
        return list(dict.fromkeys((own, *self.regions) if own else self.regions))

    def _keys(self, role: ColumnRole, value: str, regions: Sequence[str]) -> set[LeakKey]:
        if not role.index:
            return set()
        kind = blind.KIND_NUMBERS[role.index]
        return {
            (kind, digest)
            for _, digest in blind.search_digests(role.index, value, regions, self.generations)
        }

    def _refitted(self, row: UnreadLine) -> Sequence[str] | None:
        """Put a secret together again that holds the separator: the one column that may hold
        anything takes what is too much, if the addresses then stand in theirs."""
        if row.reason is not UnreadReason.COLUMNS or not self.separator or '"' in row.text:
            return None
        cells = row.text.split(self.separator)
        extra = len(cells) - len(self.roles)
        free = [place for place, role in enumerate(self.roles) if role.name in _SECRET]
        addressed = [place for place, role in enumerate(self.roles) if role.index == "email"]
        if extra <= 0 or len(free) != 1 or not addressed:
            return None
        (place,) = free
        whole = self.separator.join(cells[place : place + extra + 1])
        fitted = [*cells[:place], whole, *cells[place + extra + 1 :]]
        if all(self._keys(self.roles[at], fitted[at].strip(), ()) for at in addressed):
            return fitted
        return None


def _bits(keys: Collection[LeakKey]) -> int:
    """Return what is shown of somebody by the values that keys were made from."""
    kinds = {kind & ~SEARCHED for kind, _ in keys}
    shown = 0
    for role in roles().values():
        if role.index and blind.KIND_NUMBERS[role.index] in kinds:
            shown |= role.bits
    return shown
