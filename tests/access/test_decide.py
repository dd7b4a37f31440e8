"""The decision as stories that a lawyer could read (``stories.yaml``), and as
properties that must always hold.

The properties are checked on random requests about random people, against the rule said once
more in another way (:func:`by_the_book`): a list of questions, each a plain yes or no, that
shares no code with the decision.
"""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aboveboard.access.decision.decide import decide
from aboveboard.access.decision.facts import (
    UNKNOWN_PERSON,
    DecisionFacts,
    DecisionMoment,
    PersonFacts,
)
from aboveboard.access.reasons import SENTENCES
from aboveboard.access.use import Decision, UseRequest
from aboveboard.accounts.clients.scope import ClientScope
from aboveboard.basics import shipped
from aboveboard.basics.actor import Actor, ActorKind
from aboveboard.choices.confirmation import version_of
from aboveboard.choices.state import NO_CHOICES, OWN_HAND, ChoiceAnswer, ChoiceEvent, fold
from aboveboard.choices.third_parties import ThirdPartyFacts
from aboveboard.promise.loading import load

HERE = Path(__file__).parent
PROMISE = load((HERE / "clinic.yaml").read_text("utf-8"), name="clinic.yaml")
STORIES: list[dict[str, Any]] = shipped.load(HERE / "stories.yaml")
NOW = datetime(2026, 11, 22, 9, 41, tzinfo=UTC)
IN_FORCE = NOW - timedelta(days=365)


def ago(days: float) -> datetime:
    return NOW - timedelta(days=days)


def confirmation(field: str, collected: datetime, number: int) -> ChoiceEvent:
    topic, yes = f"address:{field}", ChoiceAnswer.YES
    return ChoiceEvent(NOW, number, topic, yes, contact=version_of(collected))


def actor(role: str, *, own: bool) -> Actor:
    kind = ActorKind.SERVICE if role == "third-party" else ActorKind.STAFF
    return Actor(ActorKind.PERSON if own else kind, "1", role)


def request_of(story: dict[str, Any]) -> UseRequest:
    ask = story["ask"]
    scope = ask.get("scope", {})
    purposes, channels, rights = (
        frozenset(scope.get(name, ())) for name in ("purposes", "channels", "rights")
    )
    return UseRequest(
        actor(ask["role"], own=ask.get("own", False)), ask["purpose"], tuple(ask["fields"]),
        ask["channel"], scope=ClientScope(purposes, channels, rights=rights) if scope else None,
    )  # fmt: skip


def facts_of(story: dict[str, Any]) -> PersonFacts:
    known = story.get("known", {})
    if not known.get("held_at_all", True):
        return UNKNOWN_PERSON
    events = [
        confirmation(field, ago(days), 100) for field, days in known.get("confirmed", {}).items()
    ]
    for number, said in enumerate(known.get("said", ())):
        answer, by = ChoiceAnswer(said["answer"]), said.get("by", OWN_HAND)
        at, waits = ago(said["days"]), said.get("waits", False)
        events.append(ChoiceEvent(at, number, said["purpose"], answer, by, waits))
    return PersonFacts(
        held=True,
        consent=fold(events),
        collected_at=ago(known.get("collected", known.get("active", 100))),
        last_active_at=ago(known.get("active", 100)),
        collected={field: ago(days) for field, days in known.get("ages", {}).items()},
        restricted_since=ago(known["restricted"]) if "restricted" in known else None,
        held_for_claim=known.get("legal_hold", False),
        grounds_shown={purpose: ago(days) for purpose, days in known.get("grounds", {}).items()},
        third_parties=tuple(
            ThirdPartyFacts(
                *(each[key] for key in ("party", "purpose", "name")),
                frozenset(each["shown"]),
                ago(each["days"]),
                ago(each["until"]) if "until" in each else None,
            )
            for each in known.get("let_in", ())
        ),
    )


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story["story"])
def test_story(story: dict[str, Any]) -> None:
    moment = DecisionMoment(ago(-story["ask"].get("at", 0)), IN_FORCE, NOW)
    decision = decide(PROMISE, request_of(story), DecisionFacts(facts_of(story), moment))
    if not story["reasons"]:
        assert decision == Decision(tuple(sorted(story["ask"]["fields"])))
    else:
        assert not decision.allowed
        assert {reason.code.value for reason in decision.reasons} == set(story["reasons"])
        assert all(
            reason.sentence.endswith(".") and "{" not in reason.sentence
            for reason in decision.reasons
        )


