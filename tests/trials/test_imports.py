"""Customer files as people really have them: what is wrong is said, with line and what to do."""

from __future__ import annotations

import gzip
import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from aboveboard.basics import clock
from aboveboard.basics.actor import SYSTEM
from aboveboard.intake import load as loading
from aboveboard.intake import mapping as mappings
from aboveboard.intake import queries as intake
from aboveboard.intake.blocks import FileRefused
from aboveboard.intake.queries import ImportReport
from aboveboard.promise.queries import AdoptedPromise
from aboveboard.vault import queries as vault
from tests import world

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.one_database("how a file is read; tests/intake loads on both"),
]

HEADER = (
    "customer_id,title,first_name,last_name,email,phone,address_line1,address_line2,city,region,"
    "postal_code,country,birth_date,gender,marital_status,annual_income,occupation,children,"
    "home_owner,card_type,card_number,card_expiry\n"
)


def row(number: str = "T001", name: str = "Ada,Moss", **changed: str) -> str:
    """Return a customer's line, with some values changed."""
    values = {
        "email": f"{number.lower()}@example.org",
        "phone": "+44 20 7946 0101",
        "postal_code": "LS1 1AA",
        "country": "GB",
        "birth_date": "1980-05-04",
    } | changed
    return (
        f"{number},,{name},{values['email']},{values['phone']},1 Mill Lane,,Leeds,,"
        f"{values['postal_code']},{values['country']},{values['birth_date']},,,,,,,,,\n"
    )


Import = Callable[[str | bytes], ImportReport]


@pytest.fixture
def adopted() -> AdoptedPromise:
    return world.adopt()


@pytest.fixture
def imported(tmp_path: Path, adopted: AdoptedPromise) -> Import:
    """Import a text as a file, with the sample mapping."""
    mapping = mappings.load(world.MAPPING_FILE.read_text("utf-8"), name="mapping.yaml")
    kinds = {key: field.kind_and_format for key, field in adopted.promise.fields.items()}
    path = tmp_path / "customers.csv"

    def run(text: str | bytes) -> ImportReport:
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        source = loading.ImportSource(path, mapping, kinds, adopted.serial)
        return loading.load(source, by=SYSTEM, at=clock.now())

    return run


PEOPLE = HEADER + row("T001") + row("T002", "Ben,Hale")


@pytest.mark.parametrize(
    ("changed", "field", "says"),
    [
        ({"phone": "4.47946E+11"}, "phone", "scientific notation"),
        ({"phone": '"4,47946E+11"'}, "phone", "scientific notation"),
        ({"phone": "447946010102.0"}, "phone", r"ends with \.0"),
        ({"phone": "7946010103"}, "phone", "neither its 0 in front nor"),
        ({"phone": "2079460101"}, "phone", "neither its 0 in front nor"),
        ({"phone": "'+442079460101"}, "phone", "apostrophe"),
        ({"phone": '"=""02079460101"""'}, "phone", "formula"),
        ({"phone": "#NAME?"}, "phone", "error of a spreadsheet"),
        ({"phone": "#####"}, "phone", "error of a spreadsheet"),
        ({"phone": "0"}, "phone", "not a phone number"),
        ({"postal_code": "1.23E+04"}, "postal_code", "scientific notation"),
        ({"postal_code": "2-Jan"}, "postal_code", "a date that a spreadsheet made"),
        ({"postal_code": "02. Mrz"}, "postal_code", "a date that a spreadsheet made"),
        ({"postal_code": "02-janv"}, "postal_code", "a date that a spreadsheet made"),
        ({"postal_code": "Mar-24"}, "postal_code", "a date that a spreadsheet made"),
        ({"postal_code": "1067", "country": "DE"}, "postal_code", "zero in front may be lost"),
        ({"postal_code": "2134", "country": "US"}, "postal_code", "zero in front may be lost"),
        ({"birth_date": "29345"}, "birth_date", "a day as a spreadsheet counts"),
        ({"birth_date": "29345.5"}, "birth_date", "a day as a spreadsheet counts"),
    ],
)
def test_a_value_that_a_spreadsheet_mangled_is_refused_with_its_line_and_field(
    imported: Import, changed: dict[str, str], field: str, says: str
) -> None:
    report = imported(HEADER + row("T001") + row("T002", "Ben,Hale", **changed))
    assert (report.loaded, report.refused) == (1, 1)
    problem = intake.import_problems(report.id)[0]
    assert (problem.line, problem.field) == (3, field)
    with pytest.raises(AssertionError, match=says):
        raise AssertionError(problem.sentence)
    assert changed[field] == "0" or changed[field] not in problem.sentence


@pytest.mark.parametrize(
    "number", ["1.00E+05", "1E+05", "447.0", "NULL", "#REF!", "N/A", "undefined", "'0012"]
)
def test_a_customer_number_that_is_none_finds_nobody(imported: Import, number: str) -> None:
    report = imported(HEADER + row(number))
    assert (report.loaded, report.refused) == (0, 1)


