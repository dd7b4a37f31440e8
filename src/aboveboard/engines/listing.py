"""Reading an exposure set: every number opens as the rows it counts (design, invariant 8)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, TypeAlias

from aboveboard.basics.limits import PAGE_SIZE
from aboveboard.engines import limits
from aboveboard.engines.duck import engine, statement
from aboveboard.engines.exposure import CERTAIN, NOT_EXCLUDED, PROBABLE, LeakFiles

_LARGEST_ID: Final = 2**63 - 1


@dataclass(frozen=True, slots=True)
class ExposureCell:
    """How many people share all of these. ``certainty``: as of :class:`ExposureRow`."""

    jurisdiction: str
    language: str
    channel: str
    categories: int
    protected: int
    severity: int
    people: int
    certainty: int = CERTAIN


@dataclass(frozen=True, slots=True)
class ExposureRow:
    """One exposed person (``FORMAT.md``, exposure)."""

    person_id: int
    categories: int
    protected: int
    jurisdiction: str
    channel: str
    language: str
    severity: int
    certain: int
    probable: int

    @property
    def certainty(self) -> int:
        """How certain it is that anything of theirs was exposed."""
        if self.certain or not self.categories:
            return CERTAIN
        return PROBABLE if self.probable else NOT_EXCLUDED


_Row: TypeAlias = tuple[int, int, int, str, str, str, int, int, int]


@dataclass(frozen=True, slots=True)
class CountedLine:
    """What became of one line of a leaked file."""

    line: int
    outcome: str
    matched_by: str
    person_id: int | None


@dataclass(frozen=True, slots=True)
class DoubtfulLine:
    """A line that fits several people: how many, and those whom it may be of, or as many of them as
    were asked for."""

    line: int
    person_ids: tuple[int, ...]
    people: int


@dataclass(frozen=True, slots=True)
class ExposureFilter:
    """Which people: None lets all pass. ``severity`` is that band or above; ``band`` exactly it;
    ``categories``: a bitmap, of which something was exposed of them; ``certainty``: exactly it."""

    severity: int | None = None
    band: int | None = None
    jurisdiction: str | None = None
    country: str | None = None
    channel: str | None = None
    language: str | None = None
    after: int = 0
    categories: int | None = None
    certainty: int | None = None


def summary(exposure: Path) -> list[ExposureCell]:
    """Return the set folded by everything that the law asks of it, and by certainty."""
    with engine() as duck:
        return [
            ExposureCell(*row)
            for row in duck.execute(statement("summary"), {"exposure": str(exposure)}).fetchall()
        ]


@dataclass(frozen=True, slots=True)
class SamplePeople:
    """The first few people, by number, of whom the same was exposed in the same place and
    language."""

    jurisdiction: str
    language: str
    categories: int
    protected: int
    person_ids: tuple[int, ...]


def sample_people(exposure: Path, *, severity: int, most: int) -> list[SamplePeople]:
    """Return the first ``most`` people of each combination from a severity band up."""
    asked = {"exposure": str(exposure), "severity": severity, "most": most}
    with engine() as duck:
        rows = duck.execute(statement("sample_people"), asked).fetchall()
    return [
        SamplePeople(place, language, exposed, hidden, tuple(ids))
        for place, language, exposed, hidden, ids in rows
    ]


def page(exposure: Path, which: ExposureFilter, *, limit: int = PAGE_SIZE) -> list[ExposureRow]:
    """Return up to ``limit`` people after ``which.after``, by ascending person id."""
    return [ExposureRow(*row) for row in _page(exposure, which, limit)]


def _page(exposure: Path, which: ExposureFilter, limit: int) -> list[_Row]:
    wanted = {name: getattr(which, name) for name in ExposureFilter.__slots__}
    with engine() as duck:
        rows: list[_Row] = duck.execute(
            statement("page"), {"exposure": str(exposure), "limit": limit, **wanted}
        ).fetchall()
    return rows


def everyone(
    exposure: Path, which: ExposureFilter | None = None, *, batch: int = limits.ENGINE_BATCH
) -> Iterator[ExposureRow]:
    """Yield every person that ``which`` lets pass, page by page, so that no connection
    stays open meanwhile."""
    which = which or ExposureFilter()
    while rows := page(exposure, which, limit=batch):
        yield from rows
        which = replace(which, after=rows[-1].person_id)


def person(exposure: Path, person_id: int) -> ExposureRow | None:
    """Return one person's row, or None when they are not in the set."""
    with engine() as duck:
        row = duck.execute(
            statement("person"), {"exposure": str(exposure), "person_id": person_id}
        ).fetchone()
    return ExposureRow(*row) if row else None


