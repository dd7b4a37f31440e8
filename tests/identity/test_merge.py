"""Two records found to be of one person become one, and two again; nothing is lost,
shown or left behind."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from aboveboard.access.actions import use
from aboveboard.access.models import QuietRefusal
from aboveboard.access.queries import use_records
from aboveboard.access.use import Subject, UseRequest
from aboveboard.accounts.actions import customer_account
from aboveboard.accounts.models import Account
from aboveboard.basics import clock
from aboveboard.basics.actor import CUSTOMER, SYSTEM
from aboveboard.basics.errors import NotFound
from aboveboard.basics.reference import ReferenceRefused
from aboveboard.choices import queries as choices
from aboveboard.choices.actions import choose
from aboveboard.choices.state import ChoiceAnswer
from aboveboard.identity import actions, limits, matching
from aboveboard.identity.choosing import FieldLikeness, NotHeldThere, RecordSide
from aboveboard.identity.matching import MergeRecord
from aboveboard.identity.models import MergedPerson
from aboveboard.keys.models import PersonKey
from aboveboard.keys.queries import person_handles, person_key
from aboveboard.ledger.models import Entry
from aboveboard.ledger.queries import LedgerEntry
from aboveboard.promise.queries import in_force
from aboveboard.retention import actions as retention
from aboveboard.retention.reasons import HoldReason
from aboveboard.retention.sweep import erasing, reviewing
from aboveboard.vault import actions as vault_actions
from aboveboard.vault import aliases
from aboveboard.vault import queries as vault
from aboveboard.vault.locking import HeldByLaw
from aboveboard.vault.models import BlindIndex, Person
from aboveboard.vault.origin import ValueOrigin
from tests import world
from tests.retention.test_sweep import fields_lapsed
from tests.world import ADVISER, OFFERS, load

pytestmark = pytest.mark.django_db
FIELDS = ("first_name", "email")
OFFER = UseRequest(OFFERS, "personal-offers", ("email",), "email")
People = tuple[int, dict[str, str], int, dict[str, str]]


@pytest.fixture
def two() -> People:
    (one, row), (other, other_row), *_ = load(3)
    return one, row, other, other_row


def kinds() -> dict[str, str]:
    return {key: field.kind_and_format for key, field in in_force().promise.fields.items()}


def seen(person: int) -> dict[str, str | None]:
    outcome = use(
        UseRequest(ADVISER, "answer-contact", FIELDS, "phone", Subject(person)),
        at=clock.now(),
    )
    assert outcome.allowed, outcome
    return {name: value and value.reveal() for name, value in outcome.values.items()}


def merge(kept: int, merged: int, **chosen: RecordSide) -> MergeRecord:
    return actions.merge(
        kept, merged, chosen=chosen, reference="case/1", by=ADVISER, at=clock.now()
    )


def split(row: MergeRecord) -> None:
    actions.split(row.id, kinds=kinds(), reference="case/2", by=ADVISER, at=clock.now())


def correct(person: int, value: str) -> None:
    origin = ValueOrigin(in_force().serial, clock.now(), "phone", "answer-contact")
    vault_actions.correct(
        person, "email", value, kinds=kinds(), origin=origin, by=ADVISER, at=clock.now()
    )


def say(person: int, answer: ChoiceAnswer) -> None:
    choose(
        person,
        "personal-offers",
        answer,
        channel="phone",
        evidence="call:1",
        by=ADVISER,
        at=clock.now(),
    )


def _used(person: int) -> list[LedgerEntry]:
    """Use a person's data; return the entries about them."""
    seen(person)
    return world.entries(person)


def test_values_look_ups_and_handles_lead_to_the_one_kept(two: People) -> None:
    one, row, other, other_row = two
    before = {entry.id for person in (one, other) for entry in _used(person)}
    merge(one, other, email=RecordSide.MERGED)
    assert seen(one) == {"first_name": row["first_name"], "email": other_row["email"]}
    assert before <= {entry.id for entry in world.entries(one)}
    assert len(world.entries(one, "people.merged")) == 2, "one under each of their names"
    for said in (row, other_row):
        assert (
            vault.find("email", said["email"])
            == vault.find("customer_number", said["customer_id"])
            == [one]
        )
    assert not Person.objects.filter(id=other).exists()


