"""The people of an incident: every number opened as the rows it counts. Rows hold reference
numbers, never names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_http_methods

from aboveboard.accounts.gate import actor_of, allow
from aboveboard.basics import clock
from aboveboard.basics.limits import PAGE_SIZE
from aboveboard.basics.person_codes import person_code
from aboveboard.console.incidents.lines import language_in_words
from aboveboard.console.incidents.page import LEADS
from aboveboard.console.lists.asked import (
    AskedList,
    ColumnKind,
    ListColumn,
    ListFilter,
    ListShape,
)
from aboveboard.console.lists.page import ListPage, address_of, asked_of, csv_of, show_list
from aboveboard.delivery.terms import DispatchState
from aboveboard.engines.listing import ExposureFilter
from aboveboard.incidents import queries
from aboveboard.incidents.affected import place_in_words
from aboveboard.incidents.people_list import (
    ListedPerson,
    PeopleQuestion,
    people_page,
    take_people_list,
)
from aboveboard.incidents.views import IncidentPage
from aboveboard.law.categories import all_categories, bitmap

NOTICES: Final = {
    DispatchState.QUEUED: "Waiting to be sent",
    DispatchState.SENDING: "Being sent",
    DispatchState.SENT: "Sent",
    DispatchState.FAILED: "Failed",
    DispatchState.SKIPPED: "Not sent",
}
"""Where a notice stands, in words."""

NO_NOTICE: Final = "No notice yet"
_NOTIFIED: Final = {"yes": "Told", "no": "Not told"}
_HEADS: Final = (
    "Customer",
    "Lives in",
    "Exposed",
    "Unreadable",
    "Severity",
    "Certainty",
    "Probable",
    "Cannot be excluded",
    "Notice",
)


def list_shape(page: IncidentPage) -> ListShape:
    """Return what can be asked of the list of the people in an incident: the places, languages and
    data that it has."""
    return ListShape(
        nouns=("person", "people"),
        columns=(
            ListColumn("Customer", "number", ColumnKind.IDENTIFIER),
            ListColumn("Lives in"),
            ListColumn("Exposed"),
            ListColumn("Severity", "severity", ColumnKind.GRADE),
            ListColumn("Certainty"),
            ListColumn("Notice"),
        ),
        order="number",
        filters=(
            ListFilter(
                "band",
                "Severity",
                {
                    str(part.band): f"{part.name.capitalize()} ({part.people:,})"
                    for part in page.slices
                },
            ),
            ListFilter("certainty", "Certainty", _certainties(page)),
            ListFilter("jurisdiction", "Lives in", _places(page)),
            ListFilter("category", "What was exposed", _categories(page)),
            ListFilter(
                "language",
                "Language",
                {
                    code: f"{language_in_words(code)} ({count:,})"
                    for code, count in page.languages.items()
                },
            ),
            ListFilter("notified", "Told", _NOTIFIED),
        ),
        search="Customer’s number in this list",
        by_number="person",
        deep=True,
    )


@allow(*LEADS)
@require_http_methods(["GET", "HEAD", "POST"])
def people(request: HttpRequest, number: int) -> HttpResponseBase:
    """List the people exposed. As a file the list leaves only with a ledger entry."""
    incident = queries.page(number, at=clock.now())
    asked = asked_of(list_shape(incident), request)
    if request.method == "POST" and not asked.errors:
        if asked.csv:
            taken = take_people_list(
                number, question_of(asked), by=actor_of(request), at=clock.now()
            )
            return csv_of(f"{incident.incident.reference}-people", _HEADS, _cells(taken))
        # A number may stand in the address; what else somebody typed never gets there.
        return HttpResponseRedirect(address_of(asked))
    rows, total = ([], 0) if asked.errors else _page(number, asked)
    context = {"page": incident, "rows": [_row(each) for each in rows[:PAGE_SIZE]]}
    listing = ListPage(asked, total=total, after=_cursor(asked, rows), recorded=True)
    return show_list(request, "console/incidents/people.html", listing, context)


def _page(number: int, asked: AskedList) -> tuple[list[ListedPerson], int]:
    # One more than is shown: whether there is a next page.
    rows, total = people_page(number, question_of(asked), limit=PAGE_SIZE + 1)
    return list(rows), total


def question_of(asked: AskedList) -> PeopleQuestion:
    """Return who is asked for."""
    chosen = asked.chosen
    place = chosen.get("jurisdiction")
    band, category = chosen.get("band"), chosen.get("category")
    certainty = chosen.get("certainty")
    notified = chosen.get("notified")
    return PeopleQuestion(
        which=ExposureFilter(
            band=int(band) if band else None,
            # A country with all its parts, or a part alone.
            country=place if place and "-" not in place else None,
            jurisdiction=place if place and "-" in place else None,
            language=chosen.get("language"),
            categories=bitmap([category]) if category else None,
            certainty=int(certainty) if certainty else None,
        ),
        person_id=asked.number,
        notified=None if notified is None else notified == "yes",
        order=asked.order,
        after=asked.after,
    )


def _cursor(asked: AskedList, rows: list[ListedPerson]) -> tuple[int, ...]:
    """Return behind whom the next page begins."""
    if len(rows) <= PAGE_SIZE:
        return ()
    last = rows[PAGE_SIZE - 1].person
    return (last.band, last.person_id) if asked.sort == "severity" else (last.person_id,)


def _row(listed: ListedPerson) -> Mapping[str, Any]:
    person = listed.person
    return {
        "row": person,
        "place": place_in_words(person.jurisdiction),
        "notice": NOTICES[listed.notice] if listed.notice else NO_NOTICE,
        "told": listed.notice is DispatchState.SENT,
    }


def _cells(people: Iterator[ListedPerson]) -> Iterator[tuple[object, ...]]:
    for listed in people:
        person = listed.person
        yield (
            person_code(person.person_id),
            place_in_words(person.jurisdiction),
            ", ".join(person.readable),
            ", ".join(person.protected),
            person.severity,
            person.certainty.label,
            ", ".join(person.probable),
            ", ".join(person.not_excluded),
            NOTICES[listed.notice] if listed.notice else NO_NOTICE,
        )


def _certainties(page: IncidentPage) -> dict[str, str]:
    return {
        str(each.value): f"{each.label} ({count:,})" for each, count in page.certainties.items()
    }


def _places(page: IncidentPage) -> dict[str, str]:
    """Return where the people live, by name: each country, and its parts behind it."""
    counts = dict(page.jurisdictions)
    for place, people in page.jurisdictions.items():
        if "-" in place:
            counts[place[:2]] = counts.get(place[:2], 0) + people
    ordered = sorted(counts, key=lambda place: (place_in_words(place[:2]), len(place), place))
    return {place: f"{place_in_words(place)} ({counts[place]:,})" for place in ordered}


def _categories(page: IncidentPage) -> dict[str, str]:
    nouns = {key: category.noun for key, category in all_categories().items()}
    return {
        key: nouns[key][:1].upper() + nouns[key][1:]
        for key in sorted(page.categories, key=nouns.__getitem__)
    }
