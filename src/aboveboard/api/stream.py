"""Uses as a stream: lines of JSON in, lines of JSON out, however many, in constant
memory (application/x-ndjson).

The first line says what is asked; each further line names a person. Each answer names its line.
People are used by ``access.limits.USE_BATCH``, each batch in one transaction; the next lines are
read when the batch's answers were taken, so a client that reads slowly is asked for no more. The
last line says that it is the end: an answer without it was cut off.

A client may pause, but not for ever: a line must come within ``limits.STREAM_PAUSE`` of the one
before it, and a token that ends, or is revoked, ends the wait for the next line too."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Generator, Iterator
from typing import Any, BinaryIO

import msgspec
from django.db import Error as DatabaseError
from django.http import HttpRequest

from aboveboard.access.limits import USE_BATCH
from aboveboard.access.use import Subject, UseRequest
from aboveboard.accounts.gate import client_of, is_still_allowed
from aboveboard.api import limits, misses, rate_limit
from aboveboard.api.reading import decoder
from aboveboard.api.shapes import PersonRef
from aboveboard.api.uses import subject_of, use_all
from aboveboard.basics.bodies import READ_BY_PIECES
from aboveboard.basics.errors import AboveboardError, RateLimited

_places: Counter[int] = Counter()
"""How many streams each client has open in this process."""
_lock = threading.Lock()
_encode = msgspec.json.Encoder().encode


class StreamStopped(Exception):
    """No further line is waited for; ``code`` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class BodyLines:
    """The lines of a body, read a piece at a time. A line that is too long is None;
    what it said is not kept.

    A body without a length (chunked) is read as the server gives it: Django's own
    reader takes it for empty.
    """

    def __init__(self, request: HttpRequest) -> None:
        direct = READ_BY_PIECES in request.META or "HTTP_TRANSFER_ENCODING" in request.META
        self._request = request
        self._body: BinaryIO | HttpRequest = request.META["wsgi.input"] if direct else request
        self._rest = b""
        self._too_long = False
        self._ended = False
        self._newest = time.monotonic()

    def read_lines(self, most: int) -> list[bytes | None]:
        """Return up to ``most`` lines; none at the end. Fewer where the client pauses: what it sent
        is answered meanwhile.

        Raises:
            StreamStopped: no line came in time (``too_slow``), the token ended
                (``sign_in_needed``), or the client has gone (``cut_off``).
        """
        taken: list[bytes | None] = []
        self._newest = time.monotonic()  # what the batch before took is no pause of the client's
        while len(taken) < most:
            line, end, rest = self._rest.partition(b"\n")
            if end:
                self._rest = rest
                taken.append(
                    None if self._too_long or len(line) > limits.STREAM_LINE_BYTES else line
                )
                self._too_long = False
                self._newest = time.monotonic()
            elif self._ended:
                if self._rest or self._too_long:
                    taken.append(
                        None if self._too_long or len(line) > limits.STREAM_LINE_BYTES else line
                    )
                    self._rest, self._too_long = b"", False
                break
            elif not self._read() and taken:
                break
        return taken

    def _read(self) -> bool:
        """Read more; return False where nothing came for a while."""
        if len(self._rest) > limits.STREAM_LINE_BYTES:
            self._too_long, self._rest = True, b""
        try:
            piece = self._body.read(limits.STREAM_READ_BYTES)
        except TimeoutError:
            if time.monotonic() - self._newest > limits.STREAM_PAUSE.total_seconds():
                raise StreamStopped("too_slow") from None
            if not is_still_allowed(self._request):
                raise StreamStopped("sign_in_needed") from None
            return False
        except OSError:  # half a body is not taken for a whole one
            raise StreamStopped("cut_off") from None
        # Pieces without an end of a line are no line: a byte now and then does not keep it open.
        if time.monotonic() - self._newest > limits.STREAM_PAUSE.total_seconds():
            raise StreamStopped("too_slow")
        self._ended = not piece
        self._rest += piece
        return True


class StreamAnswers:
    """The answers to a stream, batch by batch. It holds a place until it is closed."""

    def __init__(self, request: HttpRequest, asked: UseRequest, lines: BodyLines) -> None:
        self._client_id = client_of(request).id
        with _lock:
            # One client leaves places for others, and all of them leave threads for other answers.
            if (
                _places.total() >= limits.STREAMS_AT_ONCE
                or _places[self._client_id] >= limits.STREAMS_OF_ONE_CLIENT
            ):
                raise RateLimited(seconds=int(limits.STREAM_WAIT.total_seconds()))
            _places[self._client_id] += 1
        self._open = True
        self._answers = _answers(request, asked, lines)

    def __iter__(self) -> Iterator[bytes]:
        """Return itself."""
        return self

    def __next__(self) -> bytes:
        """Return the answers of the next batch."""
        return next(self._answers)

    def close(self) -> None:
        """Give the place up: the end was reached, or whoever asked has gone. What was done is
        done, and has its entries."""
        self._answers.close()
        if self._open:
            self._open = False
            with _lock:
                _places[self._client_id] -= 1


def _answers(request: HttpRequest, asked: UseRequest, lines: BodyLines) -> Generator[bytes]:
    number = 1  # of the line that was read last; the first said what is asked
    while True:
        try:
            batch = lines.read_lines(USE_BATCH)
        except StreamStopped as stopped:
            yield _encode({"line": number + 1, "code": stopped.code, "end": False}) + b"\n"
            return
        if not batch:
            break
        first, number = number + 1, number + len(batch)
        named: dict[int, Subject] = {}
        outcomes: dict[int, dict[str, Any]] = {}
        for at, line in enumerate(batch, first):
            person = _parse_person(line)
            if person is None:
                outcomes[at] = {
                    "code": "bad_request",
                    "expected": "a person: an object with kind, value and, of a phone, country",
                }
            else:
                named[at] = subject_of(person)
        client = client_of(request).id
        failed = None if is_still_allowed(request) else {"code": "sign_in_needed"}
        if named and failed is None and not _wait_for_misses(client):
            failed = {"code": RateLimited.code}
        if named and failed is None:
            rate_limit.wait_for_tokens(client, len(named))
            people = list(named.values())
            try:
                outcomes |= zip(named, use_all(asked, people, client=client), strict=True)
            except AboveboardError as error:
                failed = {"code": error.code}
            except DatabaseError:
                failed = {"code": "unavailable"}
        if failed is not None:
            yield _encode({"line": first, **failed, "end": False}) + b"\n"
            return
        yield b"".join(
            _encode({"line": at, **outcomes[at]}) + b"\n" for at in range(first, number + 1)
        )
    yield _encode({"end": True, "lines": number}) + b"\n"


def _wait_for_misses(client: int) -> bool:
    """Rest for the misses before, and return whether it was short enough to go on."""
    rest = misses.seconds_to_wait(client)
    if rest > limits.STREAM_REST.total_seconds():
        return False
    time.sleep(rest)
    return True


def _parse_person(line: bytes | None) -> PersonRef | None:
    if line is None:
        return None
    try:
        person: PersonRef = decoder(PersonRef).decode(line)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
    return person
