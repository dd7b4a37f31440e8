"""Showing a list: its forms, the heads that order it, how many rows there are, its pages, and all
of it as CSV."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final, TypeVar
from urllib.parse import urlencode

from django.contrib.humanize.templatetags.humanize import intcomma
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render

from aboveboard.basics.limits import PAGE_SIZE
from aboveboard.basics.person_codes import person_code
from aboveboard.basics.spreadsheet import csv_line
from aboveboard.console.lists.asked import (
    AFTER,
    FORMAT,
    PAGE,
    SEARCH,
    SORT,
    AskedList,
    ColumnKind,
    ListColumn,
    ListShape,
    read_list,
)

_CSV_LINES: Final = 500
"""Lines of CSV that are sent at once. Our choice: some tens of kilobytes."""

_CSV_ROWS: Final = 500
"""Rows that are read at once for a CSV. Our choice."""

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class ListLink:
    """A way on: a link where all that was asked stands in its address, else a button that posts
    ``name`` and ``value`` beside the words that were searched for."""

    words: str
    href: str
    name: str
    value: str
    rel: str = ""


@dataclass(frozen=True, slots=True)
class ListHead:
    """The head of a column. ``order``: orders the rows by it, or None where it does not;
    ``sorted``: ``ascending`` or ``descending`` where they are, as ARIA says it."""

    name: str
    number: bool
    order: ListLink | None
    sorted: str


class ListPage:
    """A list as its template shows it. ``total``: how many rows were found, ``capped`` when there
    are more; ``after``: the row behind which the next page of a deep list begins, if there is
    one; ``recorded``: it leaves as a file only with a ledger entry, so that is posted."""

    def __init__(
        self,
        asked: AskedList,
        *,
        total: int,
        capped: bool = False,
        after: Sequence[int] = (),
        recorded: bool = False,
    ) -> None:
        self.asked, self.shape, self.recorded = asked, asked.shape, recorded
        self.total, self.capped = total, capped
        self._after = after

    @property
    def posted(self) -> bool:
        """Whether its ways on are buttons: what was searched for may not stand in an address."""
        return bool(self.asked.search)

    @property
    def words(self) -> str:
        """How many rows there are: ``12 incidents``, ``1 incident matches``."""
        singular, plural = self.shape.nouns
        more = "more than " if self.capped else ""
        count = f"{more}{intcomma(self.total)} {singular if self.total == 1 else plural}"
        if not self.asked.narrowed:
            return count
        return f"{count} {'matches' if self.total == 1 else 'match'}"

    @property
    def heads(self) -> list[ListHead]:
        """Return the heads of its columns."""
        return [self._head(column) for column in self.shape.columns]

    @property
    def filters(self) -> list[dict[str, Any]]:
        """Return its filters, and the order, which on a phone has no heads to choose it by."""
        selects: list[tuple[str, str, list[tuple[str, str]], str]] = [
            (
                each.key,
                each.label,
                [("", "All"), *each.options.items()],
                self.asked.chosen.get(each.key, ""),
            )
            for each in self.shape.filters
        ]
        if orders := self.shape.orders():
            selects.append((SORT, "Order", orders, self.asked.order))
        return [
            {"key": key, "label": label, "options": options, "chosen": chosen}
            for key, label, options, chosen in selects
        ]

    @property
    def dates(self) -> list[dict[str, str]]:
        """Return its filters by day."""
        return [
            {
                "key": key,
                "label": label,
                "value": str(self.asked.days.get(key, "")),
                "error": self.asked.errors.get(key, ""),
            }
            for key, label in self.shape.dates.items()
        ]

    @property
    def errors(self) -> list[tuple[str, str]]:
        """Return what cannot be read, with the key of its field."""
        return list(self.asked.errors.items())

    @property
    def search_error(self) -> str:
        """Return what is wrong with the words searched for, or ""."""
        return self.asked.errors.get(SEARCH, "")

    @property
    def searched(self) -> str:
        """Return what is searched for."""
        return self.asked.search if self.asked.number is None else person_code(self.asked.number)

    @property
    def hidden_fields(self) -> dict[str, str]:
        """Return what a search keeps: the filters and the order."""
        by_number = self.shape.by_number
        return {key: value for key, value in self.asked.state.items() if key != by_number}

    @property
    def csv(self) -> ListLink:
        """Return the way to all its rows as CSV."""
        return self._link("Download as CSV", FORMAT, "csv")

    @property
    def newer(self) -> ListLink | None:
        """Return the way to the page before, or of a deep list to its beginning."""
        if self.shape.deep:
            return self._link("First page", "", "", "prev") if self.asked.after else None
        if self.asked.page == 1:
            return None
        return self._link("Previous", PAGE, str(self.asked.page - 1), "prev")

    @property
    def older(self) -> ListLink | None:
        """Return the way to the next page."""
        if self.shape.deep:
            after = ".".join(map(str, self._after))
            return self._link("Next", AFTER, after, "next") if after else None
        if self.asked.start + PAGE_SIZE >= self.total:
            return None
        return self._link("Next", PAGE, str(self.asked.page + 1), "next")

    def _head(self, column: ListColumn) -> ListHead:
        number = column.kind is ColumnKind.NUMBER
        if not column.sort:
            return ListHead(column.name, number, None, "")
        by_this = self.asked.sort == column.sort
        # A second click turns the order round; the first gives what one wants first.
        first_falls = column.kind not in (ColumnKind.WORDS, ColumnKind.IDENTIFIER)
        falling = not self.asked.falling if by_this else first_falls
        order = self._link(column.name, SORT, f"{'-' if falling else ''}{column.sort}")
        now = ("descending" if self.asked.falling else "ascending") if by_this else ""
        return ListHead(column.name, number, order, now)

    def _link(self, words: str, name: str, value: str, rel: str = "") -> ListLink:
        state = self.asked.state | ({name: value} if name else {})
        return ListLink(words, f"?{urlencode(state)}", name, value, rel)


def asked_of(shape: ListShape, request: HttpRequest) -> AskedList:
    """Return what a request asks of a list.

    Raises:
        NotFound: a filter, an order or a page that no link or form of ours has.
    """
    posted = request.method == "POST"
    return read_list(shape, (request.POST if posted else request.GET).dict(), posted=posted)


def address_of(asked: AskedList) -> str:
    """Return the address of what is asked for, without the words searched for."""
    return f"?{urlencode(asked.state)}"


def show_list(
    request: HttpRequest, template: str, page: ListPage, context: Mapping[str, object]
) -> HttpResponse:
    """Answer with a page of a list; ``context`` has its rows."""
    return render(
        request,
        template,
        {**context, "listing": page},
        status=422 if page.asked.errors else 200,
    )


def every_row(
    page: Callable[..., tuple[Sequence[Row], int]], *, limit: int = _CSV_ROWS
) -> Iterator[Row]:
    """Yield all rows of a list, ``page`` by page: given ``start`` and ``limit`` it returns some,
    and how many there are."""
    start = 0
    while rows := page(start=start, limit=limit)[0]:
        yield from rows
        start += len(rows)


def csv_of(
    name: str, heads: Sequence[str], rows: Iterable[Sequence[object]]
) -> StreamingHttpResponse:
    """Answer with rows as CSV, sent as they are read: none is kept. A cell that a spreadsheet would
    run is made harmless (:mod:`aboveboard.basics.spreadsheet`)."""
    response = StreamingHttpResponse(_blocks(heads, rows), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


def _blocks(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[str]:
    yield csv_line(heads)
    waiting = iter(rows)
    while lines := list(islice(waiting, _CSV_LINES)):
        yield "".join(map(csv_line, lines))
