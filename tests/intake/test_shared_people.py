"""Real files, messy on purpose: every row is loaded or listed, and nothing is
lost between the two."""

from __future__ import annotations

import csv
import io
from collections import Counter
from pathlib import Path

import pytest

from aboveboard.intake import mapping as mappings
from aboveboard.intake.people_file import ParsedRow, read
from aboveboard.kinds.kind import KindMismatch
from aboveboard.kinds.values import Reader, reader
from tests.intake.test_load import KINDS, MAPPING

pytestmark = pytest.mark.shared

_UNNEEDED = ", ".join(
    f"c{n}: Nobody needs it." for n in (0, 3, 6, 7, 9, 10, 11, 12, 13, 14, 15, 22, 23)
)
PROSPECTS = f"""
identify_by: customer_number
country: country
dates: YYYY-MM-DD
columns: {{c1: customer_number, c2: first_name, c4: last_name, c5: birth_date, c8: email, \
land: country, c21: phone}}
joined: {{address: [c16, c17, c18, c19, c20]}}
dropped: {{{_UNNEEDED}}}
"""
PROSPECT_KINDS = {
    "customer_number": "customer_number",
    "first_name": "text",
    "last_name": "text",
    "birth_date": "date",
    "email": "email",
    "country": "country",
    "phone": "phone",
    "address": "postal_address",
}


def test_every_customer_is_loaded_or_listed(shared: Path) -> None:
    path = shared / "data" / "adventureworks" / "customers.csv"
    kinds = KINDS | {"card_number": "card_number:unchecked", "country": "country"}
    with path.open("rb") as file:
        rows = list(read(file, path.name, MAPPING, kinds))
    with path.open(encoding="utf-8", newline="") as text:
        typed = list(csv.DictReader(text))
    assert [row.line for row in rows] == list(range(2, len(typed) + 2))
    assert not [row for row in rows if row.problems]
    for row, said in zip(rows, typed, strict=True):
        filled = {
            field: said[column].strip()
            for column, field in MAPPING.columns.items()
            if said[column].strip()
        }
        assert row.values == filled | {"card_number": f"•••• {said['card_number'][-4:]}"}


def test_of_cards_that_must_check_those_that_do_not_are_listed(shared: Path) -> None:
    with (shared / "data" / "adventureworks" / "customers.csv").open("rb") as file:
        rows = list(read(file, "customers.csv", MAPPING, KINDS | {"card_number": "card_number"}))
    bad = [row for row in rows if row.problems]
    assert (len(rows), len(rows) - len(bad)) == (18_148, 1_821)
    assert {(problem.field, problem.code) for row in bad for problem in row.problems} == {
        ("card_number", "not_card")
    }


def test_every_prospect_is_loaded_or_listed_with_one_address_of_several_columns(
    shared: Path,
) -> None:
    lines = (
        (shared / "data" / "adventureworks" / "prospects_raw.csv")
        .read_text("utf-8-sig")
        .splitlines()
    )
    cells = [line.split("|") for line in lines]
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([*(f"c{n}" for n in range(len(cells[0]))), "land"])
    writer.writerows([*row, "US"] for row in cells)
    mapping = mappings.load(PROSPECTS, name="prospects.yaml")
    rows = list(read(io.BytesIO(out.getvalue().encode()), "prospects.csv", mapping, PROSPECT_KINDS))
    assert [row.line for row in rows] == list(range(2, len(cells) + 2))
    # These have an address without a whole domain, as ada@consolidatedmessenger.
    bare = [row.line for row, said in zip(rows, cells, strict=True) if "." not in said[8]]
    problems = [(row.line, problem.code) for row in rows for problem in row.problems]
    assert problems == [(line, "not_email") for line in bare]
    for row, said in zip(rows, cells, strict=True):
        if not row.problems:
            _same(row, said)


def _same(row: ParsedRow, said: list[str]) -> None:
    assert row.values["birth_date"] == said[5][:10]
    assert row.values["email"] == said[8]
    lines = [" ".join(said[n].split()) for n in range(16, 21)]
    assert row.values["address"].split("\n") == [line for line in lines if line]


def test_every_number_and_day_of_the_staff_file_is_read_or_refused(shared: Path) -> None:
    lines = (
        (shared / "data" / "adventureworks" / "staff_raw.csv").read_text("utf-8-sig").splitlines()
    )
    day, number = reader("date"), reader("national_id:us.ssn")
    cells = [line.split("\t") for line in lines]
    assert [day(row[6]) for row in cells] == [row[6] for row in cells]
    changed = Counter(
        _refusal(lambda text: text if day(text) == text[:10] else "", row[15]) for row in cells
    )
    assert changed == {"": 287, "a date written as 1984-05-31": 3}, (
        "a midnight is no time; 09:17 is one, so that is no day"
    )
    refused = Counter(_refusal(number, row[1]) for row in cells)
    assert refused == {
        "": 229,
        "a number that checks (Social Security Number, United States)": 61,
    }, "by the rule of the country, each"


def _refusal(read_value: Reader, text: str) -> str:
    try:
        assert read_value(text) == text
    except KindMismatch as misfit:
        return misfit.expected
    return ""
