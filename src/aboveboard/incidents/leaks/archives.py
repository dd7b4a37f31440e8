"""The files of an archive, one after the other, within bounds: zip, tar and 7-Zip."""

from __future__ import annotations

import tarfile
import zipfile
from collections.abc import Iterator
from typing import IO, Final

from aboveboard.incidents import limits
from aboveboard.incidents.leaks import sevenzip
from aboveboard.incidents.leaks.unpacking import (
    BROKEN,
    DAMAGED,
    NotReadable,
    bounded,
    check_ratio,
    directory_bytes,
    refuse_damaged,
)

_UNPACKED: Final = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2)
"""How a member of an archive may be packed: in ways that take little memory, whatever it says."""

_OFFICE: Final[tuple[tuple[str, str], ...]] = (
    ("word/", "a Word document (.docx)"),
    ("ppt/", "a presentation (.pptx)"),
)


def _zip(stream: IO[bytes]) -> zipfile.ZipFile:
    # Before the list of its members is made, which takes ten times the memory of its bytes.
    if directory_bytes(stream) > limits.LEAK_DIRECTORY_BYTES:
        raise _too_many("a zip archive of very many files")
    try:
        archive = zipfile.ZipFile(stream)
    except BROKEN as problem:
        refuse_damaged(problem, "zip")
    if len(archive.infolist()) > limits.LEAK_MEMBERS:
        raise _too_many(f"a zip archive of {len(archive.infolist()):,} files")
    return archive


def office(stream: IO[bytes]) -> str:
    """Return ``workbook`` where a zip archive is one, and "" where it is an archive. The stream
    stands at its start afterwards.

    Raises:
        NotReadable: it is damaged, has too many files, or is another document.
    """
    archive = _zip(stream)
    names = {member.filename for member in archive.infolist()}
    for begins, what in _OFFICE:
        if any(name.startswith(begins) for name in names):
            raise NotReadable(what=what, fix="Copy its text into a file, and open that.")
    # A text of OpenDocument has a content too, and no sheets: its reader says so.
    workbook = "content.xml" in names or any(name.startswith("xl/") for name in names)
    if workbook:
        # What it unpacks to is added up before the library, which has no bound, unpacks it.
        out = sum(member.file_size for member in archive.infolist())
        check_ratio(out, sum(member.compress_size for member in archive.infolist()))
        if out > 4 * limits.LEAK_LOADED_BYTES:
            raise NotReadable(
                what="a workbook that is too large to be read at once",
                fix="Save its sheets as CSV in UTF-8, and open those.",
            )
    stream.seek(0)
    return "workbook" if workbook else ""


def zip_members(stream: IO[bytes]) -> Iterator[IO[bytes]]:
    """Yield what is in each file of a zip archive, the longest first: what explains the others is
    short, and the first file tells how all are read.

    Raises:
        NotReadable: before the first, if one of them cannot be unpacked.
    """
    archive = _zip(stream)
    files = [member for member in archive.infolist() if _counts(member)]
    # Everything is refused before anything is read: half of a file must not be counted as it all.
    for member in files:
        if member.flag_bits & 1:
            raise NotReadable(
                what="a zip archive that is locked",
                fix="Unpack it with its password, and open what comes out.",
            )
        if member.compress_type not in _UNPACKED:
            raise NotReadable(
                what="a zip archive packed in a way that is not read",
                fix="Unpack it, and open what comes out.",
            )
        # By what the archive says of itself: ``zipfile`` stops at that length, so a lie makes it
        # shorter and not longer.
        check_ratio(member.file_size, member.compress_size)
    for member in sorted(files, key=lambda member: -member.file_size):
        try:
            opened = archive.open(member)
        except BROKEN as problem:
            refuse_damaged(problem, "zip")
        yield bounded(opened, "zip", None)


def _counts(member: zipfile.ZipInfo) -> bool:
    """A folder, an empty file and what a Mac adds hold no rows."""
    hidden = member.filename.startswith("__MACOSX/") or member.filename.endswith(".DS_Store")
    return not (member.is_dir() or hidden or member.file_size == 0)


def tar_members(stream: IO[bytes]) -> Iterator[IO[bytes]]:
    """Yield what is in each file of a tar archive, in its order; each is to be read before the
    next one is asked for.

    Raises:
        NotReadable: it is damaged.
    """
    try:
        with tarfile.open(fileobj=stream, mode="r|") as archive:
            for number, member in enumerate(archive):
                if number > limits.LEAK_MEMBERS:
                    raise _too_many("a tar archive of very many files")
                name = member.name.rpartition("/")[2]
                file = archive.extractfile(member) if member.isfile() and member.size else None
                if file is not None and not name.startswith("._"):
                    yield bounded(file, "tar", None)
    except BROKEN as problem:
        refuse_damaged(problem, "tar")


def sevenzip_members(stream: IO[bytes]) -> Iterator[IO[bytes]]:
    """Yield what is in each file of a 7-Zip archive, in its order; each is to be read before the
    next one is asked for.

    Raises:
        NotReadable: locked, damaged, or packed in a way that is not read.
    """
    try:
        for size, packed, member in sevenzip.members(stream):
            check_ratio(size, packed)
            if size:
                yield bounded(member, "7-Zip", None)
    except sevenzip.SevenZipError as problem:
        if problem.kind == "many":
            raise _too_many("a 7-Zip archive of very many files") from None
        what, fix = _SEVENZIP[problem.kind]
        raise NotReadable(what=what, fix=fix) from None
    except BROKEN as problem:
        refuse_damaged(problem, "7-Zip")


_SEVENZIP: Final = {
    "locked": (
        "a 7-Zip archive that is locked",
        "Unpack it with its password, and open what comes out.",
    ),
    "method": (
        "a 7-Zip archive packed in a way that is not read",
        "Unpack it first, and open what comes out.",
    ),
    "damaged": ("a damaged 7-Zip archive", DAMAGED),
}


def _too_many(what: str) -> NotReadable:
    return NotReadable(
        what=what, fix="Unpack it, put the files that hold rows into one, and open that."
    )
