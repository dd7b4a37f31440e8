"""The sweep on real records: it erases what was reviewed, that alone, and no more of it
than has still lapsed."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.db import transaction

from aboveboard.access.actions import use
from aboveboard.access.use import Subject, UseRequest
from aboveboard.basics import clock, settings
from aboveboard.basics.actor import SYSTEM
from aboveboard.commands.main import main
from aboveboard.incidents import lifecycle as incidents
from aboveboard.incidents.terms import IncidentState
from aboveboard.keys.queries import person_key
from aboveboard.ledger.models import Entry
from aboveboard.promise.queries import in_force
from aboveboard.retention import actions as retention
from aboveboard.retention.models import Sweep, SweepRow
from aboveboard.retention.reasons import HoldReason, RestrictionReason
from aboveboard.retention.records import SweepRecord
from aboveboard.retention.sweep import erasing, queries, reviewing, scheduled
from aboveboard.vault import actions as vault_actions
from aboveboard.vault import queries as vault
from aboveboard.vault.models import BlindIndex, Person
from tests import world
from tests.loss import lost_laptop
from tests.world import ADVISER, PROMISE_FILE, load

pytestmark = pytest.mark.django_db


def later(years: float) -> datetime:
    return clock.now() + timedelta(days=round(366 * years))


def review(years: float) -> SweepRecord:
    return reviewing.review(by=SYSTEM, at=later(years))


def erase(sweep: SweepRecord, years: float) -> SweepRecord:
    return erasing.erase(sweep.digest, by=SYSTEM, at=lambda: later(years))


def seen(person: int) -> set[str]:
    return set(vault.held_fields(person))


def change_the_promise() -> None:
    """Adopt a promise that keeps some of it longer."""
    from aboveboard.promise.actions import adopt_promise

    adopt_promise(
        PROMISE_FILE.read_text("utf-8").replace("keep: P6Y", "keep: P9Y", 1),
        name="changed",
        by=SYSTEM,
        at=clock.now(),
    )


def test_a_review_changes_nothing_and_the_erasure_does_what_it_said() -> None:
    crowd = load(8)
    before = {person: seen(person) for person, _ in crowd}
    sweep = review(7)
    assert {person: seen(person) for person, _ in crowd} == before
    said = {row.person_id: set(row.fields) for row in queries.rows(sweep.id)}
    assert said, "seven years on, something has lapsed"
    wholes = {row.person_id for row in queries.rows(sweep.id) if row.whole}
    erase(sweep, 7)
    for person, _ in crowd:
        assert seen(person) == (
            set() if person in wholes else before[person] - said.get(person, set())
        )
    assert sum(queries.outcomes(sweep.id).values()) == len(said)


def test_nothing_lapses_today() -> None:
    load(5)
    sweep = review(0)
    assert not SweepRow.objects.exists()
    assert (sweep.people_reviewed, sweep.counts) == (5, {})


def fields_lapsed(person: int, fields: set[str]) -> SweepRecord:
    """A reviewed sweep in which these fields of a person have lapsed, as if the promise had no
    purpose left for them."""
    from types import MappingProxyType

    promise = in_force().promise
    purposes = {
        key: replace(one, fields=tuple(field for field in one.fields if field not in fields))
        for key, one in promise.purposes.items()
    }
    changed = replace(promise, purposes=MappingProxyType(purposes))
    adopted = replace(in_force(), promise=changed)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("aboveboard.promise.queries.in_force", lambda: adopted)
        sweep = reviewing.review(by=SYSTEM, at=clock.now())
        return erasing.erase(sweep.digest, by=SYSTEM, at=clock.now)


def test_some_fields_go_with_their_look_ups_and_the_rest_opens() -> None:
    (person, row), _, *_ = load(2)
    rest, handle, key = seen(person) - {"email"}, world.handle(person), person_key(person)
    sweep = fields_lapsed(person, {"email"})
    assert seen(person) == rest
    assert world.handle(person) == handle
    assert person_key(person) != key, (
        "an old copy of the record would open with the key that a backup of today has"
    )
    assert vault.find("email", row["email"]) == []
    assert vault.find("customer_number", row["customer_id"]) == [person]
    outcome = use(
        UseRequest(ADVISER, "answer-contact", ("first_name", "email"), "phone", Subject(person)),
        at=clock.now(),
    )
    assert outcome.allowed
    assert (outcome.values["email"], outcome.values["first_name"] is None) == (None, False)
    entry = world.entries(person, "field.erased")[0]
    assert entry.facts == {
        "fields": ["email"],
        "reason": "retention",
        "sweep": sweep.id,
        "promise": sweep.promise_serial,
    }
    assert queries.outcomes(sweep.id) == {"fields": 2}
    assert [(line.field, line.why, line.people) for line in queries.report(sweep)] == [
        ("email", "the promise has no purpose left for it", 2)
    ]


def test_whoever_is_erased_whole_leaves_no_number_in_the_rows() -> None:
    crowd = load(3)
    sweep = erase(review(12), 12)
    assert not Person.objects.exists()
    assert not BlindIndex.objects.exists()
    assert set(SweepRow.objects.filter(sweep_id=sweep.id).values_list("person_id", "outcome")) == {
        (None, "person")
    }
    assert Entry.objects.filter(kind="erasure.done").count() == len(crowd)


def test_a_hold_and_a_restriction_let_data_wait_and_say_so() -> None:
    (held, _), (rests, _), (neither, _) = load(3)
    retention.place_hold(
        held, HoldReason.CLAIM, reference="case/1", until=None, by=ADVISER, at=clock.now()
    )
    retention.restrict(
        rests, RestrictionReason.NEEDED_FOR_CLAIM, reference="call/2", by=ADVISER, at=clock.now()
    )
    sweep = erase(review(12), 12)
    assert {row.person_id: row.outcome for row in queries.rows(sweep.id)} == {
        held: "legal_hold",
        rests: "restriction",
        None: "person",
    }
    assert sweep.counts["suspended"] == {"legal_hold": 1, "restriction": 1}
    assert seen(held)
    assert not seen(neither)


def test_what_happened_after_the_review_counts() -> None:
    (active, _), (held, _), (asked, _) = load(3)
    sweep = review(12)
    Person.objects.filter(id=active).update(last_active_at=later(11.9))
    retention.place_hold(
        held, HoldReason.CLAIM, reference="case/1", until=None, by=ADVISER, at=clock.now()
    )
    vault_actions.erase(asked, reason="asked", by=ADVISER, at=clock.now())
    erase(sweep, 12)
    assert queries.outcomes(sweep.id) == {"gone": 1, "legal_hold": 1, "no_longer_lapsed": 1}
    assert seen(active)


def test_only_what_was_reviewed_can_be_erased() -> None:
    load(3)
    sweep = review(12)
    with pytest.raises(erasing.ReviewUnknown):
        erasing.erase("0" * 64, by=SYSTEM, at=lambda: later(12))
    with pytest.raises(erasing.ReviewOutdated, match="older than 30 days"):
        erase(sweep, 12.2)
    row = SweepRow.objects.order_by("id")[0]
    SweepRow.objects.filter(pk=row.pk).update(fields={**row.fields, "card_number": {}})
    with pytest.raises(erasing.ReviewOutdated, match="rows"):
        erase(sweep, 12)
    SweepRow.objects.filter(pk=row.pk).update(fields=row.fields)
    change_the_promise()
    with pytest.raises(erasing.ReviewOutdated, match="promise has changed"):
        erase(sweep, 12)
    assert Person.objects.count() == 3


def test_in_any_batches_and_stopped_anywhere_it_comes_to_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    crowd = load(7)
    at = later(12)
    whole = reviewing.review(by=SYSTEM, at=at)
    monkeypatch.setattr(reviewing, "SWEEP_REVIEW_BATCH", 2)
    monkeypatch.setattr(erasing, "SWEEP_ERASE_BATCH", 2)

    def stop(done: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        reviewing.review(by=SYSTEM, at=at, progress=stop)
    again = reviewing.review(by=SYSTEM, at=later(13))
    assert (again.digest, again.counts, again.begun_at) == (whole.digest, whole.counts, at)
    with pytest.raises(KeyboardInterrupt):
        erasing.erase(again.digest, by=SYSTEM, at=lambda: at, progress=stop)
    assert Person.objects.count() == len(crowd) - 2
    done = erasing.erase(again.digest, by=SYSTEM, at=lambda: at)
    assert not Person.objects.exists()
    assert done.erased_at == at
    assert Entry.objects.filter(kind="sweep.done").count() == 1


def test_the_command_reviews_lists_and_erases(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    load(3)
    at = later(12)
    monkeypatch.setattr("aboveboard.basics.clock.now", lambda: at)
    monkeypatch.setattr("aboveboard.commands.main.start_django", lambda: None)
    assert main(["sweep", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["counts"]["people"] == {"whole": 3}
    assert main(["sweep", "--list", "--json"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 3
    assert main(["sweep"]) == 0
    assert (
        f"aboveboard sweep --erase {Sweep.objects.latest('id').digest}" in capsys.readouterr().out
    )
    assert main(["sweep", "--erase", found["digest"]]) == 0
    assert "3 people: the whole record was erased" in capsys.readouterr().out
    assert main(["sweep", "--erase", "f" * 64]) == 3


def test_the_worker_sweeps_by_itself_only_where_the_settings_say_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    load(3)
    at = later(12)
    monkeypatch.setattr("aboveboard.basics.clock.now", lambda: at)
    assert scheduled.run_if_due(at) is None
    current = settings.current()
    for wanted, left in (("review", 3), ("erase", 0)):
        chosen = replace(current, retention=replace(current.retention, sweep=wanted))
        monkeypatch.setattr("aboveboard.basics.settings.current", lambda chosen=chosen: chosen)
        assert scheduled.run_if_due(at) is not None
        assert scheduled.run_if_due(at + timedelta(days=6)) is None, "the next is due after a week"
        assert Person.objects.count() == left
    assert Sweep.objects.count() == 1, "what was reviewed was erased, not reviewed again"


def test_somebody_in_an_open_incident_waits(tmp_path: Path) -> None:
    (lost, _), (other, _) = load(2)
    incident = lost_laptop([lost], tmp_path, at=clock.now())
    sweep = erase(review(12), 12)
    assert {row.person_id: row.outcome for row in queries.rows(sweep.id)} == {
        lost: "incident",
        None: "person",
    }
    assert not seen(other)
    with transaction.atomic():
        row = incidents.find(incident.number, lock=True)
        incidents.change_state(row, IncidentState.CLOSED, note="Found.", by=ADVISER, at=clock.now())
    assert queries.outcomes(erase(review(13), 13).id) == {"person": 1}
