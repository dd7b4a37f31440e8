"""Taking in the body of a request: within a length, without long pauses, not slower than a limit.

While a body comes slowly, its sender costs an entry in the event loop and what has come of it, and
nothing else.
"""

from __future__ import annotations

import asyncio
import io
import time
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Protocol

from aboveboard.site.serving import limits
from aboveboard.site.serving.bodies import BodyRule
from aboveboard.site.serving.threads import RequestThreads, wait_until

Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]


class BodyNotTaken(Exception):
    """A body was not taken in; ``status`` is the HTTP status that says why."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


class SenderGone(Exception):
    """Whoever sent the request has gone, so nobody waits for an answer."""


class BodySink(Protocol):
    """Where a body goes."""

    def append(self, piece: bytes) -> object:
        """Take a piece."""


class BodyInMemory:
    """A small body, in memory."""

    def __init__(self) -> None:
        self.pieces: list[bytes] = []

    def append(self, piece: bytes) -> None:
        """Keep a piece."""
        self.pieces.append(piece)

    def joined(self) -> bytes:
        """Return all of it."""
        return self.pieces[0] if len(self.pieces) == 1 else b"".join(self.pieces)


class SlowBodyBytes:
    """How many bytes this process holds of bodies that come slowly. Of the event loop alone."""

    total = 0


class BodyPieces:
    """The pieces of one body, as they come."""

    def __init__(self, receive: Receive, threads: RequestThreads) -> None:
        self._receive, self._threads = receive, threads
        self.ended = False

    @property
    def arrive_slowly(self) -> bool:
        """Whether the loop waits for them, without a thread."""
        return not self._threads.is_request_thread()

    async def next(self, seconds: float) -> bytes:
        """Return what comes next, and b"" at the end.

        Raises:
            BodyNotTaken: nothing came in time (408). SenderGone.
        """
        if self.ended:
            return b""
        awaited = self._receive()
        if self._threads.is_request_thread() and not self._threads.wait_briefly(awaited):
            await self._threads.move_to_loop()
        try:
            message = await (
                awaited if self._threads.is_request_thread() else wait_until(awaited, seconds)
            )
        except TimeoutError:
            raise BodyNotTaken(408) from None
        if message["type"] != "http.request":
            raise SenderGone
        self.ended = not message.get("more_body", False)
        piece: bytes = message.get("body", b"")
        return piece


async def collect(pieces: BodyPieces, rule: BodyRule, sink: BodySink) -> int:
    """Take in a whole body and return how many bytes it has.

    Raises:
        BodyNotTaken: it is longer than the rule allows (413), slower than it may be (408), ends
            before the length that it announced or comes in crumbs (400), or too much is held
            already (503).
        SenderGone: whoever sent it has gone.
    """
    if rule.is_too_long:
        raise BodyNotTaken(413)
    total = held = pieces_come = 0
    start = time.monotonic()
    end = start + limits.BODY_TIME.total_seconds() + (rule.length or rule.most) / limits.SLOWEST
    try:
        while total != rule.length:
            pause = min(limits.BODY_PAUSE.total_seconds(), end - time.monotonic())
            piece = await pieces.next(max(pause, 0.001))
            if not piece and pieces.ended:
                break
            total += len(piece)
            pieces_come += 1
            if total > rule.most:
                raise BodyNotTaken(413)
            if pieces_come > limits.PIECES + total // limits.PIECE_BYTES:
                # A turn of the loop for each byte: dear for us, and cheap for the sender.
                raise BodyNotTaken(400)
            if pieces.arrive_slowly and isinstance(sink, BodyInMemory):
                held += len(piece)
                SlowBodyBytes.total += len(piece)
                if SlowBodyBytes.total > limits.HELD_BYTES:
                    raise BodyNotTaken(503)
            sink.append(piece)
    finally:
        if held:  # never from a thread, beside the loop: one of two changes would be lost
            SlowBodyBytes.total -= held
    if rule.length is not None and total < rule.length:
        raise BodyNotTaken(400)
    return total


class StreamedBody:
    """A body that the view reads by itself, on a thread, while the loop receives it: ``wsgi.input``
    of a stream. Nothing is received before it is asked for, and nothing is written anywhere."""

    def __init__(self, pieces: BodyPieces) -> None:
        self._pieces = pieces
        self._waiting = b""
        self._asked: asyncio.Task[bytes] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    async def begin(self) -> None:
        """Wait for the first line, without a thread: it says what the stream is for.

        Raises:
            BodyNotTaken: it did not come in time. SenderGone.
        """
        end = time.monotonic() + limits.BODY_TIME.total_seconds()
        while b"\n" not in self._waiting and len(self._waiting) < limits.FORM_AROUND_FILE:
            seconds = min(limits.BODY_PAUSE.total_seconds(), end - time.monotonic())
            piece = await self._pieces.next(max(seconds, 0.001))
            if not piece and self._pieces.ended:
                return
            self._waiting += piece

    def continue_in(self, loop: asyncio.AbstractEventLoop) -> None:
        """Say which loop receives the rest."""
        self._loop = loop

    def read(self, size: int = -1) -> bytes:
        """Return up to ``size`` bytes of what has come; b"" at the end.

        Raises:
            TimeoutError: nothing came for ``limits.STREAM_TICK``; ask again.
            ConnectionError: the sender has gone in the middle.
        """
        if not self._waiting:
            if self._loop is None:
                raise RuntimeError("read before it was said where the rest is received")
            self._waiting = asyncio.run_coroutine_threadsafe(self._next(), self._loop).result()
        size = len(self._waiting) if size < 0 else size
        piece, self._waiting = self._waiting[:size], self._waiting[size:]
        return piece

    def readline(self, size: int = -1) -> bytes:
        """Refuse: Django looks for it, and nothing of ours reads so."""
        raise io.UnsupportedOperation("lines are found by who reads the pieces")

    async def _next(self) -> bytes:
        # The same receiving goes on over many ticks: what it takes out of the connection must not
        # be lost with a wait that was given up.
        if self._asked is None:
            self._asked = asyncio.ensure_future(self._pieces.next(1e9))
        done, _ = await asyncio.wait({self._asked}, timeout=limits.STREAM_TICK.total_seconds())
        if not done:
            raise TimeoutError
        asked, self._asked = self._asked, None
        try:
            return asked.result()
        except SenderGone:
            raise ConnectionError("the sender has gone") from None

    def stop(self) -> None:
        """Receive no more. In the loop."""
        if self._asked is not None:
            self._asked.cancel()
