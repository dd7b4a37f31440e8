"""Django's answer to a request, on one thread; and the error page for one whose body was not
taken."""

from __future__ import annotations

import io
import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from django.core.handlers.wsgi import WSGIHandler
from django.db import close_old_connections
from django.http import HttpRequest
from django.http.response import HttpResponseBase, StreamingHttpResponse

from aboveboard.site import pages
from aboveboard.site.serving import limits
from aboveboard.site.serving.bodies import REFUSED

Headers = list[tuple[bytes, bytes]]
log = logging.getLogger("aboveboard.serving")


@dataclass(frozen=True, slots=True)
class HttpReply:
    """An answer: its head, and its body or the pieces that it is made of one by one. ``close`` is
    called at the end, however it ends."""

    status: int
    headers: Headers
    body: bytes | Iterator[bytes]
    close: Callable[[], object]


def answer(handler: WSGIHandler, environ: dict[str, Any]) -> HttpReply:
    """Return what Django answers to a request whose body is there."""
    status, headers = 500, []

    def start(line: str, given: list[tuple[str, str]], exc_info: Any = None) -> Any:
        nonlocal status, headers
        status = int(line[:3])
        headers = [
            (name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in given
        ]

    try:
        response = handler(environ, start)
    except Exception:
        # Django answers the faults of pages. This one is of reading the request itself, and would
        # be answered by the server, without our headers, and printed with what the request held.
        log.exception("a request could not be read")
        response = handler(_without_body(environ), start)
    if not isinstance(response, StreamingHttpResponse):
        try:
            return HttpReply(status, headers, response.content, _do_nothing)  # type: ignore[attr-defined]
        finally:
            response.close()
    if int(response.get("Content-Length") or limits.JOINED_BYTES + 1) <= limits.JOINED_BYTES:
        try:
            return HttpReply(status, headers, b"".join(response), _do_nothing)
        finally:
            response.close()
    # The pieces are made on other threads; this one's connection must not wait for them.
    close_old_connections()
    return HttpReply(status, headers, iter(response), response.close)


def _without_body(environ: dict[str, Any]) -> dict[str, Any]:
    """Return a request for the same page that brings nothing, and is refused."""
    kept = {
        name: value
        for name, value in environ.items()
        if not name.startswith(("HTTP_", "CONTENT_")) and name != "QUERY_STRING"
    }
    return kept | {"wsgi.input": io.BytesIO(), REFUSED: 400}


def next_piece(pieces: Iterator[bytes]) -> bytes | None:
    """Return the next piece of an answer, None at the end."""
    try:
        return next(pieces, None)
    finally:
        close_old_connections()


def _do_nothing() -> None:
    return None


class BodyRefusals:
    """Answers requests whose body was not taken, before anything is asked of the database. It
    stands inside the log and the security headers, so that both have them too."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer with the status that says why, or pass the request on."""
        status = request.META.get(REFUSED)
        if status is None:
            return self.get_response(request)
        response = pages.body_not_read(request, HTTPStatus(status))
        # What is still to come of the body is not read.
        response["Connection"] = "close"
        return response
