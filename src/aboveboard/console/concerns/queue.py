"""The queue: what waits for an answer, what is mine, what is answered."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from aboveboard.access.concerns import queries
from aboveboard.access.concerns.queries import ConcernRecord
from aboveboard.access.concerns.terms import ANSWERING
from aboveboard.accounts.gate import actor_of, allow
from aboveboard.accounts.queries import names
from aboveboard.basics import clock
from aboveboard.basics.limits import PAGE_SIZE
from aboveboard.console.concerns.forms import IN_WORDS, VERDICTS

_LISTS = {"": "Waiting for an answer", "mine": "Mine", "answered": "Answered"}


@allow(ANSWERING)
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """List concerns. ``?show=`` is ``mine`` or ``answered``, else what waits, the oldest first."""
    account, now = int(actor_of(request).id), clock.now()
    show = request.GET.get("show", "")
    show = show if show in _LISTS else ""
    number = request.GET.get("page", "")
    page = int(number) if number.isascii() and number.isdigit() and len(number) < 6 else 0
    records = _records(show, account, page)
    owners = names({record.owner_id for record in records if record.owner_id is not None})
    context = {
        "rows": [in_words(record, owners, now) for record in records[:PAGE_SIZE]],
        "title": _LISTS[show],
        "show": show,
        "lists": [
            {"key": key, "words": words, "href": _address(key), "here": key == show}
            for key, words in _LISTS.items()
        ],
        "waiting": queries.count_open(),
        "overdue": queries.count_overdue(now),
        "older": _address(show, page + 1) if len(records) > PAGE_SIZE else "",
        "newer": _address(show, page - 1) if page else "",
    }
    return render(request, "console/concerns/overview.html", context)


def _records(show: str, account: int, page: int) -> list[ConcernRecord]:
    """Return a page, and the first of the next where there is one."""
    if show == "answered":
        return queries.answered_concerns(page=page)
    return queries.open_concerns(owner=account if show == "mine" else None, page=page)


def in_words(record: ConcernRecord, owners: dict[int, str], now: datetime) -> dict[str, Any]:
    """Return a concern as the pages say it."""
    owner = None if record.owner_id is None else owners.get(record.owner_id, "Someone who has left")
    return {
        "record": record,
        "what": IN_WORDS[record.concern],
        "owner": owner,
        "verdict": VERDICTS[record.verdict] if record.verdict else "",
        "overdue": record.is_overdue(now),
    }


def _address(show: str, page: int = 0) -> str:
    query = "&".join(filter(None, (f"show={show}" if show else "", f"page={page}" if page else "")))
    address = reverse("console:concerns")
    return f"{address}?{query}" if query else address