def test_the_stories_are_many_cite_the_law_and_meet_every_reason_of_the_decision() -> None:
    assert len(STORIES) >= 40
    assert all("Art." in story["law"] for story in STORIES)
    of_look_ups = {"nobody_to_show", "several_to_show"}  # answers of a look-up, not of the decision
    # Stories of their own.
    emergencies = {code.value for code in SENTENCES if code.value.startswith("emergency_")}
    assert {code for story in STORIES for code in story["reasons"]} == {
        code.value for code in SENTENCES
    } - of_look_ups - emergencies


# Random requests and people. Words of the promise are likely, so that much is
# granted; others are possible.

ROLES, CHANNELS, FIELDS, PURPOSES = (
    sorted(PROMISE.roles),
    sorted(PROMISE.channels),
    sorted(PROMISE.fields),
    sorted(PROMISE.purposes),
)
moments = st.one_of(st.none(), st.integers(-40, 3500).map(ago))


@st.composite
def requests(draw: st.DrawFn) -> UseRequest:
    purpose = draw(st.sampled_from([*PURPOSES, "sell"]))
    found = PROMISE.purposes.get(purpose)
    roles, channels, fields = (
        (found.roles, found.channels, found.fields) if found else (ROLES, CHANNELS, FIELDS)
    )
    scopes = (
        st.frozensets(st.sampled_from(PURPOSES), min_size=1, max_size=2),
        st.frozensets(st.sampled_from(CHANNELS), min_size=1, max_size=2),
    )
    role = draw(st.one_of(st.sampled_from(roles), st.sampled_from(ROLES), st.just("nobody")))
    return UseRequest(
        actor(role, own=draw(st.booleans())),
        purpose=purpose,
        fields=tuple(
            draw(
                st.lists(
                    st.one_of(st.sampled_from(fields), st.sampled_from([*FIELDS, "shoe"])),
                    max_size=4,
                )
            )
        ),
        channel=draw(st.one_of(st.sampled_from(channels), st.sampled_from([*CHANNELS, "pigeon"]))),
        scope=draw(st.none() | st.builds(ClientScope, *scopes)),
    )


# The bounds themselves are drawn, as the moment that the promise came into force is allowed.
asked_at = st.builds(
    DecisionMoment,
    st.just(NOW),
    st.sampled_from([None, IN_FORCE, NOW, NOW + timedelta(days=1)]),
    st.sampled_from([None, NOW, NOW - timedelta(days=1)]),
)


events = st.builds(
    ChoiceEvent, at=st.integers(0, 1200).map(ago), id=st.integers(1, 10**6),
    purpose=st.sampled_from(PURPOSES), waits=st.just(False),
    answer=st.sampled_from((ChoiceAnswer.YES, ChoiceAnswer.NO)),
    by=st.sampled_from([OWN_HAND, "staff:1", "staff:2", "service:3"]),
)  # fmt: skip
histories = st.lists(events, max_size=12, unique_by=lambda event: event.id)


@st.composite
def people(draw: st.DrawFn) -> PersonFacts:
    collected_at = draw(moments)
    collected = draw(
        st.dictionaries(st.sampled_from(FIELDS), st.integers(0, 3500).map(ago), max_size=3)
    )
    values = [each for each in (collected.get("email", collected_at), ago(1)) if each]
    confirmed = draw(st.lists(st.sampled_from(values), max_size=1))
    said = [*draw(histories), *(confirmation("email", each, 0) for each in confirmed)]
    return PersonFacts(
        held=draw(st.sampled_from([True, True, True, False])),
        consent=fold(said),
        collected_at=collected_at,
        last_active_at=draw(moments),
        collected=collected,
        restricted_since=draw(st.one_of(st.none(), st.integers(0, 900).map(ago))),
        held_for_claim=draw(st.booleans()),
        grounds_shown=draw(
            st.dictionaries(st.sampled_from(PURPOSES), st.integers(0, 900).map(ago), max_size=3)
        ),
    )


