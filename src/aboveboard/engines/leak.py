"""What is kept of a leaked file while it is counted: line numbers, bitmaps and blind digests."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from types import TracebackType
from typing import Self, TextIO

from aboveboard.engines.snapshot import split_digest, to_parquet

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

    def forget(self) -> None:
        """Delete both files: they hold digests of strangers."""
        self.rows.unlink(missing_ok=True)
        self.keys.unlink(missing_ok=True)


def unread_file(folder: Path) -> Path:
    """Return where the lines that could not be read are listed in an incident's folder. It holds
    nothing of what they said, and stays."""
    return folder / "unread.parquet"


class LeakLines:
    """Takes the lines of a leak, each as it is read: rows, keys and unread lines, as text."""

    def __init__(self, rows: TextIO, keys: TextIO, unread: TextIO) -> None:
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
    well, else nothing stays."""

    def __init__(self, folder: Path) -> None:
        self.leak = LeakPaths.in_folder(folder)
        folder.mkdir(parents=True, exist_ok=True)
        self._tables = (
            (self.leak.rows, ROWS),
            (self.leak.keys, KEYS),
            (unread_file(folder), UNREAD),
        )
        self._texts = tuple(path.with_name(path.name + ".csv") for path, _ in self._tables)

    def __enter__(self) -> Self:
        self._files = tuple(text.open("w", encoding="ascii") for text in self._texts)
        super().__init__(*self._files)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for file in self._files:
            file.close()
        try:
            if kind is None:
                for text, (path, columns) in zip(self._texts, self._tables, strict=True):
                    to_parquet(text, path, columns)
        finally:
            for text in self._texts:
                text.unlink()
