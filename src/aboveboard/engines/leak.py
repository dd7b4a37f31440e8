"""What is kept of a leaked file while it is counted: line numbers, bitmaps and blind digests."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

from aboveboard.engines import limits
from aboveboard.engines.duck import engine
from aboveboard.engines.snapshot import join_parquet, split_digest, to_parquet

ROWS = {"line": "BIGINT", "categories": "BIGINT", "protected": "BIGINT"}
SEARCHED = 8
"""Added to the kind of a key that was found by searching a text and not in its column: it counts
only where no other key of the line leads to anybody."""
KEYS = {"line": "BIGINT", "kind": "SMALLINT", "hi": "BIGINT", "lo": "BIGINT"}
UNREAD = {"line": "BIGINT", "reason": "VARCHAR"}

LeakTexts = tuple[str, str, str]
"""Rows, keys and unread lines as text, a line for each."""


@dataclass(frozen=True, slots=True)
class LeakPaths:
    """Where the two Parquet files of one leaked file are (``FORMAT.md``)."""

    rows: Path
    keys: Path

    @classmethod
    def in_folder(cls, folder: Path) -> LeakPaths:
        """Return where a leak's files are in an incident's folder, whether
        or not they are there."""
        return cls(folder / "leak-rows.parquet", folder / "leak-keys.parquet")

    @property
    def exist(self) -> bool:
        """Whether the leak can still be counted."""
        return self.rows.is_file() and self.keys.is_file()

    def kinds(self) -> set[int]:
        """Return the numbers of the kinds of its keys, however they were come by."""
        with engine() as duck:
            rows = duck.execute(
                "SELECT DISTINCT kind & 7 FROM read_parquet(?)", [str(self.keys)]
            ).fetchall()
        return {number for (number,) in rows}

    def forget(self) -> None:
        """Delete both files: they hold digests of strangers."""
        self.rows.unlink(missing_ok=True)
        self.keys.unlink(missing_ok=True)


def unread_file(folder: Path) -> Path:
    """Return where the lines that could not be read are listed in an incident's folder. It holds
    nothing of what they said, and stays."""
    return folder / "unread.parquet"


class _SupportsWrite(Protocol):
    """What takes text."""

    def write(self, text: str, /) -> object:
        """Add to it."""


class LeakLines:
    """Takes the lines of a leak, each as it is read: rows, keys and unread lines, as text."""

    def __init__(self, rows: _SupportsWrite, keys: _SupportsWrite, unread: _SupportsWrite) -> None:
        self._rows, self._keys, self._unread = rows, keys, unread

    def add(self, line: int, categories: int, protected: int) -> None:
        """Add one line: its bitmaps. Its keys come by :meth:`add_keys`, before or after."""
        # What is protected but was not exposed says nothing of this line, and would make another
        # combination to be judged.
        self._rows.write(f"{line},{categories},{protected & categories}\n")

    def add_keys(self, line: int, keys: Iterable[tuple[int, bytes]]) -> None:
        """Add ``(kind, digest)`` for each way a line might be found."""
        for kind, digest in keys:
            hi, lo = split_digest(digest)
            self._keys.write(f"{line},{kind},{hi},{lo}\n")

    def add_unread(self, line: int, reason: str) -> None:
        """Add a line that could not be read: a code of why, and nothing of what it said."""
        self._unread.write(f"{line},{reason}\n")

    def add_part(self, part: LeakTexts) -> None:
        """Add what :meth:`LeakPart.texts` gave."""
        for file, text in zip((self._rows, self._keys, self._unread), part, strict=True):
            file.write(text)


class LeakPart(LeakLines):
    """Part of a leak, in memory, to be added to the whole: another process may make it."""

    def __init__(self) -> None:
        self._parts = (StringIO(), StringIO(), StringIO())
        super().__init__(*self._parts)

    def texts(self) -> LeakTexts:
        """Return all that was added."""
        rows, keys, unread = self._parts
        return rows.getvalue(), keys.getvalue(), unread.getvalue()


class LeakWriter(LeakLines):
    """Writes a leak row by row; the Parquet files appear when the ``with`` block ends
    well, else nothing stays. On the disk it takes little more than they do."""

    def __init__(self, folder: Path) -> None:
        self.leak = LeakPaths.in_folder(folder)
        folder.mkdir(parents=True, exist_ok=True)
        self._files = (
            _ParquetInParts(self.leak.rows, ROWS),
            _ParquetInParts(self.leak.keys, KEYS),
            _ParquetInParts(unread_file(folder), UNREAD),
        )
        super().__init__(*self._files)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            if kind is None:
                for file in self._files:
                    file.finish()
        finally:
            for file in self._files:
                file.delete()


class _ParquetInParts:
    """One table as text, of which each part becomes Parquet as soon as it is long: the text of a
    hundred million lines is four times as long."""

    def __init__(self, path: Path, columns: Mapping[str, str]) -> None:
        self._path, self._columns = path, columns
        self._text = path.with_name(path.name + ".csv")
        self._parts: list[Path] = []
        self._file, self._size = self._text.open("w", encoding="ascii"), 0

    def write(self, text: str, /) -> None:
        """Add some lines."""
        self._file.write(text)
        self._size += len(text)
        if self._size >= limits.LEAK_TEXT_BYTES:
            self._end_part()
            self._file, self._size = self._text.open("w", encoding="ascii"), 0

    def _end_part(self) -> None:
        self._file.close()
        part = self._path.with_name(f"{self._path.name}.{len(self._parts)}")
        self._parts.append(part)  # first: a conversion that fails leaves it to be deleted
        to_parquet(self._text, part, self._columns)

    def finish(self) -> None:
        """Put the parts together in the place of the file, whole or not at all."""
        self._end_part()
        join_parquet(self._parts, self._path)

    def delete(self) -> None:
        """Delete the text and the parts."""
        self._file.close()
        for path in (self._text, *self._parts):
            path.unlink(missing_ok=True)
