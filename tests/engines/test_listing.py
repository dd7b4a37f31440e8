"""Reading an exposure set: for many, by rising number, one look into the file serves thousands."""

from __future__ import annotations

from pathlib import Path

import pytest

from aboveboard.engines import listing
from aboveboard.engines.leak import UNREAD
from aboveboard.engines.listing import ExposureFilter
from aboveboard.engines.snapshot import write_rows

EXPOSURE = {
    "person_id": "BIGINT",
    "categories": "BIGINT",
    "protected": "BIGINT",
    "jurisdiction": "VARCHAR",
    "channel": "VARCHAR",
    "language": "VARCHAR",
    "severity": "TINYINT",
}
NUMBERS = range(10, 200, 10)


@pytest.fixture
def exposure(tmp_path: Path) -> Path:
    """Nineteen people: 10, 20, … 190."""
    path = tmp_path / "exposure.parquet"
    rows = ((number, number, 0, "GB", "email", "en", 1) for number in NUMBERS)
    write_rows(rows, path, EXPOSURE)
    return path


@pytest.mark.slow
@pytest.mark.parametrize(
    "person_ids", [[10, 20], [15, 50, 60], [180, 190, 195], [40], [10, 190], [5], [300], []]
)
def test_a_window_says_of_anybody_what_the_file_says(exposure: Path, person_ids: list[int]) -> None:
    window = listing.ExposureWindow(exposure, rows=4)
    for before in ([], [10], [100, 110], [190], [10, 190]):
        window.people(before)
        assert window.people(person_ids) == listing.people(exposure, person_ids)


def test_those_who_follow_are_answered_without_another_look(exposure: Path) -> None:
    window = listing.ExposureWindow(exposure, rows=10)
    assert list(window.people([10, 20])) == [10, 20]
    exposure.unlink()
    assert list(window.people([30, 35, 100])) == [30, 100]


def test_behind_the_last_of_the_file_nobody_is_looked_for_again(exposure: Path) -> None:
    window = listing.ExposureWindow(exposure, rows=10)
    assert list(window.people([150])) == [150]
    exposure.unlink()
    assert list(window.people([160, 190, 2**60])) == [160, 190]


def test_what_is_read_from_the_beginning_begins_with_the_first(tmp_path: Path) -> None:
    """Line one is a line, and so is the person who has number one a person."""
    lines, unread, exposure = (tmp_path / f"{name}.parquet" for name in ("lines", "unread", "set"))
    columns = {
        "line": "BIGINT",
        "outcome": "VARCHAR",
        "matched_by": "VARCHAR",
        "person_id": "BIGINT",
    }
    write_rows([(1, "matched", "email", 7), (2, "stranger", "", 0)], lines, columns)  # type: ignore[list-item]
    write_rows([(1, "not_text"), (2, "too_long")], unread, UNREAD)  # type: ignore[list-item]
    write_rows([(1, 1, 0, "GB", "email", "en", 1)], exposure, EXPOSURE)  # type: ignore[list-item]
    assert [row.line for row in listing.lines(lines)] == [1, 2]
    assert [row.line for row in listing.lines(lines, outcome="stranger")] == [2]
    assert [row.line for row in listing.lines(lines, after=1)] == [2]
    assert [row.line for row in listing.lines(lines, limit=1)] == [1]
    assert listing.unread(unread) == [(1, "not_text"), (2, "too_long")]
    assert listing.unread(unread, after=1) == [(2, "too_long")]
    assert listing.unread(unread, limit=1) == [(1, "not_text")]
    assert listing.count_unread(unread) == 2
    assert [row.person_id for row in listing.everyone(exposure)] == [1]
    assert [row.person_id for row in listing.page(exposure, ExposureFilter())] == [1]
