"""Making an incident part of another. It is taken back where the whole says who is affected."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from aboveboard.accounts.gate import actor_of, allow
from aboveboard.basics import clock
from aboveboard.basics.errors import AboveboardError
from aboveboard.console.incidents.page import LEADS
from aboveboard.incidents import queries
from aboveboard.incidents.sources.joining import join, wholes


class WholeForm(forms.Form):
    """Which incident it is part of."""

    into = forms.TypedChoiceField(
        label="Which incident is it part of?",
        coerce=int,
        error_messages={"required": "Choose an incident."},
    )

    def __init__(self, *args: Any, part: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["into"]
        if isinstance(field, forms.TypedChoiceField):
            named = [(row.number, f"{row.reference}, {row.title}") for row in wholes(part)]
            field.choices = [("", "Choose an incident"), *named]


@allow(*LEADS)
@require_http_methods(["GET", "HEAD", "POST"])
def join_to(request: HttpRequest, number: int) -> HttpResponse:
    """Ask which incident it is part of; one set and one clock follow."""
    page = queries.page(number, at=clock.now())
    form = WholeForm(request.POST if request.method == "POST" else None, part=number)
    if request.method == "POST" and form.is_valid():
        into = form.cleaned_data["into"]
        try:
            join(number, into, by=actor_of(request), at=clock.now())
        except AboveboardError as error:
            form.add_error("into", str(error))
        else:
            messages.success(request, f"{page.incident.reference} is part of this incident")
            return HttpResponseRedirect(reverse("console:affected", args=[into]))
    return render(
        request,
        "console/incidents/join.html",
        {"page": page, "form": form, "none": not wholes(number)},
        status=422 if form.errors else 200,
    )
