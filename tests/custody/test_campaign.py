"""A campaign's file is filtered: the rows of people who may be contacted go out, why not is said of
each other row, and a run that was killed goes on."""

from __future__ import annotations

import csv
import json
from datetime import timedelta
from pathlib import Path

import duckdb
import pytest

from aboveboard.access.queries import use_records
from aboveboard.basics import clock
from aboveboard.basics.actor import CUSTOMER
from aboveboard.choices.actions import choose
from aboveboard.choices.state import ChoiceAnswer
from aboveboard.commands.main import main
from aboveboard.custody import campaign, campaign_progress, parcel, queries
from aboveboard.ledger.models import Entry
from tests.api.programs import program
from tests.custody.conftest import People

COLUMNS = ["ID", "email", "Name", "Score"]


def yes(person_id: int, answer: str = "yes") -> None:
    choose(
        person_id, "personal-offers", ChoiceAnswer(answer), channel="portal", evidence="portal:1",
        by=CUSTOMER, at=clock.now(),
    )  # fmt: skip


@pytest.fixture
def rows(people: People) -> list[list[str]]:
    """Five of whom two said yes; one twice; one nobody knows; one of whom nothing is said."""
    program("mailer", "offers-service", "Marketing", ["personal-offers"], ["email"])
    for person_id, _ in people[:3]:
        yes(person_id)
    yes(people[2][0], "no")
    listed = [[row["customer_id"], row["email"], row["first_name"], "7"] for _, row in people[:5]]
    listed[1][0] = ""  # found by the e-mail address
    return [*listed, listed[0], ["AW-none", "no@body.example", "Nobody", "1"], ["", "", "?", "2"]]


def filtered(folder: Path, file: Path, *more: str) -> int:
    return main(
        [
            "campaign", "filter", str(file), str(folder / "out.csv.age"), "--json",
            "--purpose", "personal-offers", "--channel", "email", "--to", "email-provider",
            "--client", "mailer", "--find", "customer_number=ID", "--find", "email=email",
            "--column", "email=email", "--column", "first_name=Name", *more,
        ]
    )  # fmt: skip


LEFT_OUT = [
    ["row", "reasons"], ["4", "consent_withdrawn"], ["5", "no_consent"], ["6", "no_consent"],
    ["7", "listed_before"], ["8", "no_one_found"], ["9", "nothing_to_find_by"],
]  # fmt: skip


def test_allowed_rows_go_out_and_every_other_row_has_its_reason(
    people: People, rows: list[list[str]], tmp_path: Path,
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    file = tmp_path / "spring.csv"
    with file.open("w", newline="") as text:
        csv.writer(text).writerows([COLUMNS, *rows])
    key = parcel.new_key(tmp_path / "key.txt")
    monkeypatch.setattr(campaign, "USE_BATCH", 3)

    # Killed in the second batch: nothing left, and what was decided is not asked again.
    class Killed(BaseException):
        pass

    calls = []

    def store(self: campaign_progress.CampaignProgress, batch: object) -> None:
        calls.append(1)
        if len(calls) == 2:
            raise Killed
        stored(self, batch)  # type: ignore[arg-type]

    stored = campaign_progress.CampaignProgress.store
    with monkeypatch.context() as patched:
        patched.setattr(campaign_progress.CampaignProgress, "store", store)
        with pytest.raises(Killed):
            filtered(tmp_path, file, "--key", key)
    assert not (tmp_path / "out.csv.age").exists()
    asked = Entry.objects.filter(kind="decision.asked").count()

    assert filtered(tmp_path, file, "--key", key) == 1
    report = json.loads(capsys.readouterr().out)
    assert (report["rows"], report["allowed"], report["resumed"]) == (8, 2, 3)
    # The batch that was not kept is asked again: two people of it. Nobody else is asked twice.
    assert Entry.objects.filter(kind="decision.asked").count() == asked + 2
    parcel.open_parcel(tmp_path / "out.csv.age", tmp_path / "key.txt", tmp_path / "out.csv")
    with (tmp_path / "out.csv").open(newline="") as text:
        assert list(csv.reader(text)) == [
            ["email", "first_name"], *([row["email"], row["first_name"]] for _, row in people[:2])
        ]  # fmt: skip
    with (tmp_path / "out.csv.age.left-out.csv").open(newline="") as text:
        assert list(csv.reader(text)) == LEFT_OUT
    assert (tmp_path / "out.csv.age.left-out.csv").stat().st_mode & 0o077 == 0
    assert not list(tmp_path.glob(".*campaign"))
    # Everybody whose row was found is on the manifest, and sees that it was asked.
    listed = {line.person_id: line.reasons for line in queries.export_people(report["export"])}
    assert set(listed) == {person_id for person_id, _ in people[:5]}
    assert sum(not reasons for reasons in listed.values()) == 2
    (record,) = use_records(people[2][0])
    assert (record.asked, record.reasons) == (True, ("consent_withdrawn",))
    assert not Entry.objects.filter(kind__startswith="use.").exists(), "nothing was opened"


def test_other_forms_are_read_and_wrong_words_are_refused_with_what_there_is(
    rows: list[list[str]], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, where = tmp_path / "spring.parquet", ["--unprotected"]
    with duckdb.connect(":memory:") as duck:
        duck.execute("CREATE TABLE t (ID VARCHAR, email VARCHAR, Name VARCHAR, Score INT)")
        duck.executemany("INSERT INTO t VALUES (?, ?, ?, ?)", rows)
        duck.execute(f"COPY t TO '{file}' (FORMAT parquet)")
    assert filtered(tmp_path, file, *where) == 1
    assert json.loads(capsys.readouterr().out)["allowed"] == 2
    for wrong, hint in (
        (["--find", "phone=Telefon"], "Its columns: ID, email"),
        (["--find", "shoe=ID"], "customer_number"),
        (["--column", "shoe=Name"], "shoe"),
        (["--column", "Name"], "FIELD=COLUMN"),
    ):
        assert filtered(tmp_path, file, *where, *wrong) == 2
        assert hint in capsys.readouterr().err
    odd = tmp_path / "spring.docx"
    odd.write_bytes(b"")
    assert filtered(tmp_path, odd, *where) == 2
    assert "xlsx" in capsys.readouterr().err


def test_a_yes_that_is_too_old_is_asked_again_when_a_run_goes_on(tmp_path: Path) -> None:
    at, place = clock.now(), tmp_path / "kept"
    run = {"file": "aa"}
    kept = campaign_progress.open_progress(place, run, at=at)
    old = at - timedelta(minutes=16)
    kept.store(
        [
            campaign_progress.DecidedRow(2, 1, "", old),
            campaign_progress.DecidedRow(3, 2, "no_consent", old),
            campaign_progress.DecidedRow(4, 3, "", at),
        ]
    )
    with place.open("a") as file:
        file.write('[[5,4,""')  # cut by the kill
    assert set(campaign_progress.open_progress(place, run, at=at).rows) == {3, 4}
    assert set(campaign_progress.open_progress(place, run, at=at).rows) == {3, 4}
    assert not campaign_progress.open_progress(place, {"file": "bb"}, at=at).rows
