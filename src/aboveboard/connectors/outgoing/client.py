"""HTTP outwards: one call, its redirects, its tries.

1. Where it goes is read and judged; a name is resolved once, and all its addresses are judged.
2. The connection is made to an address that was judged; the certificate is checked for the name.
3. Header and body come within bounds of size and time.
4. A redirect of a GET goes through 1 to 3 again; what proves who we are stays with its origin.
5. 429, and 503 or a lost connection where the call may be repeated, are tried again.
"""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from http.client import HTTPException
from typing import Final
from urllib.parse import urljoin

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError, SSLError
from urllib3.response import BaseHTTPResponse

from aboveboard.basics.personal import Personal
from aboveboard.connectors.contract import (
    SystemAnswerUnreadable,
    SystemRefused,
    SystemUnavailable,
)
from aboveboard.connectors.outgoing import limits, retries
from aboveboard.connectors.outgoing.addresses import (
    Address,
    Destination,
    OutgoingRules,
    Resolver,
    read_destination,
    resolve,
    system_resolver,
)
from aboveboard.connectors.outgoing.bodies import bounded
from aboveboard.connectors.outgoing.sockets import first_that_answers, tls_settings, untrusted

_REDIRECTS: Final = frozenset((301, 302, 303, 307, 308))
_LOST: Final = (HTTPError, HTTPException, OSError)
_AGENT: Final = "Aboveboard"


@dataclass(frozen=True, slots=True)
class OutgoingCall:
    """One call.

    Attributes:
        address: where to, whole, with its query. It may hold what names a person: never logged.
        credentials: headers that prove who we are; they go to the address's own origin alone.
        repeatable: whether it may be made twice: a GET, a PUT, a DELETE, or a search by POST.
    """

    method: str
    address: Personal[str]
    headers: Mapping[str, str] = field(default_factory=dict)
    credentials: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None
    repeatable: bool = True


