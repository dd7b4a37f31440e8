"""Where a choice may be made: on any channel of the promise, and always by
the person's own hand."""

from __future__ import annotations

from typing import Any

import pytest
from django.db.models import QuerySet

from aboveboard.basics import clock
from aboveboard.basics.actor import CUSTOMER, SYSTEM, Actor
from aboveboard.basics.errors import NotFound
from aboveboard.basics.package import RecordedEntry
from aboveboard.choices import queries
from aboveboard.choices.actions import (
    ChannelUnknown,
    ContactUnknown,
    EvidenceRefused,
    NoChoiceHere,
    check_contact,
    choose,
    repeat,
)
from aboveboard.choices.entries import ChoiceMade
from aboveboard.choices.models import Choice
from aboveboard.choices.receipt import as_json_ld
from aboveboard.choices.state import ChoiceAnswer, ChoiceRecord
from aboveboard.keys.models import PersonKey
from aboveboard.ledger.models import Entry
from aboveboard.promise.actions import adopt_promise
from aboveboard.promise.queries import in_force
from tests.promise import retailer
from tests.world import ADVISER, OFFERS, PROMISE_FILE, entries, load

pytestmark = pytest.mark.django_db


def say(person: int, answer: ChoiceAnswer, channel: str, by: Actor) -> None:
    choose(
        person, "personal-offers", answer, channel=channel, evidence="call:1", by=by, at=clock.now()
    )


def test_a_no_is_taken_on_every_channel_of_the_promise() -> None:
    person, _ = load(2)[0]
    promise = in_force().promise
    assert "post" not in promise.purposes["personal-offers"].channels, "else this shows nothing"
    for channel in promise.channels:
        say(person, ChoiceAnswer.YES, "email", OFFERS)
        say(person, ChoiceAnswer.NO, channel, ADVISER)
        assert queries.consent_state(person).answer("personal-offers") is ChoiceAnswer.NO, channel


@pytest.mark.parametrize("channel", ["pigeon", "Phone", "", " phone", "jon24@adventure-works.com"])
def test_a_channel_that_the_promise_does_not_have_is_refused(channel: str) -> None:
    person, _ = load(2)[0]
    before = Entry.objects.count()
    for by in (ADVISER, OFFERS):
        with pytest.raises(ChannelUnknown, match="Use one of: portal, phone, shop") as refused:
            say(person, ChoiceAnswer.YES, channel, by)
        assert "jon24" not in str(refused.value)
    assert Entry.objects.count() == before
    assert not queries.history(person)


def test_the_person_is_heard_on_their_own_page_under_any_promise() -> None:
    person, _ = load(2)[0]
    adopt_promise(
        PROMISE_FILE.read_text("utf-8").replace("portal", "data-page"),
        name="renamed.yaml",
        by=SYSTEM,
        at=clock.now(),
    )
    assert "portal" not in in_force().promise.channels
    say(person, ChoiceAnswer.NO, "portal", CUSTOMER)
    assert queries.consent_state(person).answer("personal-offers") is ChoiceAnswer.NO


@pytest.mark.parametrize(
    ("purpose", "why"),
    [
        ("no-such-purpose", "the promise has no such purpose"),
        ("answer-contact", "it rests on contract"),
        ("tax-accounts", "it rests on legal obligation"),
    ],
)
def test_what_leaves_no_choice_is_refused_with_the_reason(purpose: str, why: str) -> None:
    person, _ = load(2)[0]
    with pytest.raises(NoChoiceHere, match=why):
        choose(
            person, purpose, ChoiceAnswer.NO, channel="phone", evidence="call:1", by=ADVISER,
            at=clock.now(),
        )  # fmt: skip
    assert not queries.history(person)


@pytest.mark.parametrize("evidence", ["call:1", "", "she said so on the phone", "a" * 81])
def test_evidence_is_a_reference(evidence: str) -> None:
    person, _ = load(2)[0]
    if evidence == "call:1":
        choose(
            person, "personal-offers", ChoiceAnswer.NO, channel="phone", evidence=evidence,
            by=ADVISER, at=clock.now(),
        )  # fmt: skip
        assert [choice.evidence for choice in queries.history(person)] == [evidence]
        return
    with pytest.raises(EvidenceRefused):
        choose(
            person, "personal-offers", ChoiceAnswer.NO, channel="phone", evidence=evidence,
            by=ADVISER, at=clock.now(),
        )  # fmt: skip


def test_nobody_is_who_is_not_held() -> None:
    load(2)
    with pytest.raises(NotFound):
        say(10**9, ChoiceAnswer.NO, "phone", ADVISER)


