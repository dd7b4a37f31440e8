"""The decision asks what the person said of the way of contact that the channel is. Pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Final

import pytest

from aboveboard.access.decision.decide import decide
from aboveboard.access.decision.facts import DecisionFacts, DecisionMoment, PersonFacts
from aboveboard.access.decision.personal import goes_on
from aboveboard.access.impact.judging import PurposePair, contacts_of, is_allowed
from aboveboard.access.lapse import HeldData, lapsed_fields
from aboveboard.access.use import UseRequest
from aboveboard.basics.actor import Actor, ActorKind
from aboveboard.choices.state import OWN_HAND, ChoiceAnswer, ChoiceEvent, fold
from aboveboard.promise.loading import load
from tests.promise import RETAILER, retailer

NOW = datetime(2026, 11, 22, 9, 41, tzinfo=UTC)
PROMISE = retailer()
OFFERS = PROMISE.purposes["personal-offers"]
MAILER = Actor(ActorKind.SERVICE, "7", "offers-service", "Sales")


def facts(words: str, by: str = OWN_HAND, **more: datetime) -> PersonFacts:
    """``words``: "yes no/email" and so on, a day apart, the last of them yesterday."""
    spoken = [word.partition("/") for word in words.split()]
    events = [
        ChoiceEvent(
            NOW - timedelta(days=len(spoken) - number),
            number,
            OFFERS.key,
            ChoiceAnswer(word),
            by,
            contact=contact,
        )
        for number, (word, _, contact) in enumerate(spoken)
    ]
    return PersonFacts(True, fold(events), NOW, NOW, **more)


def refused(person: PersonFacts, channel: str) -> set[str]:
    request = UseRequest(MAILER, OFFERS.key, ("email",), channel)
    decision = decide(PROMISE, request, DecisionFacts(person, DecisionMoment(NOW)))
    return {reason.code.value for reason in decision.reasons}


# What was said -> what is refused by e-mail, by text message, and between programs.
USES: Final[dict[str, tuple[str, tuple[str, str, str]]]] = {
    "nothing": ("", ("no_consent", "no_consent", "no_consent")),
    "yes": ("yes", ("", "", "")),
    "yes, but no e-mail": ("yes no/email", ("consent_withdrawn", "", "")),
    "no, but e-mail": ("no yes/email", ("", "consent_withdrawn", "consent_withdrawn")),
    "e-mail alone": ("yes/email", ("", "no_consent", "no_consent")),
    "no e-mail, then yes to it all": ("no/email yes", ("consent_withdrawn", "", "")),
    "e-mail, then no to it all": ("yes/email no", ("consent_withdrawn",) * 3),
}


@pytest.mark.parametrize(("words", "expected"), USES.values(), ids=USES)
def test_each_channel_asks_about_its_own_way_of_contact(
    words: str, expected: tuple[str, str, str]
) -> None:
    person = facts(words)
    for channel, code in zip(("email", "sms", "api"), expected, strict=True):
        assert refused(person, channel) == ({code} if code else set()), channel


def test_nobody_uses_a_way_of_contact_under_a_yes_that_they_alone_recorded() -> None:
    own = facts("yes/email", by="service:7")
    assert refused(own, "email") == {"yes_recorded_by_asker"}
    assert refused(facts("yes yes/email", by="service:7"), "sms") == {"yes_recorded_by_asker"}
    assert refused(facts("yes/email", by="service:8"), "email") == set()


def test_a_restriction_yields_to_a_yes_to_that_way_given_since_and_to_no_other() -> None:
    since = NOW - timedelta(hours=30)
    person = facts("yes yes/email", restricted_since=since)
    assert (refused(person, "email"), refused(person, "sms")) == (set(), {"restricted"})


def test_nothing_is_erased_while_one_way_of_contact_is_agreed_to() -> None:
    held = HeldData({"birth_date": NOW - timedelta(days=9)}, NOW, facts("no yes/email").consent)
    alone = replace(PROMISE, purposes={OFFERS.key: OFFERS})
    assert "birth_date" not in lapsed_fields(alone, held, NOW)
    ended = HeldData(held.collected, NOW, facts("yes/email no").consent)
    assert lapsed_fields(alone, ended, NOW)["birth_date"] == {"personal-offers": "withdrawn"}
    assert goes_on(OFFERS, facts("yes/email").consent)
    assert not goes_on(OFFERS, facts("no/email").consent)


def test_what_a_changed_promise_changes_is_judged_for_each_way_of_contact() -> None:
    text = RETAILER.replace("    contact: sms\n", "    contact: email\n")
    new = load(text, name="retailer.yaml").purposes[OFFERS.key]
    pair = PurposePair(OFFERS.key, OFFERS, new)
    assert pair.differs()
    assert contacts_of(OFFERS, new, "sms") == ("sms", "email")
    assert contacts_of(OFFERS, None, "api") == ("", "")
    person = facts("yes no/email")
    judged = {
        ways: tuple(
            is_allowed(one, person, "email", channel, NOW, own=False) for one in (OFFERS, new)
        )
        for ways, channel in pair.contact_by_ways().items()
    }
    assert judged["sms", "email"] == (True, False), "a text message is now an e-mail to them"
    assert judged["email", "email"] == (False, False)
    assert judged["", ""] == (True, True)
