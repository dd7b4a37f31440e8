"""The post-incident pack: what is in it, and taking it."""

from __future__ import annotations

from django import forms
from django.http import HttpRequest
from django.http.response import HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from aboveboard.accounts.gate import actor_of, allow
from aboveboard.basics import clock
from aboveboard.basics.errors import AboveboardError
from aboveboard.console.incidents.page import LEADS
from aboveboard.incidents import queries
from aboveboard.incidents.pack.making import take_pack
from aboveboard.ledger.queries import verifier_key


class PackForm(forms.Form):
    """Whether those affected are in it."""

    people = forms.BooleanField(
        label="With the numbers of those affected",
        required=False,
        help_text="Only if the regulator asks for them. That they left is recorded.",
    )


@allow(*LEADS)
@require_http_methods(["GET", "HEAD", "POST"])
def pack(request: HttpRequest, number: int) -> HttpResponseBase:
    """Say what is in the pack, or give it out; that it was taken is recorded."""
    page = queries.page(number, at=clock.now())
    form = PackForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        people = form.cleaned_data["people"]
        try:
            pieces = take_pack(number, people=people, by=actor_of(request), at=clock.now())
        except AboveboardError as error:
            form.add_error(None, str(error))
        else:
            answer = StreamingHttpResponse(pieces, content_type="application/zip")
            name = f"{page.incident.reference.lower()}.zip"
            answer["Content-Disposition"] = f'attachment; filename="{name}"'
            return answer
    return render(
        request,
        "console/incidents/pack.html",
        {"page": page, "form": form, "vkey": verifier_key()},
        status=422 if form.errors else 200,
    )
