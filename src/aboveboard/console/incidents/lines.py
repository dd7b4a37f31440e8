"""The lines of a leaked file, opened as the rows that their numbers count. What they said is not
kept."""

from __future__ import annotations

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
from django.views.decorators.http import require_http_methods

from aboveboard.accounts.gate import actor_of, allow
from aboveboard.basics import clock
from aboveboard.basics.errors import AboveboardError
from aboveboard.basics.ids import parse_id
from aboveboard.basics.limits import PAGE_SIZE
from aboveboard.console.incidents.page import LEADS, query_number
from aboveboard.console.limits import DOUBTFUL_PEOPLE
from aboveboard.incidents import queries
from aboveboard.incidents.exposure.settling import settle
from aboveboard.incidents.leaks.reading import SENTENCES

_OUTCOMES = {
    "matched": "are our customers",
    "ambiguous": "match more than one of our customers",
    "stranger": "are not our customers",
}


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


def language_in_words(code: str) -> str:
    """Return a language by its English name, or its code if it has none."""
    return str(Locale.parse("en").languages.get(code, code))
