"""A restriction is placed for the case that was asked for; what is objected to rests until somebody
decided, and no longer (GDPR Arts 18(1), 18(3) and 21(1))."""

from __future__ import annotations

import pytest
from django.core import mail

from aboveboard.access.decision.personal import choice_refusals
from aboveboard.access.reasons import ReasonCode
from aboveboard.basics import clock
from aboveboard.basics.actor import CUSTOMER
from aboveboard.choices.queries import consent_state
from aboveboard.choices.state import ChoiceAnswer
from aboveboard.connectors import registry
from aboveboard.outbox import jobs
from aboveboard.promise.queries import in_force
from aboveboard.retention.queries import restrictions
from aboveboard.retention.reasons import RestrictionReason
from aboveboard.rights.requests import actions, queries
from aboveboard.rights.requests.state import RequestStage
from aboveboard.rights.requests.terms import (
    NewRequest,
    ProofEvidence,
    RefusalGround,
    RequestChannel,
    RequestDetails,
    RequestKind,
)
from tests.rights.memory_system import MemorySystem
from tests.world import ADVISER, load

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop(monkeypatch: pytest.MonkeyPatch) -> tuple[int, MemorySystem]:
    (person, row), *_ = load(1)
    system = MemorySystem("shop", {1: {"email": row["email"]}})
    monkeypatch.setattr(registry, "active", lambda: [system])
    return person, system


def ask(person: int, kind: RequestKind, restriction: str = "", purpose: str = "") -> int:
    new = NewRequest(
        kind=kind,
        channel=RequestChannel.PORTAL,
        received_at=clock.now(),
        person_id=person,
        details=RequestDetails(restriction=restriction, purpose=purpose),
    )
    number = actions.ask(new, evidence=ProofEvidence.SIGNED_IN, by=CUSTOMER, at=clock.now())
    work()
    return number


def work() -> None:
    jobs.run_jobs_once(worker="test")


def open_reasons(person: int) -> list[RestrictionReason]:
    return [each.why for each in restrictions(person) if each.ended_at is None]


def test_a_restriction_is_placed_for_the_case_that_was_asked_for(
    shop: tuple[int, MemorySystem],
) -> None:
    person, system = shop
    for reason in ("unlawful", "needed_for_claim", ""):
        ask(person, RequestKind.RESTRICTION, reason)
    assert set(open_reasons(person)) == {
        RestrictionReason.UNLAWFUL,
        RestrictionReason.NEEDED_FOR_CLAIM,
        RestrictionReason.ACCURACY_CONTESTED,
    }
    assert system.calls.count("restrict None") == 3


def stopped(person: int) -> set[str]:
    """Return the uses that an objection stops now."""
    consent, purposes = consent_state(person), in_force().promise.purposes.values()
    return {
        each.key
        for each in purposes
        if ReasonCode.OBJECTED in {reason.code for reason in choice_refusals(each, consent)}
    }


def test_an_objection_stops_its_own_uses_while_it_is_examined_and_nothing_else(
    shop: tuple[int, MemorySystem],
) -> None:
    person, system = shop
    offers, *_ = (e.key for e in in_force().promise.purposes.values() if e.direct_marketing)
    all_uses = {each.key for each in in_force().promise.purposes.values() if each.objectable}
    refused = ask(person, RequestKind.OBJECTION)
    assert queries.request(refused).state.stage is RequestStage.REVIEWING
    assert stopped(person) == all_uses
    assert open_reasons(person) == [], "the rest of what is done for them goes on"
    assert system.calls == ["find"], "elsewhere nothing changes before it is decided"
    actions.refuse(refused, RefusalGround.COMPELLING_GROUNDS, "Fraud.", by=ADVISER, at=clock.now())
    assert stopped(person) == all_uses, "not before they were told (Art. 18(3))"
    mail.outbox.clear()
    work()
    assert len(mail.outbox) == 1
    assert stopped(person) == set(), "the grounds weigh more"
    assert consent_state(person).answer(offers) is ChoiceAnswer.NO
    assert offers not in consent_state(person).met, "advertising stops for good (Art. 21(3))"

    (use,) = all_uses
    met = ask(person, RequestKind.OBJECTION, purpose=use)
    assert stopped(person) == {use}, "they may object anew, to one use alone"
    actions.review(met, by=ADVISER, at=clock.now())
    work()
    assert queries.request(met).state.stage is RequestStage.ANSWERED
    assert system.calls[-1] == f"restrict {use}"
    assert stopped(person) == {use}

    taken_back = ask(person, RequestKind.OBJECTION, purpose=use)
    actions.withdraw(taken_back, by=CUSTOMER, at=clock.now())
    assert stopped(person) == {use}, "what they said before is not taken back with it"


def test_an_objection_to_advertising_is_done_at_once(shop: tuple[int, MemorySystem]) -> None:
    person, system = shop
    purposes = in_force().promise.purposes.values()
    offers, *_ = (each.key for each in purposes if each.direct_marketing)
    number = ask(person, RequestKind.OBJECTION, purpose=offers)
    assert queries.request(number).kind is RequestKind.STOP_ASKING
    assert queries.request(number).state.stage is RequestStage.ANSWERED
    assert consent_state(person).answer(offers) is ChoiceAnswer.NO
    assert stopped(person) == set(), "and nothing else stops"
    assert f"restrict {offers}" in system.calls


def test_the_privacy_lead_is_written_to_once_when_something_waits_for_them(
    shop: tuple[int, MemorySystem],
) -> None:
    person, _ = shop
    mail.outbox.clear()
    first, second = ask(person, RequestKind.ACCESS), ask(person, RequestKind.OBJECTION)
    (letter,) = [each for each in mail.outbox if "Look at what was collected" in str(each.body)]
    assert f"/console/requests/{first}/" in str(letter.body)
    assert "REQ-" in str(letter.body)
    assert queries.request(second).reference not in str(letter.body), "it comes with the next mail"
    mail.outbox.clear()
    work()
    assert mail.outbox == []
