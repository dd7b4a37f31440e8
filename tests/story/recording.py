"""A real mail server that writes down whom it was told to give each message to."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiosmtpd.controller import Controller

from aboveboard.basics import settings


@dataclass
class Recorder:
    """``to``: the recipients of each message, as the envelope names them; ``texts``: what came."""

    to: list[str] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        """Take the message."""
        self.to += envelope.rcpt_tos
        self.texts.append(envelope.content.decode())
        return "250 kept"


@contextmanager
def recording(monkeypatch: pytest.MonkeyPatch, *, utf8: bool = True) -> Iterator[Recorder]:
    """Point ``mail.url`` at a server that offers SMTPUTF8 or does not."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    recorder = Recorder()
    controller = Controller(recorder, "127.0.0.1", port, enable_SMTPUTF8=utf8)
    monkeypatch.setenv("ABOVEBOARD_MAIL_URL", f"smtp://127.0.0.1:{port}")
    settings.current.cache_clear()
    controller.start()
    try:
        yield recorder
    finally:
        controller.stop()
        settings.current.cache_clear()
