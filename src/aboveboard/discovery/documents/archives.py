"""Archives and compressed files, unpacked in memory within bounds: zip, tar, gzip, bzip2, xz.

Sizes that an archive states are not believed: what comes out is counted while it comes out.
"""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from typing import Final, Protocol

from aboveboard.discovery.documents.document import (
    ReadingBudget,
    UnreadableDocument,
    UnreadDocumentReason,
)
from aboveboard.discovery.limits import UNPACKED_RATIO

_CHUNK: Final = 64 * 1024
_FREE: Final = 1024 * 1024
_LZMA_MEMORY: Final = 128 * 1024 * 1024
"""Most memory, in bytes, for the dictionary of an xz file: its largest preset takes 65 MB."""


class _Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...


BROKEN: Final = (
    zipfile.BadZipFile,
    tarfile.TarError,
    gzip.BadGzipFile,
    lzma.LZMAError,
    zlib.error,
    EOFError,
    OSError,
    ValueError,
    NotImplementedError,
    IndexError,
    OverflowError,
)
"""What the standard library raises for an archive that is not whole."""


def zip_names(data: bytes) -> list[str]:
    """Return the names of the files of a zip archive; none where it is no archive."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return archive.namelist()
    except BROKEN:
        return []


def zip_members(
    data: bytes, budget: ReadingBudget, wanted: Callable[[str], object] = bool
) -> Iterator[tuple[str, bytes | UnreadDocumentReason]]:
    """Yield each file of a zip archive whose name is wanted: its name and its bytes, or why it was
    not unpacked.

    Raises:
        UnreadableDocument: it is no archive, or more than the budget.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for info in archive.infolist():
                if info.is_dir() or not wanted(info.filename):
                    continue
                if info.flag_bits & 1:
                    yield info.filename, UnreadDocumentReason.ENCRYPTED
                    continue
                try:
                    with archive.open(info) as stream:
                        member = _bounded(stream, max(info.compress_size, 1), budget)
                except RuntimeError:  # zipfile's word for a password, or a method it lacks
                    yield info.filename, UnreadDocumentReason.ENCRYPTED
                except BROKEN as error:
                    if isinstance(error, UnreadableDocument):
                        raise
                    yield info.filename, UnreadDocumentReason.DAMAGED
                else:
                    yield info.filename, member
    except UnreadableDocument:
        raise
    except BROKEN:
        raise UnreadableDocument(UnreadDocumentReason.DAMAGED) from None


def tar_members(data: bytes, budget: ReadingBudget) -> Iterator[tuple[str, bytes]]:
    """Yield each file of a tar archive that is not compressed. Links are passed over.

    Raises:
        UnreadableDocument: it is no archive, or more than the budget.
    """
    try:
        with tarfile.open(fileobj=io.BytesIO(data), mode="r:") as archive:
            for info in archive:
                stream = archive.extractfile(info) if info.isfile() else None
                if stream is not None:
                    yield info.name, _bounded(stream, max(info.size, 1), budget)
    except UnreadableDocument:
        raise
    except BROKEN:
        raise UnreadableDocument(UnreadDocumentReason.DAMAGED) from None


def decompressed(data: bytes, form: str, budget: ReadingBudget) -> bytes:
    """Return what a single compressed file holds; ``form`` is ``gz``, ``bz2`` or ``xz``.

    Raises:
        UnreadableDocument: it is not whole, or more than the budget.
    """
    try:
        if form == "gz":
            with gzip.GzipFile(fileobj=io.BytesIO(data)) as stream:
                return _bounded(stream, len(data), budget)
        if form == "bz2":
            with bz2.BZ2File(io.BytesIO(data)) as packed:
                return _bounded(packed, len(data), budget)
        return _from_xz(data, budget)
    except UnreadableDocument:
        raise
    except BROKEN:
        raise UnreadableDocument(UnreadDocumentReason.DAMAGED) from None


def _from_xz(data: bytes, budget: ReadingBudget) -> bytes:
    reader = lzma.LZMADecompressor(memlimit=_LZMA_MEMORY)
    parts: list[bytes] = []
    total, given = 0, data
    while not reader.eof:
        part = reader.decompress(given, _CHUNK)
        given = b""
        total += len(part)
        _check_ratio(total, len(data))
        budget.take_bytes(len(part))
        parts.append(part)
        if not part and reader.needs_input:
            raise UnreadableDocument(UnreadDocumentReason.DAMAGED)
    return b"".join(parts)


def _bounded(stream: _Readable, packed: int, budget: ReadingBudget) -> bytes:
    parts: list[bytes] = []
    total = 0
    while part := stream.read(_CHUNK):
        total += len(part)
        _check_ratio(total, packed)
        budget.take_bytes(len(part))
        parts.append(part)
    return b"".join(parts)


def _check_ratio(unpacked: int, packed: int) -> None:
    if unpacked > _FREE and unpacked > UNPACKED_RATIO * packed:
        raise UnreadableDocument(UnreadDocumentReason.BOMB)