def by_the_book(request: UseRequest, facts: PersonFacts, moment: DecisionMoment) -> bool:
    """The rule, said once more: may it be done?"""
    if not facts.held or request.purpose not in PROMISE.purposes or not request.fields:
        return False
    if (moment.earliest and moment.at < moment.earliest) or (
        moment.latest and moment.at > moment.latest
    ):
        return False
    purpose = PROMISE.purposes[request.purpose]
    promised = (
        request.actor.role in purpose.roles
        and request.channel in purpose.channels
        and not set(request.fields) - set(purpose.fields)
    )
    in_scope = request.scope is None or (
        request.purpose in request.scope.purposes and request.channel in request.scope.channels
    )
    word = facts.consent.last.get(request.purpose)
    yes, no = word is not None and word.answer == "yes", word is not None and word.answer == "no"
    others = facts.consent.yes_recorded_by.get(request.purpose, frozenset()) - {"staff:1"}
    needs_yes = purpose.basis == "consent" or request.purpose in facts.consent.after_no
    borne_out = not yes or not needs_yes or request.actor.kind == "person" or bool(others)
    value = facts.collected.get("email", facts.collected_at)
    confirmed = {topic for topic in facts.consent.last if topic.startswith("address:email/")}
    asked_for = (purpose.key, request.channel, yes) == ("bulletin", "mailing", True)
    tick, began = timedelta(microseconds=1), datetime(1970, 1, 1, tzinfo=UTC)
    reached = not asked_for or (
        value is not None and f"address:email/{(value - began) // tick}" in confirmed
    )
    claims = purpose.when_restricted == "legal_claims"
    consent = purpose.basis != "consent" or yes
    grounds = facts.grounds_shown.get(request.purpose)
    answered = not purpose.direct_marketing and (
        claims or (word is not None and grounds is not None and grounds >= word.at)
    )
    heard = purpose.basis not in ("legitimate_interests", "public_task") or not no or answered
    excepted = (
        request.actor.kind == "person"
        or purpose.when_restricted
        or purpose.basis == "vital_interests"
    )
    since = facts.restricted_since
    rested = (
        since is None
        or excepted
        or (purpose.basis == "consent" and yes and word is not None and word.at >= since)
    )
    young = all(_young(request, facts, field, moment.at) for field in request.fields) or (
        claims and facts.held_for_claim
    )
    lawful = consent and reached and borne_out and heard and rested and young
    return bool(promised and in_scope and lawful)


def _young(request: UseRequest, facts: PersonFacts, field: str, at: datetime) -> bool:
    purpose = PROMISE.purposes[request.purpose]
    word = facts.consent.last.get(purpose.key)
    starts = {
        "collection": facts.collected.get(field, facts.collected_at),
        "last_activity": facts.last_active_at,
        "choice": word.at if word else None,
    }
    began = starts[purpose.retention.starts.value]
    return began is None or at <= purpose.retention.keep.add_to(began)


@given(requests(), people(), asked_at)
def test_it_is_granted_if_and_only_if_the_book_says_so(
    request: UseRequest, known: PersonFacts, moment: DecisionMoment
) -> None:
    decision = decide(PROMISE, request, DecisionFacts(known, moment))
    assert decision.allowed == by_the_book(request, known, moment)
    if decision.allowed:
        assert decision.reasons == ()
        assert set(decision.fields) == set(request.fields)
    else:
        assert decision.fields == ()
        assert decision.reasons == tuple(sorted(set(decision.reasons))) != ()


@given(requests(), people(), asked_at, histories, st.integers())
def test_no_order_matters_and_the_answer_is_always_the_same(
    request: UseRequest, known: PersonFacts, moment: DecisionMoment, history: list[ChoiceEvent],
    seed: int,
) -> None:  # fmt: skip
    chance = random.Random(seed)
    fields, shuffled = list(request.fields), list(history)
    chance.shuffle(fields)
    chance.shuffle(shuffled)
    purposes = list(PROMISE.purposes.items())
    chance.shuffle(purposes)
    known = replace(known, consent=fold(history))
    turned = replace(
        known,
        consent=fold(shuffled),
        collected=dict(reversed(known.collected.items())),
        grounds_shown=dict(reversed(known.grounds_shown.items())),
    )
    promise = replace(PROMISE, purposes=MappingProxyType(dict(purposes)))
    assert decide(PROMISE, request, DecisionFacts(known, moment)) == decide(
        promise, replace(request, fields=tuple(fields)), DecisionFacts(turned, moment)
    )


