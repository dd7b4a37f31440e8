"""Where a log's files are read from: a folder, a backup, or an address on the web."""

from __future__ import annotations

import tarfile
import urllib.error
import urllib.request
from http.client import HTTPException
from pathlib import Path
from typing import Final, Protocol
from urllib.parse import urlsplit

from aboveboard.basics.errors import Unavailable

FILE_BYTES: Final = 256 * (2 + 65_535)
"""Longest file of a log, in bytes: a bundle of 256 of the longest entries."""

TIMEOUT: Final = 30
"""Seconds to wait for an answer. Our choice."""


class SourceUnreadable(Unavailable):
    """The log cannot be read from {where}: {found}."""

    code = "source_unreadable"
    next_step = "Nothing can be said about the log until it can be read."


def is_web_address(text: str) -> bool:
    """Whether this is an ``http:`` or ``https:`` address with a host."""
    try:
        parts = urlsplit(text)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:  # "http://[", or a port that is no number
        return False


class LogSource(Protocol):
    """Something that has a log's files."""

    def read(self, name: str) -> bytes | None:
        """Return the bytes of a file below the log's prefix, or None if it is not there.

        Raises:
            SourceUnreadable: it cannot be told whether it is there.
        """


class LogDirectory:
    """A log in a folder on this machine: a copy, the published folder itself, or an instance's
    folder that holds it as ``log``."""

    def __init__(self, path: Path) -> None:
        inside = path / "log"
        self._path = (
            inside
            if not (path / "checkpoint").exists() and (inside / "checkpoint").exists()
            else path
        )

    def read(self, name: str) -> bytes | None:
        """See :class:`LogSource`."""
        try:
            return (self._path / name).read_bytes()
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
            return None
        except OSError as error:
            raise SourceUnreadable(where=self._path / name, found=error.strerror) from None


class LogInBackup:
    """The log inside a backup: the archive ``log.tar`` of its records part
    (``recovery/FORMAT.md``).

    Holds the place of every file of the archive in memory: some 150 bytes for each 256 entries.
    """

    ARCHIVE: Final = "log.tar"

    def __init__(self, folder: Path) -> None:
        self._archive = folder / self.ARCHIVE
        try:
            with tarfile.open(self._archive) as archive:
                self._places = {
                    member.name: (member.offset_data, member.size)
                    for member in archive
                    if member.isfile()
                }
        except (OSError, tarfile.TarError) as error:
            raise SourceUnreadable(
                where=self._archive,
                found=getattr(error, "strerror", None) or "it is not a whole archive",
            ) from None

    @classmethod
    def is_one(cls, folder: Path) -> bool:
        """Whether the folder is a backup with a log in it."""
        return (folder / cls.ARCHIVE).is_file()

    def read(self, name: str) -> bytes | None:
        """See :class:`LogSource`."""
        if name not in self._places:
            return None
        offset, size = self._places[name]
        if size > FILE_BYTES:
            raise SourceUnreadable(
                where=self._archive, found=f"{name} is longer than any file of a log"
            )
        try:
            with self._archive.open("rb") as file:
                file.seek(offset)
                data = file.read(size)
        except OSError as error:
            raise SourceUnreadable(where=self._archive, found=error.strerror) from None
        if len(data) != size:
            raise SourceUnreadable(where=self._archive, found="it ends early")
        return data


class LogOnWeb:
    """A log behind an ``http:`` or ``https:`` address. Redirects are followed by
    the standard library."""

    def __init__(self, prefix: str) -> None:
        if not is_web_address(prefix):
            raise SourceUnreadable(where=prefix, found="it is not an http: or https: address")
        self._prefix = prefix.rstrip("/")
        self._opener = urllib.request.build_opener()
        self._opener.addheaders = [
            ("User-Agent", "aboveboard-ledger-verify"),
            ("Accept-Encoding", "identity"),
        ]

    def read(self, name: str) -> bytes | None:
        """See :class:`LogSource`."""
        url = f"{self._prefix}/{name}"
        try:
            with self._opener.open(url, timeout=TIMEOUT) as answer:
                data: bytes = answer.read(FILE_BYTES + 1)
        except urllib.error.HTTPError as error:
            with error:
                # Only these say that a file is not there. Any other answer says nothing about the
                # log, and must not be taken for a missing entry.
                if error.code in (404, 410):
                    return None
                raise SourceUnreadable(
                    where=url, found=f"the server answered {error.code}"
                ) from None
        except (OSError, HTTPException, ValueError) as error:
            raise SourceUnreadable(
                where=url, found=str(getattr(error, "reason", error)) or type(error).__name__
            ) from None
        if len(data) > FILE_BYTES:
            raise SourceUnreadable(where=url, found="the answer is longer than any file of a log")
        return data
