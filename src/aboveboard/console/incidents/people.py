"""Every number of an incident, opened as the rows it counts. Rows hold reference
numbers, never names."""

from __future__ import annotations

from urllib.parse import urlencode

from babel import Locale
from django.contrib import messages
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseNotAllowed,
    HttpResponseRedirect,
)
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_safe

from aboveboard.accounts.gate import actor_of, allow
from aboveboard.basics import clock
from aboveboard.basics.errors import AboveboardError
from aboveboard.basics.ids import parse_id
from aboveboard.basics.limits import PAGE_SIZE
from aboveboard.console.incidents.page import LEADS, query_number
from aboveboard.console.limits import DOUBTFUL_PEOPLE
from aboveboard.engines.listing import ExposureFilter
from aboveboard.incidents import queries
from aboveboard.incidents.affected import place_in_words
from aboveboard.incidents.exposure.settling import settle
from aboveboard.incidents.leaks.reading import SENTENCES
from aboveboard.incidents.views import IncidentPage

_OUTCOMES = {
    "matched": "are our customers",
    "ambiguous": "match more than one of our customers",
    "stranger": "are not our customers",
}


@allow(*LEADS)
@require_safe
def people(request: HttpRequest, number: int) -> HttpResponse:
    """List the people exposed, all or by band, place, channel or language."""
    # One filter for the rows and for their number: what is counted is what is listed (design,
    # invariant 8).
    which = _filter(request)
    page = queries.page(number, at=clock.now())
    rows = queries.people(number, which, limit=PAGE_SIZE)
    chosen = {name: str(value) for name, value in request.GET.items() if name != "after"}
    context = {
        "page": page,
        "rows": [
            {
                "row": row,
                "place": place_in_words(row.jurisdiction),
                "readable": [each.removeprefix("your ") for each in row.readable],
                "protected": [each.removeprefix("your ") for each in row.protected],
            }
            for row in rows
        ],
        "total": queries.count_matching(number, which),
        "filters": _filters(page, chosen),
        "filtered": bool(chosen),
        "older": f"?{urlencode(chosen | {'after': rows[-1].person_id})}"
        if len(rows) == PAGE_SIZE
        else "",
    }
    return render(request, "console/incidents/people.html", context)


@allow(*LEADS)
@require_http_methods(["GET", "HEAD", "POST"])
def lines(request: HttpRequest, number: int, outcome: str) -> HttpResponse:
    """List the lines of a leaked file with one outcome. What they said is not kept.

    Of a line that fits several customers it is said here whose it is.
    """
    if outcome == "ambiguous":
        return _doubts(request, number)
    # The others only list; the gate lets a POST through because the lines in doubt share the
    # address.
    if request.method == "POST":
        return HttpResponseNotAllowed(["GET", "HEAD"])
    page, after = queries.page(number, at=clock.now()), query_number(request, "after")
    if outcome == "unread":
        unread = queries.unread_lines(number, after=after, limit=PAGE_SIZE)
        rows = [{"line": row.line, "why": SENTENCES[row.reason]} for row in unread]
        words = "could not be read"
    elif outcome in _OUTCOMES:
        rows = [
            {"line": line.line, "why": ""}
            for line in queries.lines(number, outcome, after=after, limit=PAGE_SIZE)
        ]
        words = _OUTCOMES[outcome]
    else:
        raise Http404
    context = {
        "page": page,
        "rows": rows,
        "words": words,
        "older": f"?after={rows[-1]['line']}" if len(rows) == PAGE_SIZE else "",
    }
    return render(request, "console/incidents/lines.html", context)


def _doubts(request: HttpRequest, number: int) -> HttpResponse:
    page, error, line = queries.page(number, at=clock.now()), "", 0
    if request.method == "POST":
        try:
            given, chosen = parse_id(request.POST["line"]), request.POST.getlist("person")
            people = [int(each) for each in chosen if each != "nobody"]
            # The form that we sent names a line and people of ours: anything else was made up.
            if given is None:
                raise Http404
            line = given
            if not chosen:
                error = f"Choose whose line {line} is."
            elif people and "nobody" in chosen:
                error = f"Line {line}: choose customers, or “None of them”, not both."
            else:
                settle(number, [line], people, by=actor_of(request), at=clock.now())
                messages.success(request, f"Line {line} is settled, and everybody counted again")
                return HttpResponseRedirect(request.get_full_path())
        except (KeyError, ValueError):
            raise Http404 from None
        except AboveboardError as problem:
            error = str(problem)
    # One line alone, to go through all whom it fits, or a page of lines with the first of each.
    only = query_number(request, "line")
    rows = queries.doubts(
        number,
        after=only - 1 if only else query_number(request, "after"),
        limit=1 if only else PAGE_SIZE,
        most=DOUBTFUL_PEOPLE,
        people_after=query_number(request, "people"),
    )
    context = {
        "page": page,
        "rows": rows,
        "only": only,
        "error": error,
        "wrong": line,
        "older": f"?after={rows[-1].line}" if len(rows) == PAGE_SIZE and not only else "",
    }
    return render(request, "console/incidents/doubts.html", context, status=422 if error else 200)


def _filter(request: HttpRequest) -> ExposureFilter:
    get = request.GET.get
    band = query_number(request, "band")
    return ExposureFilter(
        band=band or None,
        severity=query_number(request, "severity") or None,
        jurisdiction=get("jurisdiction"),
        country=get("country"),
        channel=get("channel"),
        language=get("language"),
        after=query_number(request, "after"),
    )


def _filters(page: IncidentPage, chosen: dict[str, str]) -> list[dict[str, object]]:
    groups = (
        (
            "band",
            "Severity",
            [
                (str(part.band), f"{part.name} {part.people:,}")
                for part in page.slices
                if part.people
            ],
        ),
        (
            "jurisdiction",
            "Where they live",
            [
                (place, f"{place_in_words(place)} {count:,}")
                for place, count in page.jurisdictions.items()
            ],
        ),
        (
            "language",
            "Language",
            [
                (language, f"{language_in_words(language)} {count:,}")
                for language, count in page.languages.items()
            ],
        ),
    )
    return [
        {
            "label": label,
            "options": [
                {
                    "label": words,
                    "href": f"?{urlencode(chosen | {name: value})}",
                    "chosen": chosen.get(name) == value,
                }
                for value, words in options
            ],
        }
        for name, label, options in groups
    ]


def language_in_words(code: str) -> str:
    """Return a language by its English name, or its code if it has none."""
    return str(Locale.parse("en").languages.get(code, code))
