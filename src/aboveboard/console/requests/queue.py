"""The queue: what is due, late or stopped, and why, on one page; as CSV too."""

from __future__ import annotations

from functools import partial
from typing import Final

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from aboveboard.accounts.gate import allow
from aboveboard.basics import clock
from aboveboard.basics.actor import Role
from aboveboard.basics.limits import PAGE_SIZE
from aboveboard.console.lists.asked import (
    AskedList,
    ColumnKind,
    ListColumn,
    ListFilter,
    ListShape,
)
from aboveboard.console.lists.page import ListPage, asked_of, csv_of, every_row, show_list
from aboveboard.console.requests.words import KINDS, PARTS, in_words
from aboveboard.rights.requests import listing
from aboveboard.rights.requests.listing import QueuePart
from aboveboard.rights.requests.queries import RequestRecord
from aboveboard.rights.requests.terms import RequestKind

_PARTS: Final = {part.value: words for part, words in PARTS.items() if part is not QueuePart.OPEN}
_SHAPE: Final = ListShape(
    nouns=("request", "requests"),
    columns=(
        ListColumn("Request"),
        ListColumn("Received", "received", ColumnKind.MOMENT),
        ListColumn("Due", "due", ColumnKind.MOMENT),
        ListColumn("Where it is"),
    ),
    order="due",
    filters=(
        ListFilter("show", "Show", _PARTS),
        ListFilter("kind", "Kind", {kind.value: words for kind, words in KINDS.items()}),
    ),
)
_HEADS: Final = (
    "Reference",
    "Kind",
    "Asked by",
    "Law of",
    "Received",
    "Due",
    "State",
    "Waits for",
    "Outcome",
)


@allow(Role.PRIVACY_LEAD)
@require_http_methods(["GET", "HEAD", "POST"])
def overview(request: HttpRequest) -> HttpResponseBase:
    """List requests, what is due first first."""
    now, asked = clock.now(), asked_of(_SHAPE, request)
    if asked.csv and not asked.errors:
        return csv_of("requests", _HEADS, map(_cells, every_row(partial(_page, asked))))
    rows, total = _page(asked, start=asked.start)
    asked.check_page(total)
    counted = listing.part_counts(at=now)
    context = {
        "rows": [in_words(record, now) for record in rows],
        "late": counted[QueuePart.LATE],
        "parts": [
            {"words": PARTS[part], "count": count, "href": _address(part)}
            for part, count in counted.items()
            if count
        ],
        "open": counted[QueuePart.OPEN],
    }
    page = ListPage(asked, total=total)
    return show_list(request, "console/requests/overview.html", page, context)


def _page(
    asked: AskedList, *, start: int, limit: int = PAGE_SIZE
) -> tuple[list[RequestRecord], int]:
    kind = asked.chosen.get("kind")
    return listing.request_page(
        QueuePart(asked.chosen.get("show", QueuePart.OPEN)),
        kind=RequestKind(kind) if kind else None,
        order=asked.order,
        start=start,
        limit=limit,
        at=clock.now(),
    )


def _cells(record: RequestRecord) -> tuple[object, ...]:
    row = in_words(record, clock.now())
    return (
        record.reference,
        row["what"],
        row["asker"],
        record.jurisdiction,
        clock.to_text(record.received_at),
        "" if record.due.paused else clock.to_text(record.due.at),
        row["stage"],
        row["waits"],
        row["outcome"],
    )


def _address(part: QueuePart) -> str:
    address = reverse("console:requests")
    return address if part is QueuePart.OPEN else f"{address}?show={part.value}"
