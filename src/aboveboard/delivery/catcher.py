"""A mail server for the demonstration and the tests: it takes every message
and puts it in a folder.

Never on an instance with real people: the files hold what the messages hold, in the clear.
"""

from __future__ import annotations

import importlib.util
import socket
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aboveboard.basics.errors import Misconfigured

if TYPE_CHECKING:
    from aiosmtpd.controller import Controller
    from aiosmtpd.smtp import SMTP, Envelope, Session


class PortTaken(Misconfigured):
    """The mail catcher cannot listen on {host}:{port}."""

    code = "port_taken"
    next_step = "Stop the program that listens there, or change mail.url in the settings."


class CatcherNotInstalled(Misconfigured):
    """The mail server of the demonstration is not installed."""

    code = "catcher_not_installed"
    next_step = "Run: pip install 'aboveboard[demo]'"


def check_installed() -> None:
    """Make sure that :func:`start` can work.

    Raises:
        CatcherNotInstalled: aiosmtpd, of the extra ``demo``, is not there.
    """
    if importlib.util.find_spec("aiosmtpd") is None:
        raise CatcherNotInstalled


class Catcher:
    """A running catcher. Use as a context manager, or call :meth:`stop`."""

    def __init__(self, controller: Controller) -> None:
        self._controller = controller

    def __enter__(self) -> Catcher:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        """Close the port; messages caught so far stay."""
        self._controller.stop()


def start(host: str, port: int, folder: Path) -> Catcher:
    """Listen on ``host:port`` in a thread of this process and put each message into ``folder``.

    Raises:
        CatcherNotInstalled: aiosmtpd, of the extra ``demo``, is not there.
        PortTaken: something else listens there.
    """
    check_installed()
    # An extra: only a demonstration needs it.
    from aiosmtpd.controller import Controller

    try:
        # Asked first: a controller that fails to start leaves its loop open.
        socket.create_server((host, port)).close()
    except OSError:
        raise PortTaken(host=host, port=port) from None
    folder.mkdir(parents=True, exist_ok=True)
    controller = Controller(_Keeper(folder), hostname=host, port=port, server_hostname="catcher")
    controller.start()
    return Catcher(controller)


class _Keeper:
    """Writes each message to a file named after the moment and, unreadably, the recipient
    (``queries.mailbox_of``)."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._last = 0

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """Keep the message before saying so: a message that was accepted is in the folder."""
        # Here, since check_installed is asked before Django is set up.
        from aboveboard.delivery.queries import mailbox_of

        self._last = max(self._last + 1, time.time_ns())
        name = f"{self._last:020d}-{mailbox_of(envelope.rcpt_tos[0])}.eml"
        content: Any = envelope.content
        unfinished = self._folder / f"{name}.part"
        unfinished.write_bytes(content)
        unfinished.rename(self._folder / name)
        return "250 kept"
