"""kill -9 anywhere in a rotation, and reads, imports and erasures beside it: nothing is lost, and
it goes on where it stopped."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from django.db import connection

from aboveboard.basics import clock, settings
from aboveboard.basics.actor import SYSTEM
from aboveboard.keys import ring
from aboveboard.keys.models import PersonKey
from aboveboard.keys.rotation import root
from aboveboard.vault import actions as vault_actions
from aboveboard.vault import queries as vault
from tests.concurrency.crew import at_once
from tests.crash.killing import KILLS, Killer
from tests.keys.rotation.world import bring_more, check, check_ended, finish_now, people, rotate
from tests.world import handle

pytestmark = [pytest.mark.crash, pytest.mark.django_db(transaction=True)]
ROOT = settings.current().path("root.key")


@pytest.fixture(autouse=True)
def _small_batches(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """So that a killed process has been at every step; and the root key is put back."""
    monkeypatch.setattr(root, "REWRAP_BATCH", 5)
    kept = ROOT.read_bytes()
    yield
    ROOT.write_bytes(kept)
    for one in ROOT.parent.glob("root.key.before-*"):
        one.unlink()
    ring.forget()


def test_kill_9_anywhere_loses_nobody_and_the_rotation_goes_on() -> None:
    known = people(60)
    killer, ended = Killer(most=0.4), 0
    while killer.killed < KILLS:
        if not killer.kill(rotate):
            ended += 1
        check(known)
        assert ended < 5 * KILLS, "it ends before it can be killed"
    rotate()
    check(known)
    begun = max(1, _begun())
    check_ended(begun)


def _begun() -> int:
    from aboveboard.ledger.models import Entry

    return Entry.objects.filter(kind="keys.rotation.begun").count()


def test_reads_imports_and_erasures_beside_a_rotation_are_all_right() -> None:
    known = people(60)
    going = list(known)[::3]
    over = threading.Event()

    def turn() -> None:
        try:
            for _ in range(3):
                rotate()
        finally:
            over.set()

    def read() -> int:
        reads = 0
        while not over.is_set():
            for record in vault.fetch(list(known)).values():
                assert record.handle_secret.handle(0) == known[record.person_id]
            reads += 1
        return reads

    def erase() -> None:
        for person_id in going:
            vault_actions.erase(person_id, reason="asked", by=SYSTEM, at=clock.now())

    def bring() -> dict[int, str]:
        bring_more(100)
        return {each: handle(each) for each in set(vault.iter_person_ids()) - known.keys()}

    outcomes = at_once([turn, read, erase, bring])
    for outcome in outcomes:
        assert not isinstance(outcome, BaseException), outcome
    rotate()
    connection.ensure_connection()
    brought = outcomes[3]
    assert isinstance(brought, dict)
    left = {
        person_id: handle
        for person_id, handle in (known | brought).items()
        if person_id not in going
    }
    check(left)
    assert PersonKey.objects.count() == len(left)
    check_ended(4)


def test_two_who_go_on_at_once_share_the_work() -> None:
    known = people(60)
    rotation = root.begin(by=SYSTEM, at=clock.now())
    for outcome in at_once([lambda: finish_now(rotation), lambda: finish_now(rotation)]):
        assert not isinstance(outcome, BaseException), outcome
    check(known)
    check_ended(1)
