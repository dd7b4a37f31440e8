"""Who was exposed: from a list of people, or from a leaked file matched by blind digests.

The caller judges: ``score`` is asked once for each distinct (categories, protected) pair, a few
dozen at most, and its bands are joined in SQL. So law stays out of here, and millions of people
cost no Python.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from aboveboard.engines import limits
from aboveboard.engines.duck import atomic_path, engine, statement
from aboveboard.engines.leak import LeakPaths
from aboveboard.engines.snapshot import SnapshotFiles, write_rows

if TYPE_CHECKING:
    import duckdb


@dataclass(frozen=True, slots=True)
class ExposedCombination:
    """What was exposed of some people: two bitmaps of categories, and how many people they fit."""

    categories: int
    protected: int
    people: int


CERTAIN: Final = 3
PROBABLE: Final = 2
NOT_EXCLUDED: Final = 1
"""How certain a source is that data of a person were exposed. Of several sources the strongest
counts, of each person and of each data of theirs."""

MANIFEST: Final = {
    "person_id": "BIGINT",
    "categories": "BIGINT",
    "protected": "BIGINT",
    "certainty": "TINYINT",
}
"""The columns of a file of listed people; the last is missing in files of earlier versions, which
are certain."""

ListedPerson = tuple[int, int, int, int]
"""A row of such a file."""

Score = Callable[[Sequence[ExposedCombination]], Sequence[int]]
"""Given the combinations, return the severity band of each, 1 to 4, in the same order."""


@dataclass(frozen=True, slots=True)
class ExposureCount:
    """What a computation found. ``digest`` is the SHA-256 of the exposure file, hex;
    ``seconds`` is wall time."""

    people: int
    digest: str
    seconds: float
    matched: int = 0
    ambiguous: int = 0
    strangers: int = 0
    doubtful: int = 0
    """People who are in it only because a line fits several."""


@dataclass(frozen=True, slots=True)
class LeakFiles:
    """Where it is written what became of a leaked file's lines (``FORMAT.md``)."""

    lines: Path
    doubts: Path
    certain: Path
    crowd_lines: Path
    crowds: Path

    @classmethod
    def in_folder(cls, folder: Path) -> LeakFiles:
        """Return where they are in a folder, whether or not they are there."""
        names = ("lines", "doubts", "certain", "crowd-lines", "crowds")
        return cls(*(folder / f"{name}.parquet" for name in names))

    def move_to(self, folder: Path) -> None:
        """Move all of them into another folder."""
        for path in (self.lines, self.doubts, self.certain, self.crowd_lines, self.crowds):
            path.replace(folder / path.name)

    def load_crowds(self, duck: duckdb.DuckDBPyConnection) -> None:
        """Put what is known of crowds into the tables ``crowd_line`` and ``crowd_person``."""
        if self.crowds.is_file():
            duck.execute(statement("crowd_people"), {"crowds": str(self.crowds)})
            duck.execute(statement("crowd_lines"), {"crowd_lines": str(self.crowd_lines)})
        else:  # counted by a version that wrote each pair of a line and a person
            duck.execute("CREATE TEMP TABLE crowd_person (crowd BIGINT, person_id BIGINT)")
            columns = "line BIGINT, crowd BIGINT, categories BIGINT, protected BIGINT"
            duck.execute(f"CREATE TEMP TABLE crowd_line ({columns})")


Settled = Mapping[int, Collection[int]]
"""Whose a line is, for each line that somebody settled: nobody's, one person's, or several's."""


def from_manifest(
    people: Iterable[ListedPerson],
    snapshot: SnapshotFiles,
    out: Path,
    *,
    score: Score,
    files: Sequence[Path] = (),
    merged: Iterable[tuple[int, int]] = (),
    memory_bytes: int = limits.ENGINE_MEMORY_BYTES,
) -> ExposureCount:
    """Write the exposure set of listed people to ``out``.

    ``people`` yields ``(person_id, categories, protected, certainty)``, a person as often as they
    were listed; ``files`` are Parquet files of the same columns, whose people cost no Python.
    ``merged``: numbers in them that lead to another by now, each with that one.

    Raises:
        ValueError: ``score`` gave not exactly one band for each combination.
    """
    began = time.monotonic()
    # Beside the result, and not in the temporary folder that the machine shares: it names people.
    manifest = out.with_name(out.name + ".manifest.parquet")
    moved = out.with_name(out.name + ".merged.parquet")
    try:
        write_rows(people, manifest, MANIFEST)
        write_rows(merged, moved, {"merged_id": "BIGINT", "person_id": "BIGINT"})
        with engine(memory_bytes=memory_bytes) as duck:
            listed = [str(path) for path in (manifest, *files)]
            places = {"manifest": listed, "merged": str(moved)}
            duck.execute(statement("manifest_people"), places)
            people_count = _score_and_write(duck, snapshot, out, score)
    finally:
        manifest.unlink(missing_ok=True)
        moved.unlink(missing_ok=True)
    return ExposureCount(people=people_count, digest=_digest(out), seconds=time.monotonic() - began)


