"""The page of an incident, and the duties on it."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from aboveboard.accounts.gate import actor_of, allow
from aboveboard.basics import clock
from aboveboard.basics.actor import Role
from aboveboard.basics.ids import parse_id
from aboveboard.console.incidents.forms import TimelineNoteForm, answered_by
from aboveboard.incidents import actions, law_questions, queries, reports
from aboveboard.incidents.case.closing import closing_review
from aboveboard.incidents.case.freeze import freezes_of
from aboveboard.incidents.case.roles import role_holders
from aboveboard.incidents.case.tasks import tasks
from aboveboard.incidents.notices import queries as notices
from aboveboard.incidents.terms import IncidentState
from aboveboard.incidents.views import DutyView
from aboveboard.promise.queries import in_force

LEADS = (Role.INCIDENT_LEAD, Role.PRIVACY_LEAD, Role.ADMINISTRATOR)
_FIRST = 8
"""How many duties the page shows before it asks; those of places that no rule
covers always stand on it."""
_TONES = {1: "low", 2: "medium", 3: "high", 4: "very-high"}


@dataclass(frozen=True, slots=True)
class DueRow:
    """A duty in the table; ``by``: the first sentence of its clock, for one
    without a fixed time."""

    view: DutyView
    by: str


@allow(*LEADS)
@require_safe
def incident(request: HttpRequest, number: int) -> HttpResponse:
    """Show one incident: the next duty, the three numbers, what is due, what happened."""
    page = queries.page(number, at=clock.now())
    due = [
        DueRow(duty, duty.clock_words.partition(". ")[0])
        for duty in page.duties
        if duty.required != "no"
    ]
    # What no rule covers is never folded away: somebody must find out what the law says there.
    first = [row for place, row in enumerate(due) if place < _FIRST or row.view.not_covered]
    to_authority = page.next_duty is not None and page.next_duty.recipient_type == "authority"
    context = {
        "page": page,
        "batch": notices.newest_batch(number),
        "bar": [
            {"label": part.name, "number": part.people, "tone": _TONES[part.band]}
            for part in reversed(page.slices)
            if part.people
        ],
        "slices": [part for part in reversed(page.slices) if part.people],
        "due": first,
        "later": [row for row in due if row not in first],
        "open_answers": len(open_questions(reports.authority_report(number, at=clock.now())))
        if to_authority
        else None,
        "not_due": [duty for duty in page.duties if duty.required == "no"],
        "timeline": page.timeline[:6],
        "todo": [task for task in tasks(number, at=clock.now()) if task.is_open],
        # Where nobody has said who is affected there is nothing to count, so the page must not say
        # for ever that it is being counted.
        "counting": page.counting,
        "move": _NEXT[page.state],
        "closing": closing_review(number),
        "holders": role_holders(number),
        "frozen": any(each.in_force for each in freezes_of(number)),
        **_law(number),
    }
    return render(request, "console/incidents/incident.html", context)


def _law(number: int) -> dict[str, object]:
    """Return what the law asks besides, and what is not law yet."""
    sectors = law_questions.sector_questions(number)
    return {
        "sectors": sectors,
        "sectors_open": [question for question in sectors if question.answer is None],
        "sectors_declared": in_force().promise.organisation.declares_sectors,
        "moments": law_questions.moment_questions(number),
        "coming": law_questions.coming(number, on=clock.now().date()),
    }


@allow(*LEADS)
@require_http_methods(["GET", "HEAD", "POST"])
def timeline(request: HttpRequest, number: int) -> HttpResponse:
    """Show the whole timeline; POST adds a sentence to it."""
    form = TimelineNoteForm(request.POST if request.method == "POST" else None)
    page = queries.page(number, at=clock.now())
    if request.method == "POST" and form.is_valid():
        actions.note(
            number,
            form.cleaned_data["sentence"],
            public=form.cleaned_data["public"],
            by=actor_of(request),
            at=clock.now(),
        )
        return HttpResponseRedirect(reverse("console:timeline", args=[number]))
    context = {"page": page, "form": form, "states": queries.states(number)}
    return render(
        request, "console/incidents/timeline.html", context, status=422 if form.errors else 200
    )


@dataclass(frozen=True, slots=True)
class StateOffer:
    """The link to the page that takes an incident to its next state."""

    to: IncidentState
    words: str


_NEXT = {
    IncidentState.OPEN: StateOffer(IncidentState.CONTAINED, "Mark as contained"),
    IncidentState.CONTAINED: StateOffer(IncidentState.NOTIFIED, "Mark as notified"),
    IncidentState.NOTIFIED: StateOffer(IncidentState.CLOSED, "Close the incident"),
    IncidentState.CLOSED: StateOffer(IncidentState.OPEN, "Reopen the incident"),
}


@dataclass(frozen=True, slots=True)
class OpenQuestion:
    """A question of an authority's report without an answer: ``asks`` says who asks it, ``field``
    where to answer it, or ""."""

    question: str
    asks: str
    field: str


def open_questions(report: reports.AuthorityReport) -> list[OpenQuestion]:
    """Return what the report lacks: first what the law asks, then what only the ICO's form does."""
    required = [
        OpenQuestion(item.question, item.article, answered_by(item.key)) for item in report.missing
    ]
    asked = {item.key for item in report.missing}
    only = [answer for answer in report.ico if answer.missing and answer.key not in asked]
    return required + [
        OpenQuestion(answer.question, "the ICO’s form", answered_by(answer.key)) for answer in only
    ]


def query_number(request: HttpRequest, name: str) -> int:
    """Return a number of the address, such as where a list goes on; 0 where none is given, 404
    for what is no number."""
    number = parse_id(request.GET.get(name, "0"))
    if number is None:
        raise Http404
    return number
