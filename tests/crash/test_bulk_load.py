"""A bulk load killed fifty times: run again it goes on, nobody is loaded twice, nobody is half
there, nobody is missing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from aboveboard.basics import clock
from aboveboard.basics.actor import SYSTEM
from aboveboard.commands.demo.people import write
from aboveboard.intake import blocks
from aboveboard.intake import load as loading
from aboveboard.intake import mapping as mappings
from aboveboard.keys.log_signing import sequence_now, signer
from aboveboard.ledger.models import Entry
from tests import world
from tests.crash import whole
from tests.crash.killing import KILLS, kill_until

pytestmark = [pytest.mark.crash, pytest.mark.django_db(transaction=True)]
PEOPLE = 800


class Files:
    """Files of different people; the next one is taken once the one in hand
    is loaded to its end."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.sources: list[loading.ImportSource] = []
        adopted = world.adopt()
        self._serial = adopted.serial
        self._kinds = {key: field.kind_and_format for key, field in adopted.promise.fields.items()}
        self.next()

    def next(self) -> None:
        number = len(self.sources)
        file = self._folder / f"{number}.csv"
        write(file, PEOPLE, seed=number)
        text = file.read_text("utf-8")
        # Numbers of their own: the made-up people of every seed are numbered alike.
        file.write_text(text.replace("AW1", f"AW{number}X1"), "utf-8")
        mapping = mappings.load(world.MAPPING_FILE.read_text("utf-8"), name=world.MAPPING_FILE.name)
        self.sources.append(loading.ImportSource(file, mapping, self._kinds, self._serial))

    def load(self) -> None:
        loading.load(self.sources[-1], by=SYSTEM, at=clock.now())


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Files:
    monkeypatch.setattr(blocks, "IMPORT_BATCH", 20)
    return Files(tmp_path)


def test_a_load_killed_fifty_times_goes_on_and_nobody_is_twice_or_half_there(files: Files) -> None:
    seen: frozenset[int] = frozenset()

    def nothing_is_half_done() -> None:
        nonlocal seen
        held = whole.people()
        assert held >= seen, "somebody who was loaded is gone"
        # Each batch has one entry that says how many it brought in: together they
        # are exactly who is here.
        assert _brought_in() == len(held)
        seen = held
        if len(held) == PEOPLE * len(files.sources):
            files.next()

    kill_until(KILLS, files.load, between=nothing_is_half_done)
    files.load()
    held = whole.people()
    assert len(held) == PEOPLE * len(files.sources) == _brought_in()
    whole.opens_all(held)
    sequence_now()
    whole.ledger(signer().verifier)


def _brought_in() -> int:
    bodies = Entry.objects.filter(kind="people.imported").values_list("body", flat=True)
    return sum(json.loads(bytes(body))["facts"]["people"] for body in bodies)
