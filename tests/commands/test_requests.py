"""``aboveboard requests``: asked, proved, run, answered by hand, closed; and what it refuses."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from aboveboard.basics import clock
from aboveboard.commands.main import main
from aboveboard.connectors import registry
from aboveboard.connectors.own import KEY as OWN
from aboveboard.rights.requests.figures import public_figures
from tests import world
from tests.rights.memory_system import MemorySystem

pytestmark = pytest.mark.django_db(transaction=True)
Capture = pytest.CaptureFixture[str]


def answer(capsys: Capture, *words: str) -> tuple[int, str]:
    code = main(list(words))
    return code, capsys.readouterr().out


def test_a_request_goes_from_receipt_to_answer(
    capsys: Capture, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (person, _), *_ = world.load(1)
    monkeypatch.setattr(registry, "active", lambda: [MemorySystem("drawer", verbs=frozenset())])
    words = tmp_path / "words.txt"
    words.write_text("I looked in drawer 4 and there is nothing.")

    def do(*args: str) -> dict[str, object]:
        code, out = answer(capsys, "requests", *args, "--json")
        assert code == 0, out
        return dict(json.loads(out))

    asked = do("ask", "--kind", "access", "--person", str(person))
    number = str(asked["number"])
    assert asked["next"] == "prove (person)"
    assert do("prove", number, "--with", "document")["stage"] == "working"
    assert do("run", number)["stage"] == "by_hand"
    assert answer(capsys, "requests", "answer", number)[0] == 2
    by_hand = ("--system", "drawer", "--step", "find", "--words", str(words))
    answered = do("answer", number, *by_hand)
    assert answered["stage"] == "reviewing"
    steps = answered["steps"]
    assert isinstance(steps, list)
    assert {(step["system"], step["step"]) for step in steps} == {
        (OWN, "find"),
        (OWN, "read"),
        ("drawer", "find"),
    }
    assert answer(capsys, "requests", "answer", number, "--outcome", "done")[0] == 4
    letter = ("letter", number, "--out", str(tmp_path / "letter.pdf"))
    assert answer(capsys, "requests", *letter)[0] == 3, "there is no copy to print yet"
    do("pack", number, "--way", "paper", "--words", str(words))
    do(*letter)
    assert (tmp_path / "letter.pdf").read_bytes().startswith(b"%PDF")
    assert answer(capsys, "requests", *letter)[0] == 2, "nothing is written over"
    assert "No request is open." in answer(capsys, "requests", "list")[1]
    (figures,) = public_figures(clock.from_text("2020-01-01T00:00:00Z"), clock.now())
    assert (figures.received, figures.answered, figures.open) == (1, 1, 0)
    assert (figures.mean_days, figures.slowest_days) == (1.0, 1)


def test_the_clock_stops_and_what_is_refused_needs_words(capsys: Capture, tmp_path: Path) -> None:
    (person, _), *_ = world.load(1)
    words = tmp_path / "words.txt"
    words.write_text("Which shop was it?")
    ask = ("requests", "ask", "--kind", "erasure", "--person", str(person), "--json")
    number = str(json.loads(answer(capsys, *ask)[1])["number"])
    pause = ("requests", "pause", number, "--reason", "clarification", "--words", str(words))
    assert answer(capsys, *pause)[0] == 0
    assert answer(capsys, *pause)[0] == 4
    assert answer(capsys, "requests", "resume", number)[0] == 0
    words.write_text(" ")
    refuse = ("requests", "refuse", number, "--ground", "not_proved", "--words", str(words))
    assert answer(capsys, *refuse)[0] == 2
    assert answer(capsys, "requests", "withdraw", number)[0] == 0
    assert answer(capsys, "requests", "show", "99")[0] == 3
