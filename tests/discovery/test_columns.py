"""What is proposed as personal, in schemas that nobody here designed and in made ones."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from aboveboard.basics.personal import Personal
from aboveboard.connectors.contract import FieldSeen
from aboveboard.discovery.against_promise import compare
from aboveboard.discovery.columns import propose, words_of
from aboveboard.law.categories import all_categories
from aboveboard.promise.loading import SAMPLE, load
from tests.conftest import SHARED

SAMPLES = 20
DATA = SHARED / "data"


def column(collection: str, path: str, *values: str, declared: str = "") -> FieldSeen:
    return FieldSeen(collection, path, "text", tuple(map(Personal, values)), declared)


def categories(fields: Sequence[FieldSeen]) -> dict[str, str]:
    return {f"{each.collection}.{each.path}": each.category for each in propose(fields)}


def sakila() -> Iterator[FieldSeen]:
    """The tables of Sakila with the first rows of each, from its dump."""
    lines = iter(
        (DATA / "sakila" / "postgres-sakila-insert-data-using-copy.sql")
        .read_text("utf-8")
        .split("\n")
    )
    for line in lines:
        if (copy := re.match(r"COPY public\.(\w+) \((.*)\) FROM stdin", line)) is None:
            continue
        rows: list[list[str]] = []
        while (row := next(lines)) != "\\.":
            if len(rows) < SAMPLES:
                rows.append(row.split("\t"))
        for place, name in enumerate(copy[2].split(", ")):
            values = [row[place] for row in rows if row[place] != "\\N"]
            yield column(copy[1], name.strip('"'), *values)


def from_csv(file: Path) -> Iterator[FieldSeen]:
    with file.open(encoding="utf-8-sig", newline="") as opened:
        header, *rows = [row for row, _ in zip(csv.reader(opened), range(SAMPLES), strict=False)]
    for place, name in enumerate(header):
        yield column(
            file.stem, name, *(row[place] for row in rows if row[place : place + 1] != [""])
        )


PERSONAL_IN_SAKILA = {
    "country": {"country"},
    "city": {"city"},
    "address": {"address", "address2", "district", "postal_code", "phone"},
    "actor": {"actor_id", "first_name", "last_name"},
    "staff": {
        "staff_id", "first_name", "last_name", "email", "username", "password", "picture",
    },
    "store": {"manager_staff_id"},
    "film_actor": {"actor_id"},
    "customer": {"customer_id", "first_name", "last_name", "email"},
    "rental": {"customer_id", "staff_id", "rental_date", "return_date"},
    "payment": {"customer_id", "staff_id", "amount", "payment_date"},
}  # fmt: skip


@pytest.mark.shared
def test_in_sakila_all_that_is_personal_is_proposed_and_nothing_else() -> None:
    expected = {f"{table}.{name}" for table, names in PERSONAL_IN_SAKILA.items() for name in names}
    assert set(categories(list(sakila()))) == expected


@pytest.mark.shared
def test_every_column_of_a_file_of_customers_is_personal() -> None:
    fields = list(from_csv(DATA / "adventureworks" / "customers.csv"))
    proposed = categories(fields)
    assert len(proposed) == len(fields)
    assert proposed["customers.card_number"] == "user.financial.credit_card"
    assert proposed["customers.birth_date"] == "user.demographic.date_of_birth"


@pytest.mark.shared
def test_of_a_list_of_devices_only_what_leads_to_somebody_is_proposed() -> None:
    proposed = categories(list(from_csv(DATA / "devices" / "snipeit-assets-sample.csv")))
    names = {name.rpartition(".")[2] for name in proposed}
    assert {"Checked Out To: Email", "Checked Out To: First Name"} <= names
    assert not names & {"Name", "Company", "Manufacturer", "Model", "Purchase Cost", "Category"}


CHINOOK = {
    "Customer": "CustomerId FirstName LastName Company Address City State Country PostalCode Phone"
    " Fax Email SupportRepId",
    "Employee": "EmployeeId LastName FirstName Title ReportsTo BirthDate HireDate Address City",
    "Invoice": "InvoiceId CustomerId InvoiceDate BillingAddress BillingCity Total",
    "Track": "TrackId Name AlbumId MediaTypeId GenreId Composer Milliseconds Bytes UnitPrice",
    "Album": "AlbumId Title ArtistId",
    "Genre": "GenreId Name",
}


def test_names_alone_tell_in_the_schema_of_a_shop_of_music() -> None:
    fields = [column(table, name) for table, names in CHINOOK.items() for name in names.split()]
    proposed = categories(fields)
    for name in ("FirstName", "LastName", "Address", "City", "PostalCode", "Phone", "Fax", "Email"):
        assert f"Customer.{name}" in proposed, name
    assert {"Employee.BirthDate", "Invoice.CustomerId", "Invoice.BillingAddress"} <= set(proposed)
    assert not [name for name in proposed if name.startswith(("Track", "Album", "Genre"))]


MAIL = [f"p{number}@example.org" for number in range(10)]


def test_values_tell_what_a_name_does_not() -> None:
    assert categories([column("t", "c7", *MAIL)]) == {"t.c7": "user.contact.email"}


def test_a_name_that_the_values_contradict_is_not_believed() -> None:
    flags = ["yes", "no"] * 5
    assert categories([column("customer", "email", *flags)]) == {}


def test_free_text_with_people_in_it_is_proposed() -> None:
    notes = [f"Spoke with Mrs. Wexcombe about case {n}, she will ring." for n in range(6)]
    assert categories([column("calls", "remark", *notes)]) == {"calls.remark": "user.name"}


def test_what_is_declared_stands_and_says_so() -> None:
    (proposal,) = propose([column("t", "x9", declared="user.health")])
    assert (proposal.category, proposal.confidence) == ("user.health", 0.99)


def test_no_evidence_holds_a_value() -> None:
    for proposal in propose([column("customer", "email", *MAIL)]):
        assert not [value for value in MAIL for why in proposal.evidence if value in why]


def test_every_category_that_may_be_proposed_is_one_of_the_law() -> None:
    from aboveboard.discovery import columns, samples

    named = {rule.category for rule in columns._header_rules()}
    named |= {row["category"] for row in columns._data()["behaviour"]}
    named |= {category for category, _, _ in samples._STRONG}
    assert named <= set(all_categories())


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("FirstName", "first_name"),
        ("NationalIDNumber", "national_id_number"),
        ("Checked Out To: Email", "checked_out_to_email"),
        ("e-mail", "e_mail"),
    ],
)
def test_a_name_is_compared_by_its_words(name: str, words: str) -> None:
    assert words_of(name) == words


def test_what_no_purpose_uses_and_what_nobody_found_are_shown() -> None:
    promise = load(SAMPLE.read_text("utf-8"), name=SAMPLE.name)
    found = propose([column("customer", "email"), column("customer", "religion")])
    comparison = compare(promise, found)
    assert [each.path for each in comparison.without_purpose] == ["religion"]
    assert "user.contact.email" not in comparison.not_found
    assert comparison.not_found
