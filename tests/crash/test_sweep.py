"""Sweeps killed fifty times: reviews and erasures go on where they stopped, and come to what one in one go would have."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from aboveboard.access.sweep import erasing, reviewing
from aboveboard.basics import clock
from aboveboard.basics.actor import SYSTEM
from aboveboard.vault.keeping.models import Sweep, SweepRow
from tests import world
from tests.crash import whole
from tests.crash.killing import KILLS, kill_until

pytestmark = pytest.mark.django_db(transaction=True)
PEOPLE = 300


def in_twelve_years() -> datetime:
    return clock.now() + timedelta(days=12 * 366)


def test_sweeps_killed_fifty_times_erase_what_was_reviewed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    world.load(PEOPLE)
    at = in_twelve_years()
    expected = reviewing.review(by=SYSTEM, at=at)
    monkeypatch.setattr(reviewing, "SWEEP_REVIEW_BATCH", 10)
    monkeypatch.setattr(erasing, "SWEEP_ERASE_BATCH", 2)

    def review() -> None:
        reviewing.review(by=SYSTEM, at=at)

    def nothing_twice() -> None:
        last = Sweep.objects.latest("id")
        assert SweepRow.objects.filter(sweep=last).count() == last.looked_at, "a batch was listed without its progress, or twice"

    kill_until(KILLS - 30, review, between=nothing_twice, most=0.04)
    again = reviewing.review(by=SYSTEM, at=at)
    assert (again.digest, again.counts) == (expected.digest, expected.counts)

    def erase() -> None:
        erasing.erase(again.digest, by=SYSTEM, at=lambda: at)

    def stop(done: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        erasing.erase(again.digest, by=SYSTEM, at=lambda: at, progress=stop)
    begun = left = len(whole.people())

    def nothing_is_half_done() -> None:
        nonlocal left
        held = len(whole.people())
        assert held <= left
        left = held
        assert whole.entries("erasure.done") == PEOPLE - held == SweepRow.objects.filter(sweep=again, outcome="person").count()

    kill_until(30, erase, between=nothing_is_half_done, most=0.6)
    assert 0 < left < begun, "killed in the middle, not before or after everything"
    erase()
    assert whole.people() == frozenset()
    assert whole.entries("sweep.done") == 1
