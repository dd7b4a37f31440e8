"""How certain an exposure set is of each person, and of each data of theirs."""

from __future__ import annotations

from pathlib import Path

from aboveboard.engines import exposure, listing
from aboveboard.engines.duck import engine
from tests.engines.test_exposure import (
    EMAIL,
    INDEX_HELD,
    PEOPLE_HELD,
    PHONE,
    by_bits,
    snapshot,
    write_leak,
)


def test_of_each_data_of_a_person_the_strongest_source_counts(tmp_path: Path) -> None:
    held, out = snapshot(tmp_path, PEOPLE_HELD, INDEX_HELD), tmp_path / "out.parquet"
    listed = [(10, 0b0011, 0, 1), (10, 0b0001, 0, 3), (10, 0b0100, 0, 2), (40, 0b0010, 0, 2)]
    exposure.from_manifest([*listed, (20, 0b0001, 0, 1)], held, out, score=by_bits)
    ann, bob, eve = (listing.person(out, number) for number in (10, 20, 40))
    assert ann
    assert bob
    assert eve
    assert (ann.categories, ann.certain, ann.probable) == (0b0111, 0b0001, 0b0101)
    assert [row.certainty for row in (ann, bob, eve)] == [3, 1, 2]
    for certainty, person in ((3, 10), (2, 40), (1, 20)):
        asked = listing.ExposureFilter(certainty=certainty)
        assert [row.person_id for row in listing.page(out, asked)] == [person]
    counts = {cell.certainty: cell.people for cell in listing.summary(out)}
    assert counts == {1: 1, 2: 1, 3: 1}


def test_a_leaked_line_is_as_certain_as_what_it_was_matched_by(tmp_path: Path) -> None:
    held, out = snapshot(tmp_path, PEOPLE_HELD, INDEX_HELD), tmp_path / "out.parquet"
    files = exposure.LeakFiles.in_folder(tmp_path)
    lines = [
        (1, 0b0010, 0, [(PHONE, "+441")]),
        (2, 0b0001, 0, [(EMAIL, "ann@x")]),
        (3, 0b0100, 0, [(PHONE, "+1")]),
    ]
    exposure.from_leak(write_leak(tmp_path, lines), held, out, files, score=by_bits)
    ann, either = listing.person(out, 10), listing.person(out, 30)
    assert ann
    assert (ann.certain, ann.probable) == (0b0001, 0b0011)
    assert either
    assert either.certainty == exposure.NOT_EXCLUDED
    settled = tmp_path / "settled.parquet"
    exposure.settle(files, out, {3: [30]}, settled, score=by_bits)
    ann, either = listing.person(settled, 10), listing.person(settled, 30)
    assert ann
    assert (ann.certain, ann.probable) == (0b0001, 0b0011)
    assert either
    assert either.certainty == exposure.CERTAIN


def test_a_set_of_an_earlier_version_is_certain(tmp_path: Path) -> None:
    out = tmp_path / "old.parquet"
    with engine() as duck:
        duck.sql(
            "SELECT 10 AS person_id, 3 AS categories, 0 AS protected, 'GB' AS jurisdiction, "
            "'email' AS channel, 'en' AS language, 2 AS severity"
        ).write_parquet(str(out))
    (row,) = listing.everyone(out)
    assert (row.certainty, row.certain) == (3, 3)
    assert [cell.certainty for cell in listing.summary(out)] == [3]
