"""Files are held to the contract, in each form and place; whatever is not a person's stays byte for
byte, and a file is replaced whole or not at all."""

from __future__ import annotations

import json
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from aboveboard.basics.personal import Personal
from aboveboard.connectors import registry
from aboveboard.connectors.contract import Identifier, SystemAnswerUnreadable
from aboveboard.connectors.declaration import DeclarationRefused
from aboveboard.connectors.files.connector import FileConnector
from tests.connectors.contract import MARY, PAUL, ConnectorContract, ContractStand, email
from tests.connectors.databases import moved

CSV = (
    f'name;email;phone;note\r\nPaul;{PAUL};+44 20 7946 0123;"two\r\nlines; one"\r\n'
    "Mary Smith;MARY.smith@example.org;020 7946 0958;é\r\n"
).encode("cp1252")
ROWS = [
    {"who": {"email": PAUL, "name": "Paul"}, "n": 1},
    {"who": {"email": "mary.smith@EXAMPLE.org", "name": "Mary"}, "n": 2},
    {"who": {"email": "mary.smith@example.org", "name": "Mary"}, "n": 3.5},
]
NDJSON = b"".join(json.dumps(row).encode() + b"\n" for row in ROWS)
DECLARED = """\
system: exports
name: Exports
kind: files
why: Lists that we send.
files:
{reached}
collections:
  members:
    files: members*.csv
    fields:
      email: {{identifier: email, category: user.contact.email}}
      phone: {{identifier: phone, country: GB}}
      name: {{category: user.name}}
  events:
    files: deep/*.ndjson
    fields:
      who.email: {{identifier: email}}
      who.name: {{category: user.name}}
"""


def connector(reached: str, text: str = DECLARED) -> FileConnector:
    declaration = registry.read_declaration(text.format(reached=reached), name="exports.yaml")
    built = registry.build(declaration)
    assert isinstance(built, FileConnector)
    return built


def fill(folder: Path) -> None:
    (folder / "deep").mkdir(parents=True)
    (folder / "members-1.csv").write_bytes(CSV)
    (folder / "members-2.csv").write_text(f"email,name\n{PAUL},Paul\n")
    (folder / "deep" / "events.ndjson").write_bytes(NDJSON)


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def stand_in(folder: Path, reached: str, down: AbstractContextManager[object]) -> ContractStand:
    def pauls() -> list[bytes]:
        parts = [line for text in contents(folder).values() for line in text.splitlines()]
        return sorted(part for part in parts if b"mary" not in part.lower())

    return ContractStand(
        connector=connector(reached),
        held={"members": 1, "events": 2},
        contents=lambda: contents(folder),
        pauls=pauls,
        down=lambda: down,
        correction={"user.name": Personal("Mary Jones")},
        secrets=["wr0ng-horse-battery"],
    )


class TestFolder(ConnectorContract):
    @pytest.fixture
    def stand(self, tmp_path: Path) -> ContractStand:
        folder = tmp_path / "exports"
        fill(folder)
        return stand_in(folder, f"  place: {folder}", moved(folder))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    fill(tmp_path / "exports")
    return tmp_path / "exports"


def mary(exports: FileConnector, collection: str) -> object:
    return next(m for m in exports.find([email(MARY)]) if m.collection == collection)


def test_what_is_not_hers_stays_byte_for_byte_with_its_permissions(folder: Path) -> None:
    (folder / "members-1.csv").chmod(0o640)
    exports = connector(f"  place: {folder}")
    for match in exports.find([email(MARY)]):
        exports.erase(match)
    first = folder / "members-1.csv"
    assert first.read_bytes() == CSV[: CSV.index(b"Mary Smith")]
    assert first.stat().st_mode & 0o777 == 0o640
    assert (folder / "deep" / "events.ndjson").read_bytes() == NDJSON.splitlines(True)[0]
    assert sorted(path.name for path in folder.iterdir()) == [
        "deep",
        "members-1.csv",
        "members-2.csv",
    ]


def test_a_phone_number_is_found_as_it_is_written_there(folder: Path) -> None:
    exports = connector(f"  place: {folder}")
    (match,) = exports.find([Identifier("phone", Personal("+442079460958"))])
    assert Personal("mary.smith@example.org") in [each.value for each in match.learned]


def test_parquet_loses_the_row_and_keeps_its_types(folder: Path) -> None:
    import duckdb

    place = str(folder / "points.parquet")
    with duckdb.connect() as connection:
        connection.sql(
            "SELECT * FROM (VALUES "
            "(DATE '2026-01-01', 'paul.jones@example.org', 1.5::DECIMAL(5,2)),"
            "(DATE '2026-01-02', 'MARY.smith@example.org', 2.5)) t(day, email, points)"
        ).write_parquet(place)
    text = DECLARED.split("collections:")[0] + (
        "collections:\n  points:\n    files: points.parquet\n    fields:\n"
        "      email: {{identifier: email, category: user.contact.email}}\n"
    )
    exports = connector(f"  place: {folder}", text)
    (match,) = exports.find([email(MARY)])
    assert exports.correct(match, {"user.contact.email": Personal("new@example.org")}).changed
    (match,) = exports.find([email("new@example.org")])
    assert exports.erase(match).changed == {"points": 1}
    with duckdb.connect() as connection:
        read = connection.execute("SELECT * FROM read_parquet(?)", [place])
        assert [str(each[1]) for each in read.description] == ["DATE", "VARCHAR", "DECIMAL(5,2)"]
        assert len(read.fetchall()) == 1


def test_a_list_in_one_json_file_is_written_without_her(folder: Path) -> None:
    (folder / "all.json").write_text(json.dumps(ROWS))
    text = DECLARED.replace("deep/*.ndjson", "all.json")
    exports = connector(f"  place: {folder}", text)
    match = mary(exports, "events")
    assert exports.erase(match).changed == {"events": 2}  # type: ignore[arg-type]
    assert json.loads((folder / "all.json").read_text()) == ROWS[:1]


def test_a_file_that_is_not_what_it_is_said_to_be_is_named_and_stays(folder: Path) -> None:
    (folder / "deep" / "events.ndjson").write_text("{broken")
    before = contents(folder)
    exports = connector(f"  place: {folder}")
    assert not exports.test().ok
    with pytest.raises(SystemAnswerUnreadable) as refused:
        list(exports.find([email(MARY)]))
    assert "broken" not in str(refused.value)
    assert contents(folder) == before


def test_two_numbers_behind_one_address_are_said(folder: Path) -> None:
    (folder / "members-2.csv").write_text(
        "email,phone\nboth@example.org,+442079460958\nboth@example.org,+442079460123\n"
    )
    (match,) = connector(f"  place: {folder}").find([email("both@example.org")])
    assert match.several


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("members*.csv", "../*.csv"),
        ("members*.csv", "/etc/*.csv"),
        ("deep/*.ndjson", "deep/*.bin"),
        ("  place: PLACE", "  place: sftp://host/x"),
        ("  place: PLACE", "  place: http://169.254.169.254/"),
    ],
)
def test_a_declaration_that_leaves_its_place_is_refused(right: str, wrong: str) -> None:
    text = DECLARED.format(reached="  place: PLACE").replace("PLACE", "/srv")
    with pytest.raises(DeclarationRefused):
        registry.read_declaration(
            text.replace(right.replace("PLACE", "/srv"), wrong), name="exports.yaml"
        )
