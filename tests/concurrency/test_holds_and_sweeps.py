"""A hold, a sweep, the end of a merge's undo data, each beside what wants the same person:
whichever comes first decides, and nobody is lost or left half there."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection

from aboveboard.basics import clock
from aboveboard.basics.actor import SYSTEM
from aboveboard.basics.errors import NotFound
from aboveboard.choices.queries import consent_states
from aboveboard.identity import actions as identity
from aboveboard.identity.limits import MERGE_UNDO_LIFE
from aboveboard.promise.queries import in_force
from aboveboard.retention import actions as retention
from aboveboard.retention.models import Hold, SweepRow
from aboveboard.retention.reasons import HoldReason
from aboveboard.retention.sweep import erasing, reviewing
from aboveboard.retention.sweep.suspending import HOLD
from aboveboard.vault import actions as vault
from aboveboard.vault import merging
from aboveboard.vault.locking import HeldByLaw
from aboveboard.vault.models import Person
from aboveboard.vault.queries import held_fields
from tests import world
from tests.concurrency.crew import at_once
from tests.crash import whole

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = 8
YEARS_ON = timedelta(days=366 * 9)


def hold(person: int, at: datetime | None = None) -> None:
    retention.place_hold(
        person,
        HoldReason.CLAIM,
        reference="case/1",
        until=None,
        by=SYSTEM,
        at=at or clock.now(),
    )


def erase(person: int) -> None:
    vault.erase(person, reason="asked", by=SYSTEM, at=clock.now())


def test_of_a_hold_and_an_erasure_at_once_the_first_decides() -> None:
    people = [person for person, _ in world.load(ROUNDS)]
    for person in people:
        held, erased = at_once(
            [lambda person=person: hold(person), lambda person=person: erase(person)]
        )
        there = Person.objects.filter(id=person).exists()
        assert isinstance(erased, HeldByLaw) is there, erased
        assert isinstance(held, NotFound) is not there, held
        assert Hold.objects.filter(person_id=person).exists() is there
    whole.people()


def test_whoever_is_held_beside_a_sweep_keeps_everything_or_the_hold_comes_too_late() -> None:
    people = [person for person, _ in world.load(ROUNDS)]
    before = {person: held_fields(person) for person in people}
    later = clock.now() + YEARS_ON
    sweep = reviewing.review(by=SYSTEM, at=later)
    assert SweepRow.objects.filter(outcome="").exists()
    swept, *held = at_once(
        [
            lambda: erasing.erase(sweep.digest, by=SYSTEM, at=lambda: later),
            *(lambda person=person: hold(person, later) for person in people[:3]),
        ]
    )
    assert not isinstance(swept, Exception), swept
    for person, outcome in zip(people[:3], held, strict=True):
        row = SweepRow.objects.filter(person_id=person).first()
        if row is not None and row.outcome == HOLD:
            assert held_fields(person) == before[person]
        else:
            assert isinstance(outcome, NotFound) or held_fields(person) != before[person]


def _first(run: Callable[[], object], then: Callable[..., Any]) -> Callable[..., Any]:
    """Return ``then``, done after something else was done with a connection of its own."""

    def both(*given: Any, **named: Any) -> Any:
        (outcome,) = at_once([run])
        assert not isinstance(outcome, Exception), outcome
        return then(*given, **named)

    return both


@pytest.mark.parametrize("step", ["reviewed", "swept"])
def test_the_number_of_somebody_erased_beside_a_sweep_stands_in_no_row(
    step: str, monkeypatch: pytest.MonkeyPatch, on_postgres: bool
) -> None:
    if not on_postgres:
        return  # a transaction that writes is alone on SQLite: nobody is erased meanwhile
    person, *_ = (person for person, _ in world.load(3))
    later = clock.now() + YEARS_ON

    def erase_first() -> None:
        monkeypatch.undo()
        erase(person)

    if step == "reviewed":
        # The records were read; what they chose is asked next.
        asked = _first(erase_first, consent_states)
        monkeypatch.setattr("aboveboard.choices.queries.consent_states", asked)
    sweep = reviewing.review(by=SYSTEM, at=later)
    if step == "swept":
        locked = _first(erase_first, erasing.lock_people)
        monkeypatch.setattr(erasing, "lock_people", locked)
        erasing.erase(sweep.digest, by=SYSTEM, at=lambda: later)
    assert not Person.objects.filter(id=person).exists()
    assert not SweepRow.objects.filter(person_id=person).exists()


@pytest.mark.parametrize("beside", ["split", "erase"])
def test_the_end_of_undoing_beside_a_split_or_an_erasure_destroys_nobody_s_key(
    beside: str, monkeypatch: pytest.MonkeyPatch, on_postgres: bool
) -> None:
    """On the day on which a merge can no longer be undone somebody undoes it: the record that comes
    back is sealed under the key that the worker is about to destroy."""
    if not on_postgres:
        return  # a transaction that writes is alone on SQLite: nobody ends anything meanwhile
    kept, merged = (person for person, _ in world.load(2))
    at = clock.now()
    done = identity.merge(kept, merged, chosen={}, reference="case/1", by=SYSTEM, at=at)
    failed: list[BaseException] = []

    def end() -> None:
        try:
            identity.expire_undo_data(at=at + MERGE_UNDO_LIFE + timedelta(days=1))
        except Exception as error:
            failed.append(error)
        finally:
            connection.close()

    worker = threading.Thread(target=end, daemon=True)

    def meanwhile(act: Callable[..., Any]) -> Callable[..., Any]:
        def acted(*given: Any, **named: Any) -> Any:
            outcome = act(*given, **named)
            worker.start()
            worker.join(1)  # it waits for us, or has done all of it
            return outcome

        return acted

    if beside == "split":
        kinds = {key: field.kind_and_format for key, field in in_force().promise.fields.items()}
        monkeypatch.setattr(merging, "split", meanwhile(merging.split))
        identity.split(done.id, kinds=kinds, reference="case/2", by=SYSTEM, at=at)
    else:
        monkeypatch.setattr(
            "aboveboard.keys.actions.destroy_person_key",
            meanwhile_once(vault.keys.destroy_person_key, meanwhile),
        )
        erase(kept)
    worker.join(30)
    assert not worker.is_alive()
    assert not failed
    assert whole.people() == (frozenset({kept, merged}) if beside == "split" else frozenset())


def meanwhile_once(
    act: Callable[..., Any], meanwhile: Callable[[Callable[..., Any]], Callable[..., Any]]
) -> Callable[..., Any]:
    """Return ``act`` with what happens meanwhile after its second call: the keys of both numbers
    are gone then, and the row of the merge is not."""
    calls = []

    def counted(*given: Any, **named: Any) -> Any:
        calls.append(given)
        return (meanwhile(act) if len(calls) == 2 else act)(*given, **named)

    return counted
