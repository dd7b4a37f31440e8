"""Cutting a file of lines into blocks of whole lines, so that each can be read by itself, and in
another process. Pure, streaming and bounded.

A row in quotes may run on over the end of a block. So a block comes with the lines below it that
such a row could take (:attr:`LineBlock.below`), and whoever reads it says how many it took.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from aboveboard.basics.limits import CSV_LINE_BYTES
from aboveboard.incidents import limits
from aboveboard.incidents.leaks.lines import LeakLine, decode, last_cut, pieces

_END: Final = re.compile(rb"\r\n|\n|\r")
_TRIES: Final = 200
"""Line ends at which a block might end that are looked at, for one that is not inside quotes."""
_QUOTE: Final = b'"'


@dataclass(frozen=True, slots=True)
class LineBlock:
    """Whole lines. ``first``: the number of the first one; ``end``: that of the line behind them;
    ``below``: the lines behind, where a row of this block may run on into them."""

    first: int
    end: int
    data: bytes = field(repr=False)
    below: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True)
class EndlessLine:
    """A line that is longer than a block, in pieces: to be read before the next block is asked
    for."""

    number: int
    pieces: Iterator[LeakLine] = field(repr=False)


class LineCutter:
    """Cuts one file. ``size``: of a block, in bytes. ``longest``: of a line that may be a row."""

    def __init__(
        self,
        stream: Iterator[bytes],
        *,
        size: int,
        longest: int = CSV_LINE_BYTES,
    ) -> None:
        self._stream, self._size, self._longest = stream, size, longest
        self._held, self._over, self._number = b"", False, 1

    def blocks(self, *, joined: bool) -> Iterator[LineBlock | EndlessLine]:
        """Yield the file, block by block. ``joined``: whether rows may run over several lines."""
        while self._fill(self._size) or self._held:
            end = self._cut(self._size, quoted=joined)
            # One more than the longest line, and its end, which may be two bytes.
            if not end and self._fill(self._longest + 2):
                end = self._cut(self._longest + 2, quoted=False)
            if not end and not self._over:
                line = EndlessLine(self._number, self._pieces())
                yield line
                for _ in line.pieces:  # what nobody read
                    pass
                self._number += 1
                continue
            end = end or len(self._held)
            below = self._below(end) if joined else b""
            data, self._held = self._held[:end], self._held[end:]
            first, self._number = self._number, self._number + _count_lines(data)
            yield LineBlock(first, self._number, data, below)

    def _fill(self, size: int) -> bool:
        """Hold so many bytes; False where the file ends before."""
        if len(self._held) < size and not self._over:
            parts, held = [self._held], len(self._held)
            while held < size and not self._over:
                block = next(self._stream, None)
                self._over = block is None
                parts.append(block or b"")
                held += len(block or b"")
            self._held = b"".join(parts)
        return len(self._held) >= size

    def _cut(self, size: int, *, quoted: bool) -> int:
        """Return where to cut within so many bytes: behind a line, and where the quotes before it
        are even if that can be; 0 where no line ends.

        That is a guess, which saves reading a block again: a stray quote makes it wrong.
        """
        size = min(size, len(self._held))
        if self._over and len(self._held) == size:
            return size
        end = last = _last_end(self._held, size)
        odd = quoted and self._held.count(_QUOTE, 0, last) % 2
        for _ in range(_TRIES if odd else 0):
            before = _last_end(self._held, end - 1)
            odd ^= self._held.count(_QUOTE, before, end) % 2
            end = before
            if not odd or not end:
                break
        return last if odd or not end else end

    def _below(self, end: int) -> bytes:
        """Return the lines behind ``end`` that a row which begins before it could take."""
        if _QUOTE not in self._held[:end]:
            return b""
        begin = end
        for _ in range(limits.LEAK_ROW_LINES):
            begin = _last_end(self._held, max(begin - 1, 0))
        # Only a line with an odd number of quotes leaves one open.
        if not any(line.count(_QUOTE) % 2 for line in _END.split(self._held[begin:end])):
            return b""
        at = end
        for _ in range(limits.LEAK_ROW_LINES):
            line_end = self._line_end(at)
            if line_end is None:
                break
            at = line_end
        return self._held[end:at]

    def _line_end(self, at: int) -> int | None:
        """Return where the line that begins at ``at`` ends, with its end; None where it is too
        long."""
        while True:
            match = _END.search(self._held, at)
            # A CR that is the last byte held may be half of a CR LF.
            if match is not None and (match.end() < len(self._held) or self._over):
                return match.end()
            if self._over:
                return len(self._held)
            if len(self._held) - at > self._longest + 2:
                return None
            self._fill(len(self._held) + 1)

    def _pieces(self) -> Iterator[LeakLine]:
        """Yield the line at hand in pieces, as :func:`lines.lines` does."""
        number = self._number
        while True:
            match = _END.search(self._held)
            if match is not None and (match.end() < len(self._held) or self._over):
                rest, self._held = self._held[: match.start()], self._held[match.end() :]
                break
            if self._over:
                rest, self._held = self._held, b""
                break
            # Two behind it: the end of the line may be among them.
            while len(self._held) > self._longest + 2:
                place = last_cut(self._held, self._longest)
                yield LeakLine(number, None, decode(self._held[:place]))
                self._held = self._held[place:]
            self._fill(len(self._held) + self._size)
        for piece, _ in pieces(rest, self._longest):
            yield LeakLine(number, None, decode(piece))


def _count_lines(data: bytes) -> int:
    """Return how many lines there are in some bytes, the last one with or without its end."""
    ends = data.count(b"\n") + data.count(b"\r") - data.count(b"\r\n")
    return ends + (bool(data) and not data.endswith((b"\n", b"\r")))


def _last_end(data: bytes, stop: int) -> int:
    """Return the place behind the last line that ends before ``stop``; 0 where none does."""
    # A CR right before it may be half of a CR LF.
    if data[stop - 1 : stop] == b"\r":
        stop -= 1
    return max(data.rfind(b"\n", 0, stop), data.rfind(b"\r", 0, stop)) + 1
