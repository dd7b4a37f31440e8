"""Whose turn it is for a thread: each network address has one turn after the other, so that whoever
asks a lot waits behind themselves, and nobody behind them.

Without it four hundred requests for a public page, which anybody can send in a second, held up
everybody else for fifteen.
"""

from __future__ import annotations

import ipaddress
import threading
from collections import deque
from collections.abc import Mapping
from functools import lru_cache
from queue import SimpleQueue
from typing import Any, Final, Generic, TypeVar

from aboveboard.site.proxies import is_named

T = TypeVar("T")
NOBODY: Final = ""
"""Whose turn it is where no address is known."""
WHOSE: Final = "aboveboard.whose"
"""Member of the environ of a request: whose turn it waits for."""
_FORWARDED: Final = b"x-forwarded-for"
_NETWORK: Final = 64
"""Bits of an IPv6 address that name whom a network was given to; the rest each device makes up
(RFC 4291, 2.5.1)."""


class FairQueue(Generic[T]):
    """A queue for several threads that serves whoever waits in turn, and of each the oldest."""

    def __init__(self) -> None:
        # Counts what waits, and lets a thread wait for it in C: a condition of Python's own costs
        # ten times as much.
        self._tokens: SimpleQueue[None] = SimpleQueue()
        self._lock = threading.Lock()
        self._waiting: dict[str, deque[T]] = {}
        self._order: deque[str] = deque()

    def put(self, whose: str, item: T) -> None:
        """Let an item wait for its turn."""
        with self._lock:
            theirs = self._waiting.get(whose)
            if theirs is None:
                self._waiting[whose] = deque((item,))
                self._order.append(whose)
            else:
                theirs.append(item)
        self._tokens.put(None)

    def get(self) -> T:
        """Return the item whose turn it is; wait until there is one."""
        self._tokens.get()
        with self._lock:
            whose = self._order.popleft()
            theirs = self._waiting[whose]
            item = theirs.popleft()
            if theirs:
                self._order.append(whose)
            else:
                del self._waiting[whose]
        return item


def turn_key(scope: Mapping[str, Any]) -> str:
    """Return who sent a request, for its turn: an IPv4 address, or the network of an IPv6 address.
    Of what a named proxy brings it is the address that the proxy itself saw."""
    client = scope.get("client")
    if not client:
        return NOBODY
    address: str = client[0]
    if is_named(address):
        for name, value in scope["headers"]:
            if name == _FORWARDED:
                address = value.rpartition(b",")[2].strip().decode("latin-1")
    return address if ":" not in address else _network(address)


@lru_cache(maxsize=4096)
def _network(address: str) -> str:
    try:
        ip = ipaddress.IPv6Address(address)
    except ValueError:
        return address
    if ip.ipv4_mapped is not None:
        return str(ip.ipv4_mapped)
    return str(ipaddress.ip_network((ip, _NETWORK), strict=False))
