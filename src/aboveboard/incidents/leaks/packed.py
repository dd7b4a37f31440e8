"""What kind of file it is before anybody looks at its columns: compressed files and archives are
opened, within bounds, and what is no text is called by its name, with what to do.

A small file can unpack to one that fills the disk or never ends, so what comes out is counted
against what went in. The files of an archive are read one after the other, the longest first where
that can be told, and what is packed in them is unpacked too, ``limits.LEAK_DEPTH`` deep.
"""

from __future__ import annotations

import bz2
import gzip
import io
from collections.abc import Callable, Iterator
from typing import IO, Final, cast

from aboveboard.incidents import limits
from aboveboard.incidents.leaks import archives, sevenzip, tables
from aboveboard.incidents.leaks.lines import as_bytes
from aboveboard.incidents.leaks.unpacking import (
    BLOCK,
    JoinedStream,
    MadeStream,
    NotReadable,
    Xz,
    bounded,
)

_HEAD: Final = 4096

_STREAMS: Final[dict[str, Callable[[IO[bytes]], IO[bytes]]]] = {
    "gzip": lambda raw: cast("IO[bytes]", gzip.GzipFile(fileobj=raw)),
    "bzip2": lambda raw: cast("IO[bytes]", bz2.BZ2File(raw)),
    "xz": lambda raw: cast("IO[bytes]", Xz(raw)),
}
_PACKED: Final[tuple[tuple[bytes, str], ...]] = (
    (b"\x1f\x8b", "gzip"),
    (b"BZh", "bzip2"),
    (b"\xfd7zXZ\x00", "xz"),
    (b"PK\x03\x04", "zip"),
    (sevenzip.MAGIC, "7-Zip"),
    (b"SQLite format 3\x00", "SQLite database"),
    (b"PAR1", "Parquet file"),
    (b"\xd0\xcf\x11\xe0", "workbook"),
)

_TO_DO: Final[tuple[tuple[bytes, str, str], ...]] = (
    (b"PK\x05\x06", "a zip archive with nothing in it", "Look for the file that it was made from."),
    (b"\x28\xb5\x2f\xfd", "compressed with zstd", "Unpack it first: unzstd FILE."),
    (b"Rar!", "a RAR archive", "Unpack it first, and open the files inside."),
    (b"\x04\x22\x4d\x18", "compressed with lz4", "Unpack it first: unlz4 FILE."),
    (b"%PDF", "a PDF document", "Copy its text into a file, and open that."),
    (b"\x5d\x00\x00", "compressed with LZMA", "Unpack it first: unlzma FILE."),
    (b"\x1f\x9d", "compressed with compress", "Unpack it first: uncompress FILE."),
    (b"Obj\x01", "an Avro file", "Write it out as CSV or JSON, and open that."),
    (b"ORC", "an ORC file", "Write it out as CSV or JSON, and open that."),
    (b"\x00\x01\x00\x00Standard", "an Access database", "Save its tables as CSV in UTF-8."),
    (b"TAPE", "a backup of SQL Server", "Restore it, and write its tables out as CSV."),
    (b"!BDN", "a mailbox of Outlook (.pst)", "Save its messages or contacts as text or CSV."),
    (b"7\x7f\x06\x82", "the log of an SQLite database", "Look for the database beside it."),
    (b"7\x7f\x06\x83", "the log of an SQLite database", "Look for the database beside it."),
    (b"Salted__", "encrypted with OpenSSL", "Decrypt it first."),
    (b"PGDMP", "a packed PostgreSQL dump", "Write it out first: pg_restore -f dump.sql FILE."),
    (b"age-encryption.org/", "encrypted with age", "Decrypt it first: aboveboard export open."),
    (b"-----BEGIN AGE", "encrypted with age", "Decrypt it first: aboveboard export open."),
    (b"-----BEGIN PGP MESSAGE", "encrypted with PGP", "Decrypt it first."),
    (b"\x89PNG", "a picture", "Write down what it shows in a text file, and open that."),
    (b"\xff\xd8\xff", "a picture", "Write down what it shows in a text file, and open that."),
    (b"GIF8", "a picture", "Write down what it shows in a text file, and open that."),
    (b"\x7fELF", "a program", "Look for the file that holds the rows."),
    (b"MZ\x90\x00", "a program", "Look for the file that holds the rows."),
)

_ARCHIVES: Final = frozenset({"zip", "7-Zip", "tar"})
_UNPACK: Final = "Unpack it, and open an incident from each file that holds rows."


def needs_seeking(head: bytes) -> bool:
    """Whether a file that begins so is read from its end, and not in the order in which it
    comes."""
    return head.startswith((b"PK\x03\x04", sevenzip.MAGIC))


def open_packed(stream: IO[bytes]) -> tuple[str, IO[bytes]]:
    """Return how the file is packed ("" when it is not), and what is in it, as a stream.

    ``stream`` stands at its start and can be sought where :func:`needs_seeking` says so.

    Raises:
        NotReadable: it is something that is not read, with what to do; also as it is read.
    """
    return _unpack(stream, depth=0)


