"""A look-up tells nothing about who, or how many, unless a grant covers it
(``docs/decisions/0017``).

Everyone may read the log, so the entry of a look-up without a result is held
to the same as its answer.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest
from django.db import connection

from aboveboard.access import by_identifier, decoys
from aboveboard.access.actions import use
from aboveboard.access.concerns.actions import raise_concern
from aboveboard.access.concerns.terms import Concern
from aboveboard.access.lookup import NoOneFound, SeveralFound, find_each, record_choice
from aboveboard.access.models import QuietRefusal
from aboveboard.access.queries import is_about, use_records
from aboveboard.access.use import Subject, UseRequest
from aboveboard.basics import clock
from aboveboard.basics.actor import CUSTOMER, SYSTEM, Actor, ActorKind
from aboveboard.choices.actions import ChannelUnknown, EvidenceRefused, NoChoiceHere, choose
from aboveboard.choices.state import ChoiceAnswer
from aboveboard.keys import queries as keys
from aboveboard.keys.models import PersonKey
from aboveboard.ledger import queries as ledger
from aboveboard.ledger.models import Entry
from aboveboard.promise.queries import in_force
from aboveboard.vault import actions as vault_actions
from aboveboard.vault import blind
from aboveboard.vault.models import BlindIndex
from tests.world import ADVISER, OFFERS, load

pytestmark = pytest.mark.django_db

PLANNING = Actor(ActorKind.SERVICE, "9", "shop-planning", "Shops")
OFFER = UseRequest(OFFERS, "personal-offers", ("email",), "email")
"""Works with e-mail addresses itself, so it may be told that nobody has
one; but not who said no."""
AREA = UseRequest(PLANNING, "improve-shops", ("city",), "office")
"""Works with areas only: it may not be told who has an e-mail address here."""
ANSWER = UseRequest(ADVISER, "answer-contact", ("first_name",), "phone")
NOBODY = "nobody@example.org"


@dataclass(frozen=True)
class Seen:
    """All that whoever asked can see: what came of it, the reasons, the entry in the log,
    and the statements run."""

    outcome: str
    reasons: tuple[str, ...]
    entry: tuple[str, str | None, tuple[tuple[str, str], ...]]
    statements: tuple[str, ...]


def seen_by_asker(ask: UseRequest, email: str) -> Seen:
    reasons: tuple[str, ...] = ()
    statements: list[str] = []

    def watch(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        statements.append(re.sub(r"SAVEPOINT .*", "SAVEPOINT", sql))
        return execute(sql, params, many, context)

    in_force()  # read once for each process: not part of what is compared
    decoys.prepare(1)
    with connection.execute_wrapper(watch):
        try:
            outcome = use(ask.for_subject(Subject(kind="email", value=email)), at=clock.now())
            name = "allowed" if outcome.allowed else "refused"
            if not outcome.allowed:
                reasons = tuple(one.sentence for one in outcome.reasons)
        except (NoOneFound, SeveralFound) as error:
            name = f"{error.code}: {error}"
    newest = ledger.entry(Entry.objects.latest("id").id)
    facts = tuple(sorted((key, str(value)) for key, value in newest.facts.items()))
    return Seen(name, reasons, (newest.kind, newest.handle, facts), tuple(statements))


@pytest.fixture
def crowd() -> list[tuple[int, dict[str, str]]]:
    return load(6)


def share(one: dict[str, str], *others: int) -> None:
    """Let others be known by one's e-mail address too."""
    digest = blind.digests("email", one["email"], (None,))[0]
    for other in others:
        BlindIndex.objects.create(kind=blind.KIND_NUMBERS["email"], digest=digest, person_id=other)


def say(person: int, purpose: str, answer: ChoiceAnswer) -> None:
    choose(
        person, purpose, answer, channel="portal", evidence="portal:1", by=CUSTOMER, at=clock.now()
    )


def test_what_the_promise_refuses_is_said_alike_of_nobody_one_and_several(crowd: Any) -> None:
    (_, one), (_, shared), (third, _), *_ = crowd
    share(shared, third)
    ask = UseRequest(ADVISER, "answer-contact", ("card_number",), "post-office")
    seen = {seen_by_asker(ask, email) for email in (one["email"], shared["email"], NOBODY)}
    assert len(seen) == 1
    assert next(iter(seen)).reasons == (
        "The promise does not allow this purpose through the channel post-office.",
        "This purpose does not need card_number.",
    )


def test_who_said_no_looks_like_nobody(crowd: Any) -> None:
    (silent, one), (refuser, two), (third, _), (fourth, shared), *_ = crowd
    say(refuser, "personal-offers", ChoiceAnswer.YES)
    say(refuser, "personal-offers", ChoiceAnswer.NO)
    share(shared, third, silent)
    assert fourth
    emails = (one["email"], two["email"], shared["email"], NOBODY)
    seen = {seen_by_asker(OFFER, email) for email in emails}
    assert len(seen) == 1
    (only,) = seen
    assert only.outcome.startswith("no_one_found")
    assert only.entry[:2] == ("use.refused", None)
    assert ("reasons", "['nobody_to_show']") in only.entry[2]


