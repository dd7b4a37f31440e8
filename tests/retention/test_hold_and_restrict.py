"""Holds and restrictions: placed, ended, seen by a use at once, proved; nothing held is erased."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from aboveboard.access.queries import reference_keys
from aboveboard.basics import clock
from aboveboard.basics.errors import NotFound
from aboveboard.basics.reference import ReferenceRefused
from aboveboard.basics.sealing import verify_text
from aboveboard.retention import actions, queries
from aboveboard.retention.models import Hold, Restriction
from aboveboard.retention.reasons import HoldReason, RestrictionReason
from aboveboard.vault import actions as vault_actions
from aboveboard.vault import queries as vault
from aboveboard.vault.locking import HeldByLaw
from tests import world
from tests.world import ADVISER, load

pytestmark = pytest.mark.django_db
CLAIM, CONTESTED = HoldReason.CLAIM, RestrictionReason.ACCURACY_CONTESTED


def place(person: int, *, reference: str = "case/7", days: int | None = None) -> Hold:
    at = clock.now()
    return actions.place_hold(
        person,
        CLAIM,
        reference=reference,
        until=at + timedelta(days=days) if days else None,
        by=ADVISER,
        at=at,
    )


def test_what_is_held_by_law_cannot_be_erased_until_it_is_released() -> None:
    (person, _), *_ = load(1)
    hold = place(person)
    with pytest.raises(HeldByLaw):
        vault_actions.erase(person, reason="asked", by=ADVISER, at=clock.now())
    assert vault.held_fields(person)
    actions.release_hold(hold.id, reference="ruling/7", by=ADVISER, at=clock.now())
    vault_actions.erase(person, reason="asked", by=ADVISER, at=clock.now())
    assert not Hold.objects.exists(), "an erased person's rows tie them to their entries"


def test_each_is_a_row_with_who_when_why_and_an_entry() -> None:
    (person, _), *_ = load(1)
    hold = place(person, days=30)
    rests = actions.restrict(person, CONTESTED, reference="call/9", by=ADVISER, at=clock.now())
    actions.lift_restriction(rests.id, notice="letter/12", by=ADVISER, at=clock.now())
    actions.release_hold(hold.id, reference="ruling/7", by=ADVISER, at=clock.now())
    row = Hold.objects.get(id=hold.id)
    assert (row.why, row.reference, row.actor["id"], row.ended_reference) == (
        "claim",
        "case/7",
        ADVISER.id,
        "ruling/7",
    )
    kinds = ["hold.placed", "hold.released", "restriction.placed", "restriction.lifted"]
    found = world.entries(person, *kinds)
    assert [entry.kind for entry in found] == [
        "hold.released",
        "restriction.lifted",
        "restriction.placed",
        "hold.placed",
    ]
    assert found[0].facts["placed"] == hold.entry_id
    assert (found[2].facts["why"], found[2].facts["until"]) == ("accuracy_contested", None)
    for entry, text in ((found[0], "ruling/7"), (found[2], "call/9")):
        sealed, (key,) = str(entry.facts["reference"]), reference_keys(person, entry)
        assert text not in sealed
        assert verify_text(sealed, text, bytes.fromhex(key)), (
            "the person can check what it refers to"
        )


def test_a_use_learns_of_both_without_a_further_statement() -> None:
    (person, _), (other, _), *_ = load(2)
    place(person, days=30)
    rests = actions.restrict(person, CONTESTED, reference="call/9", by=ADVISER, at=clock.now())
    with CaptureQueriesContext(connection) as asked:
        records = vault.fetch([person, other])
    assert len(asked) == 1
    now = clock.now()
    assert (records[person].held_by_law(now), records[person].restricted(now)) == (True, True)
    assert (records[other].held_by_law(now), records[other].restricted(now)) == (False, False)
    assert records[person].restricted_since == rests.at
    later = now + timedelta(days=31)
    assert (records[person].held_by_law(later), records[person].restricted(later)) == (False, True)
    with CaptureQueriesContext(connection) as asked:
        assert queries.retention_statuses([person, other], at=now) == {
            person: queries.RetentionStatus(held_by_law=True, restricted=True),
            other: queries.RetentionStatus(held_by_law=False, restricted=False),
        }
    assert len(asked) == 1


def test_one_hold_released_leaves_the_other_standing() -> None:
    (person, _), *_ = load(1)
    first = place(person, reference="case/7")
    second = place(person, reference="case/8", days=30)
    actions.release_hold(first.id, reference="ruling/7", by=ADVISER, at=clock.now())
    assert vault.fetch([person])[person].held_until == second.until
    assert [row.reference for row in queries.open_holds(at=clock.now())] == ["case/8"]


def test_a_hold_that_ended_by_itself_lets_the_erasure_through() -> None:
    (person, _), *_ = load(1)
    place(person, days=1)
    vault_actions.erase(person, reason="retention", by=ADVISER, at=clock.now() + timedelta(days=1))


def test_what_cannot_be_is_refused_and_changes_nothing() -> None:
    (person, _), *_ = load(1)
    hold = place(person)
    at = clock.now()
    with pytest.raises(actions.OpenAlready):
        place(person)
    with pytest.raises(ReferenceRefused):
        place(person, reference="Mrs Jones of Leeds")
    with pytest.raises(actions.UntilPassed):
        actions.place_hold(person, CLAIM, reference="case/9", until=at, by=ADVISER, at=at)
    with pytest.raises(NotFound):
        place(404)
    with pytest.raises(NotFound):
        actions.lift_restriction(404, notice="letter/1", by=ADVISER, at=at)
    actions.release_hold(hold.id, reference="ruling/7", by=ADVISER, at=at)
    with pytest.raises(actions.EndedAlready):
        actions.release_hold(hold.id, reference="ruling/7", by=ADVISER, at=at)
    assert Hold.objects.count() == 1
    assert not Restriction.objects.exists()


def test_the_database_itself_keeps_one_open_hold_for_a_case() -> None:
    (person, _), *_ = load(1)
    row = Hold.objects.get(id=place(person).id)
    row.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save(force_insert=True)
