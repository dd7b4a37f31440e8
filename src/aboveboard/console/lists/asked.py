"""What somebody asks of a list: words to search for, filters, an order, a page. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Final

from aboveboard.basics.errors import NotFound
from aboveboard.basics.ids import parse_id
from aboveboard.basics.limits import PAGE_SIZE
from aboveboard.basics.person_codes import PersonCodeMistyped, person_code, read_person

SEARCH: Final = "q"
SORT: Final = "sort"
PAGE: Final = "page"
AFTER: Final = "after"
FORMAT: Final = "format"
_CSV: Final = "csv"
_LONGEST_SEARCH: Final = 254
_FIRST: Final = date(2000, 1, 1)
_LAST: Final = date(2999, 12, 31)


class ColumnKind(StrEnum):
    """What a column holds: which order is said how, and which comes first."""

    WORDS = "words"
    NUMBER = "number"
    MOMENT = "moment"
    IDENTIFIER = "identifier"
    GRADE = "grade"


_ORDERS: Final = {
    ColumnKind.WORDS: ("A to Z", "Z to A"),
    ColumnKind.NUMBER: ("lowest first", "highest first"),
    ColumnKind.MOMENT: ("oldest first", "newest first"),
    ColumnKind.IDENTIFIER: ("lowest first", "highest first"),
    ColumnKind.GRADE: ("lowest first", "highest first"),
}


@dataclass(frozen=True, slots=True)
class ListColumn:
    """A column. ``sort``: by what its head orders the rows, or "" where it does not."""

    name: str
    sort: str = ""
    kind: ColumnKind = ColumnKind.WORDS


@dataclass(frozen=True, slots=True)
class ListFilter:
    """A filter: the words of each value that one may choose."""

    key: str
    label: str
    options: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ListShape:
    """What can be asked of a list.

    ``nouns``: what a row is, one and many. ``order``: as it stands unless asked otherwise, the
    ``sort`` of a column, with ``-`` where the greatest is first. ``search``: the label of its
    search, or "" where there is none; ``by_number``: it looks for a number alone, which stands in
    the address under this key. ``dates``: filters by day, by key and label. ``deep``: it has
    millions of rows, so a page begins after a row and not at a place.
    """

    nouns: tuple[str, str]
    columns: tuple[ListColumn, ...]
    order: str
    filters: tuple[ListFilter, ...] = ()
    dates: Mapping[str, str] = field(default_factory=dict)
    search: str = ""
    hint: str = ""
    by_number: str = ""
    deep: bool = False

    def orders(self) -> list[tuple[str, str]]:
        """Return every order that can be asked for, with its words."""
        orders = []
        for column in self.columns:
            rising, falling = _ORDERS[column.kind]
            if column.sort:
                orders.append((column.sort, f"{column.name}, {rising}"))
                orders.append((f"-{column.sort}", f"{column.name}, {falling}"))
        return orders


@dataclass(frozen=True, slots=True)
class AskedList:
    """What somebody asked of a list. ``search``: "" for everything; ``number``: what they look for
    where it is one; ``chosen``: by filter; ``days``: by the key of a date; ``after``: the row
    before the page of a deep list, empty at its beginning; ``errors``: what they typed that cannot
    be read, by key."""

    shape: ListShape
    search: str = ""
    number: int | None = None
    chosen: Mapping[str, str] = field(default_factory=dict)
    days: Mapping[str, date] = field(default_factory=dict)
    order: str = ""
    page: int = 1
    after: tuple[int, ...] = ()
    csv: bool = False
    errors: Mapping[str, str] = field(default_factory=dict)

    @property
    def sort(self) -> str:
        """By what the rows are ordered."""
        return self.order.removeprefix("-")

    @property
    def falling(self) -> bool:
        """Whether the greatest is first."""
        return self.order.startswith("-")

    @property
    def start(self) -> int:
        """The place of the first row of the page."""
        return (self.page - 1) * PAGE_SIZE

    @property
    def narrowed(self) -> bool:
        """Whether some rows may be left out."""
        return bool(self.search or self.number is not None or self.chosen or self.days)

    @property
    def state(self) -> dict[str, str]:
        """What of it stands in an address: all but the words searched for and the page."""
        number = {} if self.number is None else {self.shape.by_number: person_code(self.number)}
        days = {key: str(day) for key, day in self.days.items()}
        order = {} if self.order == self.shape.order else {SORT: self.order}
        return {**number, **self.chosen, **days, **order}

    def check_page(self, total: int) -> None:
        """Refuse a page behind the last.

        Raises:
            NotFound: the list has no such page.
        """
        if self.page > 1 and self.start >= total:
            raise NotFound(what="page of this list")


def read_list(shape: ListShape, given: Mapping[str, str], *, posted: bool) -> AskedList:
    """Return what is asked for. ``posted``: whether it came in a body, where words may stand.

    Raises:
        NotFound: a filter, an order or a page that no link or form of ours has.
    """
    chosen = {each.key: given.get(each.key, "") for each in shape.filters}
    days, errors = _days(shape, given)
    order = given.get(SORT, "") or shape.order
    page = parse_id(given.get(PAGE, "") or "1")
    after = [parse_id(part) for part in given.get(AFTER, "").split(".") if given.get(AFTER)]
    known = all(
        value in each.options for each in shape.filters if (value := chosen[each.key])
    ) and order in {key for key, _ in shape.orders()} | {shape.order}
    if not known or not page or None in after or (after and not shape.deep):
        raise NotFound(what="list")
    search, number = _search_terms(shape, given, posted, errors)
    return AskedList(
        shape=shape,
        search=search,
        number=number,
        chosen={key: value for key, value in chosen.items() if value},
        days=days,
        order=order,
        page=page,
        after=tuple(part for part in after if part is not None),
        csv=given.get(FORMAT) == _CSV,
        errors=errors,
    )


def _search_terms(
    shape: ListShape, given: Mapping[str, str], posted: bool, errors: dict[str, str]
) -> tuple[str, int | None]:
    # Words in an address are left unread: they would stay in histories and logs (design,
    # invariant 4).
    words = given.get(SEARCH, "").strip() if posted and shape.search else ""
    if len(words) > _LONGEST_SEARCH:
        errors[SEARCH] = f"Enter {_LONGEST_SEARCH} characters or fewer."
    if not shape.by_number:
        return words[:_LONGEST_SEARCH], None
    asked = given.get(shape.by_number, "")
    try:
        return "", read_person(words or asked) if words or asked else None
    except PersonCodeMistyped as error:
        if not words:
            raise NotFound(what="list") from None
        errors[SEARCH] = error.message
        return "", None


def _days(shape: ListShape, given: Mapping[str, str]) -> tuple[dict[str, date], dict[str, str]]:
    days, errors = {}, {}
    for key in shape.dates:
        if text := given.get(key, "").strip():
            try:
                day = date.fromisoformat(text)
            except ValueError:
                errors[key] = "Enter a date, such as 2026-03-27."
                continue
            if _FIRST <= day <= _LAST:
                days[key] = day
            else:
                errors[key] = f"Enter a date from {_FIRST.year} to {_LAST.year}."
    return days, errors