def _unpack(stream: IO[bytes], *, depth: int, inside: str = "") -> tuple[str, IO[bytes]]:
    head = _peek(stream)
    within = f", in {inside}" if inside else ""
    for magic, what, fix in _TO_DO:
        if head.startswith(magic):
            alone = inside not in _ARCHIVES
            raise NotReadable(what=f"{what}{within}", fix=fix if alone else _UNPACK)
    how = next((name for magic, name in _PACKED if head.startswith(magic)), "")
    if not how and head[257:262] == b"ustar":
        how = "tar"
    if not how:
        return "", _joined(head, stream)
    if depth == limits.LEAK_DEPTH:
        raise NotReadable(
            what=f"packed {depth + 1} times, one in the other",
            fix="Unpack it by hand, and open what comes out.",
        )
    packed = JoinedStream(head, stream)
    if how in _STREAMS:
        inner = _STREAMS[how](cast("IO[bytes]", packed))
        outer, rest = _unpack(bounded(inner, how, packed), depth=depth + 1, inside=how)
        return " in ".join(filter(None, (outer, how))), rest
    if how in ("zip", "7-Zip"):
        archive = _seekable(stream, packed, how, depth)
        if how == "zip":
            if kind := archives.office(archive):
                return kind, _tables(kind, archive)
            return how, _chained(archives.zip_members(archive), how, depth)
        return how, _chained(archives.sevenzip_members(archive), how, depth)
    if how == "tar":
        return how, _chained(archives.tar_members(cast("IO[bytes]", packed)), how, depth)
    return how, _tables(how, cast("IO[bytes]", packed))


def _peek(stream: IO[bytes]) -> bytes:
    head = b""
    while len(head) < _HEAD and (block := stream.read(_HEAD - len(head))):
        head += block
    return head


def _joined(head: bytes, rest: IO[bytes]) -> IO[bytes]:
    return cast("IO[bytes]", JoinedStream(head, rest))


def _seekable(stream: IO[bytes], packed: JoinedStream, how: str, depth: int) -> IO[bytes]:
    if not depth:
        stream.seek(0)
        return stream
    return io.BytesIO(_loaded(cast("IO[bytes]", packed), f"{how} inside another archive"))


def _loaded(stream: IO[bytes], what: str) -> bytes:
    """Return all of a stream: what is read from its end, and what a library reads at once."""
    parts, size = [], 0
    while block := stream.read(BLOCK):
        parts.append(block)
        size += len(block)
        if size > limits.LEAK_LOADED_BYTES:
            most = limits.LEAK_LOADED_BYTES >> 20
            raise NotReadable(
                what=f"a {what} of more than {most} MB",
                fix="Write it out as CSV in UTF-8, or unpack it, and open what comes out.",
            )
    return b"".join(parts)


def _tables(kind: str, stream: IO[bytes]) -> IO[bytes]:
    data = _loaded(stream, kind)
    return cast("IO[bytes]", io.BufferedReader(_Tables(tables.as_dump(kind, data), kind), BLOCK))


class _Tables(io.RawIOBase):
    """The tables of a file as a dump; what is wrong with it is named."""

    def __init__(self, dump: IO[bytes], kind: str) -> None:
        self._dump, self._kind = dump, kind

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        # io hands a writable buffer, typeshed says object.
        view = memoryview(buffer)  # type: ignore[arg-type]
        try:
            block = self._dump.read(len(view))
        except tables.TablesDamaged as problem:
            if problem.locked:
                raise NotReadable(
                    what=f"a {self._kind} that is locked",
                    fix="Open it with its password, and save it without one.",
                ) from None
            raise NotReadable(
                what=f"a {self._kind} that cannot be read to its end, or another document",
                fix="Save its rows as CSV in UTF-8, and open that.",
            ) from None
        view[: len(block)] = block
        return len(block)


class _Chained(io.RawIOBase):
    """The files of an archive, one after the other, each on a line of its own."""

    def __init__(self, members: Iterator[IO[bytes]]) -> None:
        self._members = members
        self._current: IO[bytes] | None = next(members, None)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        # io hands a writable buffer, typeshed says object.
        view = memoryview(buffer)  # type: ignore[arg-type]
        while self._current is not None:
            if block := self._current.read(len(view)):
                view[: len(block)] = block
                return len(block)
            self._current = next(self._members, None)
            if self._current is not None:
                view[:1] = b"\n"
                return 1
        return 0


def _chained(members: Iterator[IO[bytes]], how: str, depth: int) -> IO[bytes]:
    """Return what is in the files of an archive."""

    def opened() -> Iterator[IO[bytes]]:
        empty = True
        for member in members:
            empty = False
            inner = _unpack(member, depth=depth + 1, inside=how)[1]
            # Each file has an encoding of its own, and its mark at its start.
            yield cast("IO[bytes]", io.BufferedReader(MadeStream(as_bytes(inner)), BLOCK))
        if empty:
            raise NotReadable(
                what=f"a {how} archive with nothing in it",
                fix="Look for the file it was made from.",
            )

    return cast("IO[bytes]", io.BufferedReader(_Chained(opened()), BLOCK))
