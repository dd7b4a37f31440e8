"""What the log says of concerns and emergencies: where a row differs from it, and what a restored
database is given again."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from aboveboard.access import entries
from aboveboard.access.concerns import actions, queries, replay
from aboveboard.access.concerns.terms import Concern, ConcernVerdict
from aboveboard.access.emergency import review
from aboveboard.access.emergency.actions import break_glass, show_again
from aboveboard.access.emergency.reasons import EmergencyGround, ReviewVerdict
from aboveboard.access.models import EmergencyUse, RaisedConcern
from aboveboard.access.use import Subject
from aboveboard.accounts.queries import actor_for
from aboveboard.basics import clock
from aboveboard.basics.actor import CUSTOMER, Actor, Role
from aboveboard.basics.package import NotHeld, RecordedEntry
from aboveboard.ledger import queries as ledger
from aboveboard.ledger.models import Entry
from aboveboard.recovery.comparing import compare_rows
from tests.accounts.people import staff_member
from tests.world import load

pytestmark = pytest.mark.django_db
WHEN = datetime(2026, 11, 1, 12, tzinfo=UTC)


@pytest.fixture
def lead() -> Actor:
    return actor_for(staff_member(Role.PRIVACY_LEAD))


@pytest.fixture
def answered(lead: Actor) -> RaisedConcern:
    """A concern of somebody's that was taken and answered."""
    (person, _), *_ = load(2)
    entry_id = actions.raise_concern(person, None, Concern.TOO_MUCH, by=CUSTOMER, at=WHEN)
    number = RaisedConcern.objects.get(entry_id=entry_id).pk
    actions.take(number, by=lead, at=WHEN)
    actions.answer(number, ConcernVerdict.WRONG, "It will not recur.", by=lead, at=WHEN)
    return RaisedConcern.objects.get(pk=number)


def differences() -> list[str]:
    """What is said of the rows of this package; the staff of these tests are in no log."""
    return [
        finding.sentence.rpartition("says: ")[2]
        for finding in compare_rows()
        if finding.table.startswith("access.")
    ]


@pytest.mark.parametrize(
    ("column", "value", "said"),
    [
        ("about", 1, "about differs."),
        ("concern", "other", "concern differs."),
        ("due_at", WHEN, "due_at differs."),
        ("owner_id", 4711, "owner_id differs."),
        ("verdict", "right", "verdict differs."),
        ("answered_by", {"kind": "staff"}, "answered_by differs."),
        (
            "assigned_entry_id",
            None,
            "access.RaisedConcern {} has owner_id, and names no entry that says so.",
        ),
        (
            "answer_entry_id",
            None,
            "access.RaisedConcern {} has answered_at, and names no entry that says so.",
        ),
    ],
)
def test_a_concern_is_as_the_log_says_or_is_named(
    column: str, value: object, said: str, answered: RaisedConcern
) -> None:
    assert differences() == []
    setattr(answered, column, value)
    answered.save()  # with its MAC: by whoever has the instance's secret
    assert said.format(answered.pk) in differences()


def emergency(by: Actor) -> EmergencyUse:
    (_, row), *_ = load(2)
    break_glass(
        Subject(kind="email", value=row["email"]),
        ("phone",),
        EmergencyGround.LIFE_IN_DANGER,
        by=by,
        at=clock.now(),
    )
    return EmergencyUse.objects.get()


@pytest.fixture
def adviser() -> Actor:
    return actor_for(staff_member(Role.ADVISER))


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("actor", {"kind": "staff", "id": "900", "role": "adviser", "team": ""}),
        ("why", EmergencyGround.MISSING_PERSON.value),
        ("fields", ["city", "phone"]),
    ],
)
def test_an_emergency_is_as_the_log_says_or_is_named(
    column: str, value: object, adviser: Actor
) -> None:
    kept = emergency(adviser)
    show_again(kept.pk, by=adviser, at=clock.now())
    assert differences() == [], "also after a second showing, which has no row"
    setattr(kept, column, value)
    kept.save()
    assert differences() == [f"{column} differs."]