def people(exposure: Path, person_ids: Sequence[int]) -> dict[int, ExposureRow]:
    """Return the rows of those of ``person_ids`` who are in the set."""
    with engine() as duck:
        rows = duck.execute(
            statement("people"), {"exposure": str(exposure), "ids": list(person_ids)}
        ).fetchall()
    return {row[0]: ExposureRow(*row) for row in rows}


class ExposureWindow:
    """An exposure set for whoever asks for a few hundred people at a time, by rising number, as
    those who send notices do: one look into the file serves thousands.

    The file never changes: another count is another file. ``rows``: how many are kept in memory.
    """

    def __init__(self, exposure: Path, *, rows: int = limits.ENGINE_BATCH) -> None:
        self._exposure = exposure
        self._limit = rows
        # As the plain tuples that came: Python's collector passes them over, and walks objects of
        # ours again and again.
        self._rows: dict[int, _Row] = {}
        self._first, self._last = 0, -1

    def people(self, person_ids: Sequence[int]) -> dict[int, ExposureRow]:
        """Return the rows of those of ``person_ids`` who are in the set."""
        if not person_ids:
            return {}
        first, last = min(person_ids), max(person_ids)
        if not self._first <= first <= last <= self._last:
            self._move(first)
        if last > self._last:
            # They lie far apart, such as those who are tried again.
            return people(self._exposure, person_ids)
        rows = self._rows
        return {
            person_id: ExposureRow(*rows[person_id])
            for person_id in person_ids
            if person_id in rows
        }

    def _move(self, first: int) -> None:
        which = ExposureFilter(after=first - 1)
        self._rows = {row[0]: row for row in _page(self._exposure, which, self._limit)}
        self._first = first
        # Fewer than asked for: there is nobody behind them.
        full = len(self._rows) == self._limit
        self._last = next(reversed(self._rows)) if full else _LARGEST_ID


def lines(
    path: Path, *, outcome: str | None = None, after: int = 0, limit: int = PAGE_SIZE
) -> list[CountedLine]:
    """Return up to ``limit`` lines of a leaked file after line ``after``, all or
    those of one outcome."""
    wanted = {"lines": str(path), "outcome": outcome, "after": after, "limit": limit}
    with engine() as duck:
        return [CountedLine(*row) for row in duck.execute(statement("lines"), wanted).fetchall()]


def unread(path: Path, *, after: int = 0, limit: int = PAGE_SIZE) -> list[tuple[int, str]]:
    """Return up to ``limit`` lines after line ``after`` that could not be read, with the code of
    why."""
    wanted = {"unread": str(path), "after": after, "limit": limit}
    with engine() as duck:
        return duck.execute(statement("unread"), wanted).fetchall()


def count_unread(path: Path) -> int:
    """Return how many lines could not be read."""
    with engine() as duck:
        [(count,)] = duck.execute(statement("unread_count"), {"unread": str(path)}).fetchall()
    return int(count)


def doubts(
    files: LeakFiles,
    *,
    after: int = 0,
    limit: int = PAGE_SIZE,
    most: int = _LARGEST_ID,
    people_after: int = 0,
) -> list[DoubtfulLine]:
    """Return up to ``limit`` lines after line ``after`` that fit several people; none where the
    file was not counted.

    Of each line up to ``most`` people after ``people_after``: a placeholder may fit millions.
    """
    if not files.doubts.is_file():
        return []
    wanted = {
        "doubts": str(files.doubts),
        "after": after,
        "limit": limit,
        "most": most,
        "people_after": people_after,
    }
    with engine() as duck:
        files.load_crowds(duck)
        rows = duck.execute(statement("doubts"), wanted).fetchall()
    return [DoubtfulLine(line, tuple(person_ids), people) for line, person_ids, people in rows]
