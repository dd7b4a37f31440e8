"""What kind of file it is before anybody looks at its columns: compressed files are opened, within
bounds, and what is no text is called by its name, with what to do.

A small file can unpack to one that fills the disk or never ends, so what comes out is counted
against what went in. What is inside a packed file is not unpacked again.
"""

from __future__ import annotations

import bz2
import gzip
import io
import zipfile
import zlib
from collections.abc import Callable
from lzma import LZMAError
from typing import IO, Final, cast

from aboveboard.basics.errors import Invalid
from aboveboard.incidents import limits
from aboveboard.incidents.leaks.unpacking import Xz, directory_bytes

_HEAD: Final = 4096

_PACKED: Final[tuple[tuple[bytes, str], ...]] = (
    (b"\x1f\x8b", "gzip"),
    (b"BZh", "bzip2"),
    (b"\xfd7zXZ\x00", "xz"),
    (b"PK\x03\x04", "zip"),
)

_TO_DO: Final[tuple[tuple[bytes, str, str], ...]] = (
    (b"PK\x05\x06", "a zip archive with nothing in it", "Look for the file that it was made from."),
    (b"\x28\xb5\x2f\xfd", "compressed with zstd", "Unpack it first: unzstd FILE."),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive", "Unpack it first, and open the file inside."),
    (b"Rar!", "a RAR archive", "Unpack it first, and open the file inside."),
    (b"\x04\x22\x4d\x18", "compressed with lz4", "Unpack it first: unlz4 FILE."),
    (b"\xd0\xcf\x11\xe0", "a workbook or document of an old Office", "Save it as CSV in UTF-8."),
    (b"%PDF", "a PDF document", "Copy its text into a file, and open that."),
    (
        b"SQLite format 3\x00",
        "an SQLite database",
        "Write it out first: sqlite3 FILE .dump > dump.sql.",
    ),
    (b"PGDMP", "a packed PostgreSQL dump", "Write it out first: pg_restore -f dump.sql FILE."),
    (b"PAR1", "a Parquet file", "Write it out as CSV first."),
    (b"age-encryption.org/", "encrypted with age", "Decrypt it first: aboveboard export open."),
    (b"-----BEGIN AGE", "encrypted with age", "Decrypt it first: aboveboard export open."),
    (b"-----BEGIN PGP MESSAGE", "encrypted with PGP", "Decrypt it first."),
    (b"\x89PNG", "a picture", "Write down what it shows in a text file, and open that."),
    (b"\xff\xd8\xff", "a picture", "Write down what it shows in a text file, and open that."),
    (b"GIF8", "a picture", "Write down what it shows in a text file, and open that."),
    (b"\x7fELF", "a program", "Look for the file that holds the rows."),
    (b"MZ\x90\x00", "a program", "Look for the file that holds the rows."),
)

_UNPACKED: Final = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2)
"""How a member of an archive may be packed: in ways that take little memory, whatever it says."""

_TOO_TIGHT: Final = "packed far more tightly than rows of people can be"

_OFFICE: Final[tuple[tuple[str, str], ...]] = (
    ("xl/", "an Excel workbook (.xlsx)"),
    ("word/", "a Word document (.docx)"),
    ("ppt/", "a presentation (.pptx)"),
    ("content.xml", "an OpenDocument file (.ods, .odt)"),
)


class NotReadable(Invalid):
    """The file is {what}."""

    code = "leak_not_readable"
    next_step = "{fix}"


def open_packed(stream: IO[bytes]) -> tuple[str, IO[bytes]]:
    """Return how the file is packed ("" when it is not), and what is in it, as a stream.

    ``stream`` stands at its start and can be sought where it is a zip archive.

    Raises:
        NotReadable: it is something that is not read, with what to do.
    """
    head = _peek(stream)
    for magic, what, fix in _TO_DO:
        if head.startswith(magic):
            raise NotReadable(what=what, fix=fix)
    how = next((name for magic, name in _PACKED if head.startswith(magic)), "")
    if not how:
        if head[257:262] == b"ustar":
            raise _archive("a tar archive")
        return "", _joined(head, stream)
    packed = _Joined(head, stream)
    if how == "zip":
        stream.seek(0)
        inner = _zip(stream)
    else:
        openers: dict[str, Callable[[IO[bytes]], IO[bytes]]] = {
            "gzip": lambda raw: cast("IO[bytes]", gzip.GzipFile(fileobj=raw)),
            "bzip2": lambda raw: cast("IO[bytes]", bz2.BZ2File(raw)),
            "xz": lambda raw: cast("IO[bytes]", Xz(raw)),
        }
        inner = openers[how](cast("IO[bytes]", packed))
    bounded = cast("IO[bytes]", io.BufferedReader(_Bounded(inner, how, packed), 1 << 16))
    within = _peek(bounded)
    if any(within.startswith(magic) for magic, _ in _PACKED):
        raise NotReadable(
            what=f"packed twice ({how}, and another inside)",
            fix="Unpack it once, and open what comes out.",
        )
    if within[257:262] == b"ustar":
        raise _archive(f"a tar archive in {how}")
    for magic, what, fix in _TO_DO:
        if within.startswith(magic):
            raise NotReadable(what=f"{what}, in {how}", fix=fix)
    return how, _joined(within, bounded)