def from_leak(
    leak: LeakPaths,
    snapshot: SnapshotFiles,
    out: Path,
    files: LeakFiles,
    *,
    score: Score,
    memory_bytes: int = limits.ENGINE_MEMORY_BYTES,
    crowd_owners: int = limits.CROWD_OWNERS,
) -> ExposureCount:
    """Match a leaked file and write the exposure set to ``out``, and to ``files`` what became of
    each line, whom the lines fit that fit several, and whom the file names beyond doubt.

    Whoever a line may fit is in the set. The rules are in ``sql/leak_several.sql``. What more than
    ``crowd_owners`` people share is matched as one: the answer is the same. The leak's own files
    are left for the caller to forget, once the count is recorded.

    Raises:
        ValueError: ``score`` gave not exactly one band for each combination.
    """
    began = time.monotonic()
    with engine(memory_bytes=memory_bytes) as duck:
        _match(duck, str(leak.keys), str(snapshot.index), crowd_owners)
        duck.execute(statement("leak_matches"), {"rows": str(leak.rows)})
        duck.execute(statement("leak_people"))
        outcomes = dict(duck.execute(statement("leak_counts")).fetchall())
        for name, path in (
            # Written before the set itself: each number of the count must open as these rows.
            ("leak_lines", files.lines),
            ("leak_doubts", files.doubts),
            ("leak_certain", files.certain),
            ("leak_crowd_lines", files.crowd_lines),
            ("leak_crowds_doubted", files.crowds),
        ):
            with atomic_path(path) as part:
                duck.sql(statement(name)).write_parquet(str(part))
        people_count = _score_and_write(duck, snapshot, out, score)
        # The set has whoever a line may fit, and this file whoever one fits beyond doubt.
        count = duck.execute("SELECT count(*) FROM read_parquet(?)", [str(files.certain)])
        [(certain,)] = count.fetchall()
    return ExposureCount(
        people=people_count,
        digest=_digest(out),
        seconds=time.monotonic() - began,
        matched=outcomes.get("matched", 0),
        ambiguous=outcomes.get("ambiguous", 0),
        strangers=outcomes.get("stranger", 0),
        doubtful=people_count - certain,
    )


def _match(duck: duckdb.DuckDBPyConnection, keys: str, index: str, crowd_owners: int) -> None:
    """Put into the tables ``pointed``, ``several`` and ``crowded`` to whom each line leads."""
    # One person in sixty-four tells a crowd as well as all of them, if it has a thousand.
    every = 64 if crowd_owners >= limits.CROWD_OWNERS else 1
    bound = {"index": index, "most": crowd_owners}
    duck.execute(statement("leak_likely_crowds"), bound | {"every": every})
    duck.execute(statement("leak_crowds"), bound)
    duck.execute(statement("leak_crowd_people"))
    # To leave nobody out of all pairs takes a quarter of the time of making them.
    apart = "_apart" if duck.execute("FROM crowd LIMIT 1").fetchone() else ""
    duck.execute(statement(f"leak_pointed{apart}"), {"keys": keys, "index": index})
    duck.execute(statement("leak_crowd_hits"), {"keys": keys})
    for name in (
        "leak_searched",
        "leak_searched_crowds",
        "leak_lines_pointed",
        "leak_narrowed",
        "leak_named",
        "leak_judged",
        "leak_explained",
        "leak_several",
        "leak_crowded",
    ):
        duck.execute(statement(name))
    for name in ("hit", "named", "judged"):  # as long as the file: the rest needs their memory
        duck.execute(f"DROP TABLE {name}")


def merge(
    exposure: Path, merged: Sequence[tuple[int, int]], out: Path, *, score: Score
) -> ExposureCount:
    """Write an exposure set again, with one row for whoever was several records: ``merged`` are
    numbers in it that lead to another, each with that one.

    Raises:
        ValueError: ``score`` gave not exactly one band for each combination.
    """
    began = time.monotonic()
    with engine() as duck:
        # As a table and not as a list in the statement: there may be very many merges.
        duck.execute("CREATE TEMP TABLE merged (merged_id BIGINT, person_id BIGINT)")
        duck.executemany("INSERT INTO merged VALUES (?, ?)", [list(pair) for pair in merged])
        duck.execute(statement("merged"), {"exposure": str(exposure)})
        people_count = _band(duck, score)
        with atomic_path(out) as part:
            duck.sql(statement("rescored")).write_parquet(str(part))
    return ExposureCount(people=people_count, digest=_digest(out), seconds=time.monotonic() - began)


