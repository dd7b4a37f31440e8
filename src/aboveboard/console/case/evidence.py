"""Files that are evidence of a case: sealing one, handing it over, opening it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_http_methods

from aboveboard.accounts import queries as accounts
from aboveboard.accounts.gate import actor_of, allow
from aboveboard.basics import clock
from aboveboard.basics.bodies import takes_file
from aboveboard.basics.errors import AboveboardError
from aboveboard.console.incidents.page import LEADS
from aboveboard.incidents import queries
from aboveboard.incidents.case import evidence
from aboveboard.incidents.limits import UPLOAD_BYTES

_WHY = "For example: handed over by the finder. Do not name customers."


class EvidenceForm(forms.Form):
    """A file, and where it is from."""

    file = forms.FileField(
        label="File",
        error_messages={"required": "Choose a file.", "empty": "The file is empty."},
    )
    reason = forms.CharField(
        label="Where is it from, and why is it kept?",
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_WHY,
        error_messages={"required": "Say where it is from."},
    )


class CustodyForm(forms.Form):
    """Who takes a file over, or nobody where it is only opened; and why."""

    to = forms.TypedChoiceField(
        label="Who takes it over?", required=False, coerce=int, empty_value=None
    )
    reason = forms.CharField(
        label="Why?",
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Say why."},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["to"]
        if isinstance(field, forms.TypedChoiceField):
            named = [(each.id, each.name) for each in accounts.staff()]
            field.choices = [("", "Nobody: I only open it"), *named]


@allow(*LEADS)
@takes_file(UPLOAD_BYTES)
@require_http_methods(["GET", "HEAD", "POST"])
def overview(request: HttpRequest, number: int) -> HttpResponse:
    """List the files with every step of their custody; POST seals another."""
    page = queries.page(number, at=clock.now())
    posted = request.method == "POST"
    form = EvidenceForm(request.POST if posted else None, request.FILES if posted else None)
    if posted and form.is_valid():
        file: UploadedFile[Any] = form.cleaned_data["file"]
        try:
            evidence.add_evidence(
                number,
                file.chunks(),
                name=file.name or "",
                reason=form.cleaned_data["reason"],
                by=actor_of(request),
                at=clock.now(),
            )
        except AboveboardError as error:
            form.add_error("file", str(error))
        else:
            return HttpResponseRedirect(reverse("console:case_evidence", args=[number]))
    context = {"page": page, "form": form, "rows": evidence.evidence_files(number)}
    return render(
        request, "console/case/evidence.html", context, status=422 if form.errors else 200
    )


@allow(*LEADS)
@require_http_methods(["GET", "HEAD", "POST"])
def custody(request: HttpRequest, number: int, evidence_id: int) -> HttpResponseBase:
    """Show one file; POST hands it over, or opens it where nobody takes it over."""
    page = queries.page(number, at=clock.now())
    row = evidence.evidence_file(number, evidence_id)
    form = CustodyForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        to, reason = form.cleaned_data["to"], form.cleaned_data["reason"]
        try:
            if to is None:
                name, blocks = evidence.open_evidence(
                    number, evidence_id, reason=reason, by=actor_of(request), at=clock.now()
                )
                return _file(name, blocks)
            evidence.hand_over_evidence(
                number, evidence_id, to=to, reason=reason, by=actor_of(request), at=clock.now()
            )
        except AboveboardError as error:
            form.add_error("reason", str(error))
        else:
            return HttpResponseRedirect(reverse("console:case_evidence", args=[number]))
    context = {"page": page, "form": form, "row": row}
    return render(request, "console/case/custody.html", context, status=422 if form.errors else 200)


def _file(name: str, blocks: Any) -> StreamingHttpResponse:
    # Never shown in the browser: it may be what an attacker left.
    answer = StreamingHttpResponse(blocks, content_type="application/octet-stream")
    answer["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name)
    return answer
