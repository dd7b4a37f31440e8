"""The decision, as stories that a lawyer could read, and as properties that must always hold.

Every story runs on the sample promise of a retailer; the facts of each are written beside it.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aboveboard.access.decide import ANY_SCOPE, UNKNOWN_PERSON, Facts, Permitted, Refusal, Request, Scope, decide
from aboveboard.choices.standing import NOTHING_SAID, Answer, Event, fold
from aboveboard.promise.loading import load

SAMPLE = Path(__file__).parents[2] / "src" / "aboveboard" / "promise" / "samples" / "retailer.yaml"
PROMISE = load(SAMPLE.read_text("utf-8"), name=SAMPLE.name)
NOW = datetime(2026, 11, 22, 9, 41, tzinfo=UTC)


@dataclass(frozen=True)
class Story:
    """One request about one person, and what must come of it."""

    name: str
    role: str
    purpose: str
    fields: tuple[str, ...]
    channel: str
    said: tuple[tuple[str, Answer], ...] = ()
    years_since: float = 0.5
    scope: Scope = ANY_SCOPE
    reasons: frozenset[str] = frozenset()

    @property
    def request(self) -> Request:
        return Request(self.role, self.purpose, self.fields, self.channel, NOW, self.scope)

    @property
    def facts(self) -> Facts:
        moment = NOW - timedelta(days=365.25 * self.years_since)
        events = [Event(moment + timedelta(minutes=n), n, purpose, answer) for n, (purpose, answer) in enumerate(self.said)]
        return Facts(True, fold(events), moment, moment)


OFFERS, YES, NO = "personal-offers", Answer.YES, Answer.NO
STORIES = [
    Story("an adviser on the phone may see a name to answer", "adviser", "answer-contact", ("first_name", "last_name"), "phone"),
    Story("an adviser may not see a card to answer", "adviser", "answer-contact", ("first_name", "card_number"), "phone",
          reasons=frozenset({"field_not_in_purpose"})),
    Story("an offers service may not use an e-mail before a yes", "offers-service", OFFERS, ("email",), "email",
          reasons=frozenset({"no_consent"})),
    Story("after a yes it may", "offers-service", OFFERS, ("email",), "email", said=((OFFERS, YES),)),
    Story("after a yes taken back it may not", "offers-service", OFFERS, ("email",), "email", said=((OFFERS, YES), (OFFERS, NO)),
          reasons=frozenset({"consent_withdrawn"})),
    Story("after a yes given again it may", "offers-service", OFFERS, ("email",), "email",
          said=((OFFERS, YES), (OFFERS, NO), (OFFERS, YES))),
    Story("a yes to offers is not a yes to everything", "offers-service", OFFERS, ("card_number",), "email", said=((OFFERS, YES),),
          reasons=frozenset({"field_not_in_purpose"})),
    Story("legitimate interests need no yes", "shop-planning", "improve-shops", ("postal_code",), "office"),
    Story("an objection stops legitimate interests", "shop-planning", "improve-shops", ("postal_code",), "office",
          said=(("improve-shops", NO),),
          reasons=frozenset({"objected"})),
    Story("an objection taken back lets it go on", "shop-planning", "improve-shops", ("postal_code",), "office",
          said=(("improve-shops", NO), ("improve-shops", YES))),
    Story("an objection to one purpose does not stop a contract", "adviser", "answer-contact", ("email",), "phone",
          said=(("improve-shops", NO),)),
    Story("a courier has no business answering calls", "courier", "answer-contact", ("phone",), "phone",
          reasons=frozenset({"role_not_allowed"})),
    Story("a purpose nobody promised", "adviser", "sell-to-brokers", ("email",), "phone", reasons=frozenset({"purpose_unknown"})),
    Story("asking for nothing is not a use", "adviser", "answer-contact", (), "phone", reasons=frozenset({"no_fields"})),
    Story("a channel the purpose does not have", "offers-service", OFFERS, ("email",), "post", said=((OFFERS, YES),),
          reasons=frozenset({"channel_not_allowed"})),
    Story("a program beyond its own leave", "adviser", "answer-contact", ("email",), "phone",
          scope=Scope(purposes=frozenset({"deliver-orders"})),
          reasons=frozenset({"outside_client_scope"})),
    Story("long after the last contact, answering is over", "adviser", "answer-contact", ("email",), "phone", years_since=40,
          reasons=frozenset({"retention_over"})),
    Story("every reason is given, not the first", "courier", OFFERS, ("card_number",), "post", years_since=40,
          reasons=frozenset({"role_not_allowed", "channel_not_allowed", "field_not_in_purpose", "no_consent"})),
]  # fmt: skip


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.name)
def test_story(story: Story) -> None:
    decision = decide(PROMISE, story.request, story.facts)
    if not story.reasons:
        assert decision == Permitted(tuple(sorted(story.fields)))
    else:
        assert isinstance(decision, Refusal)
        assert {reason.code.value for reason in decision.reasons} == story.reasons
        assert all(reason.sentence.endswith(".") and "{" not in reason.sentence for reason in decision.reasons)


def test_someone_erased_or_never_known_is_refused() -> None:
    decision = decide(PROMISE, STORIES[0].request, UNKNOWN_PERSON)
    assert isinstance(decision, Refusal)
    assert [reason.code.value for reason in decision.reasons] == ["person_unknown"]


words = st.one_of(
    st.text(max_size=12), st.sampled_from([*PROMISE.purposes, *PROMISE.fields, "adviser", "customer", "phone", "portal", "email"])
)
requests = st.builds(
    Request,
    role=st.one_of(words, st.sampled_from(sorted({role for purpose in PROMISE.purposes.values() for role in purpose.roles}))),
    purpose=st.one_of(words, st.sampled_from(sorted(PROMISE.purposes))),
    fields=st.lists(st.one_of(words, st.sampled_from(sorted(PROMISE.fields))), max_size=5).map(tuple),
    channel=st.one_of(words, st.sampled_from(sorted({channel for purpose in PROMISE.purposes.values() for channel in purpose.channels}))),
    at=st.just(NOW),
)
events = st.builds(
    Event,
    at=st.integers(0, 900).map(lambda days: NOW - timedelta(days=days)),
    id=st.integers(1, 10**6),
    purpose=st.sampled_from(sorted(PROMISE.purposes)),
    answer=st.sampled_from(Answer),
)
facts = st.builds(
    Facts,
    held=st.just(True),
    standing=st.lists(events, max_size=8, unique_by=lambda event: event.id).map(fold),
    collected_at=st.integers(0, 9000).map(lambda days: NOW - timedelta(days=days)),
    last_active_at=st.integers(0, 9000).map(lambda days: NOW - timedelta(days=days)),
)


@given(requests, facts)
def test_nothing_is_permitted_that_the_promise_does_not_say(request: Request, known: Facts) -> None:
    decision = decide(PROMISE, request, known)
    if isinstance(decision, Permitted):
        purpose = PROMISE.purposes[request.purpose]
        assert set(decision.fields) == set(request.fields) <= set(purpose.fields)
        assert request.role in purpose.roles
        assert request.channel in purpose.channels
        assert not purpose.needs_consent or known.standing.said(purpose.key) is Answer.YES
        assert not purpose.objectable or known.standing.said(purpose.key) is not Answer.NO


@given(requests, facts, st.integers())
def test_the_order_of_fields_never_matters_and_the_answer_is_always_the_same(request: Request, known: Facts, seed: int) -> None:
    shuffled = list(request.fields)
    random.Random(seed).shuffle(shuffled)
    assert decide(PROMISE, request, known) == decide(PROMISE, replace(request, fields=tuple(shuffled)), known)


@given(requests, facts)
def test_asking_for_more_never_turns_a_no_into_a_yes(request: Request, known: Facts) -> None:
    if request.fields and isinstance(decide(PROMISE, request, known), Refusal):
        for field in PROMISE.fields:
            assert isinstance(decide(PROMISE, replace(request, fields=(*request.fields, field)), known), Refusal)


@given(requests, facts)
def test_a_refusal_always_says_why(request: Request, known: Facts) -> None:
    decision = decide(PROMISE, request, known)
    if isinstance(decision, Refusal):
        assert decision.reasons
        assert decision.reasons == tuple(sorted(set(decision.reasons)))


def test_silence_is_not_consent() -> None:
    for purpose in PROMISE.purposes.values():
        if purpose.needs_consent:
            asked = Request(purpose.roles[0], purpose.key, purpose.fields[:1], purpose.channels[0], NOW)
            assert isinstance(decide(PROMISE, asked, Facts(True, NOTHING_SAID, NOW, NOW)), Refusal)
