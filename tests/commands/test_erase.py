"""``aboveboard people erase``: says what would go, and erases with ``--yes``; a hold stands against
it; the next import leaves them out until somebody lets them in."""

from __future__ import annotations

from pathlib import Path

import pytest

from aboveboard.commands.main import main
from aboveboard.vault import queries as vault
from tests.trials.test_imports import HEADER, row
from tests.world import adopt

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _started(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("aboveboard.commands.main.start_django", lambda: None)


def answer(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str]:
    code = main(list(words))
    printed = capsys.readouterr()
    return code, printed.out + printed.err


def test_one_person_is_erased_in_two_steps_and_stays_erased(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    adopt()
    file = tmp_path / "people.csv"
    file.write_text(HEADER + row("T001") + row("T002", "Ben,Hale"), "utf-8")
    imports = ("import", str(file), "--sample-mapping")
    assert answer(capsys, *imports)[0] == 0
    (person,) = vault.find("customer_number", "T002")
    erase = ("people", "erase", str(person))

    code, words = answer(capsys, *erase)
    assert code == 1
    assert "Nothing was erased" in words
    assert "Nobody can undo" in words

    hold = ("hold", "place", str(person), "--reason", "claim", "--reference", "case/1", "--json")
    assert answer(capsys, *hold)[0] == 0
    assert "legal hold is open, so nothing can be erased" in answer(capsys, *erase)[1]
    assert answer(capsys, *erase, "--yes")[0] == 4
    assert vault.person(person) is not None
    from aboveboard.retention.queries import holds

    (placed,) = holds(person)
    assert answer(capsys, "hold", "release", str(placed.id), "--reference", "ruling/9")[0] == 0

    code, words = answer(capsys, *erase, "--reason", "objected", "--yes")
    assert (code, vault.person(person)) == (0, None)
    assert "Tell the person: On " in words
    assert "for 3 years" in words
    assert answer(capsys, *erase, "--yes")[0] == 3

    code, words = answer(capsys, *imports)
    assert code == 1
    assert "2 rows: 0 imported, 1 already held, 0 not imported, 1 left out because" in words
    erasure = words.split("(erasure ")[1].split(")")[0]
    assert answer(capsys, "people", "let-in", erasure, "--reference", "Ben Hale")[0] == 2
    code, words = answer(capsys, "people", "let-in", erasure, "--reference", "form/9")
    assert (code, f"let-in {erasure} --undo" in words) == (0, True)
    assert answer(capsys, "people", "let-in", erasure, "--undo")[0] == 0
    assert "1 left out" in answer(capsys, *imports)[1]
    assert answer(capsys, "people", "let-in", erasure, "--reference", "form/9")[0] == 0
    assert "2 rows: 1 imported" in answer(capsys, *imports)[1]


def test_a_row_that_may_be_of_another_person_is_listed_decided_and_undone(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    adopt()
    phone = {"phone": "020 7946 0102"}
    file = tmp_path / "people.csv"
    file.write_text(HEADER + row("T001") + row("T002", "Ben,Hale", **phone), "utf-8")
    imports = ("import", str(file), "--sample-mapping")
    assert answer(capsys, *imports)[0] == 0
    (person,) = vault.find("customer_number", "T002")
    assert answer(capsys, "people", "erase", str(person), "--yes")[0] == 0
    listing = ("import", "--held-back")
    assert answer(capsys, *listing) == (0, "No row that was held back needs a decision.\n")

    stranger = row("T902", "Zoe,Park", email="zoe@example.org", **phone)
    file.write_text(HEADER + row("T001") + stranger, "utf-8")
    code, words = answer(capsys, *imports)
    assert code == 1
    run = words.partition("Decide about each: aboveboard import --held-back ")[2].split()[0]
    code, words = answer(capsys, *listing)
    assert code == 1
    assert "waits for a decision: line 3 of people.csv. It has the phone number of" in words
    assert "1 to decide, 0 decided." in words
    assert "zoe" not in words.lower()
    number = words.split()[0]
    assert answer(capsys, *listing, "999999")[0] == 3
    assert '"state": "waiting"' in answer(capsys, *listing, run, "--json")[1]

    decide = ("import", "--decide", number)
    assert answer(capsys, *decide, "maybe")[0] == 2
    assert answer(capsys, *decide, "undo")[0] == 4
    code, words = answer(capsys, *decide, "take", "--reference", "call/7")
    assert (code, "brings them back against their will" in words) == (1, True)
    assert answer(capsys, *imports)[0] == 1, "nothing was decided"
    assert answer(capsys, *decide, "take", "--yes")[0] == 2
    assert answer(capsys, *decide, "keep-out")[0] == 0
    assert answer(capsys, *listing)[0] == 0
    assert "kept out: line 3" in answer(capsys, *listing)[1]
    assert answer(capsys, *decide, "undo")[0] == 0
    assert answer(capsys, *decide, "take", "--yes", "--reference", "call/7")[0] == 0
    assert "2 rows: 1 imported, 1 already held" in answer(capsys, *imports)[1]
    assert answer(capsys, *decide, "undo")[0] == 3


def test_what_a_file_says_otherwise_is_listed_and_decided(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    adopt()
    file, mapping = tmp_path / "people.csv", tmp_path / "mapping.yaml"
    file.write_text(HEADER + row("T001"), "utf-8")
    assert main(["import", "--print-sample-mapping"]) == 0
    mapping.write_text(capsys.readouterr().out + "\nchanges: ask\n", "utf-8")
    imports = ("import", str(file), "--mapping", str(mapping))
    assert answer(capsys, *imports)[0] == 0
    assert answer(capsys, "import", "--differences") == (0, "No value needs a decision.\n")

    file.write_text(HEADER + row("T001", email="new@example.org"), "utf-8")
    code, words = answer(capsys, *imports)
    assert code == 1
    assert "Already held with other values: 0 taken over, 1 to be decided." in words
    code, words = answer(capsys, "import", "--differences")
    assert code == 1
    assert "line 2 of people.csv" in words
    number = words.split()[0]
    assert answer(capsys, "import", "--answer", number, "maybe")[0] == 2
    assert answer(capsys, "import", "--answer", number, "take")[0] == 0
    assert answer(capsys, *imports)[0] == 0
    assert len(vault.find("email", "new@example.org")) == 1
