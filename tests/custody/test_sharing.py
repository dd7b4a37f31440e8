"""The register of data sharing: eighteen fields in, the same out; what is wrong is named."""

from __future__ import annotations

import pytest

from aboveboard.basics import clock
from aboveboard.basics.actor import SYSTEM
from aboveboard.custody import sharing
from aboveboard.custody.agreement import (
    FIELDS,
    RegisterRefused,
    read_register,
    write_register,
)
from aboveboard.ledger.models import Entry
from tests.centre.sharing_sample import REGISTER


def test_the_register_has_its_eighteen_fields_and_comes_out_as_it_went_in() -> None:
    assert len(FIELDS) == 18
    agreements = read_register(REGISTER)
    assert [each.number for each in agreements] == [1, 2]
    assert agreements[0].parties == ("Council of Y", "HM Revenue and Customs")
    assert read_register(write_register(agreements).encode()) == agreements
    # The headings that people read there are known too.
    first, rest = REGISTER.decode().split("\r\n", 1)
    words = ",".join(FIELDS[field] for field in first.split(","))
    assert read_register(f"{words}\r\n{rest}".encode()) == agreements


PROBLEMS = {
    "no text": (b"\xff", "line 1, file: It is not UTF-8 text."),
    "a field that is none": (
        REGISTER.replace(b"areas,", b"places,"),
        "line 1, places: The register has no such field.",
    ),
    "a column that is missing": (
        REGISTER.replace(b"start-date", b""),
        "line 1, start-date: There is no such column.",
    ),
    "nothing written": (REGISTER.replace(b"Debt", b""), "line 2, name: Nothing is written here."),
    "no date": (
        REGISTER.replace(b"2026-01-01", b"1 May 2026"),
        "line 2, start-date: This is no date.",
    ),
    "no number": (
        REGISTER.replace(b"\r\n2,", b"\r\ntwo,"),
        "line 3, information-sharing-agreement-0001: This is no number.",
    ),
    "a number twice": (
        REGISTER.replace(b"\r\n2,", b"\r\n1,"),
        "line 3, information-sharing-agreement-0001: Agreement 1 is in line 2 too.",
    ),
    "too long": (
        REGISTER.replace(b"Debt", b"D" * 10_001),
        "line 2, name: This has 10,001 characters.",
    ),
    "no CSV": (REGISTER.replace(b"Debt", b'"Debt"x'), "line 2, file: This is not CSV."),
}


@pytest.mark.parametrize("name", PROBLEMS)
def test_what_is_wrong_is_named_with_line_field_and_fix(name: str) -> None:
    source, words = PROBLEMS[name]
    with pytest.raises(RegisterRefused) as refused:
        read_register(source)
    assert str(refused.value.problems[0]).startswith(words)
    assert all(problem.fix for problem in refused.value.problems)


@pytest.mark.django_db
def test_a_file_becomes_the_register_once() -> None:
    at = clock.now()
    assert sharing.take_in(REGISTER, by=SYSTEM, at=at) == 2
    assert sharing.take_in(REGISTER, by=SYSTEM, at=at) == 2
    assert Entry.objects.filter(kind="sharing.changed").count() == 1
    kept = REGISTER.split(b"\r\n2,")[0] + b"\r\n"
    assert sharing.take_in(kept, by=SYSTEM, at=at) == 1
    assert [each.number for each in sharing.agreements()] == [1]
    with pytest.raises(RegisterRefused):
        sharing.take_in(b"name\r\nx\r\n", by=SYSTEM, at=at)
    assert sharing.agreement(1).values["name"] == "Debt"
