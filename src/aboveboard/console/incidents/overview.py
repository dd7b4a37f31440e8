"""The list of incidents."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Final

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_http_methods

from aboveboard.accounts.gate import allow
from aboveboard.basics import clock
from aboveboard.basics.limits import PAGE_SIZE
from aboveboard.console.incidents.page import LEADS
from aboveboard.console.lists.asked import (
    AskedList,
    ColumnKind,
    ListColumn,
    ListFilter,
    ListShape,
)
from aboveboard.console.lists.page import ListPage, asked_of, csv_of, every_row, show_list
from aboveboard.incidents.case.outside import count_waiting
from aboveboard.incidents.incident_list import incident_page
from aboveboard.incidents.terms import IncidentState, LossKind
from aboveboard.incidents.views import IncidentRow
from aboveboard.law.risk import Risk

RISKS: Final = {
    Risk.HIGH.value: "High risk",
    Risk.RISK.value: "Risk",
    Risk.UNLIKELY.value: "Risk unlikely",
    "none": "Not known yet",
}
"""How likely harm to people is, in words."""

SHAPE: Final = ListShape(
    nouns=("incident", "incidents"),
    columns=(
        ListColumn("Incident", "title"),
        ListColumn("Known since", "known", ColumnKind.MOMENT),
        ListColumn("People", kind=ColumnKind.NUMBER),
        ListColumn("Risk"),
        ListColumn("Next", "due", ColumnKind.MOMENT),
        ListColumn("State"),
    ),
    order="-known",
    filters=(
        ListFilter("state", "State", dict(IncidentState.choices)),
        ListFilter("risk", "Risk to people", RISKS),
        ListFilter("loss", "What was lost", dict(LossKind.choices)),
    ),
    search="Title or number",
)
_HEADS: Final = (
    "Number",
    "Title",
    "What was lost",
    "State",
    "Known since",
    "People",
    "Risk",
    "Next duty",
    "Due",
)


@allow(*LEADS)
@require_http_methods(["GET", "HEAD", "POST"])
def overview(request: HttpRequest) -> HttpResponseBase:
    """List the incidents."""
    asked = asked_of(SHAPE, request)
    if asked.csv and not asked.errors:
        return csv_of("incidents", _HEADS, map(_cells, _everything(asked)))
    rows, total = ([], 0) if asked.errors else _page(asked, start=asked.start)
    asked.check_page(total)
    shown = [{"row": row, "risk": RISKS.get(row.risk or "none", row.risk)} for row in rows]
    page = ListPage(asked, total=total)
    return show_list(
        request,
        "console/incidents/overview.html",
        page,
        {"rows": shown, "outside": count_waiting()},
    )


def _page(asked: AskedList, *, start: int, limit: int = PAGE_SIZE) -> tuple[list[IncidentRow], int]:
    rows, total = incident_page(
        search=asked.search,
        state=asked.chosen.get("state", ""),
        loss=asked.chosen.get("loss", ""),
        risk=asked.chosen.get("risk", ""),
        order=asked.order,
        at=clock.now(),
        start=start,
        limit=limit,
    )
    return list(rows), total


def _everything(asked: AskedList) -> Iterator[IncidentRow]:
    return every_row(partial(_page, asked))


def _cells(row: IncidentRow) -> tuple[object, ...]:
    due = row.next_duty
    return (
        row.reference,
        row.title,
        row.loss.label,
        row.state.label,
        clock.to_text(row.aware_at),
        row.people,
        RISKS.get(row.risk or "none", row.risk),
        due.deed if due else "",
        clock.to_text(due.due_at) if due and due.due_at else "",
    )