@pytest.mark.parametrize(
    ("changed", "name"),
    [
        ({}, "Eve,Null"),
        ({}, "Jan,May"),
        ({"phone": "02079460101"}, "Dan,O’Shea"),
        ({"phone": "442079460101"}, "Dan,O'Shea"),
        ({"phone": "(415) 555-0132", "country": "US", "postal_code": "02134"}, "Ann,Lee"),
        ({"phone": "612345678", "country": "ES", "postal_code": "08001"}, "Ana,Ruiz"),
        ({"postal_code": "1010", "country": "AT", "phone": "+43 1 5123456"}, "Eva,Mai"),
        ({"postal_code": "E1 0AA"}, "Ann,de-Mar"),
    ],
)
def test_what_only_looks_like_a_mangled_value_is_loaded(
    imported: Import, changed: dict[str, str], name: str
) -> None:
    report = imported(HEADER + row("T001", name, **changed))
    assert (report.loaded, report.refused) == (1, 0)


def zipped(member: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(member, PEOPLE)
    return out.getvalue()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (PEOPLE.replace(",", ";"), "separated by semicolons"),
        (PEOPLE.replace(",", "\t"), "separated by tabs"),
        (PEOPLE.replace(",", "|"), "separated by vertical bars"),
        (PEOPLE.replace("\n", ",,,\n"), "line 1 ends with 3 columns that have no name"),
        (PEOPLE.replace("title", "", 1), "column 2 of line 1 has no name"),
        (PEOPLE.replace("title", "email", 1), "'email' stands in line 1 twice, in columns 2 and 5"),
        ("sep=,\n" + PEOPLE, "`sep=`, which only Excel reads"),
        ("\n".join(f'"{line}"' for line in PEOPLE.splitlines()), "stands in quotes as a whole"),
        (
            PEOPLE.replace("customer_id", "“customer_id”", 1).replace(
                HEADER[11:].strip(), ",".join(f"“{c}”" for c in HEADER[12:].strip().split(",")), 1
            ),
            "quotes that are not",
        ),
        (PEOPLE.encode("utf-16"), "it is UTF-16 text"),
        (PEOPLE.encode("utf-16-le"), "UTF-16 text without a mark"),
        (PEOPLE.encode("utf-32"), "it is UTF-32 text"),
        (gzip.compress(PEOPLE.encode()), "compressed with gzip"),
        (zipped("people.csv"), "it is a zip archive"),
        (zipped("xl/workbook.xml"), "it is an Excel workbook"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(99), "workbook of an old Excel"),
        (b"%PDF-1.7\n", "it is a PDF document"),
        ('[{"customer_id": "T001"}]', "it is JSON"),
        ("<?xml version='1.0'?><people/>", "it is XML or a web page"),
        ("INSERT INTO people VALUES ('T001');\n", "it is SQL"),
        ("", "it is empty"),
        (PEOPLE.replace("customer_id", "Customer ID", 1), "the column 'Customer ID'"),
    ],
)
def test_a_file_of_another_form_is_called_what_it_is_and_nothing_is_loaded(
    imported: Import, text: str | bytes, says: str
) -> None:
    with pytest.raises(FileRefused, match=says) as refused:
        imported(text)
    assert len(str(refused.value)) > len(refused.value.message)
    assert "moss" not in str(refused.value).lower()
    assert vault.people_count() == 0


def test_a_column_spelled_another_way_names_the_one_that_is_meant(imported: Import) -> None:
    with pytest.raises(FileRefused) as refused:
        imported(PEOPLE.replace("customer_id", "Customer ID", 1))
    assert "'customer_id'" in str(refused.value).partition("'Customer ID'")[2]


def test_columns_that_are_all_spelled_another_way_name_one_that_is_meant(imported: Import) -> None:
    with pytest.raises(FileRefused, match="The mapping has 'customer_id': write it, and the"):
        imported(PEOPLE.replace(HEADER, HEADER.upper()))


def test_the_empty_rows_of_a_spreadsheet_are_nobody(imported: Import) -> None:
    report = imported(PEOPLE + "," * HEADER.count(",") + "\n" + " ," * HEADER.count(",") + "\n")
    assert (report.loaded, report.refused) == (2, 0)


def test_a_file_that_begins_with_a_byte_order_mark_is_read(imported: Import) -> None:
    assert imported("\ufeff" + PEOPLE).loaded == 2


@pytest.mark.parametrize(
    ("lines", "line", "says"),
    [
        (row("T001") + HEADER + row("T002"), 3, "header again"),
        (row("T001") + "\ufeff" + row("T002"), 3, "byte order mark"),
        (row("T001") + "Total: 1" + "," * HEADER.count(",") + "\n", 3, "a total, or a note?"),
        (row("T001") + row("T002").replace("\n", ",,,\n"), 3, "commas too many"),
        (row("T001") + row("T002").replace(",", ";"), 3, "separated by something else"),
        (row("T001") + row("T002", 'Ben,"Hale" jr'), 3, "double quotes"),
        (row("T001") + row("T002", 'Ben,"Hale') + row("T003"), 4, "opens a value on line 3"),
    ],
)
def test_a_line_that_is_out_of_form_is_refused_with_what_to_do(
    imported: Import, lines: str, line: int, says: str
) -> None:
    report = imported(HEADER + lines)
    problems = intake.import_problems(report.id)
    assert line in [problem.line for problem in problems]
    assert any(says in problem.sentence for problem in problems)
    assert vault.find("customer_number", "T001")
