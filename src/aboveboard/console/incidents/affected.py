"""Who is affected by a loss that is neither a device nor a file: listed, or estimated."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from aboveboard.accounts.gate import actor_of, allow
from aboveboard.basics import clock
from aboveboard.basics.actor import Actor
from aboveboard.basics.errors import AboveboardError
from aboveboard.console.incidents.exposed_form import CertaintyField, ExposedForm
from aboveboard.console.incidents.logins import LoginForm
from aboveboard.console.incidents.page import LEADS
from aboveboard.incidents import affected, queries
from aboveboard.incidents.case.sealing import CaseWordsRefused
from aboveboard.incidents.terms import IncidentKind
from aboveboard.incidents.views import IncidentPage

_LIST: Final = "list"
_ESTIMATE: Final = "estimate"
_LOGIN: Final = "login"


class ListForm(ExposedForm):
    """People, by what identifies them."""

    people = forms.CharField(
        label="Who are they?",
        widget=forms.Textarea(attrs={"rows": 8, "spellcheck": "false", "autocomplete": "off"}),
        help_text=(
            "One person on each line: a customer number, an e-mail address or a phone number. "
            "You can paste rows of a spreadsheet. We keep who they are, not what you paste."
        ),
        error_messages={"required": "Enter at least one person."},
    )

    certainty = CertaintyField()

    field_order = ("people", "certainty", "exposed", "more", "protected")

    def send_to(self, number: int, *, by: Actor) -> None:
        """Add them."""
        affected.add_list(
            number,
            self.cleaned_data["people"].splitlines(),
            self.categories(),
            protected=self.cleaned_data["protected"],
            certainty=self.cleaned_data["certainty"],
            by=by,
            at=clock.now(),
        )


class EstimateForm(ExposedForm):
    """About how many people, and where they live."""

    people = forms.IntegerField(
        label="About how many people?",
        min_value=1,
        max_value=2**31 - 1,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
        help_text="People you have not listed. If in doubt, take the higher number.",
        error_messages={
            "required": "Enter a number.",
            "invalid": "Enter a number, such as 200.",
            "min_value": "Enter a number of 1 or more.",
        },
    )
    place = forms.ChoiceField(
        label="Where do they live?",
        help_text="The law of that place applies. Add one estimate for each place.",
        error_messages={"required": "Choose a place."},
    )

    field_order = ("people", "place", "exposed", "more", "protected")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["place"]
        if isinstance(field, forms.ChoiceField):
            field.choices = [("", "Choose a place"), *affected.places()]

    def send_to(self, number: int, *, by: Actor) -> None:
        """Add the estimate."""
        affected.add_estimate(
            number,
            self.cleaned_data["place"],
            self.cleaned_data["people"],
            self.categories(),
            protected=self.cleaned_data["protected"],
            by=by,
            at=clock.now(),
        )


_FORMS: Final[Mapping[str, type[ListForm | EstimateForm | LoginForm]]] = {
    _LIST: ListForm,
    _ESTIMATE: EstimateForm,
    _LOGIN: LoginForm,
}
_WITHDRAW: Final[Mapping[str, Callable[..., None]]] = {
    _LIST: affected.withdraw_list,
    _ESTIMATE: affected.withdraw_estimate,
}


@allow(*LEADS)
@require_safe
def overview(request: HttpRequest, number: int) -> HttpResponse:
    """Show whom the loss affects, as far as somebody said."""
    return render(request, "console/incidents/affected.html", {"page": affected_page(number)})


@allow(*LEADS)
@require_http_methods(["GET", "HEAD", "POST"])
def add(request: HttpRequest, number: int, how: str) -> HttpResponse:
    """Ask for people by a list or by a stolen login, or for an estimate; severity and duties
    follow."""
    if how not in _FORMS:
        raise Http404
    page = affected_page(number)
    form = _FORMS[how](request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            form.send_to(number, by=actor_of(request))
        except AboveboardError as error:
            form.add_error(form.ERRORS_AT, str(error))
        else:
            return HttpResponseRedirect(reverse("console:affected", args=[number]))
    return render(
        request,
        f"console/incidents/affected_{'login' if how == _LOGIN else 'add'}.html",
        {"page": page, "form": form, "listing": how == _LIST},
        status=422 if form.errors else 200,
    )


@allow(*LEADS)
@require_POST
def withdraw(request: HttpRequest, number: int, how: str, row_id: int) -> HttpResponse:
    """Take a source or an estimate back, with the reason."""
    if how not in _WITHDRAW:
        raise Http404
    affected_page(number)
    reason = request.POST.get("reason", "")
    try:
        _WITHDRAW[how](number, row_id, reason=reason, by=actor_of(request), at=clock.now())
    except CaseWordsRefused as refused:
        messages.error(request, f"It was not taken back. {refused}")
    return HttpResponseRedirect(reverse("console:affected", args=[number]))


def affected_page(number: int) -> IncidentPage:
    """Return the page of an incident of which somebody says whom it affects."""
    page = queries.page(number, at=clock.now())
    # Whoever is on a device or in a file is counted from there, and from nothing that is typed.
    if page.incident.kind != IncidentKind.OTHER:
        raise Http404
    return page