def test_nor_who_cannot_be_read_any_more() -> None:
    """Their key is gone, and their row is not yet."""
    person, _ = load(2)[0]
    PersonKey.objects.filter(person_id=person).delete()
    with pytest.raises(NotFound):
        say(person, ChoiceAnswer.NO, "phone", ADVISER)
    assert not Choice.objects.exists()


@pytest.mark.parametrize("waits", [False, True])
def test_what_one_hand_says_twice_on_one_evidence_is_one_choice(waits: bool) -> None:
    """Also where it waits; and it is told from what somebody else, or another call, says."""
    person, _ = load(2)[0]

    def agree(evidence: str, by: Actor) -> ChoiceRecord:
        return choose(
            person, "personal-offers", ChoiceAnswer.YES, channel="phone", evidence=evidence,
            by=by, at=clock.now(),
        )  # fmt: skip

    if waits:
        say(person, ChoiceAnswer.NO, "portal", CUSTOMER)
    first = agree("call:1", OFFERS)
    assert first.waits is waits
    assert agree("call:1", OFFERS) == first
    another = agree("call:2", OFFERS)
    assert another != first
    assert agree("call:1", OFFERS) not in (first, another), "it is no longer the newest"
    assert len(queries.history(person)) == 3 + waits


@pytest.mark.parametrize("changed", [{"waits": True}, {"entry_id": 1}])
def test_a_choice_that_was_changed_past_the_program_is_not_taken_for_the_same(
    changed: dict[str, int],
) -> None:
    """Whatever it is that was changed: what they say now must count."""
    person, _ = load(2)[0]
    say(person, ChoiceAnswer.NO, "phone", CUSTOMER)
    QuerySet(Choice).update(**changed)
    say(person, ChoiceAnswer.NO, "phone", CUSTOMER)
    assert Choice.objects.count() == 2


def test_evidence_goes_into_the_log_sealed_and_another_time_otherwise() -> None:
    person, _ = load(2)[0]
    say(person, ChoiceAnswer.YES, "phone", ADVISER)
    say(person, ChoiceAnswer.NO, "phone", ADVISER)
    facts = [str(entry.facts["evidence"]) for entry in entries(person, "choice.made")]
    assert len(set(facts)) == 2
    assert not any("call:1" in fact for fact in facts)


def test_a_choice_about_one_way_of_contact_is_kept_sealed_and_put_back_with_it() -> None:
    person, _ = load(2)[0]
    given: Any = {"channel": "phone", "evidence": "call:1", "by": CUSTOMER, "at": clock.now()}
    choose(person, "personal-offers", ChoiceAnswer.YES, **given)
    made = choose(person, "personal-offers", ChoiceAnswer.NO, contact="email", **given)
    assert (made.contact, made.topic) == ("email", "personal-offers/email")
    assert choose(person, "personal-offers", ChoiceAnswer.NO, contact="email", **given) == made
    entry, whole = entries(person, "choice.made")
    assert (entry.facts["contact"], "contact" in whole.facts) == ("email", False)
    event = as_json_ld(queries.receipt_of(made))["ab:event"]
    assert isinstance(event, dict)
    assert event["ab:contact"] == "email"
    Choice.objects.filter(pk=made.id).delete()
    facts = ChoiceMade.from_json(entry.facts)
    assert repeat(RecordedEntry(entry.id, made.at, made.actor, facts, person))
    back = queries.history(person)[0]
    assert back.contact == "email"
    # Moved to another way of contact past the program, it is a no to everything.
    QuerySet(Choice).filter(pk=back.id).update(contact="sms")
    assert queries.consent_state(person).answer("personal-offers", "post") is ChoiceAnswer.NO


@pytest.mark.parametrize(
    ("contact", "answer", "fix"),
    [
        ("post", ChoiceAnswer.YES, "Use one of: email, sms, phone, in_person; or none"),
        ("pigeon", ChoiceAnswer.NO, "Use one of: email, sms, post, phone, app, in_person"),
    ],
)
def test_a_yes_to_a_way_that_is_not_used_and_any_that_there_is_not_are_refused(
    contact: str, answer: ChoiceAnswer, fix: str
) -> None:
    promise = retailer()
    with pytest.raises(ContactUnknown, match=fix):
        check_contact(promise.purposes["personal-offers"], contact, answer)
    # A no to a way that is not used yet holds for the day on which it is.
    check_contact(promise.purposes["personal-offers"], "post", ChoiceAnswer.NO)
