"""Other systems that are notified: all of them, adding one, one with what was sent to it, and one
notification with every attempt."""

from __future__ import annotations

from functools import partial
from typing import Any, Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from aboveboard.accounts.gate import actor_of, allow
from aboveboard.basics import clock
from aboveboard.basics.actor import Role
from aboveboard.basics.errors import AboveboardError, NotFound
from aboveboard.basics.limits import PAGE_SIZE
from aboveboard.console.lists.asked import (
    AskedList,
    ColumnKind,
    ListColumn,
    ListFilter,
    ListShape,
)
from aboveboard.console.lists.page import ListPage, asked_of, csv_of, every_row, show_list
from aboveboard.console.webhooks.changes import changes_of
from aboveboard.console.webhooks.forms import EndpointForm
from aboveboard.console.webhooks.words import (
    PAUSES,
    REASONS,
    STATES,
    condition,
    delivery_in_words,
)
from aboveboard.delivery.entries import TESTED
from aboveboard.delivery.webhooks import actions, payload, queries
from aboveboard.delivery.webhooks.queries import Delivery, EndpointRecord

READERS: Final = (Role.PRIVACY_LEAD, Role.ADMINISTRATOR)
_HEADS: Final = ("Happened", "Event", "State", "Reason", "Attempts", "Status", "Milliseconds")


def list_shape(endpoint: EndpointRecord) -> ListShape:
    """Return what can be asked of the list of notifications of a system."""
    return ListShape(
        nouns=("notification", "notifications"),
        columns=(
            ListColumn("Event"),
            ListColumn("Happened", "", ColumnKind.MOMENT),
            ListColumn("State"),
            ListColumn("Last answer"),
        ),
        order="",
        filters=(
            ListFilter("state", "State", {key.value: words for key, words in STATES.items()}),
            ListFilter("event", "Event", {name: name for name in (*endpoint.events, TESTED.name)}),
        ),
    )


@allow(*READERS)
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """List the systems that are notified."""
    tallies = queries.tallies()
    rows = [
        {
            "endpoint": endpoint,
            "condition": condition(endpoint),
            "tally": tallies.get(endpoint.serial),
        }
        for endpoint in queries.endpoints()
    ]
    context = {"rows": rows, "may_change": actor_of(request).role == Role.ADMINISTRATOR}
    return render(request, "console/webhooks/overview.html", context)


@allow(Role.ADMINISTRATOR)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def add(request: HttpRequest) -> HttpResponse:
    """Ask which system is to be notified of what, add it, and show its secret this once."""
    form = EndpointForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        answers = form.cleaned_data
        try:
            endpoint, secret = actions.add(
                answers["name"],
                answers["url"],
                answers["events"],
                by=actor_of(request),
                at=clock.now(),
            )
        except actions.EndpointRefused as error:
            form.add_error("url", str(error))
        except AboveboardError as error:
            form.add_error("name", str(error))
        else:
            context = {"endpoint": endpoint, "secret": secret}
            return render(request, "console/webhooks/secret.html", context)
    status = 422 if form.errors else 200
    return render(request, "console/webhooks/add.html", {"form": form}, status=status)


@allow(*READERS)
@require_safe
def endpoint(request: HttpRequest, serial: int) -> HttpResponseBase:
    """Show one system, and what was sent to it."""
    shown = find_endpoint(serial)
    asked = asked_of(list_shape(shown), request)
    if asked.csv and not asked.errors:
        rows = every_row(partial(_page, serial, asked))
        return csv_of("notifications", _HEADS, map(_cells, rows))
    deliveries, total = ([], 0) if asked.errors else _page(serial, asked, start=asked.start)
    asked.check_page(total)
    is_administrator = actor_of(request).role == Role.ADMINISTRATOR
    context = {
        "endpoint": shown,
        "condition": condition(shown),
        "paused": PAUSES[shown.paused_why] if shown.paused_why else "",
        "rows": [delivery_in_words(each) for each in deliveries],
        "changes": changes_of(shown) if is_administrator else [],
    }
    return show_list(
        request, "console/webhooks/endpoint.html", ListPage(asked, total=total), context
    )


@allow(*READERS)
@require_http_methods(["GET", "HEAD", "POST"])
def notification(request: HttpRequest, serial: int, message: int) -> HttpResponse:
    """Show every attempt at one notification; an administrator may send it again."""
    shown = find_endpoint(serial)
    delivery, attempts = queries.delivery(message)
    if delivery.endpoint_serial != serial:
        raise NotFound(what="webhook message")
    may_change = actor_of(request).role == Role.ADMINISTRATOR
    if request.method == "POST":
        if may_change and actions.replay([message], at=clock.now()):
            messages.success(request, "It is sent again")
        return HttpResponseRedirect(reverse("console:webhook_message", args=[serial, message]))
    context: dict[str, Any] = {
        "endpoint": shown,
        "delivery": delivery_in_words(delivery),
        "webhook_id": payload.webhook_id(delivery.event_id),
        "attempts": [
            {"attempt": each, "reason": REASONS[each.reason] if each.reason else ""}
            for each in attempts
        ],
        "may_replay": may_change and delivery.replayable,
    }
    return render(request, "console/webhooks/message.html", context)


def find_endpoint(serial: int) -> EndpointRecord:
    """Return the endpoint of that number.

    Raises:
        NotFound: there is none any more.
    """
    record = queries.endpoint_by_serial(serial)
    if record.removed_at is not None:
        raise NotFound(what="webhook endpoint")
    return record


def _page(
    serial: int, asked: AskedList, *, start: int, limit: int = PAGE_SIZE
) -> tuple[list[Delivery], int]:
    state, event = asked.chosen.get("state", ""), asked.chosen.get("event", "")
    rows = queries.deliveries(serial, state=state, type=event, start=start, limit=limit)
    return rows, queries.count_deliveries(serial, state=state, type=event)


def _cells(delivery: Delivery) -> tuple[object, ...]:
    last = delivery.last
    return (
        clock.to_text(delivery.at),
        delivery.type,
        STATES[delivery.state],
        REASONS[delivery.reason] if delivery.reason else "",
        delivery.attempts,
        last.status if last else "",
        last.milliseconds if last else "",
    )
