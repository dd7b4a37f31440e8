"""Somebody has the database, the very file that was imported, and no key: whom can they tie to a
record by what is readable there?

They know every value and every line. They see lengths, names of fields, moments, numbers, the order
of each table, how many look-ups each person has, and who shares one.
"""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from collections.abc import Hashable, Mapping, Sequence
from itertools import pairwise
from pathlib import Path

import pytest
from django.db import connection

from aboveboard.basics import clock
from aboveboard.basics.actor import SYSTEM
from aboveboard.commands.demo.people import write
from aboveboard.intake import load as loading
from aboveboard.intake import mapping as mappings
from aboveboard.vault import numbers as numbers_of_people
from aboveboard.vault import queries
from aboveboard.vault.limits import RECORD_SIZES
from aboveboard.vault.models import BlindIndex, Person, SealedRecord
from tests import world

Row = Mapping[str, str]
TIED = 0.01
"""The share of people whom an attacker may tie to exactly one record."""


def load(file: Path) -> tuple[list[Row], list[int]]:
    """Import a file; return its rows, and for each the number its person has."""
    adopted = world.adopt()
    kinds = {key: field.kind_and_format for key, field in adopted.promise.fields.items()}
    kinds["card_number"] = "card_number:unchecked"  # those of the sample are made up
    mapping = mappings.load(world.MAPPING_FILE.read_text("utf-8"), name="mapping")
    loading.load(
        loading.ImportSource(file, mapping, kinds, adopted.serial),
        by=SYSTEM,
        at=clock.now(),
        processes=0,
    )
    with file.open(encoding="utf-8-sig", newline="") as text:
        rows = list(csv.DictReader(text))
    found = queries.find_each([("customer_number", row["customer_id"], [None]) for row in rows])
    return rows, [person_id for (person_id,) in found]


@pytest.mark.shared
@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.one_database("what an attacker computes from the columns")
def test_of_the_sample_one_in_a_hundred_is_tied_to_a_record_at_most(shared: Path) -> None:
    rows, numbers = load(shared / "data" / "adventureworks" / "customers.csv")
    assert len(rows) == Person.objects.count() == 18_148
    appearances = appearances_of(numbers)
    alike = Counter(appearances)
    assert len(alike) > 20, "countries at least can be told apart"
    tied = sum(alike[appearance] == 1 for appearance in appearances)
    assert 0 < tied <= TIED * len(rows), f"{tied} people are tied to exactly one record"
    check_no_order(numbers)


@pytest.mark.django_db(transaction=True)
def test_neither_a_number_nor_a_place_in_a_table_says_who_stood_on_which_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("aboveboard.intake.blocks.IMPORT_BATCH", 100)
    file = tmp_path / "customers.csv"
    write(file, 1_200)
    check_no_order(load(file)[1])


def check_no_order(numbers: Sequence[int]) -> None:
    """Check that no order in which the database gives people is that of the file, over all of it
    and within a batch."""
    for name, order in orders().items():
        places = {number: place for place, number in enumerate(order)}
        ranks = [places[number] for number in numbers]
        assert abs(correlation(ranks)) < 0.15, name
        batch = ranks[:100]
        assert abs(correlation([sorted(batch).index(rank) for rank in batch])) < 0.5, name
        # Neighbours in the file are not neighbours in the table: on average a third of it apart.
        apart = sum(abs(one - other) for one, other in pairwise(ranks)) / len(ranks) ** 2
        assert 0.25 < apart < 0.42, name


def orders() -> dict[str, list[int]]:
    """Return the people in each order that somebody with the database can see: of their numbers, of
    the numbers of rows beside them, and of where each table has its rows."""
    place = "ctid" if connection.vendor == "postgresql" else "rowid"
    seen = {}
    for table, person in (
        ("vault_person", "id"),
        ("keys_personkey", "person_id"),
        ("vault_sealedrecord", "person_id"),
    ):
        seen[f"{table} by number"] = ask(table, person, person)
        seen[f"{table} by place"] = ask(table, person, place)
    # On SQLite the table of look-ups has no rowid: it lies in the order of the digests.
    for order in ("digest", "ctid") if connection.vendor == "postgresql" else ("digest",):
        by_number = ask("vault_blindindex", "CASE kind WHEN 3 THEN person_id END", order)
        seen[f"look-ups by {order}"] = [number for number in by_number if number]
    return seen


