"""A promise is put in force once; its entry says so once."""

from __future__ import annotations

import argparse
import re
from pathlib import Path

import pytest

from aboveboard.adoption.adopting import AdopterIsProposer
from aboveboard.basics import clock
from aboveboard.basics.actor import SYSTEM, Role
from aboveboard.basics.errors import Invalid
from aboveboard.commands import promise as command
from aboveboard.commands.adoption.steps import SecondPersonAdopts
from aboveboard.ledger import queries as ledger
from aboveboard.ledger.models import Entry
from aboveboard.promise import actions, queries
from tests.accounts.people import staff_member
from tests.world import PROMISE_FILE

pytestmark = pytest.mark.django_db
TEXT = PROMISE_FILE.read_text("utf-8")
OTHER = TEXT.replace("keep: P2Y", "keep: P5Y", 1)


def adopt(text: str) -> int:
    return actions.adopt_promise(text, name="promise.yaml", by=SYSTEM, at=clock.now()).serial


def written() -> list[object]:
    entries = [
        ledger.entry(number) for number in Entry.objects.order_by("id").values_list("id", flat=True)
    ]
    return [entry.facts["promise"] for entry in entries if entry.kind == "promise.adopted"]


def test_the_text_in_force_is_neither_a_version_nor_an_entry() -> None:
    first = adopt(TEXT)
    assert adopt(TEXT) == first
    assert written() == [first]
    assert len(queries.versions()) == 1


def test_the_same_text_after_another_is_both() -> None:
    serials = [adopt(TEXT), adopt(OTHER), adopt(TEXT)]
    assert sorted(set(serials)) == serials
    assert written() == serials


def test_the_command_says_which_it_was(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "promise.yaml"
    file.write_text(TEXT, "utf-8")
    outputs = []
    for _ in range(2):
        assert run("adopt", file) == 0
        outputs.append(capsys.readouterr().out)
    assert "of the promise is now in force" in outputs[0]
    assert outputs[1].startswith("This promise is already in force, as version ")
    assert "Nothing was changed." in outputs[1]
    assert len(written()) == 1


def run(*words: object) -> int:
    parser = argparse.ArgumentParser()
    command.configure(parser)
    return command.run(parser.parse_args([str(word) for word in words]))


def test_where_two_may_adopt_a_later_promise_takes_both_of_them(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first, later = tmp_path / "promise.yaml", tmp_path / "later.yaml"
    first.write_text(TEXT, "utf-8")
    later.write_text(OTHER, "utf-8")
    lead, _ = staff_member(Role.PRIVACY_LEAD), staff_member(Role.INCIDENT_LEAD)
    assert run("adopt", first) == 0, "the first takes nobody else"
    third = tmp_path / "third.yaml"
    third.write_text(TEXT.replace("keep: P2Y", "keep: P4Y", 1), "utf-8")
    assert run("adopt", third) == 0, "nobody else could be asked"

    boss = staff_member(Role.ADMINISTRATOR)
    with pytest.raises(SecondPersonAdopts):
        run("adopt", later)
    assert run("adopt", third) == 0, "it is in force already"
    with pytest.raises(Invalid, match="promise propose"):
        run("adopt", later, "--as", lead.email)
    assert run("propose", later, "--as", lead.email) == 0
    draft = re.search(r"--draft (\d+)", capsys.readouterr().out)
    assert draft
    with pytest.raises(AdopterIsProposer):
        run("adopt", "--draft", draft[1], "--as", lead.email)
    assert run("adopt", "--draft", draft[1], "--as", boss.email) == 0
    assert queries.source(queries.in_force().serial) == OTHER

    assert run("adopt", first, "--alone") == 0
    assert queries.source(queries.in_force().serial) == TEXT