def _with_role(request: UseRequest, role: str) -> UseRequest:
    return replace(request, actor=replace(request.actor, role=role))


OTHER_SCOPE = ClientScope(frozenset({"other"}), frozenset({"other"}))
STRICTER = [
    lambda asked, known, when: (replace(asked, fields=(*asked.fields, "shoe")), known, when),
    lambda asked, known, when: (_with_role(asked, "nobody"), known, when),
    lambda asked, known, when: (replace(asked, channel="pigeon"), known, when),
    lambda asked, known, when: (replace(asked, scope=OTHER_SCOPE), known, when),
    lambda asked, known, when: (asked, known, replace(when, latest=NOW - timedelta(days=1))),
    lambda asked, known, when: (asked, replace(known, held=False), when),
    lambda asked, known, when: (
        asked,
        replace(known, restricted_since=known.restricted_since or NOW),
        when,
    ),
    lambda asked, known, when: (asked, replace(known, grounds_shown={}), when),
    lambda asked, known, when: (asked, replace(known, held_for_claim=False), when),
    lambda asked, known, when: (
        asked,
        known,
        when if when.earliest else replace(when, at=when.at + timedelta(days=400), earliest=None),
    ),
]  # each adds a reason, or takes an exception away


@given(requests(), people(), asked_at, st.sampled_from(STRICTER))
def test_what_speaks_against_a_use_never_turns_a_no_into_a_yes(
    request: UseRequest, known: PersonFacts, moment: DecisionMoment, stricter: Any
) -> None:
    before = decide(PROMISE, request, DecisionFacts(known, moment))
    asked, person, when = stricter(request, known, moment)
    after = decide(PROMISE, asked, DecisionFacts(person, when))
    assert before.allowed or not after.allowed


@given(requests(), people(), asked_at, st.sampled_from(FIELDS))
def test_asking_for_more_keeps_every_reason_there_was(
    request: UseRequest, known: PersonFacts, moment: DecisionMoment, field: str
) -> None:
    before = decide(PROMISE, request, DecisionFacts(known, moment))
    after = decide(
        PROMISE, replace(request, fields=(*request.fields, field)), DecisionFacts(known, moment)
    )
    if not before.allowed and request.fields:
        assert not after.allowed
        assert set(before.reasons) <= set(after.reasons)


@given(
    requests(),
    people(),
    st.sampled_from(PURPOSES),
    st.sampled_from((ChoiceAnswer.YES, ChoiceAnswer.NO)),
)
def test_a_choice_about_another_purpose_changes_nothing(
    request: UseRequest, known: PersonFacts, purpose: str, answer: ChoiceAnswer
) -> None:
    if purpose != request.purpose:
        other = fold([*known.consent.last.values(), ChoiceEvent(NOW, 2_000_000, purpose, answer)])
        assert decide(PROMISE, request, DecisionFacts(known, DecisionMoment(NOW))) == decide(
            PROMISE, request, DecisionFacts(replace(known, consent=other), DecisionMoment(NOW))
        )


@given(requests(), people())
def test_a_no_to_direct_marketing_is_never_outweighed(
    request: UseRequest, known: PersonFacts
) -> None:
    purpose = PROMISE.purposes.get(request.purpose)
    if purpose is not None and purpose.direct_marketing:
        consent = fold([ChoiceEvent(NOW, 1, purpose.key, ChoiceAnswer.NO)])
        assert not decide(
            PROMISE, request, DecisionFacts(replace(known, consent=consent), DecisionMoment(NOW))
        ).allowed


def test_silence_is_not_consent() -> None:
    for purpose in PROMISE.purposes.values():
        if purpose.needs_consent:
            by, channel = actor(purpose.roles[0], own=False), purpose.channels[0]
            asked = UseRequest(by, purpose.key, purpose.fields[:1], channel)
            silent = PersonFacts(True, NO_CHOICES, NOW, NOW)
            assert not decide(PROMISE, asked, DecisionFacts(silent, DecisionMoment(NOW))).allowed