@dataclass(frozen=True, slots=True)
class OutgoingAnswer:
    """What came back: the status, the headers by their names in lower case, the body."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    address: Personal[str]
    """Where it came from, after redirects."""


class OutgoingClient:
    """Speaks HTTP to one system. Made for one piece of work, and closed after it.

    ``wait`` and ``resolver`` are given by tests.
    """

    def __init__(
        self,
        system: str,
        rules: OutgoingRules,
        *,
        resolver: Resolver = system_resolver,
        wait: Callable[[float], None] = time.sleep,
        call_seconds: float = limits.CALL_SECONDS,
    ) -> None:
        self._system = system
        self._rules = rules
        self._resolver = resolver
        self._wait = wait
        self._call_seconds = call_seconds
        self._idle: dict[tuple[str, str, int], HTTPConnection] = {}

    def send(self, call: OutgoingCall, *, most: int = limits.BODY_BYTES) -> OutgoingAnswer:
        """Make a call and return what was answered, whatever its status.

        Raises:
            SystemUnavailable: it cannot be reached, or asks for patience that is at an end.
            SystemRefused: the address may not be spoken to, or the certificate not be trusted.
            SystemAnswerUnreadable: what came is too large, cut off, or no HTTP.
        """
        for attempt in range(1, limits.TRIES + 1):
            last = attempt == limits.TRIES
            try:
                answer = self._follow(call, most)
            except SystemUnavailable:
                if last or not call.repeatable:
                    raise
                self._wait(retries.own_wait(attempt))
                continue
            if answer.status != 429 and not (answer.status == 503 and call.repeatable):
                return answer
            seconds = retries.asked_wait(answer.headers.get("retry-after", ""), time.time())
            if last or seconds > limits.WAIT_SECONDS:
                raise SystemUnavailable(system=self._system, seconds=round(seconds))
            self._wait(max(seconds, retries.own_wait(attempt)))
        raise AssertionError("the last try returns or raises")

    def ask_once(self, call: OutgoingCall, *, most: int = limits.BODY_BYTES) -> OutgoingAnswer:
        """Make a call once and return what was answered, whatever its status: who asks decides
        about a second try.

        Raises: as :meth:`send`.
        """
        return self._follow(call, most)

    def send_once(self, call: OutgoingCall) -> OutgoingAnswer:
        """Make a call once, and return its status and headers as soon as they are there: no second
        try, no redirect is followed, and the body is of no interest.

        Raises: as :meth:`send`.
        """
        answered: OutgoingAnswer | None = None
        try:
            with self._answered(call, limits.PIECE_BYTES, self._call_seconds) as (answer, pieces):
                answered = answer
                # Of a short answer the end is read too, so that the connection can be used again.
                next(iter(pieces), b"")
        except (SystemUnavailable, SystemAnswerUnreadable):
            if answered is None:
                raise
        return answered

    @contextlib.contextmanager
    def stream(self, call: OutgoingCall) -> Iterator[tuple[OutgoingAnswer, Iterator[bytes]]]:
        """Make a GET once, its redirects followed, and yield the answer without its body, and the
        body by pieces.

        Raises:
            SystemUnavailable, SystemAnswerUnreadable: as of :meth:`send`.
            SystemRefused: the address may not be spoken to, or it redirects too often.
        """
        for _ in range(limits.REDIRECTS + 1):
            with self._answered(call, limits.FILE_BYTES, limits.FILE_SECONDS) as (answer, pieces):
                following = self._redirected(call, answer)
                if following is None:
                    yield answer, pieces
                    return
            call = following
        raise SystemRefused(system=self._system, reason="it sends us from address to address")

    def close(self) -> None:
        """Close what is open."""
        while self._idle:
            self._idle.popitem()[1].close()

    def _follow(self, call: OutgoingCall, most: int) -> OutgoingAnswer:
        for _ in range(limits.REDIRECTS + 1):
            with self._answered(call, most, self._call_seconds) as (answer, pieces):
                whole = replace(answer, body=b"".join(pieces))
            following = self._redirected(call, whole)
            if following is None:
                return whole
            call = following
        raise SystemRefused(system=self._system, reason="it sends us from address to address")

    def _redirected(self, call: OutgoingCall, answer: OutgoingAnswer) -> OutgoingCall | None:
        """Return the call that a redirect asks for, or None where it asks for none."""
        location = answer.headers.get("location", "")
        if answer.status not in _REDIRECTS or not location:
            return None
        if call.method != "GET":
            # What is sent may be a person's data, and who sent it expects it at one place.
            raise SystemRefused(system=self._system, reason="it redirects what changes something")
        address = urljoin(call.address.reveal(), location)
        was, will = (
            read_destination(self._system, text, self._rules)
            for text in (call.address.reveal(), address)
        )
        kept = call.credentials if will.origin == was.origin else {}
        return replace(call, address=Personal(address), credentials=kept)

    @contextlib.contextmanager
    def _answered(
        self, call: OutgoingCall, most: int, seconds: float
    ) -> Iterator[tuple[OutgoingAnswer, Iterator[bytes]]]:
        destination = read_destination(self._system, call.address.reveal(), self._rules)
        connection = self._idle.pop(destination.origin, None) or self._connected(destination)
        cut = threading.Timer(seconds, _cut, (connection.sock,))
        cut.daemon = True
        cut.start()
        kept = False
        try:
            response = self._asked(connection, call, destination)
            answer = OutgoingAnswer(
                response.status,
                {name.lower(): value for name, value in response.headers.items()},
                b"",
                call.address,
            )
            raw = _pieces(response)
            yield (
                answer,
                bounded(self._system, raw, answer.headers.get("content-encoding", ""), most),
            )
            kept = self._is_reusable(response)
        except ValueError:
            # What http.client and urllib3 say of a header or a chunk that is none.
            raise SystemAnswerUnreadable(system=self._system, where="no HTTP") from None
        except _LOST:
            raise SystemUnavailable(system=self._system) from None
        finally:
            cut.cancel()
            if kept:
                self._idle[destination.origin] = connection
            else:
                connection.close()

    def _connected(self, destination: Destination) -> HTTPConnection:
        addresses = resolve(
            self._system, destination.host, destination.port, self._rules, self._resolver
        )

        def reach(address: Address) -> HTTPConnection:
            connection: HTTPConnection
            if destination.scheme == "https":
                connection = HTTPSConnection(
                    str(address),
                    destination.port,
                    timeout=limits.CONNECT_SECONDS,
                    # The connection goes to the address; SNI and certificate are of the name.
                    server_hostname=destination.host,
                    ssl_context=tls_settings(self._rules.authorities),
                )
            else:
                connection = HTTPConnection(
                    str(address), destination.port, timeout=limits.CONNECT_SECONDS
                )
            try:
                connection.connect()
            except SSLError:
                raise untrusted(self._system) from None
            except HTTPError as error:
                raise OSError from error
            if connection.sock is not None:
                connection.sock.settimeout(limits.SILENT_SECONDS)
            connection.timeout = limits.SILENT_SECONDS
            return connection

        return first_that_answers(self._system, addresses, reach)

    def _asked(
        self, connection: HTTPConnection, call: OutgoingCall, destination: Destination
    ) -> BaseHTTPResponse:
        headers = {
            "Host": destination.authority,
            "User-Agent": _AGENT,
            "Accept-Encoding": "gzip",
            **call.headers,
            **call.credentials,
        }
        connection.request(
            call.method,
            destination.target,
            body=call.body,
            headers=headers,
            preload_content=False,
            decode_content=False,
        )
        return connection.getresponse()

    def _is_reusable(self, response: BaseHTTPResponse) -> bool:
        closes = response.headers.get("connection", "").lower() == "close"
        # A body that was not read to its end would be taken for the next answer.
        return not closes and response.read(1) == b""


def _pieces(response: BaseHTTPResponse) -> Iterator[bytes]:
    while piece := response.read(limits.PIECE_BYTES, decode_content=False):
        yield piece


def _cut(opened: socket.socket | None) -> None:
    """End a call that takes too long. The base class's method: that of a TLS socket takes its
    state away under the thread that reads."""
    if opened is not None:
        with contextlib.suppress(OSError):
            socket.socket.shutdown(opened, socket.SHUT_RDWR)
