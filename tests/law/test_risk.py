"""Articles 33 and 34: documented always; the authority at a risk; the people at a high one."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aboveboard.law import categories
from aboveboard.law.risk import BreachFacts, DataChange, DataHolder, DataOutage, Risk, assess

CONTACT = frozenset({"user.name", "user.contact.email"})
BIRTH = CONTACT | {"user.demographic.date_of_birth"}
CARD = CONTACT | {"user.financial.credit_card"}

STORIES = [
    ("contact data lost", BreachFacts(CONTACT, DataHolder.UNKNOWN), Risk.RISK),
    ("birth dates of a few lost", BreachFacts(BIRTH, DataHolder.UNKNOWN, people=20), Risk.RISK),
    ("birth dates of many lost", BreachFacts(BIRTH, DataHolder.UNKNOWN, people=1200), Risk.HIGH),
    ("card numbers lost", BreachFacts(CARD, DataHolder.UNKNOWN), Risk.HIGH),
    (
        "card numbers, encrypted",
        BreachFacts(CARD, DataHolder.UNKNOWN, unintelligible=True),
        Risk.UNLIKELY,
    ),
    (
        "card numbers, encrypted, no copy left",
        BreachFacts(CARD, DataHolder.HOSTILE, unintelligible=True, outage=DataOutage.FOR_GOOD),
        Risk.RISK,
    ),
    (
        "a trusted recipient who deleted it",
        BreachFacts(CARD, DataHolder.TRUSTED, deletion=True),
        Risk.UNLIKELY,
    ),
    ("a trusted recipient who did not", BreachFacts(CARD, DataHolder.TRUSTED), Risk.HIGH),
    (
        "a few known recipients, everyday data",
        BreachFacts(CONTACT, DataHolder.FEW_KNOWN, recipients=2),
        Risk.UNLIKELY,
    ),
    (
        "too many known recipients to ask",
        BreachFacts(CONTACT, DataHolder.FEW_KNOWN, recipients=51),
        Risk.RISK,
    ),
    (
        "contact data of children, stolen",
        BreachFacts(CONTACT, DataHolder.HOSTILE, vulnerable=True),
        Risk.HIGH,
    ),
    (
        "only an outage of days",
        BreachFacts(frozenset(), DataHolder.NOBODY, outage=DataOutage.DAYS),
        Risk.RISK,
    ),
    (
        "an outage that people's care hangs on",
        BreachFacts(frozenset(), DataHolder.NOBODY, outage=DataOutage.DAYS, vital=True),
        Risk.HIGH,
    ),
    (
        "changed and put right",
        BreachFacts(CONTACT, DataHolder.NOBODY, change=DataChange.RESTORED),
        Risk.UNLIKELY,
    ),
    (
        "changed and used",
        BreachFacts(CONTACT, DataHolder.NOBODY, change=DataChange.USED),
        Risk.RISK,
    ),
]


@pytest.mark.parametrize(("name", "facts", "risk"), STORIES, ids=[story[0] for story in STORIES])
def test_stories(name: str, facts: BreachFacts, risk: Risk) -> None:
    found = assess(facts)
    assert found.risk is risk, found.reasons
    assert found.notify_authority is (risk is not Risk.UNLIKELY)
    assert found.notify_subjects is (risk is Risk.HIGH)


def test_what_was_done_since_can_spare_the_people_but_not_the_authority() -> None:
    found = assess(BreachFacts(CARD, DataHolder.HOSTILE, remedied=True))
    assert (found.risk, found.notify_authority, found.notify_subjects) == (Risk.HIGH, True, False)
    assert any("34(3)(b)" in reason.citation for reason in found.reasons)


FACTS = st.builds(
    BreachFacts,
    exposed=st.frozensets(st.sampled_from(sorted(categories.all_categories())), max_size=6),
    hands=st.sampled_from(list(DataHolder)),
    unintelligible=st.booleans(),
    outage=st.sampled_from(list(DataOutage)),
    change=st.sampled_from(list(DataChange)),
    deletion=st.booleans(),
    read=st.booleans(),
    vulnerable=st.booleans(),
    vital=st.booleans(),
    people=st.none() | st.integers(1, 10**8),
    recipients=st.none() | st.integers(1, 10**5),
    remedied=st.booleans(),
)


@given(FACTS)
def test_every_answer_is_documented_and_says_why(facts: BreachFacts) -> None:
    found = assess(facts)
    assert found.document
    assert all(reason.text and reason.citation for reason in found.reasons)
    assert found.notify_subjects <= found.notify_authority


@given(FACTS)
def test_making_it_unreadable_never_makes_it_worse(facts: BreachFacts) -> None:
    order = [Risk.UNLIKELY, Risk.RISK, Risk.HIGH]
    open_, sealed = (
        assess(dataclasses.replace(facts, unintelligible=value)).risk for value in (False, True)
    )
    assert order.index(sealed) <= order.index(open_)


@given(FACTS)
def test_more_people_never_make_it_milder(facts: BreachFacts) -> None:
    order = [Risk.UNLIKELY, Risk.RISK, Risk.HIGH]
    few, many = (assess(dataclasses.replace(facts, people=value)).risk for value in (1, 10**6))
    assert order.index(few) <= order.index(many)
