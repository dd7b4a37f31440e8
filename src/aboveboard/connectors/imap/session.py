"""A connection to a mailbox, through the only door outwards; errors are those of the contract."""

from __future__ import annotations

import contextlib
import imaplib
import re
import socket
from collections.abc import Callable, Iterator
from typing import Any, Final

from aboveboard.connectors.contract import (
    SystemAnswerUnreadable,
    SystemRefused,
    SystemUnavailable,
)
from aboveboard.connectors.imap.names import MailFolder, folders, quoted

PIECE_BYTES: Final = 1024 * 1024
"""Bytes of a message that are fetched at a time."""

_SIZE = re.compile(rb"RFC822\.SIZE (\d+)")


class _Pinned(imaplib.IMAP4):
    """IMAP over a socket that is connected already, to an address that was judged."""

    def __init__(self, connected: socket.socket) -> None:
        self._connected = connected
        super().__init__("", 0)

    def _create_socket(self, timeout: float | None) -> socket.socket:
        return self._connected


class MailSession:
    """One signed-in connection."""

    def __init__(self, system: str, connected: socket.socket, user: str, password: str) -> None:
        self._system = system
        try:
            self._imap = _Pinned(connected)
        except (imaplib.IMAP4.error, OSError):
            connected.close()
            raise SystemUnavailable(system=system) from None
        with self.errors():
            try:
                self._imap.login(user, password)
            except imaplib.IMAP4.abort:
                self._imap.shutdown()
                raise
            except imaplib.IMAP4.error:
                self._imap.shutdown()
                # Without the cause: it has what the server said, and that may repeat the user.
                raise SystemRefused(
                    system=system, reason="it does not accept the user and the password"
                ) from None

    @contextlib.contextmanager
    def errors(self) -> Iterator[None]:
        """Turn what the library raises into errors of the contract.

        Raises:
            SystemUnavailable: the connection was lost.
            SystemAnswerUnreadable: what was answered is no IMAP.
        """
        try:
            yield
        except (imaplib.IMAP4.abort, OSError):
            raise SystemUnavailable(system=self._system) from None
        except imaplib.IMAP4.error:
            raise SystemAnswerUnreadable(system=self._system, where="no IMAP") from None

    def close(self) -> None:
        """Sign out."""
        with contextlib.suppress(imaplib.IMAP4.error, OSError):
            self._imap.logout()

    def can(self, capability: str) -> bool:
        """Whether the server says that it can do something."""
        return capability in self._imap.capabilities

    def folders(self) -> list[MailFolder]:
        """Return the folders that can be opened."""
        return folders(self._ok(self._imap.list))

    def open(self, folder: MailFolder, *, writing: bool = False) -> str:
        """Open a folder and return its UIDVALIDITY. Unless ``writing``, nothing can be changed.

        Raises:
            SystemRefused: it cannot be opened.
        """
        with self.errors():
            status, _ = self._imap.select(quoted(folder.wire).decode(), readonly=not writing)
            if status != "OK":
                raise SystemRefused(system=self._system, reason="a folder cannot be opened")
            _, answer_lines = self._imap.response("UIDVALIDITY")
        return (answer_lines[0] or b"0").decode() if answer_lines else "0"

    def keeps_keywords(self) -> bool:
        """Whether the open folder keeps keywords that a client makes up (RFC 3501, 7.1)."""
        flags = self._imap.untagged_responses.get("PERMANENTFLAGS", [])
        return any(isinstance(each, bytes) and b"\\*" in each for each in flags)

    def search(self, *criteria: str, literal: bytes | None = None) -> list[str]:
        """Return the UIDs of what a search finds. ``literal`` is its last word, in UTF-8.

        Raises:
            SystemRefused: the server does not understand the search.
        """
        with self.errors():
            if literal is not None:
                self._imap.literal = literal  # type: ignore[assignment]  # typeshed: text alone
            status, answer_lines = self._imap.uid("SEARCH", *criteria)
        if status != "OK":
            raise SystemRefused(system=self._system, reason="it does not understand a search")
        return [
            uid.decode() for line in answer_lines if isinstance(line, bytes) for uid in line.split()
        ]

    def fetched(self, uid: str, what: str) -> bytes | None:
        """Return a literal of a message, or None where there is no such message."""
        for answer in self._fetch(uid, what):
            if isinstance(answer, tuple):
                return bytes(answer[1])
        return None

    def size(self, uid: str) -> int | None:
        """Return how many bytes a message has, or None where there is none."""
        for answer in self._fetch(uid, "(RFC822.SIZE)"):
            if isinstance(answer, bytes) and (size_match := _SIZE.search(answer)):
                return int(size_match[1])
        return None

    def pieces(self, uid: str, size: int) -> Iterator[bytes]:
        """Yield a message, a piece at a time, without marking it as read."""
        for start in range(0, size, PIECE_BYTES):
            piece = self.fetched(uid, f"(BODY.PEEK[]<{start}.{PIECE_BYTES}>)")
            if not piece:
                return
            yield piece

    def change(self, command: str, *arguments: str) -> None:
        """Make a change by UID.

        Raises:
            SystemRefused: the server says no.
        """
        with self.errors():
            status, _ = self._imap.uid(command, *arguments)
        if status != "OK":
            raise SystemRefused(system=self._system, reason="it does not let us change a message")

    def expunge(self) -> None:
        """Remove what is marked as deleted in the open folder."""
        self._ok(self._imap.expunge)

    def _fetch(self, uid: str, what: str) -> list[Any]:
        return self._ok(lambda: self._imap.uid("FETCH", uid, what))

    def _ok(self, call: Callable[[], tuple[str, list[Any]]]) -> list[Any]:
        with self.errors():
            status, answer_lines = call()
        if status != "OK":
            raise SystemAnswerUnreadable(system=self._system, where="an answer that is not OK")
        return answer_lines
