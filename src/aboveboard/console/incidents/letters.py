"""Letters of a batch: how far they are, the parcels for the print house, and its lists."""

from __future__ import annotations

from django import forms
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from aboveboard.accounts.gate import actor_of, allow
from aboveboard.basics import clock
from aboveboard.basics.bodies import takes_file
from aboveboard.basics.errors import AboveboardError, NotFound
from aboveboard.console.incidents.page import LEADS
from aboveboard.console.incidents.reviewing import APPROVERS, batch_of_incident
from aboveboard.delivery.limits import LETTERS_REPORT_BYTES
from aboveboard.delivery.post import actions as post
from aboveboard.delivery.post import queries as posted
from aboveboard.delivery.post.reports import take_report
from aboveboard.delivery.terms import LetterState
from aboveboard.incidents import queries
from aboveboard.incidents.notices.letters import specimen
from aboveboard.incidents.notices.queries import BatchView, batch_of_delivery
from aboveboard.kinds.codes import countries
from aboveboard.promise.queries import in_force

_STATES = {
    LetterState.SEALED: "With the print house, not printed yet",
    LetterState.PRINTED: "Printed",
    LetterState.POSTED: "Posted",
    LetterState.SPOILED: "Spoiled, printed again",
    LetterState.RETURNED: "Came back",
}
_SPECIMENS = ("GB", "US", "DE", "FR")


class PostedListForm(forms.Form):
    """What the print house says of letters."""

    file = forms.FileField(
        label="The print house’s list",
        help_text="A CSV with the columns letter, state and date, such as 12-7, posted, "
        "2026-12-03. A column reason may follow.",
        error_messages={"required": "Choose a file.", "empty": "This file is empty."},
    )


class DigestForm(forms.Form):
    """The digest of the file that the print house got."""

    sha256 = forms.CharField(
        label="SHA-256 of the file that the print house got",
        max_length=64,
        help_text="It reads it from its copy. That way both know that it is the same file, whole.",
        error_messages={"required": "Write the digest that the print house read."},
    )


@allow(*LEADS)
@require_safe
def letters_page(request: HttpRequest, number: int, batch_id: int) -> HttpResponse:
    """Show how far the letters of a batch are, and its parcels."""
    view = batch_of_incident(number, batch_id)
    progress = posted.progress(view.delivery_batch) if view.delivery_batch else None
    context = {
        **_context(request, number, view),
        "progress": progress,
        "bar": [
            {"words": _STATES[state], "count": count}
            for state, count in (progress.states.items() if progress else ())
        ],
        "parcels": posted.parcels(view.delivery_batch) if view.delivery_batch else (),
        "set_up": posted.is_set_up(),
        "specimens": dict.fromkeys((in_force().promise.organisation.country, *_SPECIMENS)),
    }
    return render(request, "console/incidents/letters.html", context)


@allow(*LEADS)
@require_safe
def test_letter(request: HttpRequest, number: int, batch_id: int, country: str) -> HttpResponse:
    """Give the letter that most people get, to a made-up person, as a PDF."""
    if country not in countries():
        raise NotFound(what="country")
    pdf = specimen(batch_of_incident(number, batch_id).id, country)
    name = f"test-letter-{country}.pdf"
    return HttpResponse(
        pdf,
        content_type="application/pdf",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@allow(*APPROVERS)
@takes_file(LETTERS_REPORT_BYTES)
@require_http_methods(["GET", "HEAD", "POST"])
def letters_list(request: HttpRequest, number: int, batch_id: int) -> HttpResponse:
    """Take the print house's list in, and say what became of each row."""
    view = batch_of_incident(number, batch_id)
    posted_form = request.method == "POST"
    form = PostedListForm(*((request.POST, request.FILES) if posted_form else ()))
    taken = None
    if posted_form and form.is_valid():
        try:
            source = form.cleaned_data["file"].read()
            taken = take_report(source, by=actor_of(request), at=clock.now())
        except AboveboardError as error:
            form.add_error("file", str(error))
    context = {
        **_context(request, number, view),
        "form": form,
        "taken": taken,
        "moved": [(_STATES[state], count) for state, count in taken.moved.items()] if taken else (),
        "more": taken.bad_rows - len(taken.bad) if taken else 0,
    }
    status = 422 if form.errors else 200
    return render(request, "console/incidents/letters_list.html", context, status=status)


@allow(*LEADS)
@require_http_methods(["GET", "HEAD", "POST"])
def parcel(request: HttpRequest, parcel: int) -> HttpResponse:
    """Show a parcel; record that the print house has it."""
    row = posted.parcel(parcel)
    view = batch_of_delivery(row.batch_id)
    form = DigestForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            post.acknowledge(
                parcel, form.cleaned_data["sha256"], by=actor_of(request), at=clock.now()
            )
        except AboveboardError as error:
            form.add_error("sha256", str(error))
        else:
            return HttpResponseRedirect(reverse("console:parcel", args=[parcel]))
    context = {
        **_context(request, view.incident.number, view),
        "parcel": row,
        "form": form,
        "states": [(_STATES[state], count) for state, count in row.states.items()],
        "open": any(row.states.get(state) for state in (LetterState.SEALED, LetterState.PRINTED)),
    }
    status = 422 if form.errors else 200
    return render(request, "console/incidents/parcel.html", context, status=status)


@allow(*LEADS)
@require_safe
def parcel_file(request: HttpRequest, parcel: int) -> HttpResponseBase:
    """Give the sealed file of a parcel: only the print house opens it."""
    file = posted.parcel_file(parcel)
    return FileResponse(file.open("rb"), as_attachment=True, filename=file.name)


@allow(*APPROVERS)
@require_POST
def withdraw(request: HttpRequest, parcel: int) -> HttpResponse:
    """Have the letters of a parcel that never arrived printed anew."""
    view = batch_of_delivery(posted.parcel(parcel).batch_id)
    post.withdraw(parcel, by=actor_of(request), at=clock.now())
    return HttpResponseRedirect(reverse("console:letters", args=[view.incident.number, view.id]))


def _context(request: HttpRequest, number: int, view: BatchView) -> dict[str, object]:
    return {
        "page": queries.page(number, at=clock.now()),
        "view": view,
        "may": actor_of(request).role in APPROVERS,
    }