def ask(table: str, column: str, order: str) -> list[int]:
    """Return a column as somebody who reads the database is given it."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM {table} ORDER BY {order}")  # noqa: S608 - our tables
        return [row[0] for row in cursor.fetchall()]


def correlation(ranks: Sequence[int]) -> float:
    """Return the rank correlation (Spearman) of a permutation with the order of its items."""
    count = len(ranks)
    apart = sum((place - rank) ** 2 for place, rank in enumerate(ranks))
    return 1 - 6 * apart / (count * (count**2 - 1))


@pytest.mark.django_db
def test_the_bytes_of_a_record_name_no_field_no_channel_and_no_purpose() -> None:
    people_loaded = world.load(40)
    held = queries.held_fields(people_loaded[0][0])
    assert len(held) > 10
    for _, boxes in SealedRecord.objects.values_list("person_id", "boxes"):
        for word in (*held, "shop", "import", "deliver-orders", "personal-offers"):
            assert word.encode() not in bytes(boxes), word
        assert len(bytes(boxes)) in RECORD_SIZES


@pytest.mark.django_db
def test_dates_in_the_clear_are_days() -> None:
    world.load(3)
    for moments in Person.objects.values_list("collected_at", "last_active_at"):
        for moment in moments:
            assert (moment.hour, moment.minute, moment.second, moment.microsecond) == (0, 0, 0, 0)


@pytest.mark.django_db
def test_a_number_that_somebody_has_already_is_drawn_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, drawn = numbers_of_people.draw, []

    def draw(first: int, count: int) -> list[int]:
        fresh = real(first, count)
        if len(drawn) == 1:  # the second batch gets a number of the first
            fresh[0] = drawn[0][0]
        drawn.append(fresh)
        return fresh

    monkeypatch.setattr(numbers_of_people, "draw", draw)
    monkeypatch.setattr("aboveboard.intake.blocks.IMPORT_BATCH", 10)
    file = tmp_path / "customers.csv"
    write(file, 30)
    rows, numbers = load(file)
    assert len(drawn) == 4, "three batches, and one of them twice"
    assert len(set(numbers)) == len(rows) == Person.objects.count() == 30
    assert all(0 < number < 2**63 for number in numbers)


@pytest.mark.django_db
def test_an_import_finds_numbers_after_131072_others_and_ends_where_none_are_free(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An import of one new customer every minute comes to as many in a season."""
    full = {first << 46 for first in range(2**17)}
    monkeypatch.setattr(numbers_of_people, "is_range_used", full.__contains__)
    file = tmp_path / "customers.csv"
    write(file, 30)
    rows, numbers = load(file)
    assert len(set(numbers)) == len(rows) == 30
    assert all(0 < number < 2**63 for number in numbers)
    assert len({number >> 34 for number in numbers}) == 1
    monkeypatch.setattr(numbers_of_people, "is_range_used", lambda first: True)
    with pytest.raises(numbers_of_people.NoNumbersLeft, match="more people each"):
        numbers_of_people.new_range()


@pytest.mark.slow
def test_numbers_of_one_import_are_its_own_and_of_63_bits() -> None:
    for first in (0, (2**17 - 1) << 46):
        drawn = numbers_of_people.draw(first, 2_000)
        assert len(set(drawn)) == 2_000
        assert all(0 < number < 2**63 for number in drawn)
        assert all(numbers_of_people.in_range(first, number) for number in drawn)
        assert not any(numbers_of_people.in_range(first ^ (1 << 46), number) for number in drawn)
        assert abs(correlation([sorted(drawn).index(number) for number in drawn])) < 0.15
    narrow = (5 << 46) + (1 << 34)
    drawn = numbers_of_people.draw(narrow, 2_000)
    assert all(numbers_of_people.in_range(narrow, number) for number in drawn)
    assert not any(numbers_of_people.in_range(narrow + (1 << 34), number) for number in drawn)


def appearances_of(numbers: Sequence[int]) -> list[Hashable]:
    """Return for each line how its record looks: in the best case for the attacker, who would have
    to work out from the file what is taken from the tables here. Two that look alike cannot be told
    apart.
    """
    facets = {
        row[0]: row[1:]
        for row in Person.objects.values_list(
            "id", "jurisdiction", "language", "collected_at", "last_active_at", "held_until"
        )
    }
    sizes = {row[0]: len(row[1]) for row in SealedRecord.objects.values_list("person_id", "boxes")}
    filed: dict[int, list[tuple[int, bytes]]] = defaultdict(list)
    sharing: dict[bytes, list[int]] = defaultdict(list)
    for person_id, kind, digest in BlindIndex.objects.values_list("person_id", "kind", "digest"):
        filed[person_id].append((kind, bytes(digest)))
        sharing[bytes(digest)].append(person_id)
    appearances: dict[int, Hashable] = {
        number: (facets[number], sizes[number], tuple(sorted(kind for kind, _ in filed[number])))
        for number in numbers
    }
    # Those who share a look-up are seen together, and then those who share one with them: as far as
    # that goes (colour refinement).
    while True:
        colours = {
            appearance: place
            for place, appearance in enumerate(dict.fromkeys(appearances.values()))
        }
        by_colour = {number: colours[appearance] for number, appearance in appearances.items()}
        of_sharers = {
            digest: tuple(sorted(by_colour[number] for number in sharers))
            for digest, sharers in sharing.items()
        }
        appearances = {
            number: (
                by_colour[number],
                tuple(sorted((kind, of_sharers[digest]) for kind, digest in filed[number])),
            )
            for number in numbers
        }
        if len(set(appearances.values())) == len(colours):
            return [by_colour[number] for number in numbers]
