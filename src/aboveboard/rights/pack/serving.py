"""Sending a pack, or a letter, to a browser: as a file to keep, as a stream, with no copy in a
cache. What systems hold is not ours, so none of it is shown in place."""

from __future__ import annotations

from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header

from aboveboard.rights.pack.release import OpenedPack


def as_download(opened: OpenedPack) -> StreamingHttpResponse:
    """Return a pack as it leaves. A part that is damaged ends the answer short, and the zip does
    not open."""
    media_type = "application/octet-stream" if opened.sealed else "application/zip"
    response = StreamingHttpResponse(opened.chunks, content_type=media_type)
    _keep_to_one(response, opened.file_name)
    return response


def as_pdf(file_name: str, letter: bytes) -> HttpResponse:
    """Return a letter as a file to keep."""
    response = HttpResponse(letter, content_type="application/pdf")
    _keep_to_one(response, file_name)
    return response


def _keep_to_one(response: HttpResponseBase, file_name: str) -> None:
    response.headers["Content-Disposition"] = (
        content_disposition_header(True, file_name) or "attachment"
    )
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "no-store"
