"""A promise is put in force once; its entry says so once."""

from __future__ import annotations

import argparse
from pathlib import Path

import pytest

from aboveboard.basics import clock
from aboveboard.basics.actor import SYSTEM
from aboveboard.commands import promise as command
from aboveboard.ledger import queries as ledger
from aboveboard.ledger.models import Entry
from aboveboard.promise import actions, queries
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
    parser = argparse.ArgumentParser()
    command.configure(parser)
    outputs = []
    for _ in range(2):
        assert command.run(parser.parse_args(["adopt", str(file)])) == 0
        outputs.append(capsys.readouterr().out)
    assert "of the promise is now in force" in outputs[0]
    assert outputs[1].startswith("This promise is already in force, as version ")
    assert "Nothing was changed." in outputs[1]
    assert len(written()) == 1
