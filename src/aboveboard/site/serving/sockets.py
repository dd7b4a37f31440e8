"""Receivers who open a window and never read: the operating system ends their connections."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
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
        with suppress(OSError), _borrowed(int(descriptor.name)) as listener:
            if listener.family in (socket.AF_INET, socket.AF_INET6) and listener.getsockopt(
                socket.SOL_SOCKET, socket.SO_ACCEPTCONN
            ):
                listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, milliseconds)


@contextmanager
def _borrowed(descriptor: int) -> Iterator[socket.socket]:
    """Give a handle on a socket that is somebody else's, and close nothing.

    Not a copy (``dup``) that is closed afterwards: most descriptors here are files of SQLite, and
    to close any descriptor of a file ends all locks that this process has on it (POSIX, fcntl). The
    next process to open the database then believed that nobody used it, and cut the shared memory
    from under the threads that did.

    Raises:
        OSError: it is none.
    """
    handle = socket.socket(fileno=descriptor)
    try:
        yield handle
    finally:
        handle.detach()
