"""Uses as a stream: lines of JSON in, lines of JSON out, however many, in constant
memory (application/x-ndjson).

The first line says what is asked; each further line names a person. Each answer names its line.
People are used by ``limits.USE_BATCH``, each batch in one transaction; the next lines are read when
the batch's answers were taken, so a client that reads slowly is asked for no more. The last line
says that it is the end: an answer without it was cut off."""

from __future__ import annotations

import threading
import time
from collections.abc import Generator, Iterator
from typing import Any, BinaryIO

import msgspec
from django.db import Error as DatabaseError
from django.http import HttpRequest

from aboveboard.access.limits import USE_BATCH
from aboveboard.access.use import Subject, UseRequest
from aboveboard.accounts.gate import client_of, still_may
from aboveboard.api import limits, misses, rate_limit
from aboveboard.api.reading import decoder
from aboveboard.api.shapes import PersonRef
from aboveboard.api.uses import subject_of, use_all
from aboveboard.basics.errors import AboveboardError, RateLimited

_places = threading.BoundedSemaphore(limits.STREAMS_AT_ONCE)
_encode = msgspec.json.Encoder().encode


class Lines:
    """The lines of a body, read a piece at a time. A line that is too long is None;
    what it said is not kept.

    A body without a length (chunked) is read as the server gives it: Django's own
    reader takes it for empty.
    """

    def __init__(self, request: HttpRequest) -> None:
        chunked = "HTTP_TRANSFER_ENCODING" in request.META
        self._body: BinaryIO | HttpRequest = request.META["wsgi.input"] if chunked else request
        self._rest = b""
        self._too_long = False
        self._ended = False

    def take(self, most: int) -> list[bytes | None]:
        """Return up to ``most`` lines; none at the end."""
        taken: list[bytes | None] = []
        while len(taken) < most:
            line, found, rest = self._rest.partition(b"\n")
            if found:
                self._rest = rest
                taken.append(
                    None if self._too_long or len(line) > limits.STREAM_LINE_BYTES else line
                )
                self._too_long = False
            elif self._ended:
                if self._rest or self._too_long:
                    taken.append(
                        None if self._too_long or len(line) > limits.STREAM_LINE_BYTES else line
                    )
                    self._rest, self._too_long = b"", False
                break
            else:
                self._read()
        return taken

    def _read(self) -> None:
        if len(self._rest) > limits.STREAM_LINE_BYTES:
            self._too_long, self._rest = True, b""
        piece = self._body.read(limits.STREAM_READ_BYTES)
        self._ended = not piece
        self._rest += piece


class Answers:
    """The answers to a stream, batch by batch. It holds a place until it is closed."""

    def __init__(self, request: HttpRequest, asked: UseRequest, lines: Lines) -> None:
        if not _places.acquire(blocking=False):
            raise RateLimited(seconds=int(limits.STREAM_WAIT.total_seconds()))
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
            _places.release()


def _answers(request: HttpRequest, asked: UseRequest, lines: Lines) -> Generator[bytes]:
    number = 1  # of the line that was read last; the first said what is asked
    while batch := lines.take(USE_BATCH):
        first, number = number + 1, number + len(batch)
        named: dict[int, Subject] = {}
        outcomes: dict[int, dict[str, Any]] = {}
        for at, line in enumerate(batch, first):
            person = _person(line)
            if person is None:
                outcomes[at] = {
                    "code": "bad_request",
                    "expected": "a person: an object with kind, value and, of a phone, country",
                }
            else:
                named[at] = subject_of(person)
        client = client_of(request).id
        failed = None if still_may(request) else {"code": "sign_in_needed"}
        if named and failed is None and not _rested(client):
            failed = {"code": RateLimited.code}
        if named and failed is None:
            rate_limit.wait(client, len(named))
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


def _rested(client: int) -> bool:
    """Rest for the misses before, and return whether it was short enough to go on."""
    rest = misses.seconds_to_wait(client)
    if rest > limits.STREAM_REST.total_seconds():
        return False
    time.sleep(rest)
    return True


def _person(line: bytes | None) -> PersonRef | None:
    if line is None:
        return None
    try:
        person: PersonRef = decoder(PersonRef).decode(line)
    except (msgspec.MsgspecError, RecursionError):
        return None
    return person
