"""Files of listed people of whom a source says the same: all who were held, or all whom a report
names."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from aboveboard.engines.duck import atomic_path, engine, statement
from aboveboard.engines.snapshot import CsvWriter, to_parquet


@dataclass(frozen=True, slots=True)
class ExposedAlike:
    """What a source says of everybody: bitmaps of what was exposed and what of it was protected,
    and how certain that is at most."""

    categories: int
    protected: int
    certainty: int


def list_people(people: CsvWriter, alike: ExposedAlike, out: Path) -> int:
    """Write everyone whose number ``people`` writes to ``out``; return how many they are."""
    text, numbers = out.with_name(out.name + ".csv"), out.with_name(out.name + ".numbers")
    try:
        with text.open("wb") as file:
            people(file)
        to_parquet(text, numbers, {"person_id": "BIGINT"})
        return _list("listed_alike", {"people": str(numbers)}, alike, out)
    finally:
        text.unlink(missing_ok=True)
        numbers.unlink(missing_ok=True)


def list_exposed(exposure: Path, alike: ExposedAlike, out: Path) -> int:
    """Write everyone in an exposure set to ``out``, no more certain than they are there; return how
    many they are."""
    return _list("listed_exposed", {"exposure": str(exposure)}, alike, out)


def list_set(exposure: Path, out: Path) -> tuple[int, int]:
    """Write everyone in an exposure set to ``out``, with all that it says of them, as certain as it
    is there; return how many rows that takes, and all that was exposed of anybody, a bitmap."""
    with engine() as duck:
        with atomic_path(out) as part:
            duck.sql(statement("listed_set"), params={"exposure": str(exposure)}).write_parquet(
                str(part)
            )
        [(rows, categories)] = duck.execute(
            statement("listed_total"), {"people": str(out)}
        ).fetchall()
    return int(rows), int(categories)


def _list(name: str, places: dict[str, str], alike: ExposedAlike, out: Path) -> int:
    bound = {
        "categories": alike.categories,
        "protected": alike.protected,
        "certainty": alike.certainty,
    }
    with engine() as duck:
        with atomic_path(out) as part:
            duck.sql(statement(name), params=places | bound).write_parquet(str(part))
        [(people, _)] = duck.execute(statement("listed_total"), {"people": str(out)}).fetchall()
    return int(people)
