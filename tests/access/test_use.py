"""Using data: decided, written down, then opened — and what happens when
one of the three cannot."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from aboveboard.access import actions, release
from aboveboard.access.actions import use, use_many
from aboveboard.access.lookup import NoOneFound
from aboveboard.access.queries import use_records
from aboveboard.access.reasons import ReasonCode
from aboveboard.access.use import Subject, UseRequest
from aboveboard.basics import clock
from aboveboard.basics.actor import CUSTOMER, SYSTEM
from aboveboard.choices.actions import choose
from aboveboard.choices.state import ChoiceAnswer
from aboveboard.ledger import queries as ledger
from aboveboard.ledger.models import Entry
from aboveboard.promise.actions import adopt_promise
from aboveboard.vault import actions as vault_actions
from aboveboard.vault import queries as vault
from aboveboard.vault.grant import Grant, GrantRefused, Mint, claim_mint
from tests.promise import SMALL
from tests.world import ADVISER, OFFERS, load

pytestmark = pytest.mark.django_db

ANSWER = UseRequest(ADVISER, "answer-contact", ("first_name", "email"), "phone")
OFFER = UseRequest(OFFERS, "personal-offers", ("email",), "email")


def test_what_is_allowed_opens_and_is_written_down() -> None:
    ((person, row), *_) = load(3)
    outcome = use(ANSWER.for_subject(Subject(person)), at=clock.now())
    assert outcome.allowed
    assert {name: value and value.reveal() for name, value in outcome.values.items()} == {
        "first_name": row["first_name"],
        "email": row["email"],
    }
    (record,) = use_records(person)
    assert (record.actor.role, record.actor.team) == ("adviser", "Leeds shop")
    assert (record.entry_id, record.granted, record.purpose) == (
        outcome.entry_id,
        True,
        "answer-contact",
    )


def test_what_is_refused_is_written_down_too() -> None:
    ((person, _), *_) = load(2)
    outcome = use(OFFER.for_subject(Subject(person)), at=clock.now())
    assert not outcome.allowed
    (record,) = use_records(person)
    assert (record.granted, record.reasons) == (False, ("no_consent",))


def test_a_choice_counts_at_once() -> None:
    ((person, _), *_) = load(2)
    for answer, expected in (
        (ChoiceAnswer.YES, True),
        (ChoiceAnswer.NO, False),
        (ChoiceAnswer.YES, True),
    ):
        choose(
            person,
            "personal-offers",
            answer,
            channel="phone",
            evidence="call:417",
            by=ADVISER,
            at=clock.now(),
        )
        assert use(OFFER.for_subject(Subject(person)), at=clock.now()).allowed is expected


@pytest.mark.parametrize("named", ["by number", "by identifier"])
def test_a_promise_counts_at_once_without_being_asked_for_by_itself(named: str) -> None:
    ((person, row), *_) = load(2)
    by_identifier = Subject(kind="customer_number", value=row["customer_id"])
    request = ANSWER.for_subject(Subject(person) if named == "by number" else by_identifier)
    assert use(request, at=clock.now()).allowed
    # What this process knew last is the former one.
    adopted = adopt_promise(SMALL, name="small.yaml", by=SYSTEM, at=clock.now())
    refused = use(request, at=clock.now())
    assert ReasonCode.PURPOSE_UNKNOWN in {reason.code for reason in refused.reasons}
    assert ledger.entry(refused.entry_id).facts["promise"] == adopted.serial


@pytest.mark.parametrize("named", ["by number", "by identifier", "nobody"])
def test_a_use_makes_few_statements(named: str) -> None:
    ((person, row), *_) = load(2)
    number = row["customer_id"] if named == "by identifier" else "AW99999999"
    subject = (
        Subject(person) if named == "by number" else Subject(kind="customer_number", value=number)
    )
    request = ANSWER.for_subject(subject)
    _use_or_miss(request)  # what is asked once in a process
    with CaptureQueriesContext(connection) as asked:
        _use_or_miss(request)
    statements = [
        query["sql"]
        for query in asked.captured_queries
        if not query["sql"].startswith(("SAVEPOINT", "RELEASE", "BEGIN", "COMMIT"))
    ]
    # Whom the identifier finds; record, key, choices and promise; the number of the entry among
    # theirs; its id, which comes with the number on PostgreSQL; the entry itself. Of nobody: no
    # number, and whom the row that is kept apart would name, and that row.
    expected = {"by number": 4, "by identifier": 5, "nobody": 6}[named]
    if connection.vendor == "postgresql" and named != "nobody":
        expected -= 1
    assert len(statements) == expected, statements


def _use_or_miss(request: UseRequest) -> None:
    with suppress(NoOneFound):
        use(request, at=clock.now())


def test_others_do_not_see_ones_looks() -> None:
    (one, _), (other, _), *_ = load(3)
    use(ANSWER.for_subject(Subject(one)), at=clock.now())
    assert len(use_records(one)) == 1
    assert not use_records(other)


def test_ones_own_looks_are_shown_only_when_asked() -> None:
    ((person, _), *_) = load(2)
    use(
        UseRequest(CUSTOMER, "show-you-your-data", ("first_name",), "portal", Subject(person)),
        at=clock.now(),
    )
    assert not use_records(person)
    assert len(use_records(person, own=True)) == 1


def test_many_are_decided_one_by_one() -> None:
    crowd = load(12)
    willing = {person for person, _ in crowd[::3]}
    for person in willing:
        choose(
            person,
            "personal-offers",
            ChoiceAnswer.YES,
            channel="portal",
            evidence="portal:1",
            by=CUSTOMER,
            at=clock.now(),
        )
    outcomes = dict(use_many(OFFER, [person for person, _ in crowd], at=clock.now()))
    assert {person for person, outcome in outcomes.items() if outcome.allowed} == willing
    assert Entry.objects.filter(kind__in=["use.granted", "use.refused"]).count() == 12


def test_when_the_ledger_cannot_be_written_nothing_is_released(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ((person, _), *_) = load(2)
    opened: list[object] = []

    def broken(*_: Any) -> list[int]:
        raise DatabaseError("disk full")

    monkeypatch.setattr(actions, "append_many", broken)
    monkeypatch.setattr(vault, "open_record", lambda *args: opened.append(args))
    with pytest.raises(DatabaseError):
        use(ANSWER.for_subject(Subject(person)), at=clock.now())
    assert not opened


@pytest.mark.django_db(transaction=True)
def test_inside_somebody_elses_transaction_nothing_is_released() -> None:
    ((person, _), *_) = load(2)
    with pytest.raises(RuntimeError, match="durable"), transaction.atomic():
        use(ANSWER.for_subject(Subject(person)), at=clock.now())


def test_someone_erased_is_refused_and_their_looks_can_no_longer_be_tied_to_them() -> None:
    ((person, _), *_) = load(2)
    use(ANSWER.for_subject(Subject(person)), at=clock.now())
    vault_actions.erase(person, reason="asked", by=SYSTEM, at=clock.now())
    outcome = use(ANSWER.for_subject(Subject(person)), at=clock.now())
    assert not outcome.allowed
    assert [reason.code.value for reason in outcome.reasons] == ["person_unknown"]
    assert not use_records(person)
    assert Entry.objects.filter(kind="use.granted").count() == 1, (
        "the entry stays; the ledger still verifies"
    )


def test_words_from_outside_reach_the_ledger_only_if_the_promise_has_them() -> None:
    ((person, row), *_) = load(2)
    use(
        UseRequest(
            ADVISER,
            row["email"],
            (row["last_name"],),
            row["phone"],
            Subject(person),
            reference=row["email"],
        ),
        at=clock.now(),
    )
    body = bytes(Entry.objects.order_by("-id")[0].body)
    for secret in (row["email"], row["last_name"], row["phone"]):
        assert secret.encode() not in body


def test_nobody_else_can_have_the_mint_or_forge_a_grant() -> None:
    with pytest.raises(RuntimeError, match="access"):
        claim_mint()
    with pytest.raises(GrantRefused):
        Grant(Mint(), 1, frozenset({"email"}), 1, clock.now() + timedelta(minutes=1))


def test_a_grant_opens_only_its_own_person_and_only_for_its_minute() -> None:
    (one, _), (other, _), *_ = load(3)
    soon = clock.now() + timedelta(minutes=1)
    records = vault.fetch([one, other])
    with pytest.raises(GrantRefused, match="another person"):
        vault.open_record(Grant(release._MINT, one, frozenset({"email"}), 1, soon), records[other])
    with pytest.raises(GrantRefused, match="passed"):
        vault.open_record(
            Grant(release._MINT, one, frozenset({"email"}), 1, clock.now()), records[one]
        )


def test_a_field_outside_the_grant_does_not_open() -> None:
    ((person, _), *_) = load(2)
    outcome = use(ANSWER.for_subject(Subject(person)), at=clock.now())
    assert outcome.allowed
    assert "card_number" not in outcome.values
