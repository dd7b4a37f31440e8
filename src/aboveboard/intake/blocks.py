"""Cutting a customer file into blocks of whole rows, so that each can be read
again, and in another process.

Streaming and bounded: a block holds ``limits.IMPORT_BATCH`` lines, and none longer than
``basics.limits.CSV_LINE_BYTES``. A row may run over several lines; a block never ends inside one.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import BinaryIO

from aboveboard.basics.errors import Invalid
from aboveboard.basics.limits import CSV_LINE_BYTES
from aboveboard.intake.limits import IMPORT_BATCH, IMPORT_BLOCK_BYTES

QUOTE = b'"'


class FileRefused(Invalid):
    """The file {file} cannot be read: {why}."""

    code = "file_refused"
    next_step = "{fix}"


@dataclass(frozen=True, slots=True)
class RowBlock:
    """Whole rows: where they start in the file (bytes, and lines before them), how many
    lines, and the bytes."""

    start: int
    line: int
    lines: int
    data: bytes

    @property
    def end(self) -> int:
        """Return where the next block starts, in bytes."""
        return self.start + len(self.data)


class LineReader:
    """The lines of a file one by one, as text and as bytes, counted. ``taken`` holds the bytes of
    those read since it was emptied."""

    def __init__(self, file: BinaryIO, name: str, *, encoding: str = "utf-8") -> None:
        self._file, self._name, self._encoding = file, name, encoding
        self.taken: list[bytes] = []
        self.last = b""

    def __iter__(self) -> Iterator[str]:
        """Yield each line as text; what is no UTF-8 becomes U+FFFD."""
        while line := self.take():
            yield line.decode(self._encoding, errors="replace")

    def take(self) -> bytes:
        """Return the next line's bytes, empty at the end.

        Raises:
            FileRefused: it is too long to be a line of a CSV file.
        """
        self.last = line = self._file.readline(CSV_LINE_BYTES)
        if len(line) == CSV_LINE_BYTES and not line.endswith(b"\n"):
            raise FileRefused(
                file=self._name,
                why=f"a line is longer than {CSV_LINE_BYTES} bytes",
                fix="Check that it is a CSV file.",
            )
        if line:
            self.taken.append(line)
        return line


def blocks(file: BinaryIO, name: str, *, start: int, line: int) -> Iterator[RowBlock]:
    """Yield the rest of the file from byte ``start``, where ``line`` lines have been read.

    Raises:
        FileRefused: a line is too long.
    """
    file.seek(start)
    while taken := _whole_rows(file, name):
        block = RowBlock(start, line, len(taken), b"".join(taken))
        yield block
        start, line = block.end, line + block.lines


def first_row(lines: LineReader) -> bytes:
    """Return the bytes of the first row, the header."""
    next(csv.reader(iter(lines), strict=True), None)
    return b"".join(lines.taken)


def records(block: RowBlock) -> Iterator[tuple[int, bytes]]:
    """Yield the number of the last line of each row, as ``people_file.RowReader.rows`` counts
    them, and the row's bytes."""
    lines = LineReader(io.BytesIO(block.data), "")
    reader = csv.reader(iter(lines), strict=True)
    while True:
        try:
            with suppress(csv.Error):  # not well formed: its bytes are wanted all the same
                next(reader)
        except StopIteration:
            return
        yield block.line + reader.line_num, b"".join(lines.taken)
        lines.taken.clear()


def _whole_rows(file: BinaryIO, name: str) -> list[bytes]:
    lines, size = LineReader(file, name), 0
    # By lines and by bytes: long rows must not make a block that a process cannot hold.
    while len(lines.taken) < IMPORT_BATCH and size < IMPORT_BLOCK_BYTES and (line := lines.take()):
        size += len(line)
    taken = lines.taken
    # Without a quotation mark a line is a row, which most files are: the slow way is only for the
    # others.
    if not any(QUOTE in line for line in taken):
        return taken
    # A row may run on behind the last line. Each call of the reader reads one row, so asking it for
    # rows until it has read every line that was taken ends where a row ends.
    rest = LineReader(file, name)

    def text() -> Iterator[str]:
        for line in taken:
            yield line.decode("utf-8", errors="replace")
        yield from rest

    reader, known = csv.reader(text(), strict=True), len(taken)
    while reader.line_num < known:
        try:
            next(reader)
        except csv.Error:
            continue  # the row is not well formed; whoever reads the block says so
        except StopIteration:
            break
    return taken + rest.taken
