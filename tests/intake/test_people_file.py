"""A customer file, however bad: every row becomes values or problems, with its line;
nothing is lost in silence."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aboveboard.intake import mapping as mappings
from aboveboard.intake.people_file import FileRefused, ParsedRow, read

MAPPING = mappings.load(
    """
identify_by: customer_number
country: country
columns: {id: customer_number, mail: email, born: birth_date, land: country}
dropped: {income: No purpose needs it.}
""",
    name="mapping.yaml",
)
KINDS = {
    "customer_number": "customer_number",
    "email": "email",
    "birth_date": "date",
    "country": "country",
}


def rows(text: str | bytes) -> list[ParsedRow]:
    blob = text if isinstance(text, bytes) else text.encode()
    return list(read(io.BytesIO(blob), "people.csv", MAPPING, KINDS))


def test_a_good_row_becomes_values_without_what_is_dropped() -> None:
    (row,) = rows("id,mail,born,land,income\nAW1, jon@example.org ,1966-04-08,AU,90000\n")
    assert row.values == {
        "customer_number": "AW1",
        "email": "jon@example.org",
        "birth_date": "1966-04-08",
        "country": "AU",
    }
    assert row.line == 2
    assert not row.problems


@pytest.mark.parametrize(
    ("story", "line", "code", "field"),
    [
        ("no e-mail address", "AW1,jon,1966-04-08,AU,1", "not_email", "email"),
        ("a date from a spreadsheet", "AW1,jon@example.org,4/8/66,AU,1", "not_date", "birth_date"),
        (
            "a birthday in the future",
            "AW1,jon@example.org,2999-01-01,AU,1",
            "not_date",
            "birth_date",
        ),
        ("a value too few", "AW1,jon@example.org,1966-04-08,AU", "wrong_count", ""),
        ("a value too many", "AW1,jon@example.org,1966-04-08,AU,1,2", "wrong_count", ""),
        (
            "nobody could find them again",
            ",jon@example.org,1966-04-08,AU,1",
            "missing",
            "customer_number",
        ),
        (
            "a quote that never ends properly",
            'AW1,"jon"x@example.org,1966-04-08,AU,1',
            "not_csv",
            "",
        ),
    ],
)
def test_a_bad_row_is_listed_with_its_line_and_the_rest_is_read(
    story: str, line: str, code: str, field: str
) -> None:
    good, bad, after = rows(
        f"id,mail,born,land,income\nAW0,a@example.org,,GB,\n{line}\nAW2,b@example.org,,GB,\n"
    )
    assert not good.problems
    assert not after.problems
    assert (bad.line, bad.problems[0].code, bad.problems[0].field) == (3, code, field)


def test_a_problem_never_repeats_what_the_row_said() -> None:
    (row,) = rows("id,mail,born,land,income\nAW1,secret-not-mail,1/2/3,AU,1\n")
    assert all("secret" not in problem.sentence for problem in row.problems)


def test_bytes_that_are_not_text_are_a_problem_of_their_row() -> None:
    (row,) = rows(b"id,mail,born,land,income\nAW1,\xff\xfe@example.org,,AU,1\n")
    assert row.problems[0].code == "not_text"


@pytest.mark.parametrize(
    ("story", "text", "says"),
    [
        ("nothing in it", "", "it is empty"),
        ("an empty first line", "\nid,mail,born,land,income\n", "first line is empty"),
        ("lines that end in CR alone", "id,mail,born,land,income\rAW1,,,GB,\r", "carriage return"),
        ("a header that does", "id,mail,born,land,income\rAW1,,,GB,\n", "carriage return"),
        ("a return too many", "id,mail,born,land,income\r\r\nAW1,,,GB,\r\n", "carriage return"),
        (
            "a large file without a line end",
            "id,mail,born,land,income\r" + "AW1,,,GB,\r" * 200_000,
            "carriage return",
        ),
        ("a spreadsheet's UTF-16", "id,mail,born,land,income\n".encode("utf-16"), "UTF-16 text"),
        ("a quote that is never closed", 'id,"mail,born', "not well-formed"),
        (
            "a column that the mapping does not mention",
            "id,mail,born,land,income,shoe_size\n",
            "does not mention the column 'shoe_size'",
        ),
        ("a mapped column missing", "id,mail,born,income\n", "'land' is missing"),
        ("a column twice", "id,mail,born,land,income,id\n", "twice"),
    ],
)
def test_a_file_is_refused_before_anything_is_loaded(
    story: str, text: str | bytes, says: str
) -> None:
    with pytest.raises(FileRefused, match=says):
        rows(text)


def test_a_customer_in_the_place_of_the_header_is_not_quoted() -> None:
    with pytest.raises(FileRefused, match="none of the columns") as refused:
        rows("AW1,ann@example.org,1984-05-31,GB,30000\n")
    assert "example.org" not in str(refused.value)


def test_a_field_the_promise_lacks_is_refused() -> None:
    with pytest.raises(FileRefused, match="which the promise does not have"):
        list(read(io.BytesIO(b"id\n"), "people.csv", MAPPING, {"email": "email"}))


@given(st.binary(max_size=400))
def test_arbitrary_bytes_never_break_the_reader(blob: bytes) -> None:
    text = b"id,mail,born,land,income\n" + blob
    found = rows(text)
    assert all(row.problems or "customer_number" in row.values for row in found)
