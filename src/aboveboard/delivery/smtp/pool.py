"""All connections to the mail server, served from one thread, and the letters that wait for one."""

from __future__ import annotations

import selectors
from collections import deque
from collections.abc import Collection, Iterable
from concurrent.futures import ThreadPoolExecutor
from time import monotonic

from aboveboard.delivery.smtp.connection import Line, Lost
from aboveboard.delivery.smtp.message import Letter, Outcome
from aboveboard.delivery.smtp.server import NoServer, Opened, Server


class Post:
    """Hands letters over on up to ``connections`` lines. Use as a context manager.

    Call :meth:`give`, then :meth:`pump` while :attr:`busy`. Whatever happens, each letter given
    ends in exactly one outcome or in :meth:`take_back`.
    """

    def __init__(self, server: Server, *, sender: str, connections: int, timeout: float) -> None:
        self._server = server
        self._sender = sender
        self._wanted = connections
        self._timeout = timeout
        self._waiting: deque[Letter] = deque()
        self._lines: dict[Line, float] = {}
        self._selector = selectors.DefaultSelector()
        self._fruitless = 0

    def __enter__(self) -> Post:
        return self

    def __exit__(self, *_: object) -> None:
        for line in list(self._lines):
            self._drop(line)
        self._selector.close()

    @property
    def busy(self) -> bool:
        """Whether a letter waits or is under way."""
        return bool(self._waiting) or any(line.busy for line in self._lines)

    def give(self, letters: Iterable[Letter]) -> None:
        """Let letters wait for a line."""
        self._waiting.extend(letters)

    def take_back(self, keys: Collection[int] | None = None) -> list[Letter]:
        """Return, and forget, the letters that no line has begun: all, or those with these keys."""
        back = [letter for letter in self._waiting if keys is None or letter.key in keys]
        self._waiting = deque(
            letter for letter in self._waiting if keys is not None and letter.key not in keys
        )
        return back

    def pump(self, wait: float) -> list[Outcome]:
        """Go on for one round, at most ``wait`` seconds; return what became known.

        Raises:
            NoServer: no line can be had, or the server refuses the sender. Nothing is under way any
                more; :meth:`take_back` returns every letter without an outcome, and the outcomes
                known until then are in ``outcomes`` of the error.
        """
        outcomes: list[Outcome] = []
        try:
            self._fill()
            for line in self._lines:
                line.begin()
                self._watch(line)
            for key, events in self._selector.select(wait):
                outcomes += self._serve(key.data, events)
            late = monotonic() - self._timeout
            for line in [line for line, heard in self._lines.items() if line.busy and heard < late]:
                outcomes += self._lose(line)
        except NoServer as error:
            for line in list(self._lines):
                outcomes += self._lose(line)
            error.outcomes = outcomes
            raise
        return outcomes

    def _serve(self, line: Line, events: int) -> list[Outcome]:
        if events & selectors.EVENT_WRITE:
            line.write()
        if events & selectors.EVENT_READ:
            try:
                outcomes = line.read()
            except Lost:
                return self._lose(line)
            self._lines[line] = monotonic()
            if outcomes:
                self._fruitless = 0
            self._watch(line)
            return outcomes
        self._watch(line)
        return []

    def _fill(self) -> None:
        """Open the lines that are missing, all at once; be content with those that open."""
        missing = min(self._wanted, len(self._waiting) + len(self._lines)) - len(self._lines)
        if missing <= 0:
            return
        if self._fruitless > 2 * self._wanted:
            raise NoServer(reason="mail-server-unreachable")
        with ThreadPoolExecutor(max_workers=missing, thread_name_prefix="smtp-open") as pool:
            results = list(pool.map(self._open, range(missing)))
        problem: NoServer | None = None
        for result in results:
            if isinstance(result, NoServer):
                problem = result
                continue
            line = Line(result, self._sender, self._following)
            self._lines[line] = monotonic()
            self._selector.register(line.sock, selectors.EVENT_READ, line)
        if problem and not self._lines:
            raise problem
        if problem:
            self._wanted = len(self._lines)  # a server that takes fewer is not asked again for more

    def _open(self, _: int) -> Opened | NoServer:
        try:
            return self._server.open(self._timeout)
        except NoServer as error:
            return error

    def _following(self) -> Letter | None:
        return self._waiting.popleft() if self._waiting else None

    def _watch(self, line: Line) -> None:
        events = selectors.EVENT_READ | (selectors.EVENT_WRITE if line.wants_to_write else 0)
        if self._selector.get_key(line.sock).events != events:
            self._selector.modify(line.sock, events, line)

    def _lose(self, line: Line) -> list[Outcome]:
        outcomes, untouched = line.unfinished()
        self._waiting.extendleft(reversed(untouched))
        self._fruitless += 1
        self._drop(line)
        return outcomes

    def _drop(self, line: Line) -> None:
        del self._lines[line]
        self._selector.unregister(line.sock)
        line.close()
