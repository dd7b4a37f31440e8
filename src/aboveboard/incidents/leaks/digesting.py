"""From a row to blind digests and a bitmap: after this, nothing that the row said is left.

A row is read by its columns, and then searched: for addresses in every cell, and for numbers where
its columns lead to nobody or were not recognised. A line that does not fit the form is searched
whole. What it shows of whoever is found in it is then everything that the file has of anybody,
readable: the worse reading, since nobody can say which of its cells is missing.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from operator import attrgetter

from aboveboard.engines.leak import SEARCHED, LeakLines
from aboveboard.incidents.leaks import columns, searching
from aboveboard.incidents.leaks.cells import plain_cell
from aboveboard.incidents.leaks.columns import IGNORE, UNKNOWN, ColumnRole, roles
from aboveboard.incidents.leaks.form import LeakFileFormat
from aboveboard.incidents.leaks.keyed import IndexKeys, LeakKey
from aboveboard.incidents.leaks.reading import LeakRow, UnreadLine, UnreadReason
from aboveboard.kinds.recognise import password_form

_EMPTY = frozenset({"", "null", "none", "nil", "n/a", "na", "-", "\\n", "nan", "undefined"})
"""What programs write where there is nothing."""
_LONGEST_EMPTY = max(map(len, _EMPTY))

_FLOAT = re.compile(r"([0-9]{6,19})\.0+")
"""A phone or number as a spreadsheet writes it that took it for an amount."""

_POWER = re.compile(r"([1-9])(?:[.,]([0-9]{1,18}))?E\+?([0-9]{1,2})", re.IGNORECASE)
"""A long number as a spreadsheet shows it."""

_WRAPS = frozenset("'=")
_SECRET = frozenset({"password", UNKNOWN})
_NAMES = frozenset({"first_name", "last_name", "name"})
"""Columns in which ``Null`` is somebody's name."""
_SEARCHED = frozenset({IGNORE, UNKNOWN, "username", "customer_number"})
"""Columns that hold a customer number now and then, without anybody having said so, or with words
around it."""


@dataclass(frozen=True, slots=True)
class ReadingPlan:
    """All that is the same for each line of one leaked file. It holds the keys of the blind
    indexes, and is never written down.

    ``columns``: the confirmed role of each column. ``regions``: ISO 3166 codes in which a phone
    number without its country code is tried.
    """

    form: LeakFileFormat
    columns: tuple[str, ...]
    regions: tuple[str, ...]
    index: IndexKeys = field(repr=False)


@dataclass(slots=True)
class DigestedLeak:
    """What became of a file's rows: how many were written, and how many lines could not be read."""

    readable: int = 0
    unread: int = 0

    def add(self, part: DigestedLeak) -> None:
        """Add what became of others."""
        self.readable += part.readable
        self.unread += part.unread


def digest(
    rows: Iterable[LeakRow | UnreadLine], plan: ReadingPlan, writer: LeakLines
) -> DigestedLeak:
    """Write every row that can be looked up, and the others with their reasons; return how many of
    each there are. Memory does not grow with the file."""
    reader = _LeakRowReader(plan)
    done = DigestedLeak()
    for number, parts in groupby(rows, key=attrgetter("line")):
        categories = protected = 0
        matched = False
        reason = UnreadReason.NOTHING_TO_MATCH_BY
        # One line alone comes in several parts: one that is longer than any row of data. Its keys
        # are written as they come, since it may hold everybody.
        for row in parts:
            if isinstance(row, UnreadLine):
                reason = row.reason
            elif any(_POWER.fullmatch(cell.strip()) for cell in row.cells):
                reason = UnreadReason.ROUNDED
            keys, shown, hidden = reader.judge(row)
            if keys:
                categories, protected, matched = categories | shown, hidden, True
                # The keys of each part at once, and the line only at its end: a line of a gigabyte
                # is never held as a whole.
                writer.add_keys(number, keys)
        if matched:
            writer.add(number, categories, protected)
            done.readable += 1
        elif reason is not UnreadReason.HEADER:
            writer.add_unread(number, reason.value)
            done.unread += 1
    return done


