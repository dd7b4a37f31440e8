"""Break-glass: decided, written down, told, then opened; for minutes, for one person, never for a
program; reviewed by another."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import DatabaseError, transaction
from hypothesis import given
from hypothesis import strategies as st

from aboveboard.access.actions import use
from aboveboard.access.decision import emergency as deciding
from aboveboard.access.emergency import actions, queries
from aboveboard.access.emergency.actions import EmergencyReference, break_glass, show_again
from aboveboard.access.emergency.notes import open_note
from aboveboard.access.emergency.reasons import EmergencyGround, ReviewVerdict
from aboveboard.access.emergency.review import ReviewedAlready, review
from aboveboard.access.limits import EMERGENCY_A_DAY, EMERGENCY_LIFE
from aboveboard.access.lookup import NoOneFound
from aboveboard.access.models import EmergencyUse
from aboveboard.access.personal_data import PERSONAL_DATA
from aboveboard.access.queries import use_records
from aboveboard.access.use import Subject, UseRequest, UseResult
from aboveboard.accounts.queries import actor_for
from aboveboard.basics import clock
from aboveboard.basics.actor import CUSTOMER, Actor, ActorKind, Role
from aboveboard.basics.errors import NotFound, Refused
from aboveboard.choices.actions import choose
from aboveboard.choices.state import ChoiceAnswer
from aboveboard.identity.actions import merge, split
from aboveboard.ledger import queries as ledger
from aboveboard.ledger.models import Entry
from aboveboard.outbox import jobs
from aboveboard.retention.actions import restrict
from aboveboard.retention.reasons import RestrictionReason
from aboveboard.vault import actions as vault_actions
from aboveboard.vault.rekeying import records
from tests.accounts.people import staff_member
from tests.promise import retailer
from tests.world import OFFERS, load

pytestmark = pytest.mark.django_db
SECRET = "Her neighbour heard her fall and nobody answers"
PROMISE = retailer()


@pytest.fixture
def someone() -> tuple[int, dict[str, str]]:
    return load(3)[0]


@pytest.fixture
def adviser() -> Actor:
    return actor_for(staff_member(Role.ADVISER))


@pytest.fixture
def lead() -> Actor:
    return actor_for(staff_member(Role.PRIVACY_LEAD))


def ask(by: Actor, row: dict[str, str], **changed: Any) -> UseResult:
    asked: dict[str, Any] = {
        "fields": ("phone", "city"),
        "why": EmergencyGround.LIFE_IN_DANGER,
        "reference": "call/112",
        "note": SECRET,
        "at": clock.now(),
    }
    return break_glass(Subject(kind="email", value=row["email"]), by=by, **(asked | changed))


def note_of(row: EmergencyUse) -> str | None:
    note = open_note(row)
    return note and note.reveal()


def codes(outcome: UseResult) -> set[str]:
    assert not outcome.allowed
    return {reason.code.value for reason in outcome.reasons}


def test_named_fields_open_against_choices_and_restriction_and_the_person_sees_it_at_once(
    someone: Any, adviser: Actor
) -> None:
    person, row = someone
    choose(
        person,
        "improve-shops",
        ChoiceAnswer.NO,
        channel="portal",
        evidence="portal:1",
        by=CUSTOMER,
        at=clock.now(),
    )
    restrict(
        person,
        RestrictionReason.ACCURACY_CONTESTED,
        reference="letter/1",
        by=adviser,
        at=clock.now(),
    )
    outcome = ask(adviser, row)
    assert outcome.allowed
    assert {name: value and value.reveal() for name, value in outcome.values.items()} == {
        "phone": row["phone"],
        "city": row["city"],
    }
    (seen,) = use_records(person)
    assert (seen.emergency, seen.verdict, seen.actor.role, set(seen.fields)) == (
        "life-in-danger",
        "",
        "adviser",
        {"phone", "city"},
    )


def test_the_ledger_holds_codes_and_no_words(someone: Any, adviser: Actor) -> None:
    outcome = ask(adviser, someone[1])
    body = bytes(Entry.objects.get(pk=outcome.entry_id).body).decode()
    assert '"why":"life-in-danger"' in body
    for words in (SECRET, "call/112", someone[1]["email"], someone[1]["last_name"]):
        assert words not in body
    (kept,) = EmergencyUse.objects.all()
    assert SECRET.encode() not in bytes(kept.words)
    assert note_of(kept) == SECRET


def test_a_new_key_leaves_the_words_to_the_reviewers(someone: Any, adviser: Actor) -> None:
    ask(adviser, someone[1])
    with transaction.atomic():
        assert records.rotate(someone[0])
    (kept,) = EmergencyUse.objects.all()
    assert note_of(kept) == SECRET


def test_the_privacy_lead_is_told_without_a_word_about_anybody(
    someone: Any, adviser: Actor
) -> None:
    ask(adviser, someone[1])
    assert jobs.run_jobs_once(worker="test") == 1
    (message,) = mail.outbox
    text = f"{message.subject}\n{message.body}"
    assert "/console/emergencies/" in text
    for words in (SECRET, someone[1]["email"], someone[1]["first_name"], someone[1]["phone"]):
        assert words not in text


@pytest.mark.parametrize(
    ("story", "by", "changed", "expected"),
    [
        (
            "a program",
            Actor(ActorKind.SERVICE, "3", "adviser", "Shops"),
            {},
            {"emergency_not_staff"},
        ),
        ("the customer themself", CUSTOMER, {}, {"emergency_not_staff", "emergency_role"}),
        (
            "a role that the promise does not name",
            Actor(ActorKind.STAFF, "9", "administrator"),
            {},
            {"emergency_role"},
        ),
        ("a field that saves nobody", None, {"fields": ("card_number",)}, {"emergency_field"}),
        ("nothing at all", None, {"fields": ()}, {"no_fields"}),
    ],
)
def test_who_and_what_is_refused_whoever_it_is_about(
    story: str, by: Actor | None, changed: Any, expected: set[str], someone: Any, adviser: Actor
) -> None:
    for email in (someone[1]["email"], "nobody@example.org"):
        outcome = ask(by or adviser, {"email": email}, **changed)
        assert codes(outcome) == expected
        entry = ledger.entry(outcome.entry_id)
        assert (entry.kind, entry.handle, set(entry.facts["reasons"])) == (
            "emergency.refused",
            None,
            expected,
        )  # type: ignore[arg-type]
    assert not EmergencyUse.objects.exists()


def test_a_promise_without_emergencies_has_none() -> None:
    against = deciding.refusals(
        replace(PROMISE, break_glass=None),
        Actor(ActorKind.STAFF, "1", "adviser"),
        ("phone",),
        held=True,
        asked_today=0,
    )
    assert [one.code.value for one in against] == ["emergency_not_promised"]


def test_more_than_the_limit_in_a_day_is_refused_and_tomorrow_it_is_not(
    someone: Any, adviser: Actor
) -> None:
    for _ in range(EMERGENCY_A_DAY - 1):
        assert ask(adviser, someone[1]).allowed
    with pytest.raises(NoOneFound):
        ask(adviser, {"email": "nobody@example.org"})
    assert codes(ask(adviser, someone[1])) == {"emergency_too_many"}
    later = clock.now() + timedelta(days=1, minutes=1)
    assert ask(adviser, someone[1], at=later).allowed


def test_it_is_shown_again_to_the_one_who_asked_and_for_its_minutes_only(
    someone: Any, adviser: Actor, lead: Actor
) -> None:
    ask(adviser, someone[1])
    (kept,) = EmergencyUse.objects.all()
    assert show_again(kept.pk, by=adviser, at=clock.now()).allowed
    assert len(use_records(someone[0])) == 2, "each showing is a look"
    with pytest.raises(NotFound):
        show_again(kept.pk, by=lead, at=clock.now())
    assert codes(
        show_again(kept.pk, by=adviser, at=clock.now() + EMERGENCY_LIFE + timedelta(seconds=1))
    ) == {"emergency_over"}


def test_someone_erased_is_not_there_and_the_words_went_with_their_key(
    someone: Any, adviser: Actor, lead: Actor
) -> None:
    person, row = someone
    ask(adviser, row)
    vault_actions.erase(person, reason="asked", by=lead, at=clock.now())
    with pytest.raises(NoOneFound):
        ask(adviser, row)
    (kept,) = EmergencyUse.objects.all()
    assert (kept.person_id, open_note(kept)) == (None, None)
    assert codes(show_again(kept.pk, by=adviser, at=clock.now())) == {"person_unknown"}
    review(kept.pk, ReviewVerdict.JUSTIFIED, by=lead, at=clock.now())


def test_when_the_ledger_cannot_be_written_nothing_is_released(
    someone: Any, adviser: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[object] = []

    def broken(*args: Any, **more: Any) -> int:
        raise DatabaseError("disk full")

    monkeypatch.setattr(actions, "append", broken)
    monkeypatch.setattr(actions, "open_granted", lambda *args: opened.append(args))
    with pytest.raises(DatabaseError):
        ask(adviser, someone[1])
    assert not opened
    assert not EmergencyUse.objects.exists()


def test_another_reviews_it_once_and_the_person_sees_what_was_found(
    someone: Any, adviser: Actor, lead: Actor
) -> None:
    ask(adviser, someone[1])
    (kept,) = queries.awaiting_review()
    with pytest.raises(Refused):
        review(kept.id, ReviewVerdict.JUSTIFIED, by=adviser, at=clock.now())
    review(kept.id, ReviewVerdict.NOT_JUSTIFIED, by=lead, at=clock.now())
    with pytest.raises(ReviewedAlready):
        review(kept.id, ReviewVerdict.JUSTIFIED, by=lead, at=clock.now())
    assert not queries.awaiting_review()
    assert [one.verdict for one in use_records(someone[0])] == ["not-justified"]
    entry = ledger.entry(Entry.objects.filter(kind="emergency.reviewed").latest("id").pk)
    assert (entry.facts["about"], entry.facts["verdict"]) == (kept.entry_id, "not-justified")


def test_what_was_found_not_justified_is_not_shown_again(
    someone: Any, adviser: Actor, lead: Actor
) -> None:
    ask(adviser, someone[1])
    (kept,) = queries.awaiting_review()
    review(kept.id, ReviewVerdict.NOT_JUSTIFIED, by=lead, at=clock.now())
    assert codes(show_again(kept.id, by=adviser, at=clock.now())) == {"emergency_over"}


def test_a_review_that_nobody_does_is_overdue(someone: Any, adviser: Actor) -> None:
    ask(adviser, someone[1])
    assert queries.count_overdue(clock.now()) == 0
    assert queries.count_overdue(clock.now() + timedelta(days=2, minutes=1)) == 1


def test_a_reference_that_is_a_sentence_is_refused(someone: Any, adviser: Actor) -> None:
    with pytest.raises(EmergencyReference):
        ask(adviser, someone[1], reference="Mrs Smith called")


@given(
    kind=st.sampled_from(ActorKind),
    role=st.sampled_from(["adviser", "administrator", "customer"]),
    held=st.booleans(),
    fields=st.lists(st.sampled_from(["phone", "city", "card_number", "shoe"]), max_size=3).map(
        tuple
    ),
    asked=st.integers(0, 5),
    glass=st.booleans(),
)
def test_it_is_granted_only_when_every_question_is_answered_with_yes(
    kind: ActorKind, role: str, held: bool, fields: tuple[str, ...], asked: int, glass: bool
) -> None:
    promise = PROMISE if glass else replace(PROMISE, break_glass=None)
    against = deciding.refusals(
        promise, Actor(kind, "1", role), fields, held=held, asked_today=asked
    )
    by_the_book = (
        held
        and glass
        and kind == "staff"
        and role == "adviser"
        and fields
        and set(fields) <= {"phone", "city"}
        and asked < 3
    )
    assert (not against) == bool(by_the_book)


def test_a_merge_keeps_the_note_readable_and_a_split_gives_it_back(adviser: Actor) -> None:
    (merged, row), (other, _), *_ = load(3)
    ask(adviser, row)
    case = merge(other, merged, chosen={}, reference="case/1", by=adviser, at=clock.now())
    assert (EmergencyUse.objects.get().person_id, note_of(EmergencyUse.objects.get())) == (
        other,
        SECRET,
    )
    kinds = {key: field.kind_and_format for key, field in PROMISE.fields.items()}
    split(case.id, kinds=kinds, reference="case/2", by=adviser, at=clock.now())
    assert (EmergencyUse.objects.get().person_id, note_of(EmergencyUse.objects.get())) == (
        merged,
        SECRET,
    )


def test_what_is_kept_of_a_persons_uses_is_in_their_export(someone: Any, adviser: Actor) -> None:
    person, row = someone
    ask(adviser, row)
    by_offers = UseRequest(OFFERS, "personal-offers", ("email",), "email")
    with pytest.raises(NoOneFound):
        use(by_offers.for_subject(Subject(kind="email", value=row["email"])), at=clock.now())
    exported = {
        data.name: list(data.export([person])) for data in PERSONAL_DATA if callable(data.export)
    }
    refusals, emergencies = exported["refused_look_ups"], exported["emergency_uses"]
    assert [refused["reasons"] for refused in refusals] == [["no_consent"]]
    (emergency,) = emergencies
    assert (emergency["why"], emergency["fields"]) == ("life-in-danger", ["city", "phone"])
    assert emergency["sealed_note"] is True
    assert SECRET not in str(emergency)
