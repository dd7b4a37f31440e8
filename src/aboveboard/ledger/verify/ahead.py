"""Reading ahead: a log behind a network is fetched several files at a time, in the order
in which they are needed.

Memory: at most :data:`WINDOW` files that were fetched and not read yet.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import Final

from aboveboard.ledger.verify.sources import LogSource

WINDOW: Final = 32
"""Files fetched ahead. Our choice: a few MB, and enough to hide the way there and back."""

_FETCHERS: Final = 8
"""Requests at the same time. Our choice: more would burden the server, not the network."""


class ReadAhead:
    """A source that fetches what is expected next while what came is being checked."""

    def __init__(self, source: LogSource) -> None:
        self._source = source
        self._pool = ThreadPoolExecutor(max_workers=_FETCHERS, thread_name_prefix="fetch")
        self._coming: OrderedDict[str, Future[bytes | None]] = OrderedDict()
        self._rest: list[Iterator[str]] = []

    def __enter__(self) -> ReadAhead:
        """Begin."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Let go of what is still being fetched."""
        self._pool.shutdown(wait=True, cancel_futures=True)

    def expect(self, names: Iterable[str]) -> None:
        """Say what will be read next, before anything that was said earlier."""
        self._rest.append(iter(names))
        self._fill()

    def read(self, name: str) -> bytes | None:
        """See :class:`LogSource`."""
        coming = self._coming.pop(name, None)
        self._fill()
        return coming.result() if coming else self._source.read(name)

    def _fill(self) -> None:
        while len(self._coming) < WINDOW and self._rest:
            name = next(self._rest[-1], None)
            # The innermost list is done; the walk goes on with the one that it was in before.
            if name is None:
                self._rest.pop()
            elif name not in self._coming:
                self._coming[name] = self._pool.submit(self._source.read, name)
