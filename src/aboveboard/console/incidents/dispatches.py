"""The notices of a batch: to whom, by what, where each stands and why. No address is shown: who a
customer is, only a look-up says."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from aboveboard.accounts.gate import actor_of, allow
from aboveboard.basics import clock
from aboveboard.basics.errors import NotFound
from aboveboard.basics.limits import PAGE_SIZE
from aboveboard.basics.person_codes import person_code
from aboveboard.console.incidents.page import LEADS
from aboveboard.console.incidents.people import NOTICES
from aboveboard.console.incidents.reviewing import batch_of_incident
from aboveboard.console.incidents.unsent import CHANNELS, NO_REASON, in_words
from aboveboard.console.limits import COUNTED_NOTICES
from aboveboard.console.lists.asked import (
    AskedList,
    ColumnKind,
    ListColumn,
    ListFilter,
    ListShape,
)
from aboveboard.console.lists.page import ListPage, address_of, asked_of, csv_of, show_list
from aboveboard.delivery.queries import DispatchFilter, DispatchRow
from aboveboard.delivery.terms import Channel, DispatchState
from aboveboard.incidents import queries
from aboveboard.incidents.notices import queries as notices
from aboveboard.incidents.people_list import record_list

_HEADS: Final = ("Customer", "By", "State", "Sent", "Why")
_CSV_ROWS: Final = 5_000
"""Notices that are read at once for a CSV. Our choice: a few MB."""


def list_shape(batch: notices.BatchView) -> ListShape:
    """Return what can be asked of the notices of a batch."""
    reasons = sorted({tally.reason for tally in batch.tallies if tally.reason}, key=in_words)
    whys = {NO_REASON: "No reason", **{code: _first_capital(in_words(code)) for code in reasons}}
    return ListShape(
        nouns=("notice", "notices"),
        columns=(
            # Notices are queued by rising number, so their own numbers have that order.
            ListColumn("Customer", "number", ColumnKind.IDENTIFIER),
            ListColumn("By"),
            ListColumn("Sent"),
            ListColumn("State"),
            ListColumn("Why"),
        ),
        order="number",
        filters=(
            ListFilter("state", "State", {key.value: words for key, words in NOTICES.items()}),
            ListFilter("reason", "Why", whys),
            ListFilter("channel", "By", {key.value: words for key, words in CHANNELS.items()}),
        ),
        dates={"from": "Sent on or after", "until": "Sent on or before"},
        search="Customer’s number in this list",
        by_number="person",
        deep=True,
    )


@allow(*LEADS)
@require_http_methods(["GET", "HEAD", "POST"])
def notices_of_batch(request: HttpRequest, number: int, batch_id: int) -> HttpResponseBase:
    """List those whom a batch tells. As a file the list leaves only with a ledger entry."""
    # The batch must be of this incident, before any of its rows is listed.
    batch = batch_of_incident(number, batch_id)
    asked = asked_of(list_shape(batch), request)
    if len(asked.after) > 1:
        raise NotFound(what="page of this list")
    which = _filter(asked)
    if request.method == "POST" and not asked.errors:
        if asked.csv:
            count = notices.count_dispatches(batch_id, which)
            record_list(number, count, by=actor_of(request), at=clock.now())
            name = f"{batch.incident.reference}-notices"
            return csv_of(name, _HEADS, _cells(_everything(batch_id, which, asked.falling)))
        return HttpResponseRedirect(address_of(asked))
    rows: list[DispatchRow] = []
    total = 0
    if not asked.errors:
        after = asked.after[0] if asked.after else 0
        rows = list(
            notices.dispatches(
                batch_id, which, falling=asked.falling, after=after, limit=PAGE_SIZE + 1
            )
        )
        total = notices.count_dispatches(batch_id, which, most=COUNTED_NOTICES + 1)
    listing = ListPage(
        asked,
        total=min(total, COUNTED_NOTICES),
        capped=total > COUNTED_NOTICES,
        after=(rows[PAGE_SIZE - 1].id,) if len(rows) > PAGE_SIZE else (),
        recorded=True,
    )
    context = {
        "page": queries.page(number, at=clock.now()),
        "batch_id": batch_id,
        "rows": [_row(each) for each in rows[:PAGE_SIZE]],
    }
    return show_list(request, "console/incidents/notice_people.html", listing, context)


def _filter(asked: AskedList) -> DispatchFilter:
    state, channel = asked.chosen.get("state"), asked.chosen.get("channel")
    reason = asked.chosen.get("reason")
    first, last = asked.days.get("from"), asked.days.get("until")
    return DispatchFilter(
        state=DispatchState(state) if state else None,
        reason="" if reason == NO_REASON else reason,
        channel=Channel(channel) if channel else None,
        person_id=asked.number,
        sent_from=_midnight(first) if first else None,
        sent_before=_midnight(last + timedelta(days=1)) if last else None,
    )


def _midnight(day: date) -> datetime:
    """Return when a day begins, in the time zone of the page."""
    return timezone.make_aware(datetime.combine(day, time()))


def _row(row: DispatchRow) -> dict[str, Any]:
    return {
        "notice": row,
        "by": CHANNELS[Channel(row.channel)],
        "state": NOTICES[row.state],
        "why": in_words(row.reason),
    }


def _everything(batch_id: int, which: DispatchFilter, falling: bool) -> Iterator[DispatchRow]:
    after = 0
    while rows := notices.dispatches(
        batch_id, which, falling=falling, after=after, limit=_CSV_ROWS
    ):
        yield from rows
        after = rows[-1].id


def _cells(rows: Iterable[DispatchRow]) -> Iterator[tuple[object, ...]]:
    for row in rows:
        sent = clock.to_text(row.sent_at) if row.sent_at else ""
        shown = _row(row)
        yield person_code(row.person_id), shown["by"], shown["state"], sent, shown["why"]


def _first_capital(words: str) -> str:
    return words[:1].upper() + words[1:]