def settle(
    files: LeakFiles, exposure: Path, settled: Settled, out: Path, *, score: Score
) -> ExposureCount:
    """Write the exposure set of a leaked file again, once it is settled whose some lines are.
    ``exposure``: the first set, with everybody in doubt. ``ambiguous`` are the lines still so.

    Raises:
        ValueError: ``score`` gave not exactly one band for each combination.
    """
    began = time.monotonic()
    with engine() as duck:
        files.load_crowds(duck)
        doubtful = _load_settled(duck, files, settled)
        places = {
            "certain": str(files.certain),
            "doubts": str(files.doubts),
            "exposure": str(exposure),
        }
        duck.execute(statement("settled"), places)
        people_count = _band(duck, score)
        with atomic_path(out) as part:
            duck.sql(statement("rescored")).write_parquet(str(part))
    return ExposureCount(
        people=people_count,
        digest=_digest(out),
        seconds=time.monotonic() - began,
        ambiguous=doubtful[1],
        doubtful=doubtful[0],
    )


def _load_settled(
    duck: duckdb.DuckDBPyConnection, files: LeakFiles, settled: Settled
) -> tuple[int, int]:
    """Put what is settled into the tables ``settled`` and ``chosen``; return how many people are
    in doubt, and how many lines."""
    # Two tables, because a line settled as nobody's has no row in the second, and must still not be
    # in doubt.
    duck.execute("CREATE TEMP TABLE settled (line BIGINT)")
    duck.execute("CREATE TEMP TABLE chosen (line BIGINT, person_id BIGINT)")
    if settled:
        duck.executemany("INSERT INTO settled VALUES (?)", [[line] for line in settled])
    chosen = [[line, person] for line, people in settled.items() for person in people]
    if chosen:
        duck.executemany("INSERT INTO chosen VALUES (?, ?)", chosen)
    places = {"certain": str(files.certain), "doubts": str(files.doubts)}
    [(people, lines)] = duck.execute(statement("doubtful"), places).fetchall()
    return people, lines


def rescore(exposure: Path, out: Path, *, score: Score) -> ExposureCount:
    """Write the same exposure set under other severities, because the
    circumstances are known better.

    Raises:
        ValueError: ``score`` gave not exactly one band for each combination.
    """
    began = time.monotonic()
    with engine() as duck:
        duck.execute(statement("exposed_again"), {"exposure": str(exposure)})
        people_count = _band(duck, score)
        with atomic_path(out) as part:
            duck.sql(statement("rescored")).write_parquet(str(part))
    return ExposureCount(people=people_count, digest=_digest(out), seconds=time.monotonic() - began)


def _score_and_write(
    duck: duckdb.DuckDBPyConnection, snapshot: SnapshotFiles, out: Path, score: Score
) -> int:
    people_count = _band(duck, score)
    with atomic_path(out) as part:
        duck.sql(
            statement("exposure"),
            params={"people": str(snapshot.people), "index": str(snapshot.index)},
        ).write_parquet(str(part))
    return people_count


def _band(duck: duckdb.DuckDBPyConnection, score: Score) -> int:
    """Judge the combinations in the table ``exposed`` into the table ``band``; return how
    many people there are."""
    combinations = [
        ExposedCombination(*row) for row in duck.execute(statement("combinations")).fetchall()
    ]
    bands = list(score(combinations))
    # A missing band would drop its people from the join below, and nobody would notice.
    if len(bands) != len(combinations) or not all(1 <= band <= 4 for band in bands):
        raise ValueError("each combination needs exactly one band from 1 to 4")
    duck.execute("CREATE TEMP TABLE band (categories BIGINT, protected BIGINT, severity TINYINT)")
    if bands:
        rows = [
            [item.categories, item.protected, band]
            for item, band in zip(combinations, bands, strict=True)
        ]
        duck.executemany("INSERT INTO band VALUES (?, ?, ?)", rows)
    return sum(item.people for item in combinations)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        # Read back from the disk: the digest in the ledger is of what lies there, and not of what
        # was meant.
        return hashlib.file_digest(file, "sha256").hexdigest()