def test_old_number_own_number_and_nobodys_are_all_asked_for_in_one_statement(two: People) -> None:
    one, row, other, _ = two
    merge(one, other)
    with CaptureQueriesContext(connection) as asked:
        found = vault.fetch([other, one])
        assert vault.fetch([2**40]) == {}
    assert len(asked) == 2
    assert found[one].person_id == one
    assert found[other].person_id == one
    assert seen(other)["first_name"] == row["first_name"]
    assert aliases.current_number(other) == one


def test_what_was_seen_of_either_is_seen_in_one_list(two: People) -> None:
    one, _, other, _ = two
    for person in (one, other):
        seen(person)
    merge(one, other)
    seen(one)
    assert len(use_records(one)) == 3


@pytest.mark.parametrize(
    ("mine", "theirs", "allowed"),
    [("yes", "no", False), ("no", "yes", False), ("yes", "yes", True), ("yes", "", True)],
)
def test_the_stricter_answer_stands_until_they_say_otherwise(
    two: People, mine: str, theirs: str, allowed: bool
) -> None:
    one, _, other, _ = two
    for person, answer in ((one, mine), (other, theirs)):
        if answer:
            say(person, ChoiceAnswer(answer))
    merge(one, other)
    assert use(OFFER.for_subject(Subject(one)), at=clock.now()).allowed is allowed
    assert len(choices.history(one)) == bool(mine) + bool(theirs)
    say(one, ChoiceAnswer.YES)
    assert use(OFFER.for_subject(Subject(one)), at=clock.now()).allowed
    assert use(OFFER.for_subject(Subject(other)), at=clock.now()).allowed


def test_choices_of_both_numbers_are_read_in_one_statement(two: People) -> None:
    one, _, other, _ = two
    say(other, ChoiceAnswer.YES)
    merge(one, other)
    with CaptureQueriesContext(connection) as asked:
        choices.consent_states([one])
    assert len(asked) == 1


def test_a_split_gives_each_back_what_they_had(two: People) -> None:
    one, row, other, other_row = two
    mine, theirs = _used(one), _used(other)
    held = {person: vault.held_fields(person) for person in (one, other)}
    filed = set(BlindIndex.objects.values_list("person_id", "kind", "digest"))
    say(one, ChoiceAnswer.YES)
    say(other, ChoiceAnswer.NO)
    done = merge(one, other, email=RecordSide.MERGED, first_name=RecordSide.MERGED)
    split(done)
    assert seen(one) == {name: row[name] for name in FIELDS}
    assert seen(other) == {name: other_row[name] for name in FIELDS}
    assert {person: vault.held_fields(person) for person in (one, other)} == held
    assert set(BlindIndex.objects.values_list("person_id", "kind", "digest")) == filed
    for person, own, foreign in ((one, mine, theirs), (other, theirs, mine)):
        ids = {entry.id for entry in world.entries(person)}
        assert {entry.id for entry in own} <= ids
        assert not {entry.id for entry in foreign} & ids
        assert len(world.entries(person, "people.split")) == 1
    assert choices.consent_state(one).answer("personal-offers") is ChoiceAnswer.YES
    assert choices.consent_state(other).answer("personal-offers") is ChoiceAnswer.NO
    with pytest.raises(actions.CannotSplit):
        split(done)


def test_what_changed_since_goes_to_the_record_whose_value_it_replaced(two: People) -> None:
    one, row, other, other_row = two
    theirs = merge(one, other, email=RecordSide.MERGED)
    correct(one, "new@example.com")
    split(theirs)
    assert (seen(one)["email"], seen(other)["email"]) == (row["email"], "new@example.com")
    assert vault.find("email", "new@example.com") == [other]
    assert vault.find("email", other_row["email"]) == []
    mine = merge(one, other, email=RecordSide.KEPT)
    correct(one, "newer@example.com")
    split(mine)
    assert (seen(one)["email"], seen(other)["email"]) == ("newer@example.com", "new@example.com")
    assert vault.find("email", "newer@example.com") == [one]


def test_erasing_the_merged_person_destroys_everything_of_both(two: People) -> None:
    one, _, other, _ = two
    say(other, ChoiceAnswer.YES)
    done = merge(one, other)
    known_as = person_handles(one)
    # The old number is theirs too.
    vault_actions.erase(other, reason="asked", by=CUSTOMER, at=clock.now())
    assert not PersonKey.objects.filter(person_id__in=[one, other]).exists()
    assert not MergedPerson.objects.exists()
    assert not choices.history(other)
    assert not BlindIndex.objects.filter(person_id__in=[one, other]).exists()
    erased = {str(entry.handle) for entry in Entry.objects.filter(kind="erasure.done")}
    assert len(erased) == 2
    for secret in known_as.secrets:
        assert any(secret.handle(number) in erased for number in range(secret.count + 2)), (
            "a backup knows them apart"
        )
    with pytest.raises(NotFound):
        split(done)


