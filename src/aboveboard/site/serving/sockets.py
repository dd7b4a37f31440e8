"""Receivers who open a window and never read: the operating system ends their connections."""

from __future__ import annotations

import asyncio
import os
import socket
from contextlib import suppress
from pathlib import Path
from typing import Final

from aboveboard.site.serving import limits

_AGAIN: Final = 0.2
_TIMES: Final = 20
_FDS: Final = Path("/proc/self/fd")


def give_up_on_stalled_receivers(loop: asyncio.AbstractEventLoop) -> None:
    """Bound how long what was sent may stay untaken, on the sockets that this process listens on:
    each connection takes it over (TCP_USER_TIMEOUT, RFC 5482; Linux counts a closed window too).

    Granian opens them after it started the application and does not say which they are, so they are
    looked for during the first seconds. Elsewhere than on Linux the system's own limits hold.
    """
    if not _FDS.is_dir() or not hasattr(socket, "TCP_USER_TIMEOUT"):
        return
    for number in range(_TIMES):
        loop.call_later(number * _AGAIN, _bind_listeners)


def _bind_listeners() -> None:
    milliseconds = int(limits.ANSWER_PAUSE.total_seconds() * 1000)
    for descriptor in list(_FDS.iterdir()):
        # Not every descriptor is a socket, and some are closed meanwhile.
        with suppress(OSError), _socket_of(int(descriptor.name)) as listener:
            if listener.family in (socket.AF_INET, socket.AF_INET6) and listener.getsockopt(
                socket.SOL_SOCKET, socket.SO_ACCEPTCONN
            ):
                listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, milliseconds)


def _socket_of(descriptor: int) -> socket.socket:
    """Return a second handle on a socket; the first stays as it is."""
    copy = os.dup(descriptor)
    try:
        return socket.socket(fileno=copy)
    except OSError:
        os.close(copy)
        raise
