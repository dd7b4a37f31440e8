"""The commands of holds and restrictions, and of two records of one person."""

from __future__ import annotations

import json

import pytest

from aboveboard.basics.person_codes import person_code
from aboveboard.commands.main import main
from aboveboard.vault import aliases
from tests.identity.test_scanning import PHONE, give
from tests.world import load

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _started(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("aboveboard.commands.main.start_django", lambda: None)


def said(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    assert main(list(words)) == 0
    return capsys.readouterr().out


def test_a_hold_is_placed_listed_and_released(capsys: pytest.CaptureFixture[str]) -> None:
    ((person, _),) = load(1)
    assert "no open legal holds" in said(capsys, "hold", "list")
    placed = json.loads(
        said(
            capsys,
            "hold",
            "place",
            str(person),
            "--reason",
            "claim",
            "--reference",
            "case/1",
            "--json",
        )
    )
    assert f"hold {placed['number']}  person {person_code(person)}  claim  case case/1" in said(
        capsys, "hold", "list"
    )
    assert "ended" in said(
        capsys, "hold", "release", str(placed["number"]), "--reference", "ruling/1"
    )
    assert main(["hold", "release", str(placed["number"]), "--reference", "ruling/1"]) == 4
    assert main(["hold", "place", "404", "--reason", "claim", "--reference", "case/1"]) == 3
    assert (
        main(["hold", "place", str(person), "--reason", "claim", "--reference", "Mrs Jones"]) == 2
    )


def test_a_restriction_is_placed_and_lifted(capsys: pytest.CaptureFixture[str]) -> None:
    ((person, _),) = load(1)
    words = (
        "hold",
        "restrict",
        str(person),
        "--reason",
        "unlawful",
        "--reference",
        "call/1",
        "--until",
        "2099-12-31",
        "--json",
    )
    placed = json.loads(said(capsys, *words))
    assert (placed["kind"], placed["until"]) == ("restriction", "2100-01-01")
    assert "ended" in said(capsys, "hold", "lift", str(placed["number"]), "--notice", "letter/1")


def test_two_records_become_one_and_two_again(capsys: pytest.CaptureFixture[str]) -> None:
    (one, _), (other, _) = load(2)
    assert "0 of 0 groups looked at; 2 records" in said(capsys, "people", "duplicates")
    assert "email: differs" in said(capsys, "people", "compare", str(one), str(other))
    merged = json.loads(
        said(
            capsys,
            "people",
            "merge",
            str(one),
            str(other),
            "--reference",
            "case/1",
            "--take",
            "email",
            "--json",
        )
    )
    assert aliases.current_number(other) == one
    assert "separate records again" in said(
        capsys, "people", "split", str(merged["merge"]), "--reference", "case/2"
    )
    assert main(["people", "merge", str(one), str(one), "--reference", "case/1"]) == 2
    assert main(["people", "split", str(merged["merge"]), "--reference", "case/2"]) == 4


def test_duplicates_are_listed_and_told_apart(capsys: pytest.CaptureFixture[str]) -> None:
    people = [person_id for person_id, _ in load(9)]
    first, second = sorted(people[:2])
    give([first, second], email="couple@shop.example")
    give(people[2:], phone=PHONE)
    lines = said(capsys, "people", "duplicates", "--find", "--json").splitlines()
    (group,) = map(json.loads, lines)
    assert group["pairs"][0]["records"] == [first, second]
    assert "the same e-mail address" in group["pairs"][0]["reasons"]
    shown = said(capsys, "people", "duplicates")
    assert f"{person_code(first)}  {person_code(second)}  the same e-mail address" in shown
    assert "couple@" not in shown
    assert "7  phone number: too many share it" in said(capsys, "people", "duplicates", "--shared")
    assert "Remembered" in said(capsys, "people", "different", str(second), str(first))
    assert main(["people", "merge", str(first), str(second), "--reference", "case/1"]) == 4
    assert "1 of 1 groups looked at" in said(capsys, "people", "duplicates", "--find")
    assert "(not the same person)" in said(capsys, "people", "duplicates", "--all")
    assert "Taken back" in said(
        capsys, "people", "different", str(first), str(second), "--take-back"
    )
    assert main(["people", "different", str(first), str(second), "--take-back"]) == 3
    assert main(["people", "different", str(first), "404"]) == 3
    code = person_code(first)
    slip = f"{code[:3]}{'A' if code[3] != 'A' else 'B'}{code[4:]}"
    with pytest.raises(SystemExit):
        main(["people", "different", slip, str(second)])
    assert f"Did you mean to type {code}?" in capsys.readouterr().err
