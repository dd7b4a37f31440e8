"""The register says every point of Article 30(1), and cannot be made to run in a spreadsheet."""

import csv
import json
from io import StringIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aboveboard.basics.canonical import canonical
from aboveboard.promise import register
from aboveboard.promise.loading import load
from tests.promise import SMALL, edited, retailer

PROMISE = retailer()


def _table(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(text, newline="")))


def test_one_row_for_each_purpose_with_every_point_of_the_article() -> None:
    rows = register.rows(PROMISE)
    assert [row.purpose for row in rows] == [
        str(purpose.title) for purpose in PROMISE.purposes.values()
    ]
    for row in rows:
        assert "Adventure Works Cycles Ltd" in row.controller
        assert row.description
        assert row.basis.startswith("Art. 6(1)(")
        assert (
            row.people
            == "Customers in United Kingdom, United States, Australia, Canada, France, Germany"
        )
        assert row.categories
        assert row.kept
        assert row.security
    assert {heading[-2] for heading in register.COLUMNS.values() if heading[-3] == "("} == set(
        "abcdefg"
    )


def test_the_register_speaks_of_customers_and_not_to_one() -> None:
    (row, *_) = register.rows(load(SMALL, name="x"))
    assert row.categories == "e-mail address; information about health"


def test_transfers_name_the_country_and_the_safeguard() -> None:
    by_purpose = {row.purpose: row for row in register.rows(PROMISE)}
    assert by_purpose["To deliver what you order"].transfers == ""
    assert by_purpose["To answer when you contact us"].transfers == (
        "Postroom Inc., United States: Art. 46(2)(d), the UK transfer agreement or addendum. UK "
        "addendum to the EU standard contractual clauses, signed 3 February 2026. Transfer risk "
        "assessment on file."
    )


def test_special_categories_name_their_condition() -> None:
    assert register.rows(load(SMALL, name="x"))[0].special == "Art. 9(2)(a): your explicit consent"


def test_csv_reads_back() -> None:
    rows = _table(register.as_csv(PROMISE))
    assert list(rows[0]) == list(register.COLUMNS.values())
    assert [row["Purpose (b)"] for row in rows] == [
        str(purpose.title) for purpose in PROMISE.purposes.values()
    ]
    assert (
        _table(register.as_csv(PROMISE, "de"))[0]["Purpose (b)"]
        == "Um Ihre Bestellungen zu liefern"
    )


@pytest.mark.parametrize("evil", ["=1+1", "+1", "-1", "@SUM(A1)", "=cmd|' /C calc'!A0", "＝1+1"])
def test_no_cell_is_a_formula(evil: str) -> None:
    quoted = json.dumps(evil, ensure_ascii=False)
    promise = load(
        edited(("title: {en: To send news, fr: Pour vous écrire}", f"title: {quoted}"), base=SMALL),
        name="x",
    )
    row = _table(register.as_csv(promise))[0]
    assert row["Purpose (b)"] == f"'{evil}"


@given(
    st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=30).filter(
        lambda text: text.strip() == text and text
    )
)
@settings(deadline=None)
def test_no_words_break_out_of_their_cell(words: str) -> None:
    title = json.dumps(words, ensure_ascii=False).replace("/", "\\/")
    source = edited(
        ("title: {en: To send news, fr: Pour vous écrire}", f"title: {title}"), base=SMALL
    )
    promise = load(source, name="x")
    row = _table(register.as_csv(promise))[0]
    assert row["Purpose (b)"].removeprefix("'") == words.removeprefix("'")
    assert len(row) == len(register.COLUMNS)


def test_json_ld_uses_the_vocabulary() -> None:
    document = register.as_json_ld(PROMISE)
    canonical(document)  # it is JSON
    text = json.dumps(document)
    assert document["@type"] == "dpv:ROPA"
    for term in (
        "eu-gdpr:A6-1-b",
        "eu-gdpr:A46-2-d",
        "pd:EmailAddress",
        "dpv:PersonalDataProcess",
        "dpv:StorageDuration",
        '"P6Y"',
    ):
        assert term in text
    prefixes = set(document["@context"])  # type: ignore[arg-type]
    assert prefixes == {"dpv", "pd", "eu-gdpr", "dct"}


def test_json_ld_says_both_grounds_of_special_data() -> None:
    text = json.dumps(register.as_json_ld(load(SMALL, name="x")))
    assert "eu-gdpr:A6-1-a" in text
    assert "eu-gdpr:A9-2-a" in text
