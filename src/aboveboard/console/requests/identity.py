"""Proof by a document: putting it in, looking at it, and what it is then judged to show."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_POST

from aboveboard.accounts.gate import actor_of, allow
from aboveboard.basics import clock
from aboveboard.basics.actor import Role
from aboveboard.basics.bodies import takes_file
from aboveboard.basics.errors import AboveboardError
from aboveboard.console.requests.forms import ProofDocumentForm
from aboveboard.console.requests.page import page
from aboveboard.rights import limits
from aboveboard.rights.requests import proving, queries
from aboveboard.vault.documents import media

_HEAD = 16
"""Bytes that tell what a file is."""


@allow(Role.PRIVACY_LEAD)
@takes_file(limits.DOCUMENT_BYTES)
@require_POST
def put_in(request: HttpRequest, number: int) -> HttpResponse:
    """Seal a document that somebody sent or showed."""
    form = ProofDocumentForm(request.POST, request.FILES)
    if not store(number, form):
        return page(request, number, tried=("document", form), status=422)
    messages.success(request, "It is kept, encrypted, until you say what it shows.")
    return HttpResponseRedirect(reverse("console:request", args=[number]))


def store(number: int, form: ProofDocumentForm) -> bool:
    """Seal the document of a form, and return whether it was taken; why it was not is on it."""
    if not form.is_valid():
        return False
    file = form.cleaned_data["file"]
    try:
        proving.store_document(number, file.chunks())
    except AboveboardError as error:
        form.add_error("file", str(error))
        return False
    return True


@allow(Role.PRIVACY_LEAD)
@require_POST
def fetch(request: HttpRequest, number: int) -> HttpResponseBase:
    """Send the document of proof, as a file to look at; that somebody looked is written down."""
    reference = queries.request(number).reference
    try:
        chunks = proving.open_document(number, by=actor_of(request), at=clock.now())
    except AboveboardError as error:
        return page(request, number, problem=error, status=409)
    return as_download(reference, chunks)


def as_download(reference: str, chunks: Iterator[bytes]) -> StreamingHttpResponse:
    """Return a document as a file to look at, named after the request."""
    first = next(chunks, b"")
    # Told by its bytes alone: what came could call itself a page with a script.
    media_type = media.sniff_media_type(first[:_HEAD]) or "application/octet-stream"
    name = media.safe_name(reference, media_type)
    response = StreamingHttpResponse(chain([first], chunks), content_type=media_type)
    response.headers["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "no-store"
    return response
