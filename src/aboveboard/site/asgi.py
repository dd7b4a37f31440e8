"""The application that Granian serves: see ``site.serving`` for how a request is taken in."""

from __future__ import annotations

import asyncio
import gc
import io
import logging
import os
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Any, Final

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

from aboveboard.basics import settings
from aboveboard.basics.bodies import READ_BY_PIECES
from aboveboard.basics.package import gathered
from aboveboard.site.limits import GARBAGE_SEARCH

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "aboveboard.site.settings")
django_handler: Final = get_wsgi_application()
# Every view and every package's declaration is imported now, and not at the first request.
get_resolver().url_patterns  # noqa: B018 - to read it imports them
gathered()

from aboveboard.site.serving import answering, bodies, limits, sockets, uploads  # noqa: E402
from aboveboard.site.serving.collecting import (  # noqa: E402 - Django must stand before its parts
    BodyInMemory,
    BodyNotTaken,
    BodyPieces,
    SenderGone,
    StreamedBody,
    collect,
)
from aboveboard.site.serving.environ import attach_body, environ_of  # noqa: E402
from aboveboard.site.serving.sealed import SealedFile  # noqa: E402
from aboveboard.site.serving.threads import RequestThreads, wait_until  # noqa: E402
from aboveboard.site.serving.turns import WHOSE, turn_key  # noqa: E402

# What a start makes stays for good: the garbage collector need not walk through all of it again and
# again while a batch is answered. It took a third of a batch's time; nearly all that a request
# makes is freed without it, by counting references.
gc.collect()
gc.freeze()
gc.set_threshold(*GARBAGE_SEARCH)

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
log = logging.getLogger("aboveboard.serving")
_uploads = asyncio.BoundedSemaphore(limits.UPLOADS_AT_ONCE)
_uploading: Counter[int] = Counter()
"""How many files each account is sending. Of the event loop alone."""


@cache
def _threads() -> RequestThreads:
    """Return the threads that answer. Made by the process that serves: threads do not survive the
    fork that made it."""
    return RequestThreads(settings.current().server.threads)


@cache
def _streams() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(limits.STREAMS, thread_name_prefix="streams")


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """Take a request in, answer it, and wait for nobody in between."""
    if scope["type"] == "lifespan":
        await _live(receive, send)
        return
    threads = _threads()
    environ = environ_of(scope)
    environ[WHOSE] = turn_key(scope)
    lines = None
    try:
        rule = bodies.rule_for(environ)
        if rule.is_too_long:
            raise BodyNotTaken(413)
        pieces = BodyPieces(receive, threads)
        if rule.kind is bodies.BodyKind.FILE:
            await _with_file(environ, pieces, rule, send)
            return
        if rule.kind is bodies.BodyKind.LINES:
            lines = StreamedBody(pieces)
            await lines.begin()
            await threads.move_to_loop()
            lines.continue_in(asyncio.get_running_loop())
            environ |= {"wsgi.input": lines, READ_BY_PIECES: True}
        else:
            body = b""
            if rule.kind is bodies.BodyKind.SMALL:
                memory = BodyInMemory()
                await collect(pieces, rule, memory)
                body = memory.joined()
            attach_body(environ, io.BytesIO(body), len(body))
    except ValueError:
        _refuse(environ, 400)
    except BodyNotTaken as refused:
        _refuse(environ, refused.status)
    except SenderGone:
        # Or still there, with a body that is none (a chunk of length -1): the server tells both
        # alike. Whoever is there is told, and it is written down.
        _refuse(environ, 400)
    try:
        await _answer(environ, send)
    finally:
        if lines is not None:
            lines.stop()


async def _with_file(environ: Scope, pieces: BodyPieces, rule: bodies.BodyRule, send: Send) -> None:
    """Answer a form with a file: first whether its sender may, then the file, then Django."""
    threads = _threads()
    sender = await threads.run(environ[WHOSE], uploads.sender_of, environ)
    if sender is None:
        # Refused as it would be with the file; the rest of it is not read.
        attach_body(environ, io.BytesIO(), 0)
        await _answer(environ, send)
        return
    await threads.move_to_loop()
    if _uploads.locked() or _uploading[sender] >= limits.UPLOADS_OF_ONE:
        _refuse(environ, 503)
        await _answer(environ, send)
        return
    _uploading[sender] += 1
    try:
        async with _uploads:
            await _take_file(environ, pieces, rule, send)
    finally:
        _uploading[sender] -= 1


async def _take_file(environ: Scope, pieces: BodyPieces, rule: bodies.BodyRule, send: Send) -> None:
    with SealedFile() as file:
        try:
            await collect(pieces, rule, file)
        except BodyNotTaken as refused:
            _refuse(environ, refused.status)
        except SenderGone:
            return
        else:
            file.complete()
            attach_body(environ, io.BufferedReader(file, 64 * 1024), file.size)
        await _answer(environ, send)


def _refuse(environ: Scope, status: int) -> None:
    environ[bodies.REFUSED] = status
    attach_body(environ, io.BytesIO(), 0)


async def _answer(environ: Scope, send: Send) -> None:
    threads = _threads()
    reply = await threads.run(environ[WHOSE], answering.answer, django_handler, environ)
    await send({"type": "http.response.start", "status": reply.status, "headers": reply.headers})
    if isinstance(reply.body, bytes):
        await send({"type": "http.response.body", "body": reply.body, "more_body": False})
        return
    await threads.move_to_loop()
    try:
        await _send_pieces(reply.body, send)
    except TimeoutError:
        # Without its end, so that the receiver cannot take it for whole.
        log.warning("an answer in pieces was not taken in time and was given up")
    finally:
        await asyncio.get_running_loop().run_in_executor(_streams(), reply.close)


async def _send_pieces(pieces: Iterator[bytes], send: Send) -> None:
    loop = asyncio.get_running_loop()
    while (
        piece := await loop.run_in_executor(_streams(), answering.next_piece, pieces)
    ) is not None:
        message = {"type": "http.response.body", "body": piece, "more_body": True}
        await wait_until(send(message), limits.ANSWER_PAUSE.total_seconds())
    await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _live(receive: Receive, send: Send) -> None:
    """Begin and end with the process (ASGI, lifespan)."""
    while True:
        message = await receive()
        if message["type"] == "lifespan.startup":
            loop = asyncio.get_running_loop()
            _threads().take_requests_of(loop)
            sockets.give_up_on_stalled_receivers(loop)
            await send({"type": "lifespan.startup.complete"})
        else:
            await send({"type": "lifespan.shutdown.complete"})
            return
