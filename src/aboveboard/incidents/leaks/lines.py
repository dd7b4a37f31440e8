"""Lines of a file from outside: bounded in length, decoded whatever the
encoding, numbered from 1."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import IO, Final

from aboveboard.basics import limits

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_END = re.compile(rb"\r\n|\n|\r")
_BLOCK = 1 << 16
_HEAD: Final = 4096
_WIDE: Final = 0.3
"""The share of every second byte that is empty in UTF-16 of a European language, at least."""
_FEW: Final = 3
_SEPARATOR: Final = b"\x1f"
"""What ASCII has to stand between values."""
_CUT = re.compile(rb"[\s,;|]")


@dataclass(frozen=True, slots=True)
class LeakLine:
    """One line without its end. ``text`` is None when it was longer than
    ``limits.CSV_LINE_BYTES``; then its pieces follow, each with the same number and ``piece``."""

    number: int
    text: str | None
    piece: str = field(default="", repr=False)

    def __repr__(self) -> str:
        return f"Line({self.number})"


def lines(stream: IO[bytes], *, longest: int = limits.CSV_LINE_BYTES) -> Iterator[LeakLine]:
    """Yield every line; a file of one endless line takes no more memory than ``longest`` bytes.

    A line is decoded as UTF-8, or as Windows-1252 when it is not UTF-8; a byte-order mark decides
    for UTF-16 and UTF-32, or, where there is none, every second byte being empty. NUL characters
    are dropped. A longer line comes in pieces, cut where a value ends.
    """
    return lines_of(as_bytes(stream), longest=longest)


def lines_of(
    blocks: Iterator[bytes], *, first: int = 1, longest: int = limits.CSV_LINE_BYTES
) -> Iterator[LeakLine]:
    """Yield every line of what :func:`as_bytes` gave; ``first``: the number of the first one."""
    number = first
    for raw, ends in _bounded(blocks, longest):
        if ends is None:
            yield LeakLine(number, decode(raw))
            number += 1
            continue
        yield LeakLine(number, None, decode(raw))
        number += ends


def as_bytes(stream: IO[bytes]) -> Iterator[bytes]:
    """Yield blocks of the file, UTF-16 and UTF-32 turned into UTF-8."""
    head = b""
    while len(head) < _HEAD and (block := stream.read(_HEAD - len(head))):
        head += block
    encoding = _guessed(head)
    for mark, name in _BOMS:
        if head.startswith(mark):
            head, encoding = head[len(mark) :], name
            break
    if encoding == "utf-8":
        parted = _parts_with_nuls(head)
        yield _parted(head) if parted else head
        while block := stream.read(_BLOCK):
            yield _parted(block) if parted else block
        return
    decoder = codecs.getincrementaldecoder(encoding)(errors="replace")
    yield decoder.decode(head).encode("utf-8", "replace")
    while block := stream.read(_BLOCK):
        yield decoder.decode(block).encode("utf-8", "replace")
    yield decoder.decode(b"", final=True).encode("utf-8", "replace")


def _guessed(head: bytes) -> str:
    """Return UTF-16 where a file without a mark is written so; a few NULs are rubbish, and are
    dropped later."""
    half = len(head) // 2
    if half < 2:
        return "utf-8"
    even, odd = head[0::2].count(0) / half, head[1::2].count(0) / half
    if odd > _WIDE and odd > 3 * even:
        return "utf-16-le"
    return "utf-16-be" if even > _WIDE and even > 3 * odd else "utf-8"


def _parts_with_nuls(head: bytes) -> bool:
    """Whether NULs stand between values: there are more of them than lines. A few are rubbish
    within a value, and are dropped later."""
    return head.count(0) > max(_FEW, head.count(b"\n"), head.count(b"\r"))


def _parted(block: bytes) -> bytes:
    return block.replace(b"\0", _SEPARATOR)


def _bounded(blocks: Iterator[bytes], longest: int) -> Iterator[tuple[bytes, bool | None]]:
    """Split blocks at line ends (LF, CR LF, or CR alone). With each comes None; or, for a piece of
    a line that is too long, whether the line ends with it."""
    held = b""
    cutting = False
    for block in blocks:
        held += block
        # A CR at the end of a block may be half of a CR LF: it waits for the next block.
        cut = held[:-1] if held.endswith(b"\r") else held
        *whole, rest = _END.split(cut)
        for line in whole:
            yield from pieces(line, longest) if cutting or len(line) > longest else ((line, None),)
            cutting = False
        waits = held[len(cut) :]
        while len(rest) > longest:
            place = last_cut(rest, longest)
            yield rest[:place], False
            rest, cutting = rest[place:], True
        held = rest + waits
    held = held.removesuffix(b"\r")
    if cutting or len(held) > longest:
        yield from pieces(held, longest)
    elif held:
        yield held, None


def pieces(line: bytes, longest: int) -> Iterator[tuple[bytes, bool]]:
    """Yield a line that is too long in pieces, and with each whether it is the last."""
    while len(line) > longest:
        place = last_cut(line, longest)
        yield line[:place], False
        line = line[place:]
    yield line, True


def last_cut(line: bytes, longest: int) -> int:
    """Return where to cut a line that is too long, so that no value is cut in two if that can
    be."""
    for place in range(longest, max(0, longest - 1024), -1):
        if _CUT.match(line, place - 1):
            return place
    return longest


def decode(raw: bytes) -> str:
    """Return the text of some bytes: UTF-8, or Windows-1252 where they are none."""
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        # For each line and not for the file: files are put together from several, and one odd line
        # must not spoil the names in all others.
        text = raw.decode("cp1252", errors="replace")
    return text.replace("\x00", "")
