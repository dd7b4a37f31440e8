"""A log inside an archive: ``.tar`` (also compressed) or ``.zip``, of a log's folder or of
anything that holds one.

The log's files, and nothing else, are unpacked into a temporary folder, which is removed
afterwards. An archive is not trusted: only the names of a log's files are taken, none longer than
such a file can be, and the disk is never filled up.
"""

from __future__ import annotations

import lzma
import re
import shutil
import tarfile
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final

from aboveboard.ledger.verify.sources import FILE_BYTES, LogDirectory, SourceUnreadable

LEAST_FREE: Final = 256 * 1024**2
"""Bytes of disk that unpacking leaves free. Our choice."""

_LOG_FILE = re.compile(
    r"checkpoint|vkey|witnessed|handover/[0-9]{1,4}|tile/(?:entries|[0-9]{1,2})/"
    r"(?:x[0-9]{3}/)*[0-9]{3}(?:\.p/[0-9]{1,3})?"
)


_DAMAGED: Final = (
    OSError,
    EOFError,
    tarfile.TarError,
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    NotImplementedError,
    RuntimeError,
    ValueError,
)
"""What the standard library raises of an archive that is cut short, spoiled, or of a
kind it does not read."""


def is_archive(path: Path) -> bool:
    """Whether a file is a tar or zip archive, going by its content."""
    try:
        return zipfile.is_zipfile(path) or tarfile.is_tarfile(path)
    except _DAMAGED:
        return False


@contextmanager
def open_archive(path: Path) -> Iterator[LogDirectory]:
    """Yield the log in an archive.

    Raises:
        SourceUnreadable: the archive cannot be read, holds no log, or there
            is no room to unpack it.
    """
    with tempfile.TemporaryDirectory(prefix="aboveboard-log-") as name:
        folder = Path(name)
        try:
            # Two passes: where the log begins in the archive is known only when all names were
            # seen.
            prefix = _prefix(member for member, _ in _members(path, read=False))
            for member, content in _members(path, read=True):
                if (
                    content is not None
                    and member.startswith(prefix)
                    # Held against the names that a log has: ``../`` and absolute names are none of
                    # them.
                    and _LOG_FILE.fullmatch(member[len(prefix) :])
                ):
                    _unpack(content, folder / member[len(prefix) :], path)
        except _DAMAGED as error:
            raise SourceUnreadable(
                where=path, found=f"the archive is damaged ({type(error).__name__})"
            ) from None
        yield LogDirectory(folder)


def _prefix(names: Iterator[str]) -> str:
    """Return what stands before the names of the log's files: that of the checkpoint nearest to the
    top, ``log/`` before others."""
    prefixes = [
        name.removesuffix("checkpoint")
        for name in names
        if name == "checkpoint" or name.endswith("/checkpoint")
    ]
    if not prefixes:
        raise SourceUnreadable(where="the archive", found="it holds no checkpoint")
    return min(
        prefixes,
        key=lambda prefix: (
            not prefix.endswith("log/") and prefix != "",
            prefix.count("/"),
            prefix,
        ),
    )


def _members(path: Path, *, read: bool) -> Iterator[tuple[str, IO[bytes] | None]]:
    """Yield the files of an archive: name, and content when it is to be read."""
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as packed:
            for info in packed.infolist():
                if not info.is_dir():
                    if read:
                        with packed.open(info) as content:
                            yield info.filename, content
                    else:
                        yield info.filename, None
        return
    with tarfile.open(path) as archive:
        for member in archive:
            # Else it remembers every file it passed.
            archive.members = []  # type: ignore[attr-defined]
            if member.isfile():
                yield member.name.removeprefix("./"), archive.extractfile(member) if read else None


def _unpack(content: IO[bytes], target: Path, archive: Path) -> None:
    # Bounded by reading, for the length that an archive names of a file may be a lie.
    data = content.read(FILE_BYTES + 1)
    if len(data) > FILE_BYTES:
        raise SourceUnreadable(where=archive, found="a file in it is longer than any file of a log")
    target.parent.mkdir(parents=True, exist_ok=True)
    if shutil.disk_usage(target.parent).free < LEAST_FREE + len(data):
        raise SourceUnreadable(where=archive, found="there is no room to unpack it")
    target.write_bytes(data)
