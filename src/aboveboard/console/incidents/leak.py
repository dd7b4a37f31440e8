"""A leaked file was found: bring it in, confirm what its columns hold, open the incident.

Between the two pages the file waits sealed, under a token that only this session knows; what it
says is never shown, for most of it is of strangers.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from aboveboard.accounts.gate import actor_of, allow
from aboveboard.basics import clock
from aboveboard.basics.bodies import takes_file
from aboveboard.basics.errors import AboveboardError, NotFound
from aboveboard.console.incidents.forms import ColumnsForm, LeakForm
from aboveboard.console.incidents.page import LEADS
from aboveboard.incidents.leaks import staging
from aboveboard.incidents.leaks.opening import (
    LeakSample,
    open_from_leak,
    opened_before,
    sample,
)
from aboveboard.incidents.limits import UPLOAD_BYTES
from aboveboard.incidents.views import IncidentView

_WAITING = "leak"
"""Session key: the upload that waits for its columns to be confirmed."""


@allow(*LEADS)
@takes_file(UPLOAD_BYTES)
@require_http_methods(["GET", "HEAD", "POST"])
def leak(request: HttpRequest) -> HttpResponse:
    """Take the file, seal it, and go on to its columns."""
    form = LeakForm(
        request.POST if request.method == "POST" else None,
        request.FILES if request.method == "POST" else None,
    )
    if request.method == "POST" and form.is_valid():
        file: UploadedFile[Any] = form.cleaned_data["file"]
        # Only one upload waits at a time: an earlier one that nobody confirmed is other people's
        # data, and goes now.
        _forget(request)
        sha256 = hashlib.sha256()
        try:
            token = staging.store(_hashed(file.chunks(), sha256))
        except AboveboardError as error:
            form.add_error("file", str(error))
        else:
            request.session[_WAITING] = {
                "token": token,
                "digest": sha256.hexdigest(),
                "name": file.name or "",
                "title": form.cleaned_data["title"],
            }
            return HttpResponseRedirect(reverse("console:leak_columns"))
    return render(
        request, "console/incidents/leak.html", {"form": form}, status=422 if form.errors else 200
    )


@allow(*LEADS)
@require_http_methods(["GET", "HEAD", "POST"])
def columns(request: HttpRequest) -> HttpResponse:
    """Show what each column seems to hold; once confirmed, open the incident. If it is a file that
    was opened before, that is said first."""
    waiting = request.session.get(_WAITING)
    try:
        if waiting is None:
            raise NotFound(what="upload")
        # Sampled again at each visit: nothing of what the file says is kept in the session.
        with staging.read(waiting["token"]) as stream:
            seen = sample(stream)
    except NotFound:
        return HttpResponseRedirect(reverse("console:leak"))
    before = opened_before(waiting["digest"])
    form = ColumnsForm(
        request.POST if request.method == "POST" else None,
        guesses=seen.columns,
        again=bool(before),
    )
    if (
        request.method == "POST"
        and form.is_valid()
        and (incident := _open(request, form, seen, waiting)) is not None
    ):
        _forget(request)
        return HttpResponseRedirect(reverse("console:incident", args=[incident.number]))
    context = {
        "form": form,
        "before": before,
        "waiting": waiting,
        "words": seen.words,
        "count": seen.form.columns,
    }
    return render(
        request, "console/incidents/leak_columns.html", context, status=422 if form.errors else 200
    )


def _open(
    request: HttpRequest, form: ColumnsForm, seen: LeakSample, waiting: dict[str, Any]
) -> IncidentView | None:
    try:
        # Read once more, from its beginning: the stream of the sample is spent, and the digest of
        # the file must be of every byte.
        with staging.read(waiting["token"]) as stream:
            return open_from_leak(
                stream,
                seen.form,
                form.chosen(),
                file_name=waiting["name"],
                title=waiting["title"],
                again=form.again,
                by=actor_of(request),
                at=clock.now(),
            )
    except AboveboardError as error:
        form.add_error(None, str(error))
        return None


def _hashed(blocks: Iterable[bytes], sha256: hashlib._Hash) -> Iterator[bytes]:
    """Yield the blocks of an upload, hashed on their way: it is read once."""
    for block in blocks:
        sha256.update(block)
        yield block


def _forget(request: HttpRequest) -> None:
    if (waiting := request.session.pop(_WAITING, None)) is not None:
        staging.delete(waiting["token"])
