"""A request as it comes to the front: a target, headers, and a body in pieces. Pure: what is asked
of Django is what it does before any view, without the database."""

from __future__ import annotations

import asyncio
import io
from typing import Any

from django.core.exceptions import BadRequest, SuspiciousOperation
from django.core.handlers.wsgi import WSGIRequest
from django.http.multipartparser import MultiPartParserError
from django.urls import Resolver404, resolve

from aboveboard.api.reading import NotJson, read
from aboveboard.api.shapes import UseIn
from aboveboard.basics.errors import AboveboardError
from aboveboard.site.serving import bodies
from aboveboard.site.serving.collecting import BodyInMemory, BodyNotTaken, BodyPieces, collect
from aboveboard.site.serving.environ import attach_body, environ_of
from aboveboard.site.serving.sealed import SealedFile
from aboveboard.site.serving.threads import RequestThreads
from aboveboard.site.serving.turns import turn_key

_THREADS = RequestThreads(1)
_PIECE = 97
"""Bytes of a piece: of no meaning for anybody, so that everything is cut somewhere."""


def take_in(data: bytes) -> object:
    """Take a request in as the front does, and read all of it as Django does before a view.

    What the front or Django refuse with 400, 408, 413 or 503 is returned; anything else that goes
    wrong is a fault page.
    """
    head, _, body = data.partition(b"\r\n\r\n")
    target, *lines = head.split(b"\r\n")
    path, _, query = target.partition(b"?")
    headers = [(name.strip().lower(), value.strip()) for name, _, value in map(_split, lines)]
    headers.append((b"content-length", str(len(body)).encode()))
    scope = {
        "server": ("127.0.0.1", 8000),
        "client": ("127.0.0.1", 1),
        "method": "POST",
        "raw_path": path,
        "query_string": query,
        "http_version": "1.1",
        "scheme": "http",
        "headers": headers,
    }
    turn_key(scope)
    environ = environ_of(scope)
    try:
        rule = bodies.rule_for(environ)
        sink: BodyInMemory | SealedFile = (
            SealedFile() if rule.kind is bodies.BodyKind.FILE else BodyInMemory()
        )
        asyncio.run(collect(BodyPieces(_receiving(body), _THREADS), rule, sink))
    except (ValueError, BodyNotTaken) as refused:
        return refused
    if isinstance(sink, SealedFile):
        sink.complete()
        attach_body(environ, io.BufferedReader(sink), sink.size)
    else:
        attach_body(environ, io.BytesIO(sink.joined()), len(sink.joined()))
    return _read(environ)


def _split(line: bytes) -> tuple[bytes, bytes, bytes]:
    return line.partition(b":")


def _receiving(body: bytes) -> Any:
    pieces = [body[start : start + _PIECE] for start in range(0, len(body), _PIECE)]
    coming = iter(pieces)

    async def receive() -> dict[str, Any]:
        piece = next(coming, None)
        return {"type": "http.request", "body": piece or b"", "more_body": piece is not None}

    return receive


def _read(environ: dict[str, Any]) -> object:
    request = WSGIRequest(environ)
    try:
        request.resolver_match = resolve(request.path_info)
    except Resolver404:
        return None
    try:
        fields = [*request.GET.lists(), *request.COOKIES.items(), *request.headers.items()]
        if request.path.startswith("/api/"):
            return read(UseIn, request.body)
        fields += request.POST.lists()
        for file in request.FILES.values():
            fields.append((str(file.name), file.read()))
    except (SuspiciousOperation, BadRequest, MultiPartParserError, AboveboardError, NotJson) as no:
        return no
    return fields
