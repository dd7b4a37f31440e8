"""Who of an exposure set is to be told what is new: whoever was told nothing yet, and whoever was
told less than can be read of theirs now."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from aboveboard.engines import limits
from aboveboard.engines.duck import atomic_path, engine, statement

if TYPE_CHECKING:
    import duckdb


@dataclass(frozen=True, slots=True)
class NotifiedSet:
    """An exposure set whose people were told of it, from a severity band up."""

    exposure: Path
    least: int


@dataclass(frozen=True, slots=True)
class UntoldCount:
    """How many people a set of those who are to be told has, and the SHA-256 of its file, hex."""

    people: int
    digest: str


def count_untold(
    exposure: Path,
    notified: Sequence[NotifiedSet],
    merged: Iterable[tuple[int, int]],
    *,
    least: int,
) -> dict[str, int]:
    """Return how many are ``added`` or have ``more``, from a severity band up. ``merged``: numbers
    that lead to another, each with that one."""
    with engine() as duck:
        _load(duck, notified, merged)
        asked = {"exposure": str(exposure), "least": least}
        counts = {}
        for change in ("added", "more"):
            duck.execute(
                f"SELECT count(*) FROM ({statement('untold')})",  # noqa: S608 - our own statement
                {**asked, "change": change},
            )
            counts[change] = int((duck.fetchone() or (0,))[0])
    return counts


def write_untold(
    exposure: Path,
    notified: Sequence[NotifiedSet],
    merged: Iterable[tuple[int, int]],
    out: Path,
    *,
    least: int,
    change: str,
) -> UntoldCount:
    """Write the set of those who are ``added``, or of whom ``more`` can be read, with what they are
    to be told. Arguments: :func:`count_untold`."""
    with engine() as duck:
        _load(duck, notified, merged)
        asked = {"exposure": str(exposure), "least": least, "change": change}
        with atomic_path(out) as part:
            duck.sql(statement("untold"), params=asked).write_parquet(str(part))
        row = duck.execute("SELECT count(*) FROM read_parquet(?)", [str(out)]).fetchone()
    with out.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return UntoldCount(int(row[0]) if row else 0, digest)


def _load(
    duck: duckdb.DuckDBPyConnection,
    notified: Sequence[NotifiedSet],
    merged: Iterable[tuple[int, int]],
) -> None:
    duck.execute("CREATE TEMP TABLE merged (merged_id BIGINT, person_id BIGINT)")
    pairs = iter(merged)
    while batch := list(islice(pairs, limits.ENGINE_BATCH)):
        duck.executemany("INSERT INTO merged VALUES (?, ?)", [list(pair) for pair in batch])
    duck.execute("CREATE TEMP TABLE told (person_id BIGINT, readable BIGINT)")
    for each in notified:
        duck.execute(statement("told"), {"exposure": str(each.exposure), "least": each.least})
