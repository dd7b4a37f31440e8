"""Uses killed fifty times: whatever left the process, its entry is in the ledger
(design, invariant 3)."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from aboveboard.access.actions import use, use_many
from aboveboard.access.use import Subject, UseRequest
from aboveboard.basics import clock
from aboveboard.ledger.models import Entry
from tests import world
from tests.crash.killing import KILLS, kill_until

pytestmark = [pytest.mark.crash, pytest.mark.django_db(transaction=True)]
ASK = UseRequest(world.ADVISER, "deliver-orders", ("first_name", "city"), "phone")


def test_nothing_was_released_without_its_entry(tmp_path: Path) -> None:
    people = [person_id for person_id, _ in world.load(60)]
    outside = tmp_path / "released"  # stands for whoever is told: what is written here has left

    def look_up() -> None:
        paper = os.open(outside, os.O_CREAT | os.O_WRONLY | os.O_APPEND)

        def tell(outcome: object) -> None:
            assert outcome.allowed
            os.write(paper, f"{outcome.entry_id} {outcome.values['first_name']}\n".encode())

        for person_id in people:
            tell(use(ASK.for_subject(Subject(person_id)), at=clock.now()))
        for _, outcome in use_many(ASK, people, at=clock.now()):
            tell(outcome)

    def each_has_its_entry() -> None:
        entry_ids = (
            {int(line.split()[0]) for line in outside.read_text().splitlines()}
            if outside.exists()
            else set()
        )
        entries = dict(Entry.objects.filter(id__in=entry_ids).values_list("id", "body"))
        assert entry_ids == entries.keys(), "something was released that no entry proves"
        assert all(json.loads(bytes(body))["kind"] == "use.granted" for body in entries.values())

    kill_until(KILLS, look_up, between=each_has_its_entry)
    assert outside.stat().st_size > 0, "something was released, else nothing was tried"
