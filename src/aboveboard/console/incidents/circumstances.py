"""What is known of a loss: one question a page, or a few that belong together.

Each page saves its answers at once and goes on to the next, so that a call in between costs
nothing. The first page lists all of them with what was answered.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from aboveboard.accounts.gate import actor_of, allow
from aboveboard.basics import clock
from aboveboard.basics.errors import Invalid
from aboveboard.console.incidents.forms import CircumstancesForm
from aboveboard.console.incidents.page import LEADS
from aboveboard.incidents import actions, queries
from aboveboard.incidents.assessment.circumstances import questions
from aboveboard.incidents.assessment.inquiry import inquiry
from aboveboard.incidents.views import IncidentView


@dataclass(frozen=True, slots=True)
class CircumstancesPage:
    """One page: ``key`` is its address, ``title`` its heading, ``fields`` the questions on it."""

    key: str
    title: str
    fields: tuple[str, ...]


PAGES: Final = (
    CircumstancesPage("when", "When it happened", ("occurred_at", "how_found")),
    CircumstancesPage("what", "What happened", ("what_happened", "nature", "cause")),
    CircumstancesPage("hands", "Who has the data", ("hands", "recipients", "deletion")),
    CircumstancesPage("taking", "How far it went", ("taking", "seen", "malicious")),
    CircumstancesPage("medium", "What it was on", ("medium", "protection", "keys_taken")),
    CircumstancesPage("codes", "Passwords and codes", ("opens", "codes_taken")),
    CircumstancesPage("use", "Missing or changed data", ("outage", "change", "vital")),
    CircumstancesPage("list", "What being on the list says", ("reveals", "picture")),
    CircumstancesPage("data", "How much the data tells", ("habits", "money", "sensitive")),
    CircumstancesPage("whose", "Whose it is", ("identifiable", "vulnerable")),
    CircumstancesPage("role", "Whose data it is in law", ("role",)),
    CircumstancesPage("people", "The people", ("consequences", "impacts")),
    CircumstancesPage("before", "Protection before", ("protection_before", "measures_before")),
    CircumstancesPage("since", "What you have done", ("measures", "remedied")),
    CircumstancesPage("after", "Preventing it next time", ("protection_after", "measures_after")),
    CircumstancesPage("late", "A late report", ("late_because",)),
)
"""Every question stands on exactly one of them (a test)."""


def page_key(field: str) -> str:
    """Return the address of the page that asks a question."""
    return next((page.key for page in PAGES if field in page.fields), "")


@allow(*LEADS)
@require_safe
def overview(request: HttpRequest, number: int) -> HttpResponse:
    """List every question with its answer, or what is assumed until there is one."""
    page = queries.page(number, at=clock.now())
    form, shown = _form(None, page.incident), _visible_fields(page.incident)
    rows = [
        {
            "page": each,
            "answers": [
                _answer(form, page.incident, name) for name in each.fields if name in shown
            ],
        }
        for each in PAGES
        if shown & set(each.fields)
    ]
    return render(request, "console/incidents/circumstances.html", {"page": page, "rows": rows})


@allow(*LEADS)
@require_http_methods(["GET", "HEAD", "POST"])
def question(request: HttpRequest, number: int, key: str) -> HttpResponse:
    """Ask what stands on one page; its answers change severity, risk and duties at once."""
    place = next((place for place, each in enumerate(PAGES) if each.key == key), None)
    if place is None:
        raise Http404
    asked, page = PAGES[place], queries.page(number, at=clock.now())
    form = _form(request.POST if request.method == "POST" else None, page.incident)
    shown = _visible_fields(page.incident)
    # What was asked when the page was opened is taken, though a colleague has settled it since.
    names = [name for name in asked.fields if name in shown or name in request.POST]
    if not names:  # nothing that is asked here can change the answer, as the others stand
        return HttpResponseRedirect(reverse("console:circumstances", args=[number]))
    form.keep(names)
    # The questions of this page alone are saved (``keep``): a field that the browser did not send
    # would otherwise empty an answer that a colleague gave meanwhile.
    if form.is_valid() and _saved(request, form, page.incident):
        # Read again: an answer may have settled what the next page asks.
        following = _following(place, queries.incident(number))
        if request.POST.get("then") == "overview" or not following:
            return HttpResponseRedirect(reverse("console:circumstances", args=[number]))
        return HttpResponseRedirect(reverse("console:circumstance", args=[number, following]))
    context = {
        "page": page,
        "form": form,
        "asked": asked,
        "place": place + 1,
        "places": len(PAGES),
        "last": place + 1 == len(PAGES),
    }
    return render(
        request, "console/incidents/circumstance.html", context, status=422 if form.errors else 200
    )


def _visible_fields(incident: IncidentView) -> frozenset[str]:
    """Return the fields to show: of the questions those that can change the answer, or that
    somebody answered; and all that is asked in words or for the report."""
    asked = inquiry(incident.number).asked | incident.answers.keys()
    chosen = {question.key for question in questions()}
    return frozenset(
        name for page in PAGES for name in page.fields if name in asked or name not in chosen
    )


def _following(place: int, incident: IncidentView) -> str:
    """Return the next page that asks anything, or "" after the last."""
    shown = _visible_fields(incident)
    return next((page.key for page in PAGES[place + 1 :] if shown & set(page.fields)), "")


def _form(data: Mapping[str, Any] | None, incident: IncidentView) -> CircumstancesForm:
    return CircumstancesForm(
        data,
        stored=incident.answers,
        taken={each.question.key: each.words for each in inquiry(incident.number).taken},
        kind=incident.kind,
        initial={"occurred_at": _minute(incident.occurred_at)},
    )


def _saved(request: HttpRequest, form: CircumstancesForm, incident: IncidentView) -> bool:
    moments: dict[str, datetime | None] = {}
    if "occurred_at" in form.cleaned_data:
        occurred_at = form.cleaned_data["occurred_at"]
        # A form knows minutes only. Sent back unchanged it must not cut the seconds off, which
        # would move every clock.
        if _minute(occurred_at) != _minute(incident.occurred_at):
            moments["occurred_at"] = occurred_at
    try:
        actions.change(
            incident.number,
            answers=form.answers(),
            moments=moments,
            by=actor_of(request),
            at=clock.now(),
        )
    except Invalid as error:
        form.add_error("occurred_at" if moments else None, str(error))
        return False
    return True


def _answer(form: CircumstancesForm, incident: IncidentView, name: str) -> dict[str, object]:
    """Return a question with its answer in words; ``assumed`` is what holds until there is one."""
    field = form.fields[name]
    if name == "occurred_at":
        return {"ask": field.label, "at": incident.occurred_at, "words": "", "assumed": ""}
    given = incident.answers.get(name, "")
    options = {str(key): str(words) for key, words in getattr(field, "choices", ())}
    words = (
        ", ".join(options.get(key, key) for key in given.split(",")) if given and options else given
    )
    return {
        "ask": field.label,
        "at": None,
        "words": words,
        "assumed": "" if given else str(field.help_text),
    }


def _minute(moment: datetime | None) -> str:
    """Return a moment as the form shows it: to the minute, in the time zone of the page."""
    return f"{timezone.localtime(moment):%Y-%m-%dT%H:%M}" if moment else ""
