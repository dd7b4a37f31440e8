"""Lines of a file from outside: bounded in length, decoded whatever the
encoding, numbered from 1."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

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


@dataclass(frozen=True, slots=True)
class LeakLine:
    """One line without its end. ``text`` is None when it was longer than
    ``limits.CSV_LINE_BYTES``."""

    number: int
    text: str | None

    def __repr__(self) -> str:
        return f"Line({self.number})"


def lines(stream: IO[bytes], *, longest: int = limits.CSV_LINE_BYTES) -> Iterator[LeakLine]:
    """Yield every line; a file of one endless line takes no more memory than ``longest`` bytes.

    A line is decoded as UTF-8, or as Windows-1252 when it is not UTF-8; a byte-order mark decides
    for UTF-16 and UTF-32. NUL characters are dropped.
    """
    for number, raw in enumerate(_bounded(_as_bytes(stream), longest), 1):
        yield LeakLine(number, None if raw is None else _decode(raw))


def _as_bytes(stream: IO[bytes]) -> Iterator[bytes]:
    """Yield blocks of the file, UTF-16 and UTF-32 turned into UTF-8."""
    head = stream.read(4)
    encoding = "utf-8"
    for mark, name in _BOMS:
        if head.startswith(mark):
            head, encoding = head[len(mark) :], name
            break
    if encoding == "utf-8":
        yield head
        while block := stream.read(_BLOCK):
            yield block
        return
    decoder = codecs.getincrementaldecoder(encoding)(errors="replace")
    yield decoder.decode(head).encode("utf-8", "replace")
    while block := stream.read(_BLOCK):
        yield decoder.decode(block).encode("utf-8", "replace")
    yield decoder.decode(b"", final=True).encode("utf-8", "replace")


def _bounded(blocks: Iterator[bytes], longest: int) -> Iterator[bytes | None]:
    """Split blocks at line ends (LF, CR LF, or CR alone); None stands for a
    line that was too long."""
    held = b""
    skipping = False
    for block in blocks:
        held += block
        # A CR at the end of a block may be half of a CR LF: it waits for the next block.
        cut = held[:-1] if held.endswith(b"\r") else held
        *whole, rest = _END.split(cut)
        held = rest + held[len(cut) :]
        for line in whole:
            yield None if skipping or len(line) > longest else line
            skipping = False
        if len(held) > longest:
            held, skipping = b"", True
    held = held.removesuffix(b"\r")
    if held or skipping:
        yield None if skipping or len(held) > longest else held


def _decode(raw: bytes) -> str:
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        text = raw.decode("cp1252", errors="replace")
    return text.replace("\x00", "")