class _LeakRowReader:
    """Reads rows by the confirmed columns."""

    def __init__(self, plan: ReadingPlan) -> None:
        self._roles = [roles()[name] for name in plan.columns]
        self._regions, self._index = plan.regions, plan.index
        self._separator = plan.form.separator
        self._placed = any(role.name == "country" for role in self._roles)
        self._compares = columns.name_people(plan.columns)
        # What a kind of key shows of somebody, by its number.
        self._shown = {
            kind: _joined(role.bits for role in roles().values() if role.index == name)
            for name, (kind, _) in plan.index.look_ups.items()
        }

    def judge(self, row: LeakRow | UnreadLine) -> tuple[set[LeakKey], int, int]:
        """Return the row's keys, the categories it shows, and those of them that are unreadable."""
        if isinstance(row, LeakRow):
            return self._row(row.cells)
        if (cells := self._refitted(row)) is not None:
            return self._row(cells)
        keys = searching.find_addresses(row.text, self._index)
        # Numbers only where no address leads to anybody: a number in free text may be anything, and
        # would add strangers to whoever is found for certain.
        keys |= searching.find_numbers(row.text, self._regions, self._index) if not keys else set()
        shown = 0
        for role in self._roles:
            shown |= role.bits
        return keys, shown | self._bits(keys), 0

    def _row(self, cells: Sequence[str]) -> tuple[set[LeakKey], int, int]:
        values = list(self._values(cells))
        regions = self._phone_regions(values) if self._placed else self._regions
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
                own = searching.find_addresses(value, self._index)
                if own:
                    categories |= self._bits(own)
                    readable |= self._bits(own)
            elif searching.may_contain_more(value):
                own |= searching.find_addresses(value, self._index)
            keys |= own
        if not keys and self._compares:
            keys = self._named(values)
        if not keys:
            keys = searching.find_encoded(cells, self._index)
            categories, readable = categories | self._bits(keys), readable | self._bits(keys)
        if not keys and self._separator:
            # What separates the cells may stand in an address that is written with escapes.
            keys = searching.find_addresses(self._separator.join(cells), self._index)
            categories, readable = categories | self._bits(keys), readable | self._bits(keys)
        parted = searching.find_parted(cells, self._index)
        if parted and not keys:
            categories, readable = categories | self._bits(parted), readable | self._bits(parted)
        searched = values if not keys else [each for each in values if each[0].name in _SEARCHED]
        for _, value in searched:
            more = searching.find_numbers(value, regions, self._index)
            if more and not keys:
                categories, readable = categories | self._bits(more), readable | self._bits(more)
            keys |= more
        keys |= parted
        return keys, categories, categories & ~readable

    def _values(self, cells: Sequence[str]) -> Iterator[tuple[ColumnRole, str]]:
        # Cells beyond the known columns are searched too: what nobody declared may name somebody
        # all the same.
        rest = [roles()[UNKNOWN]] * max(0, len(cells) - len(self._roles))
        for role, cell in zip([*self._roles, *rest], cells, strict=False):
            value = cell.strip()
            if value[:1] in _WRAPS:
                value = plain_cell(value)
            if (
                len(value) > _LONGEST_EMPTY
                or value.lower() not in _EMPTY
                or (role.name in _NAMES and value.istitle())
            ):
                whole = _FLOAT.fullmatch(value) if value.endswith("0") else None
                if value[0] in "123456789" and (power := _POWER.fullmatch(value)):
                    value = _expanded(power)
                    if not value and role.index:  # what was rounded away, nobody knows
                        continue
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
        return list(dict.fromkeys((own, *self._regions) if own else self._regions))

    def _keys(self, role: ColumnRole, value: str, regions: Sequence[str]) -> set[LeakKey]:
        if not role.index:
            return set()
        if role.index == "email":
            return self._index.find_address(value)
        if role.index == "customer_number":
            return self._index.find_number(value)
        return self._index.find(role.index, value, regions)

    def _named(self, values: Sequence[tuple[ColumnRole, str]]) -> set[LeakKey]:
        """Return the keys of the name and the date of birth of a row that has nothing better."""
        by_role = {role.name: value for role, value in reversed(values)}
        both = [by_role[role] for role in ("first_name", "last_name") if role in by_role]
        names = both if len(both) > 1 else [by_role.get("name", "")]
        return self._index.find_name(names, by_role.get("birth_date", ""))

    def _refitted(self, row: UnreadLine) -> Sequence[str] | None:
        """Put a secret together again that holds the separator: the one column that may hold
        anything takes what is too much, if the addresses then stand in theirs."""
        if row.reason is not UnreadReason.COLUMNS or not self._separator or '"' in row.text:
            return None
        cells = row.text.split(self._separator)
        extra = len(cells) - len(self._roles)
        free = [place for place, role in enumerate(self._roles) if role.name in _SECRET]
        addressed = [place for place, role in enumerate(self._roles) if role.index == "email"]
        if extra <= 0 or len(free) != 1 or not addressed:
            return None
        (place,) = free
        whole = self._separator.join(cells[place : place + extra + 1])
        fitted = [*cells[:place], whole, *cells[place + extra + 1 :]]
        if all(self._keys(self._roles[at], fitted[at].strip(), ()) for at in addressed):
            return fitted
        return None

    def _bits(self, keys: Collection[LeakKey]) -> int:
        """Return what is shown of somebody by the values that keys were made from."""
        return _joined(self._shown[kind & ~SEARCHED] for kind, _ in keys)


def _expanded(power: re.Match[str]) -> str:
    """Return the number that stands in powers of ten; "" where some of its digits were rounded
    away."""
    decimals, zeros = power[2] or "", int(power[3])
    return f"{power[1]}{decimals}" if len(decimals) == zeros else ""


def _joined(bits: Iterable[int]) -> int:
    shown = 0
    for each in bits:
        shown |= each
    return shown