def test_a_use_that_was_put_back_as_before_its_review_is_named(adviser: Actor, lead: Actor) -> None:
    """What was found not justified could be shown again."""
    before = emergency(adviser)
    review.review(before.pk, ReviewVerdict.NOT_JUSTIFIED, by=lead, at=clock.now())
    assert differences() == []
    reviewed = EmergencyUse.objects.get()
    before.save()
    said = f"access.EmergencyUse {before.pk} has another verdict than the log has for it."
    assert differences() == [said]
    reviewed.verdict = ReviewVerdict.JUSTIFIED
    reviewed.save()
    assert differences() == [said]
    Entry.objects.filter(kind="emergency.reviewed").delete()
    assert differences() == [said], "nor is there a verdict that no entry gives"


def test_a_restored_use_has_the_verdict_that_was_given_after_the_backup(
    adviser: Actor, lead: Actor
) -> None:
    before, at = emergency(adviser), clock.now()
    review.review(before.pk, ReviewVerdict.NOT_JUSTIFIED, by=lead, at=at)
    entry = recorded(Entry.objects.get(kind="emergency.reviewed").pk)
    before.save()
    assert show_again(before.pk, by=adviser, at=at).allowed
    review.repeat(entry)
    assert not show_again(before.pk, by=adviser, at=at).allowed
    kept = EmergencyUse.objects.get()
    assert (kept.verdict, kept.reviewed_at, kept.reviewed_by) == (
        "not-justified",
        at,
        lead.as_json(),
    )
    assert differences() == []
    kept.delete()
    with pytest.raises(NotHeld):
        review.repeat(entry)


def recorded(entry_id: int | None, person_id: int | None = None) -> RecordedEntry[Any]:
    assert entry_id is not None
    entry = ledger.entry(entry_id)
    kinds = {facts.kind: facts for facts in entries.ENTRIES}
    facts = kinds[entry.kind].from_json(entry.facts)
    return RecordedEntry(entry.id, entry.at, entry.actor, facts, person_id)


def test_a_concern_that_a_backup_lacks_waits_again_has_its_owner_and_its_answer(
    answered: RaisedConcern, lead: Actor
) -> None:
    raised = recorded(answered.entry_id, answered.person_id)
    assigned, answered_entry = (
        recorded(answered.assigned_entry_id),
        recorded(answered.answer_entry_id),
    )
    RaisedConcern.objects.all().delete()
    for of_none in (
        lambda: replay.repeat_assigned(assigned),
        lambda: replay.repeat_answered(answered_entry),
        lambda: replay.repeat_raised(replace(raised, person_id=None)),
    ):
        with pytest.raises(NotHeld):
            of_none()
    replay.repeat_raised(raised)
    replay.repeat_raised(raised)  # a replay that was stopped begins again
    (waiting,) = queries.open_concerns()
    assert (waiting.entry_id, waiting.about, waiting.concern, waiting.at, waiting.due_at) == (
        answered.entry_id,
        None,
        Concern.TOO_MUCH,
        answered.at,
        answered.due_at,
    )
    assert not waiting.has_words, "what was written is not in the log"
    replay.repeat_assigned(assigned)
    assert [each.owner_id for each in queries.open_concerns()] == [int(lead.id)]
    replay.repeat_answered(answered_entry)
    (again,) = queries.answered_concerns()
    assert (again.verdict, again.answered_at) == (ConcernVerdict.WRONG, answered.answered_at)
    assert differences() == []


def test_a_concern_of_before_there_was_a_queue_is_not_put_into_it(answered: RaisedConcern) -> None:
    raised = recorded(answered.entry_id, answered.person_id)
    RaisedConcern.objects.all().delete()
    replay.repeat_raised(replace(raised, facts=replace(raised.facts, due=None)))
    assert not RaisedConcern.objects.exists()