def test_a_look_up_of_nobody_opens_and_decides_as_much_as_one_of_a_refuser(
    crowd: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    (known, row), *_ = crowd
    say(known, "personal-offers", ChoiceAnswer.NO)
    worked: list[str] = []

    def count(module: Any, name: str) -> None:
        real = getattr(module, name)

        def counted(*args: Any, **more: Any) -> Any:
            worked.append(name)
            return real(*args, **more)

        monkeypatch.setattr(module, name, counted)

    count(keys, "unwrap_person_key")
    count(by_identifier, "decide_person")
    work = {}
    for who, email in (("refuser", row["email"]), ("nobody", NOBODY)):
        seen = seen_by_asker(OFFER, email)  # what a process does once is done
        worked.clear()
        assert seen_by_asker(OFFER, email).statements == seen.statements
        work[who] = (seen.statements, tuple(sorted(worked)))
    assert work["nobody"] == work["refuser"]
    assert work["nobody"][1] == ("decide_person", "unwrap_person_key")


def test_whoever_stands_in_for_nobody_is_in_no_answer_and_no_row(crowd: Any) -> None:
    for _ in range(10):
        assert seen_by_asker(OFFER, NOBODY).outcome.startswith("no_one_found")
    assert not QuietRefusal.objects.exclude(person_id=None).exists()
    assert not any(use_records(person) for person, _ in crowd)
    for person, _ in crowd:
        vault_actions.erase(person, reason="asked", by=CUSTOMER, at=clock.now())
    assert seen_by_asker(OFFER, NOBODY).outcome.startswith("no_one_found"), "nobody is left"
    decoys.forget()
    assert seen_by_asker(OFFER, NOBODY).outcome.startswith("no_one_found"), "nor was there ever"


def test_the_damaged_key_of_a_stranger_stops_no_look_up(crowd: Any) -> None:
    for person, _ in crowd[1:]:
        PersonKey.objects.filter(person_id=person).update(wrapped=bytes(64))
    decoys.forget()
    assert seen_by_asker(OFFER, NOBODY).outcome.startswith("no_one_found")
    assert set(decoys.pick(9)) == {crowd[0][0]}


def test_however_few_are_held_all_of_them_may_stand_in_for_nobody(crowd: Any) -> None:
    for _ in range(6):
        decoys.forget()
        decoys.prepare(1)
        assert set(decoys.pick(99)) == {person for person, _ in crowd}
    decoys.remove([crowd[0][0]])
    assert len(decoys.pick(99)) == len(crowd) - 1
    assert len(decoys.pick(2)) == 2


def test_a_purpose_that_does_not_work_with_addresses_learns_none(crowd: Any) -> None:
    (objector, one), (willing, shared), (third, _), *_ = crowd
    say(objector, "improve-shops", ChoiceAnswer.NO)
    share(shared, third)
    seen = {seen_by_asker(AREA, email) for email in (one["email"], shared["email"], NOBODY)}
    assert len(seen) == 1
    (only,) = seen
    assert (only.outcome, len(only.reasons)) == ("refused", 1)
    assert "not disclosed" in only.reasons[0]
    BlindIndex.objects.filter(
        person_id=third, digest__in=blind.digests("email", shared["email"], (None,))
    ).delete()
    assert seen_by_asker(AREA, shared["email"]).outcome == "allowed", "a grant covers it"
    assert willing


@pytest.mark.parametrize("refusing", [0, 1, 2])
def test_the_answer_is_as_though_those_who_refuse_did_not_exist(refusing: int, crowd: Any) -> None:
    """Non-interference: with one, or two, whom it may show, others who refuse change nothing."""
    (willing, one), (second, _), *rest = crowd
    say(willing, "personal-offers", ChoiceAnswer.YES)
    share(one, *[person for person, _ in rest[:refusing]])
    outcome = use(OFFER.for_subject(Subject(kind="email", value=one["email"])), at=clock.now())
    assert outcome.allowed
    assert outcome.person_id == willing
    say(second, "personal-offers", ChoiceAnswer.YES)
    share(one, second)
    with pytest.raises(SeveralFound):
        use(OFFER.for_subject(Subject(kind="email", value=one["email"])), at=clock.now())


def test_more_than_the_question_is_wide_are_several_still(crowd: Any) -> None:
    people = load(14, seed=7)
    share(people[0][1], *[person for person, _ in people[1:]])
    with pytest.raises(SeveralFound):
        use(ANSWER.for_subject(Subject(kind="email", value=people[0][1]["email"])), at=clock.now())


def test_whoever_it_was_about_sees_it_with_the_true_reason_and_may_say_it_is_wrong(
    crowd: Any,
) -> None:
    (person, row), (other, _), *_ = crowd
    with pytest.raises(NoOneFound):
        use(OFFER.for_subject(Subject(kind="email", value=row["email"])), at=clock.now())
    (seen,) = use_records(person)
    assert (seen.granted, seen.reasons, seen.actor.team) == (False, ("no_consent",), "Marketing")
    assert not use_records(other)
    entry = ledger.entry(seen.entry_id)
    assert entry.handle is None
    assert is_about(person, entry)
    assert not is_about(other, entry)
    raise_concern(person, seen.entry_id, Concern.NO_CONTACT, by=CUSTOMER, at=clock.now())


def test_both_kinds_of_look_are_paged_together(crowd: Any) -> None:
    (person, row), *_ = crowd
    for count in range(7):
        ask = ANSWER if count % 2 else replace(ANSWER, fields=("card_number",))
        use(ask.for_subject(Subject(kind="email", value=row["email"])), at=clock.now())
    whole = [one.entry_id for one in use_records(person)]
    assert len(whole) == 7
    paged, after = [], None
    while page := use_records(person, after=after, limit=2):
        paged += [one.entry_id for one in page]
        after = page[-1].entry_id
    assert paged == whole == sorted(whole, reverse=True)


def test_the_tie_goes_with_the_person(crowd: Any) -> None:
    (person, row), *_ = crowd
    with pytest.raises(NoOneFound):
        use(OFFER.for_subject(Subject(kind="email", value=row["email"])), at=clock.now())
    assert QuietRefusal.objects.filter(person_id=person).count() == 1
    vault_actions.erase(person, reason="asked", by=SYSTEM, at=clock.now())
    assert not QuietRefusal.objects.exists()


def test_who_is_erased_while_they_are_looked_up_is_named_nowhere(
    crowd: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    (person, row), *_ = crowd
    gather = by_identifier.gather

    def gather_before_the_erasure(*asked: Any) -> Any:
        gathered = gather(*asked)
        vault_actions.erase(person, reason="asked", by=SYSTEM, at=clock.now())
        return gathered

    monkeypatch.setattr(by_identifier, "gather", gather_before_the_erasure)
    with pytest.raises(NoOneFound):
        use(OFFER.for_subject(Subject(kind="email", value=row["email"])), at=clock.now())
    assert [kept.person_id for kept in QuietRefusal.objects.all()] == [None]


@pytest.mark.parametrize(
    ("story", "purpose", "channel", "evidence", "error"),
    [
        ("a purpose nobody promised", "sell", "phone", "call:1", NoChoiceHere),
        ("a purpose that leaves no choice", "deliver-orders", "phone", "call:1", NoChoiceHere),
        ("a channel nobody has", "personal-offers", "pigeon", "call:1", ChannelUnknown),
        ("evidence that is a sentence", "personal-offers", "phone", "she said so", EvidenceRefused),
    ],
)
def test_what_is_wrong_with_a_choice_is_said_before_anybody_is_looked_up(
    story: str, purpose: str, channel: str, evidence: str, error: type[Exception], crowd: Any
) -> None:
    for email in (crowd[0][1]["email"], NOBODY):
        with pytest.raises(error):
            record_choice(
                Subject(kind="email", value=email),
                purpose,
                ChoiceAnswer.YES,
                channel=channel,
                evidence=evidence,
                by=ADVISER,
                at=clock.now(),
            )


def test_trying_out_who_is_known_by_recording_choices_leaves_a_trace(crowd: Any) -> None:
    record: Callable[[str], Any] = lambda email: record_choice(  # noqa: E731 - one call, said twice
        Subject(kind="email", value=email),
        "personal-offers",
        ChoiceAnswer.NO,
        channel="phone",
        evidence="call:1",
        by=ADVISER,
        at=clock.now(),
    )
    with pytest.raises(NoOneFound):
        record(NOBODY)
    record(crowd[0][1]["email"])
    kinds = list(
        Entry.objects.filter(kind__startswith="choice")
        .order_by("id")
        .values_list("kind", flat=True)
    )
    assert kinds == ["choice.missed", "choice.made"]


def test_what_was_said_of_somebody_is_never_printed() -> None:
    assert NOBODY not in repr(Subject(kind="email", value=NOBODY))


def test_a_phone_that_is_said_with_its_country_is_looked_for_there_alone() -> None:
    """The same digits are another number in another country."""
    people = load(40)
    promise = in_force().promise
    traded = promise.organisation.trades_in
    person, home, phone = next(
        (person, row["country"], row["phone"])
        for person, row in people
        if row["phone"] and not row["phone"].startswith("+") and row["country"] in traded
    )
    asked = [
        Subject(kind="phone", value=phone, country=country) for country in (None, home, *traded)
    ]
    found = find_each(promise, asked)
    assert [person in each for each in found[:2]] == [True, True]
    for country, each in zip(traded, found[2:], strict=True):
        assert (person in each) is (country == home), country
