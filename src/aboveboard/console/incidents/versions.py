"""Versions of who is affected: what each count says that an earlier one did not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_safe

from aboveboard.accounts.gate import actor_of, allow
from aboveboard.basics import clock
from aboveboard.basics.limits import PAGE_SIZE
from aboveboard.basics.person_codes import person_code
from aboveboard.console.incidents.page import LEADS
from aboveboard.console.incidents.reviewing import APPROVERS
from aboveboard.console.lists.asked import AskedList, ListColumn, ListFilter, ListShape
from aboveboard.console.lists.page import ListPage, address_of, asked_of, csv_of, show_list
from aboveboard.incidents import queries
from aboveboard.incidents.exposure import versions as counted
from aboveboard.incidents.exposure.versions import CountVersion, ExposureChange
from aboveboard.incidents.notices.recipients import count_new
from aboveboard.incidents.people_list import record_list

_HEADS: Final = (
    "Customer",
    "Change",
    "Exposed before",
    "Exposed now",
    "New",
    "Certainty before",
    "Certainty now",
)
_VERSION: Final = "version"
_SINCE: Final = "since"
_NOTIFIED: Final = ", as people were told"


@allow(*LEADS)
@require_safe
def overview(request: HttpRequest, number: int) -> HttpResponse:
    """List the versions, newest first."""
    page, listed = queries.page(number, at=clock.now()), counted.versions(number)
    notified = next((each for each in listed[::-1] if each.notified), None)
    later = notified is not None and notified.number < listed[-1].number
    context = {
        "page": page,
        "versions": listed[::-1],
        "notified": notified,
        "untold": count_new(number) if later else {},
        "may": actor_of(request).role in APPROVERS,
    }
    return render(request, "console/incidents/versions.html", context)


@allow(*LEADS)
@require_http_methods(["GET", "HEAD", "POST"])
def differences(request: HttpRequest, number: int) -> HttpResponseBase:
    """List who was added, who is gone, and of whom more or less is exposed. As a file the list
    leaves only with a ledger entry."""
    listed = counted.versions(number)
    asked = asked_of(_shape(listed), request)
    if len(listed) < 2:
        alone = {"page": queries.page(number, at=clock.now())}
        listing = ListPage(asked, total=0, recorded=True)
        return show_list(request, "console/incidents/version_changes.html", listing, alone)
    asked = _complete(asked, listed)
    version, since = int(asked.chosen[_VERSION]), int(asked.chosen[_SINCE])
    compared = counted.compare(number, version, since)
    chosen = asked.chosen.get("change")
    change = ExposureChange(chosen) if chosen else None
    total = compared.counts.get(change, 0) if change else compared.people
    if request.method == "POST":
        if not asked.csv:
            return HttpResponseRedirect(address_of(asked))
        record_list(number, total, by=actor_of(request), at=clock.now())
        return csv_of(f"version-{version}", _HEADS, _cells(number, version, since, change))
    after = asked.after[0] if asked.after else 0
    rows = counted.changed_people(number, version, since, change, after=after, limit=PAGE_SIZE + 1)
    context = {
        "page": queries.page(number, at=clock.now()),
        "compared": compared,
        "numbers": list(compared.counts.items()),
        "pair": f"{_VERSION}={version}&{_SINCE}={since}",
        "rows": rows[:PAGE_SIZE],
    }
    cursor = (rows[PAGE_SIZE - 1].person_id,) if len(rows) > PAGE_SIZE else ()
    listing = ListPage(asked, total=total, after=cursor, recorded=True)
    return show_list(request, "console/incidents/version_changes.html", listing, context)


def _complete(asked: AskedList, listed: list[CountVersion]) -> AskedList:
    """Return what is asked for, with two versions: the newest and the one before, unless others
    are, and the earlier one first."""
    version = int(asked.chosen.get(_VERSION, len(listed)))
    since = int(asked.chosen.get(_SINCE, version - 1))
    if since >= version:
        since = version - 1
    pair = {_VERSION: str(version), _SINCE: str(since)}
    return replace(asked, chosen={**asked.chosen, **pair})


def _shape(listed: list[CountVersion]) -> ListShape:
    names = {
        str(each.number): f"Version {each.number}{_NOTIFIED if each.notified else ''}"
        for each in listed
    }
    first, last = "1", str(len(listed))
    later = {key: name for key, name in names.items() if key != first}
    earlier = {key: name for key, name in names.items() if key != last}
    return ListShape(
        nouns=("change", "changes"),
        columns=tuple(map(ListColumn, ("Customer", "Change", "New", "Exposed now", "Certainty"))),
        order="number",
        filters=(
            ListFilter("change", "Change", dict(ExposureChange.choices)),
            ListFilter("version", "Version", later),
            ListFilter("since", "Compared with", earlier),
        ),
        deep=True,
    )


def _cells(
    number: int, version: int, since: int, change: ExposureChange | None
) -> Iterator[tuple[object, ...]]:
    for row in counted.everyone_changed(number, version, since, change):
        exposed = (", ".join(words) for words in (row.before, row.now, row.newly))
        sure = (each.label if each else "" for each in (row.sure_before, row.sure_now))
        yield person_code(row.person_id), row.change.label, *exposed, *sure