def test_a_field_that_is_swept_is_gone_from_what_was_set_aside_too(two: People) -> None:
    one, _, other, _ = two
    done = merge(one, other)
    key = person_key(other)
    fields_lapsed(one, {"email"})
    assert person_key(other) != key
    split(done)
    for person in (one, other):
        assert seen(person)["email"] is None
        assert seen(person)["first_name"] is not None


def test_a_hold_on_either_keeps_both(two: People) -> None:
    one, _, other, _ = two
    hold = retention.place_hold(
        other, HoldReason.CLAIM, reference="case/9", until=None, by=ADVISER, at=clock.now()
    )
    done = merge(one, other)
    with pytest.raises(HeldByLaw):
        vault_actions.erase(one, reason="asked", by=CUSTOMER, at=clock.now())
    split(done)
    consented = {
        person: vault.fetch([person])[person].held_by_law(clock.now()) for person in (one, other)
    }
    assert consented == {one: False, other: True}
    again = merge(one, other)
    retention.release_hold(hold.id, reference="ruling/9", by=ADVISER, at=clock.now())
    assert not vault.fetch([one])[one].held_by_law(clock.now())
    assert again.person_id == one


def test_sign_in_leads_to_the_person_kept_and_back(two: People) -> None:
    one, _, other, _ = two
    account = customer_account(other, at=clock.now())
    done = merge(one, other)
    assert Account.objects.get(pk=account.pk).person_id == one
    split(done)
    assert Account.objects.get(pk=account.pk).person_id == other
    customer_account(one, at=clock.now())
    merge(one, other)
    assert list(Account.objects.customers().values_list("person_id", flat=True)) == [one]


def test_look_ups_that_ended_in_nothing_move_along(two: People) -> None:
    one, _, other, _ = two
    QuietRefusal.objects.create(entry_id=7, person_id=other, reasons=[])
    done = merge(one, other)
    assert QuietRefusal.objects.get().person_id == one
    split(done)
    assert QuietRefusal.objects.get().person_id == other


def test_after_ninety_days_what_was_set_aside_is_destroyed_and_they_stay_one(two: People) -> None:
    one, row, other, _ = two
    done = merge(one, other)
    assert actions.expire_undo_data(at=done.at + limits.MERGE_UNDO_LIFE) == 0
    assert actions.expire_undo_data(at=done.at + limits.MERGE_UNDO_LIFE + timedelta(seconds=1)) == 1
    assert person_key(other) is None
    assert seen(other)["first_name"] == row["first_name"]
    with pytest.raises(actions.CannotSplit, match="90 days"):
        split(done)


def test_what_makes_no_sense_is_refused_and_changes_nothing(two: People) -> None:
    one, _, other, _ = two
    third = load(3)[2][0]
    with pytest.raises(actions.SamePerson):
        merge(one, one)
    with pytest.raises(NotFound):
        merge(one, 404)
    with pytest.raises(NotHeldThere):
        merge(one, other, shoe_size=RecordSide.MERGED)
    with pytest.raises(ReferenceRefused):
        actions.merge(one, other, chosen={}, reference="the Smiths", by=ADVISER, at=clock.now())
    assert Person.objects.count() == 3
    merge(one, other)
    for kept, merged in ((one, other), (other, third), (third, one)):
        with pytest.raises(actions.MergedElsewhere):
            merge(kept, merged)
    merge(one, third)
    assert aliases.numbers_of(one) == [one, other, third]


def test_two_who_share_an_address_are_compared_without_a_value(two: People) -> None:
    one, row, other, _ = two
    correct(other, row["email"].upper())
    found = {one.field: one for one in matching.preview(one, other)}
    assert found["email"].likeness is not FieldLikeness.ONLY_KEPT
    assert found["email"].newer is RecordSide.MERGED, "it was corrected later"
    assert found["customer_number"].likeness is FieldLikeness.DIFFERS


def test_whoever_was_merged_is_swept_once(two: People) -> None:
    one, _, other, _ = two
    at = clock.now() + timedelta(days=366 * 12)
    sweep = reviewing.review(by=SYSTEM, at=at)
    merge(one, other)
    erasing.erase(sweep.digest, by=SYSTEM, at=lambda: at)
    assert not Person.objects.exists()
    assert not use(OFFER.for_subject(Subject(one)), at=clock.now()).allowed