def _peek(stream: IO[bytes]) -> bytes:
    head = b""
    while len(head) < _HEAD and (block := stream.read(_HEAD - len(head))):
        head += block
    return head


def _joined(head: bytes, rest: IO[bytes]) -> IO[bytes]:
    return cast("IO[bytes]", _Joined(head, rest))


class _Joined(io.RawIOBase):
    """What was read to look at, and then the rest."""

    def __init__(self, head: bytes, rest: IO[bytes]) -> None:
        self._head, self._rest = head, rest
        self.given = 0

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        block, self._head = (
            (self._head, b"") if size < 0 else (self._head[:size], self._head[size:])
        )
        if not block or size < 0:
            block += self._rest.read(size)
        self.given += len(block)
        return block


class _Bounded(io.RawIOBase):
    """What comes out of a packed file, up to the bounds; damage and excess are named."""

    def __init__(self, inner: IO[bytes], how: str, packed: _Joined) -> None:
        self._inner, self._how, self._packed, self._out = inner, how, packed, 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        # io hands a writable buffer, typeshed says object.
        view = memoryview(buffer)  # type: ignore[arg-type]
        try:
            block = self._inner.read(len(view))
        except (OSError, EOFError, zlib.error, LZMAError, zipfile.BadZipFile) as problem:
            if isinstance(problem, OSError) and problem.errno is not None:
                # An error of the machine must not be told as a fault of the file: somebody would go
                # and look for another copy.
                raise  # the disk, and not what is on it
            raise NotReadable(
                what=f"damaged: it cannot be unpacked to its end ({self._how})",
                fix="Get it again, or unpack as much as can be, and open that.",
            ) from None
        self._out += len(block)
        if self._out > limits.LEAK_UNPACKED_BYTES:
            raise NotReadable(
                what=f"larger than {limits.LEAK_UNPACKED_BYTES >> 30} GB when it is unpacked",
                fix="Unpack it on a machine with room, and open what comes out.",
            )
        # An archive is bounded by what it says of its member, and reads no further.
        most = limits.LEAK_RATIO * max(self._packed.given, limits.LEAK_RATIO_FROM)
        if self._how != "zip" and self._out > most:
            raise NotReadable(what=_TOO_TIGHT, fix="Unpack it by hand, and look what it is.")
        view[: len(block)] = block
        return len(block)


def _zip(stream: IO[bytes]) -> IO[bytes]:
    # Before the list of its members is made, which takes ten times the memory of its bytes.
    if directory_bytes(stream) > limits.LEAK_DIRECTORY_BYTES:
        raise _archive("a zip archive of very many files")
    try:
        archive = zipfile.ZipFile(stream)
    except (zipfile.BadZipFile, ValueError, OverflowError, NotImplementedError):
        raise NotReadable(
            what="a damaged zip archive", fix="Get it again, or unpack what can be unpacked."
        ) from None
    members = archive.infolist()
    if len(members) > limits.LEAK_MEMBERS:
        raise _archive(f"a zip archive of {len(members):,} files")
    names = [member.filename for member in members]
    for begins, what in _OFFICE:
        if any(name.startswith(begins) for name in names):
            raise NotReadable(what=what, fix="Open it, save the sheet as CSV in UTF-8, open that.")
    files = [member for member in members if _counts(member)]
    if not files:
        raise NotReadable(
            what="a zip archive with nothing in it", fix="Look for the file it was made from."
        )
    if len(files) > 1:
        raise _archive(f"a zip archive of {len(files)} files")
    (member,) = files
    if member.flag_bits & 1:
        raise NotReadable(
            what="a zip archive that is locked", fix="Unpack it with its password, and open that."
        )
    # By what the archive says of itself: ``zipfile`` stops at that length, so a lie makes it
    # shorter and not longer.
    if member.file_size > limits.LEAK_RATIO * max(member.compress_size, limits.LEAK_RATIO_FROM):
        raise NotReadable(what=_TOO_TIGHT, fix="Unpack it by hand, and look what it is.")
    other_way = NotReadable(
        what="a zip archive packed in a way that is not read",
        fix="Unpack it, and open what comes out.",
    )
    if member.compress_type not in _UNPACKED:
        raise other_way
    try:
        return archive.open(member)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError):
        raise other_way from None


def _counts(member: zipfile.ZipInfo) -> bool:
    """A folder, an empty file and what a Mac adds hold no rows."""
    hidden = member.filename.startswith("__MACOSX/") or member.filename.endswith(".DS_Store")
    return not (member.is_dir() or hidden or member.file_size == 0)


def _archive(what: str) -> NotReadable:
    return NotReadable(
        what=f"{what}, each with columns of its own",
        fix="Unpack it, and open an incident from each file that holds rows.",
    )
