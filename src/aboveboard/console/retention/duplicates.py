"""Records that may be of one person: the groups, how far they are worked through, what was set
apart; one group, its values under a purpose, and that two are not the same person."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from aboveboard.accounts.gate import actor_of, allow, throttle
from aboveboard.basics import clock
from aboveboard.basics.ids import parse_id
from aboveboard.basics.limits import PAGE_SIZE
from aboveboard.console.forms import LEAST
from aboveboard.console.opened import office_channel, open_people, readable_fields
from aboveboard.console.retention.forms import OpenForm
from aboveboard.console.retention.people import KEEPER
from aboveboard.identity import distinct, duplicates, matching, scanning
from aboveboard.promise.model import Promise, Purpose
from aboveboard.promise.queries import in_force

_FARTHEST = 10**9
"""The farthest row that a list is asked from: what is beyond was typed."""


@allow(KEEPER)
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """List the groups, those nobody has looked at first. ``?start=`` goes further."""
    start = _start(request)
    groups = duplicates.duplicate_groups(start=start)
    context = {
        "scan": duplicates.newest_scan(),
        "groups": groups,
        "older": f"?start={start + PAGE_SIZE}" if len(groups) == PAGE_SIZE else "",
        "merges": matching.latest_merges(),
    }
    return render(request, "console/retention/duplicates.html", context)


@allow(KEEPER)
@require_safe
def shared(request: HttpRequest) -> HttpResponse:
    """List the values that were not compared, those that most share first."""
    start = _start(request)
    rows = duplicates.shared_values(start=start)
    context = {
        "scan": duplicates.newest_scan(),
        "rows": rows,
        "older": f"?start={start + PAGE_SIZE}" if len(rows) == PAGE_SIZE else "",
    }
    return render(request, "console/retention/shared_values.html", context)


@allow(KEEPER)
@require_POST
def scan(request: HttpRequest) -> HttpResponse:
    """Let the worker compare all records."""
    scanning.enqueue_scan()
    messages.success(request, "All records are being compared. Come back in a few minutes.")
    return HttpResponseRedirect(reverse("console:duplicates"))


@allow(KEEPER)
@require_http_methods(["GET", "HEAD", "POST"])
def group(request: HttpRequest, group_id: int) -> HttpResponse:
    """Show a group's pairs; open fields of its people when asked, as a use under a purpose."""
    pairs = duplicates.pairs_of_group(group_id)
    people, promise = duplicates.people_of(pairs), in_force().promise
    purposes = [each for each in promise.purposes.values() if KEEPER.value in each.roles]
    chosen = next((each for each in purposes if each.key == request.GET.get("purpose")), None) or (
        purposes[0] if purposes else None
    )
    form = _open_form(request, promise, chosen) if chosen else None
    opened: list[Any] = []
    if chosen and form and form.is_valid():
        throttle(request, "look_up")
        opened = list(
            open_people(
                promise,
                chosen,
                form.cleaned_data["fields_wanted"],
                office_channel(chosen),
                people,
                reference="duplicates",
                by=actor_of(request),
            )
        )
    context = {
        "group_id": group_id,
        "pairs": pairs,
        "people": people,
        "purpose": chosen,
        "purposes": purposes,
        "opening": form,
        "form": form if form and form.errors else None,
        "opened": opened,
        "scan": duplicates.newest_scan(),
        "next": duplicates.next_group(group_id),
    }
    status = 422 if context["form"] else 200
    return render(request, "console/retention/duplicate_group.html", context, status=status)


@allow(KEEPER)
@require_POST
def tell_apart(request: HttpRequest, group_id: int, how: str) -> HttpResponse:
    """Record that two records of a group are not of one person, or take that back."""
    first, second = (parse_id(request.POST.get(name, "")) for name in ("first", "second"))
    asked = {first, second}
    # The form that we sent names a pair of this group: anything else was made up.
    if not any({pair.first, pair.second} == asked for pair in duplicates.pairs_of_group(group_id)):
        raise Http404
    if first is None or second is None:
        raise Http404
    by, at = actor_of(request), clock.now()
    if how == "different":
        distinct.distinguish(first, second, by=by, at=at)
    elif how == "take-back":
        distinct.withdraw_distinction(first, second, by=by, at=at)
    else:
        raise Http404
    return HttpResponseRedirect(reverse("console:duplicate_group", args=[group_id]))


def _open_form(request: HttpRequest, promise: Promise, purpose: Purpose) -> OpenForm:
    fields = readable_fields(promise, purpose)
    return OpenForm(
        request.POST if request.method == "POST" else None,
        choices=[(key, promise.fields[key].label) for key in fields],
        initial={"fields_wanted": [key for key in LEAST if key in fields]},
    )


def _start(request: HttpRequest) -> int:
    start = parse_id(request.GET.get("start", "0"))
    if start is None or start > _FARTHEST:
        raise Http404
    return start
