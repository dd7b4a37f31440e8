"""A retention sweep killed fifty times: each row is done and written down or not begun,
and what is left opens."""

from __future__ import annotations

import os
import signal
import time
from dataclasses import replace
from datetime import timedelta
from types import MappingProxyType

import pytest

from aboveboard.basics import clock
from aboveboard.basics.actor import SYSTEM
from aboveboard.keys.log_signing import sequence_now, signer
from aboveboard.promise.queries import in_force
from aboveboard.retention.models import SweepRow
from aboveboard.retention.sweep import erasing, reviewing
from aboveboard.vault.models import Person
from tests import world
from tests.crash import whole
from tests.crash.killing import KILLS, finish, kill_until, start

pytestmark = [pytest.mark.crash, pytest.mark.django_db(transaction=True)]
PEOPLE = 400


def _drop_from_every_purpose(monkeypatch: pytest.MonkeyPatch, dropped: str) -> None:
    """Let the promise in force have no purpose left for a field, without its being adopted anew."""
    adopted = in_force()
    purposes = {
        key: replace(one, fields=tuple(field for field in one.fields if field != dropped))
        for key, one in adopted.promise.purposes.items()
    }
    changed = replace(
        adopted, promise=replace(adopted.promise, purposes=MappingProxyType(purposes))
    )
    monkeypatch.setattr("aboveboard.promise.queries.in_force", lambda: changed)


def test_a_sweep_killed_fifty_times_has_done_each_row_or_not_begun_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(erasing, "SWEEP_ERASE_BATCH", 1)
    people = [person_id for person_id, _ in world.load(PEOPLE)]
    _drop_from_every_purpose(monkeypatch, "email")
    then = clock.now() + timedelta(days=7 * 366)
    # Half of them bought something last year: they lose the field that no purpose
    # needs any more, and stay.
    Person.objects.filter(id__in=people[::2]).update(last_active_at=then - timedelta(days=366))
    before = whole.fields()
    review = reviewing.review(by=SYSTEM, at=then)
    listed = {
        row.id: (row.person_id, row.fields.keys(), row.whole)
        for row in SweepRow.objects.filter(sweep_id=review.id)
    }
    assert {whole_person for _, _, whole_person in listed.values()} == {True, False}, (
        "some lapse in part and some wholly"
    )

    def sweep() -> None:
        erasing.erase(review.digest, by=SYSTEM, at=lambda: then)

    def each_row_is_done_or_not_begun() -> None:
        held = whole.people()
        fields_now = whole.fields()
        done = {"fields": 0, "person": 0}
        for pk, outcome in SweepRow.objects.filter(sweep_id=review.id).values_list("pk", "outcome"):
            person_id, fields, _ = listed[pk]
            assert outcome in ("", "fields", "person")
            assert (
                fields_now.get(person_id, frozenset())
                == {
                    "": before[person_id],
                    "fields": before[person_id] - fields,
                    "person": frozenset(),
                }[outcome]
            )
            if outcome:
                done[outcome] += 1
        assert whole.entries("field.erased") == done["fields"]
        assert whole.entries("erasure.done") == done["person"] == PEOPLE - len(held)

    process = start(sweep)
    while not SweepRow.objects.filter(sweep_id=review.id).exclude(outcome="").exists():
        # It first holds its rows against the digest, which takes longer than all the rest.
        time.sleep(0.001)
    os.kill(process, signal.SIGKILL)
    assert finish(process) == -signal.SIGKILL
    kill_until(KILLS - 1, sweep, between=each_row_is_done_or_not_begun, most=0.06)
    left = SweepRow.objects.filter(sweep_id=review.id, outcome="").count()
    assert 0 < left < len(listed), "killed in the middle, not before or after everything"
    whole.opens_all(whole.people())
    sweep()
    each_row_is_done_or_not_begun()
    assert not SweepRow.objects.filter(sweep_id=review.id, outcome="").exists()
    sequence_now()
    whole.ledger(signer().verifier)
