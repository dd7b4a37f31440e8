"""All connections to the mail server, served from one thread, and the mails that wait for one."""

from __future__ import annotations

import selectors
from collections import deque
from collections.abc import Collection, Iterable
from concurrent.futures import ThreadPoolExecutor
from time import monotonic

from aboveboard.delivery.channels import DeliveryOutcome
from aboveboard.delivery.smtp.connection import ConnectionLost, SmtpConnection
from aboveboard.delivery.smtp.message import OutgoingMail
from aboveboard.delivery.smtp.server import Handshake, MailServer, NoServer


class MailPool:
    """Hands letters over on up to ``connections`` connections. Use as a context manager.

    Call :meth:`give`, then :meth:`pump` while :attr:`busy`. Whatever happens, each letter given
    ends in exactly one outcome or in :meth:`take_back`.
    """

    def __init__(
        self, server: MailServer, *, sender: str, connections: int, timeout: float
    ) -> None:
        self._server = server
        self._sender = sender
        self._wanted = connections
        self._timeout = timeout
        self._waiting: deque[OutgoingMail] = deque()
        self._connections: dict[SmtpConnection, float] = {}
        self._selector = selectors.DefaultSelector()
        self._fruitless = 0

    def __enter__(self) -> MailPool:
        return self

    def __exit__(self, *_: object) -> None:
        for connection in list(self._connections):
            self._drop(connection)
        self._selector.close()

    @property
    def busy(self) -> bool:
        """Whether a letter waits or is under way."""
        return bool(self._waiting) or any(connection.busy for connection in self._connections)

    def reach(self) -> None:
        """See that the server can be reached and takes messages of this sender, before any is made.

        Asked anew where every connection is at rest for long enough to be gone.

        Raises:
            NoServer: no connection can be had, or the server refuses the sender.
        """
        for connection in [each for each in self._connections if each.is_gone()]:
            self._drop(connection)
        if not self._connections:
            self._add(self._server.open(self._timeout, sender=self._sender))

    def give(self, letters: Iterable[OutgoingMail]) -> None:
        """Let letters wait for a connection."""
        self._waiting.extend(letters)

    def take_back(self, keys: Collection[int] | None = None) -> list[OutgoingMail]:
        """Return, and forget, the letters that no connection has begun: all, or those with these
        keys."""
        back = [letter for letter in self._waiting if keys is None or letter.key in keys]
        self._waiting = deque(
            letter for letter in self._waiting if keys is not None and letter.key not in keys
        )
        return back

    def pump(self, wait: float) -> list[DeliveryOutcome]:
        """Go on for one round, at most ``wait`` seconds; return what became known.

        Raises:
            NoServer: no connection can be had, or the server refuses the sender. Nothing is under
                way any more; :meth:`take_back` returns every letter without an outcome, and the
                outcomes known until then are in ``outcomes`` of the error.
        """
        outcomes: list[DeliveryOutcome] = []
        try:
            self._fill()
            for connection in self._connections:
                outcomes += connection.begin()
                self._watch(connection)
            for key, events in self._selector.select(wait):
                outcomes += self._serve(key.data, events)
            # By silence, not by the length of a dialogue: a slow server that answers is no dead
            # one.
            late = monotonic() - self._timeout
            for connection in [
                connection
                for connection, heard in self._connections.items()
                if connection.busy and heard < late
            ]:
                outcomes += self._lose(connection)
        except NoServer as error:
            for connection in list(self._connections):
                outcomes += self._lose(connection)
            error.outcomes = outcomes
            raise
        return outcomes

    def _serve(self, connection: SmtpConnection, events: int) -> list[DeliveryOutcome]:
        if events & selectors.EVENT_WRITE:
            connection.write()
        if events & selectors.EVENT_READ:
            try:
                outcomes = connection.read()
            except ConnectionLost:
                return self._lose(connection)
            self._connections[connection] = monotonic()
            if outcomes:
                self._fruitless = 0
            self._watch(connection)
            return outcomes
        self._watch(connection)
        return []

    def _fill(self) -> None:
        """Open the connections that are missing, all at once; be content with those that open."""
        missing = min(self._wanted, len(self._waiting) + len(self._connections)) - len(
            self._connections
        )
        if missing <= 0:
            return
        # A server that takes connections and then drops them would be called for ever.
        if self._fruitless > 2 * self._wanted:
            raise NoServer(reason="mail-server-unreachable")
        with ThreadPoolExecutor(max_workers=missing, thread_name_prefix="smtp-open") as pool:
            results = list(pool.map(self._open, range(missing)))
        problem: NoServer | None = None
        for result in results:
            if isinstance(result, NoServer):
                problem = result
                continue
            self._add(result)
        if problem and not self._connections:
            raise problem
        if problem:
            self._wanted = len(
                self._connections
            )  # a server that takes fewer is not asked again for more

    def _add(self, opened: Handshake) -> None:
        connection = SmtpConnection(opened, self._sender, self._following)
        self._connections[connection] = monotonic()
        self._selector.register(connection.sock, selectors.EVENT_READ, connection)

    def _open(self, _: int) -> Handshake | NoServer:
        try:
            return self._server.open(self._timeout)
        except NoServer as error:
            return error

    def _following(self) -> OutgoingMail | None:
        return self._waiting.popleft() if self._waiting else None

    def _watch(self, connection: SmtpConnection) -> None:
        events = selectors.EVENT_READ | (selectors.EVENT_WRITE if connection.wants_to_write else 0)
        if self._selector.get_key(connection.sock).events != events:
            self._selector.modify(connection.sock, events, connection)

    def _lose(self, connection: SmtpConnection) -> list[DeliveryOutcome]:
        outcomes, untouched = connection.unfinished()
        # At the front and in their order: whoever waited longest is written to first.
        self._waiting.extendleft(reversed(untouched))
        self._fruitless += 1
        self._drop(connection)
        return outcomes

    def _drop(self, connection: SmtpConnection) -> None:
        del self._connections[connection]
        self._selector.unregister(connection.sock)
        connection.close()
