"""Loading people: sealed, found again without plaintext, never twice, every refused row listed."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest

from aboveboard.basics import clock
from aboveboard.basics.actor import SYSTEM
from aboveboard.commands.demo.people import people, write
from aboveboard.intake import blocks
from aboveboard.intake import load as loading
from aboveboard.intake import mapping as mappings
from aboveboard.intake import queries as intake_queries
from aboveboard.intake.models import ImportRun
from aboveboard.intake.queries import ImportReport
from aboveboard.keys.models import PersonKey
from aboveboard.ledger.models import Entry
from aboveboard.vault import queries
from aboveboard.vault.models import BlindIndex, Person, SealedRecord
from tests.story.database import bytes_of_database, found_in

MAPPING_FILE = Path(loading.__file__).parent / "samples" / "adventureworks.yaml"
MAPPING = mappings.load(MAPPING_FILE.read_text("utf-8"), name=MAPPING_FILE.name)
KINDS = dict.fromkeys(MAPPING.columns.values(), "text") | {
    "email": "email",
    "phone": "phone",
    "customer_number": "customer_number",
    "birth_date": "date",
}
PEOPLE = 300

pytestmark = pytest.mark.django_db


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "customers.csv"
    write(path, PEOPLE)
    return path


def load(path: Path, **changed: Any) -> ImportReport:
    return loading.load(
        loading.ImportSource(path, MAPPING, KINDS, 1), by=SYSTEM, at=clock.now(), **changed
    )


def test_everyone_is_loaded_with_a_key_of_their_own(file: Path) -> None:
    run = load(file)
    assert (run.rows, run.loaded, run.already_held, run.refused) == (PEOPLE, PEOPLE, 0, 0)
    assert (
        Person.objects.count()
        == SealedRecord.objects.count()
        == PersonKey.objects.count()
        == PEOPLE
    )
    assert len({bytes(key.wrapped) for key in PersonKey.objects.all()}) == PEOPLE
    assert BlindIndex.objects.count() == 3 * PEOPLE
    assert Entry.objects.filter(kind="people.imported").count() == 1


def test_loading_twice_loads_nothing_twice(file: Path) -> None:
    load(file)
    again = load(file)
    assert (again.loaded, again.already_held) == (0, PEOPLE)
    assert Person.objects.count() == PEOPLE


def test_someone_who_stands_twice_in_the_file_is_loaded_once_and_listed(file: Path) -> None:
    lines = file.read_text("utf-8").splitlines(keepends=True)
    file.write_text("".join([*lines, lines[5]]), "utf-8")
    run = load(file)
    (problem,) = intake_queries.import_problems(run.id)
    assert (run.loaded, problem.line, problem.code) == (PEOPLE, PEOPLE + 2, "twice")


def test_bad_rows_are_listed_and_the_rest_is_loaded(file: Path) -> None:
    lines = file.read_text("utf-8").splitlines(keepends=True)
    lines[3] = lines[3].replace("@", " at ")
    lines[9] = "one,two\n"
    file.write_text("".join(lines), "utf-8")
    run = load(file)
    assert (run.loaded, run.refused) == (PEOPLE - 2, 2)
    assert [(problem.line, problem.code) for problem in intake_queries.import_problems(run.id)] == [
        (4, "not_email"),
        (10, "wrong_count"),
    ]


@pytest.mark.parametrize("column", ["email", "phone", "customer_id"])
def test_a_person_is_found_by(column: str, file: Path) -> None:
    load(file)
    someone = list(people(PEOPLE))[7]
    kind = {"customer_id": "customer_number"}.get(column, column)
    found = queries.find(kind, f" {someone[column].upper()} ", regions=[someone["country"]])
    assert len(found) >= 1
    assert all("customer_number" in queries.held_fields(person_id) for person_id in found)


def test_where_people_live_follows_their_country_and_state(file: Path) -> None:
    load(file)
    expected: dict[str, int] = {}
    for person in people(PEOPLE):
        place = (
            f"{person['country']}-{person['region']}"
            if person["country"] in ("US", "CA")
            else person["country"]
        )
        expected[place] = expected.get(place, 0) + 1
    assert queries.by_jurisdiction() == expected


@pytest.mark.django_db(transaction=True)
def test_no_plaintext_is_in_the_bytes_of_the_database(file: Path, on_postgres: bool) -> None:
    load(file)
    dump = bytes_of_database(on_postgres)
    assert found_in(dump, ["people.imported"]), "the search itself must find what is there"
    columns = (
        "email",
        "phone",
        "last_name",
        "address_line1",
        "card_number",
        "birth_date",
        "customer_id",
    )
    with file.open(encoding="utf-8") as text:
        assert not found_in(dump, (row[name] for row in csv.DictReader(text) for name in columns))


def test_a_killed_load_continues_where_it_stopped(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(blocks, "IMPORT_BATCH", 100)

    def killed(run: ImportReport) -> None:
        if run.lines_done > 150:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        load(file, progress=killed)
    assert Person.objects.count() == 200
    again = load(file)
    assert (again.rows, again.loaded, again.already_held, Person.objects.count()) == (
        PEOPLE,
        PEOPLE,
        0,
        PEOPLE,
    )
    assert (again.resumed, ImportRun.objects.count()) == (1, 1)
