"""An SFTP server, whose key the declaration names: one that shows another is not spoken to."""

from __future__ import annotations

import base64
import posixpath
import socket
import stat
from fnmatch import fnmatchcase
from typing import Any, Final

import paramiko

_WAIT: Final = 10
"""Longest that the server may take to answer, in seconds."""


class SftpFiles:
    """What :class:`~aboveboard.connectors.files.places.OpenPlace` asks of a file system, over one
    session."""

    def __init__(self, session: paramiko.SFTPClient) -> None:
        self._session = session

    def invalidate_cache(self) -> None:
        """Nothing is remembered."""

    def ls(self, folder: str) -> list[str]:
        """Return the names in a folder."""
        return list(self._session.listdir(folder or "/"))

    def glob(self, pattern: str) -> list[str]:
        """Return the files whose path fits a pattern, level by level."""
        paths = [""]
        for part in pattern.strip("/").split("/"):
            paths = [
                posixpath.join(path, name) if path else f"/{name}"
                for path in paths
                for name in self._names(path, part)
            ]
        return [path for path in paths if stat.S_ISREG(self._session.stat(path).st_mode or 0)]

    def _names(self, folder: str, part: str) -> list[str]:
        if not any(mark in part for mark in "*?["):
            return [part]
        return [name for name in self._session.listdir(folder or "/") if fnmatchcase(name, part)]

    def open(self, path: str, mode: str) -> Any:
        """Return a file."""
        opened = self._session.open(path, mode)
        opened.prefetch()
        return opened

    def info(self, path: str) -> dict[str, object]:
        """Return the size of a file, and when it was changed."""
        state = self._session.stat(path)
        return {"size": state.st_size, "mtime": state.st_mtime}


def connect(
    connected: socket.socket, user: str, password: str | None, host_key: str
) -> tuple[SftpFiles, paramiko.SFTPClient]:
    """Return the files of a server to which a socket is connected, and the session to close.

    Raises:
        OSError: it cannot be reached; what paramiko raises says so too, or that it is another.
        PermissionError: the declared key of the server is none.
    """
    kind, _, written = host_key.strip().partition(" ")
    try:
        expected = paramiko.PKey.from_type_string(kind, base64.b64decode(written.split()[0]))
    except (ValueError, IndexError, paramiko.SSHException):
        connected.close()
        raise PermissionError("host key") from None
    transport = paramiko.Transport(connected)
    transport.banner_timeout = transport.auth_timeout = _WAIT
    try:
        transport.connect(expected, user, password)
        session = paramiko.SFTPClient.from_transport(transport)
    except BaseException:
        transport.close()
        raise
    if session is None:
        raise OSError("no session")
    session.get_channel().settimeout(_WAIT)
    return SftpFiles(session), session
