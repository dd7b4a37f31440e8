"""``aboveboard concern``: the queue and the answer, with the same actions as the console."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest

from aboveboard.access.actions import use
from aboveboard.access.concerns.actions import raise_concern
from aboveboard.access.concerns.queries import own_concerns
from aboveboard.access.concerns.terms import Concern
from aboveboard.access.limits import CONCERN_ANSWER
from aboveboard.access.models import RaisedConcern
from aboveboard.access.use import Subject, UseRequest
from aboveboard.basics import clock
from aboveboard.basics.actor import CUSTOMER, Role
from aboveboard.commands.main import main
from tests.accounts.people import staff_member
from tests.world import ADVISER, load

pytestmark = pytest.mark.django_db
LEAD = "privacy-lead@staff.example"
SECOND = "second@staff.example"


@pytest.fixture(autouse=True)
def _started(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("aboveboard.commands.main.start_django", lambda: None)


def answer(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str]:
    code = main(["concern", *words])
    printed = capsys.readouterr()
    return code, printed.out + printed.err


def test_a_concern_is_listed_taken_handed_over_and_answered(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    person, row = load(3)[0]
    staff_member(Role.PRIVACY_LEAD)
    staff_member(Role.PRIVACY_LEAD, email=SECOND)
    assert answer(capsys, "list") == (0, "No concern waits.\n")
    ask = UseRequest(ADVISER, "answer-contact", ("email",), "phone", Subject(person))
    about = use(ask, at=clock.now()).entry_id
    raise_concern(person, about, Concern.TOO_MUCH, words="Why?", by=CUSTOMER, at=clock.now())
    number = str(RaisedConcern.objects.get().pk)

    code, said = answer(capsys, "list")
    assert (code, f"entry {about}: too-much" in said, "nobody has taken it" in said) == (0, True, 1)
    code, said = answer(capsys, "show", number)
    assert "for answer-contact, through phone: email; allowed" in said
    assert "Read it in the console" in said
    assert not any(each in said for each in ("Why?", row["email"]))

    words = tmp_path / "answer.txt"
    words.write_text("It will not recur.\n", "utf-8")
    final = ("answer", number, "--verdict", "wrong", "--words", str(words))
    assert answer(capsys, *final, "--as", LEAD)[0] == 4, "it is taken first"
    assert "answer by" in answer(capsys, "take", number, "--as", LEAD)[1]
    assert answer(capsys, "hand-over", number, "--to", SECOND, "--as", LEAD)[0] == 0
    assert answer(capsys, "list", "--owner", LEAD)[1] == "No concern waits.\n"
    code, said = answer(capsys, *final, "--as", SECOND, "--json")
    assert (code, json.loads(said)["verdict"]) == (0, "wrong")
    (own,) = own_concerns(person)
    assert own.words is not None
    assert own.words.reveal() == "It will not recur."
    assert "wrong" in answer(capsys, "list", "--answered")[1]
    assert answer(capsys, *final, "--as", SECOND)[0] == 4, "an answer stands"


def test_a_late_answer_is_exit_code_1(capsys: pytest.CaptureFixture[str]) -> None:
    person, _ = load(3)[0]
    then = clock.now() - CONCERN_ANSWER - timedelta(days=1)
    raise_concern(person, None, Concern.OTHER, by=CUSTOMER, at=then)
    code, said = answer(capsys, "list", "--json")
    assert (code, json.loads(said)["overdue"]) == (1, True)


def test_wrong_role_nobody_and_no_such_concern(capsys: pytest.CaptureFixture[str]) -> None:
    person, _ = load(3)[0]
    staff_member(Role.ADVISER)
    raise_concern(person, None, Concern.OTHER, by=CUSTOMER, at=clock.now())
    number = str(RaisedConcern.objects.get().pk)
    assert answer(capsys, "take", number, "--as", "adviser@staff.example")[0] == 5
    assert answer(capsys, "take", number, "--as", "nobody@staff.example")[0] == 3
    assert answer(capsys, "show", "4711")[0] == 3
