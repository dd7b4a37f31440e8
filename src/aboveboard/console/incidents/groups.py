"""Groups of people of one incident who are judged by themselves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from aboveboard.accounts.gate import actor_of, allow
from aboveboard.basics import clock
from aboveboard.basics.errors import Invalid
from aboveboard.basics.ids import parse_id
from aboveboard.console.incidents.forms import CircumstancesForm
from aboveboard.console.incidents.page import LEADS
from aboveboard.incidents import groups, queries
from aboveboard.incidents.assessment.circumstances import StoredGroup, questions
from aboveboard.incidents.assessment.inquiry import inquiry
from aboveboard.incidents.views import IncidentPage
from aboveboard.law.categories import all_categories


class GroupForm(forms.Form):
    """Who is in a group, and what to call it."""

    name = forms.CharField(
        label="What do you call them?",
        max_length=80,
        help_text="For example: accounts that were entered. Do not name customers.",
        error_messages={"required": "Say in a few words who they are."},
    )
    exposed = forms.MultipleChoiceField(
        label="Whoever had any of this exposed",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choose which data tells them from the others."},
    )

    def __init__(self, *args: Any, among: frozenset[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["exposed"]
        if isinstance(field, forms.MultipleChoiceField):
            field.choices = [
                (key, f"{category.noun[:1].upper()}{category.noun[1:]}")
                for key, category in all_categories().items()
                if key in among
            ]


@allow(*LEADS)
@require_http_methods(["GET", "HEAD", "POST"])
def overview(request: HttpRequest, number: int) -> HttpResponse:
    """Show the groups; POST adds one, removes one, or saves the answers of one. ``place`` in the
    address is the group whose questions are shown."""
    page = queries.page(number, at=clock.now())
    given = request.POST if request.method == "POST" else None
    group = _group(page, request.GET.get("place", ""))
    if given is not None and given.get("do") == "remove":
        _remove(request, page, given)
        return HttpResponseRedirect(reverse("console:groups", args=[number]))
    asked = _questions(page, group, given) if group else None
    adding = GroupForm(None if asked else given, among=_exposed(page))
    form = asked or adding
    if given is not None and form.is_valid() and _saved(request, number, group, form):
        return HttpResponseRedirect(reverse("console:groups", args=[number]))
    context = {
        "page": page,
        "rows": [_row(place, each) for place, each in enumerate(page.incident.groups, 1)],
        "group": group,
        "form": form,
    }
    return render(
        request, "console/incidents/groups.html", context, status=422 if form.errors else 200
    )


def _group(page: IncidentPage, place: str) -> StoredGroup | None:
    """Return the group at a place of the list, from 1, or None where none is named."""
    if not place:
        return None
    number = parse_id(place)
    if number is None or not 0 < number <= len(page.incident.groups):
        raise Http404
    return page.incident.groups[number - 1]


def _remove(request: HttpRequest, page: IncidentPage, given: Mapping[str, Any]) -> None:
    # By its name, which is sent and never stands in an address: a place may be another's by now.
    name = str(given.get("name", ""))
    if all(each["name"] != name for each in page.incident.groups):
        raise Http404
    groups.remove_group(page.incident.number, name, by=actor_of(request), at=clock.now())


def _questions(
    page: IncidentPage, group: StoredGroup, given: Mapping[str, Any] | None
) -> CircumstancesForm:
    now, incident = inquiry(page.incident.number, group["name"]), page.incident
    known = page.circumstances.taken
    form = CircumstancesForm(
        given,
        stored=group["answers"],
        taken={each.key: each.in_words(known[each.key]) for each in questions()},
        kind=incident.kind,
    )
    form.keep(
        [
            each.key
            for each in questions()
            if each.key in now.asked or each.key in group["answers"] or each.key in (given or {})
        ]
    )
    return form


def _saved(
    request: HttpRequest,
    number: int,
    group: StoredGroup | None,
    form: CircumstancesForm | GroupForm,
) -> bool:
    name, data, answers = group["name"] if group else "", (), None
    if isinstance(form, GroupForm):
        name, data = form.cleaned_data["name"], form.cleaned_data["exposed"]
    else:
        answers = form.answers()
    try:
        groups.set_group(number, name, data, answers, by=actor_of(request), at=clock.now())
    except Invalid as error:
        form.add_error(None, str(error))
        return False
    return True


def _exposed(page: IncidentPage) -> frozenset[str]:
    """Return what was exposed of anybody, on which people can differ."""
    estimated = {key for each in page.estimates for key in each.categories}
    return page.categories | estimated


def _row(place: int, group: StoredGroup) -> dict[str, object]:
    asked = {question.key: question for question in questions()}
    return {
        "place": place,
        "name": group["name"],
        "data": [all_categories()[key].noun for key in group["categories"]],
        "answers": [
            {"ask": asked[key].ask, "words": asked[key].in_words(value)}
            for key, value in group["answers"].items()
            if key in asked
        ],
    }
