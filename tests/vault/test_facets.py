"""A snapshot holds everyone once, on either database, and its digests are the vault's own."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from aboveboard.basics import clock
from aboveboard.engines.duck import engine
from aboveboard.engines.snapshot import split_digest, take_snapshot
from aboveboard.vault import facets
from aboveboard.vault.models import BlindIndex, Person


def _fill() -> None:
    Person.objects.bulk_create(
        Person(
            id=number,
            jurisdiction="US-CA" if number % 2 else "GB",
            language="en",
            collected_at=clock.now(),
            last_active_at=clock.now(),
        )
        for number in range(1, 41)
    )
    BlindIndex.objects.bulk_create(
        BlindIndex(kind=1, digest=hashlib.sha256(str(number).encode()).digest(), person_id=number)
        for number in range(1, 41)
    )


def _check(folder: Path) -> None:
    with facets.consistent_snapshot():
        made = take_snapshot(folder, people=facets.write_people, index=facets.write_index)
    with engine() as duck:
        people = duck.execute(
            "SELECT * FROM read_parquet(?) ORDER BY 1", [str(made.people)]
        ).fetchall()
        index = duck.execute(
            "SELECT * FROM read_parquet(?) ORDER BY person_id", [str(made.index)]
        ).fetchall()
    assert people == [(number, "US-CA" if number % 2 else "GB", "en") for number in range(1, 41)]
    assert index == [
        (1, *split_digest(hashlib.sha256(str(number).encode()).digest()), number)
        for number in range(1, 41)
    ]
    assert sorted(path.name for path in folder.iterdir()) == ["index.parquet", "people.parquet"]


@pytest.mark.django_db
def test_inside_a_transaction(tmp_path: Path) -> None:
    _fill()
    _check(tmp_path)


@pytest.mark.django_db(transaction=True)
def test_outside_a_transaction_and_writing_goes_on_after(tmp_path: Path) -> None:
    _fill()
    _check(tmp_path)
    Person.objects.create(
        id=99,
        jurisdiction="GB",
        language="en",
        collected_at=clock.now(),
        last_active_at=clock.now(),
    )
