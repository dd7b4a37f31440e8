"""A change sent again under its key is done once; nothing about a person is kept for that."""

from __future__ import annotations

import json
import threading
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import connection
from django.test import Client

from aboveboard.access.queries import reference_keys
from aboveboard.accounts import limits
from aboveboard.accounts.clients import idempotency
from aboveboard.accounts.models import IdempotencyKey, ServiceClient
from aboveboard.basics import clock
from aboveboard.basics.actor import CUSTOMER
from aboveboard.basics.sealing import verify_text
from aboveboard.choices.actions import choose
from aboveboard.choices.models import Choice
from aboveboard.choices.state import ChoiceAnswer
from aboveboard.ledger import queries as ledger
from aboveboard.ledger.models import Entry
from tests.api.programs import token_for
from tests.world import load

pytestmark = pytest.mark.django_db
CHOICES = "/api/v1/choices"


@pytest.fixture
def row() -> dict[str, str]:
    return load(2)[0][1]


@pytest.fixture
def token(row: dict[str, str]) -> str:
    return token_for("offers-service")


def choice(row: dict[str, str], **changed: Any) -> dict[str, Any]:
    person = {"kind": "email", "value": row["email"]}
    return {
        "person": person,
        "purpose": "personal-offers",
        "answer": "yes",
        "channel": "email",
        "evidence": "form:1",
    } | changed


def client_id() -> int:
    return ServiceClient.objects.get().pk


def post(token: str, body: Any, key: str | None, path: str = CHOICES) -> Any:
    headers = {"Authorization": f"Bearer {token}"} | (
        {} if key is None else {"Idempotency-Key": key}
    )
    return Client().post(path, json.dumps(body), content_type="application/json", headers=headers)


def test_a_choice_that_comes_again_is_recorded_once_and_answered_alike(
    token: str, row: dict[str, str]
) -> None:
    first = post(token, choice(row), "8e03978e")
    again = post(token, dict(reversed(choice(row).items())), '"8e03978e"')
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert (Choice.objects.count(), Entry.objects.filter(kind="choice.made").count()) == (1, 1)
    # The same words of the same form are the same choice under another key too; of another not.
    assert post(token, choice(row), "another").json() == first.json()
    assert post(token, choice(row, evidence="form:2"), "a third").json() != first.json()
    assert (
        post(token_for("offers-service", "personal-offers"), choice(row), "8e03978e").json()
        != first.json()
    ), "another program's key"


def test_a_key_that_came_with_something_else_is_refused(token: str, row: dict[str, str]) -> None:
    post(token, choice(row), "one")
    answer = post(token, choice(row, answer="no"), "one")
    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_key_reused")
    assert Choice.objects.get().answer == "yes"


@pytest.mark.parametrize("key", ["", '""', "two words", 'a"b', "x" * 256, "é"])
def test_what_is_no_key_is_refused(key: str, token: str, row: dict[str, str]) -> None:
    answer = post(token, choice(row), key)
    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_key_refused")
    assert not Choice.objects.exists()


def test_what_was_refused_may_be_sent_again_under_its_key(token: str, row: dict[str, str]) -> None:
    nobody = choice(row, person={"kind": "email", "value": "no@body.example"})
    assert [post(token, nobody, "one").status_code for _ in range(2)] == [404, 404]
    assert Entry.objects.filter(kind="choice.missed").count() == 2, (
        "a miss is written down each time"
    )
    assert not IdempotencyKey.objects.exists()
    assert post(token, choice(row), "one").status_code == 201


def test_nothing_that_is_kept_says_anything_about_a_person(token: str, row: dict[str, str]) -> None:
    given = post(token, choice(row), "key-of-mine").json()
    kept = str(IdempotencyKey.objects.values().get())
    for personal in (row["email"], "key-of-mine", "personal-offers", "form:1"):
        assert personal not in kept
    assert IdempotencyKey.objects.get().answer == given


def test_a_key_is_forgotten_after_a_day(token: str, row: dict[str, str]) -> None:
    post(token, choice(row), "one")
    ends = IdempotencyKey.objects.get().expires_at
    assert ends - clock.now() > limits.IDEMPOTENCY_KEY_LIFE - timedelta(minutes=1)
    assert (idempotency.sweep(at=ends - timedelta(seconds=1)), idempotency.sweep(at=ends)) == (0, 1)
    post(token, choice(row, evidence="form:2"), "one")
    IdempotencyKey.objects.update(expires_at=clock.now())
    post(token, choice(row, evidence="form:3"), "one")
    assert Choice.objects.count() == 3


def test_a_use_is_asked_anew_under_its_key_and_the_person_sees_what_belongs_together(
    token: str, row: dict[str, str]
) -> None:
    person = load(3)[2]
    choose(
        person[0], "personal-offers", ChoiceAnswer.YES, channel="portal", evidence="portal:1",
        by=CUSTOMER, at=clock.now(),
    )  # fmt: skip
    who = {"kind": "email", "value": person[1]["email"]}
    body = {"purpose": "personal-offers", "fields": ["email"], "channel": "email", "person": who}
    said = {"reference": "r-1"}
    for path in ("/api/v1/uses", "/api/v1/decisions"):
        answers = [
            post(token, body | more, key, path).json()["entry"]
            for more, key in [({}, "one"), ({}, '"one"'), ({}, "two"), (said, "one")]
        ]
        assert len(set(answers)) == 4, "each is an entry"
        entries = {entry.id: entry for entry in ledger.entries(answers)}
        shown = [
            [reference_keys(person[0], entries[entry]), entries[entry].facts["reference"]]
            for entry in answers
        ]
        known = f"key:{idempotency.reference_for('one', client_id=client_id())[4:]}"
        checks = [verify_text(str(sealed), known, bytes.fromhex(keys[0])) for keys, sealed in shown]
        assert checks == [True, True, False, False]
    assert not IdempotencyKey.objects.exists(), "nothing is kept of a use"
    for path, more in (("/api/v1/uses", {}), ("/api/v1/decisions/batch", {"people": [who]})):
        asked = {name: body[name] for name in body if not more or name != "person"} | more
        answer = post(token, asked, "two words", path)
        assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_key_refused")


def test_a_code_is_sent_once_under_its_key(token: str, row: dict[str, str]) -> None:
    asked = {"kind": "access", "person": {"kind": "email", "value": row["email"]}}
    number = post(token, asked, "ask", "/api/v1/requests").json()["id"]
    sent = len(mail.outbox)
    answers = [post(token, {}, "again", f"/api/v1/requests/{number}/code").json() for _ in range(2)]
    assert answers[0] == answers[1]
    assert len(mail.outbox) == sent + 1
    code = {"code": "00000000"}
    wrong = [
        post(token, code, "try", f"/api/v1/requests/{number}/proof").status_code for _ in range(2)
    ]
    assert wrong == [403, 403], "what was refused may be sent again"


@pytest.mark.django_db(transaction=True)
def test_the_second_of_two_at_once_is_told_to_wait_and_then_gets_the_answer_of_the_first() -> None:
    begun, go_on, done = threading.Event(), threading.Event(), []

    def do() -> dict[str, int]:
        begun.set()
        assert go_on.wait(30)
        return {"choice": 1}

    def first() -> None:
        done.append(idempotency.run_once("k", client_id=1, asked=b"a", at=clock.now(), do=do))
        connection.close()

    thread = threading.Thread(target=first)
    thread.start()
    assert begun.wait(30)
    with pytest.raises(idempotency.StillRunning):
        idempotency.run_once("k", client_id=1, asked=b"a", at=clock.now(), do=dict)
    go_on.set()
    thread.join(30)
    assert done == [({"choice": 1}, False)]
    assert idempotency.run_once("k", client_id=1, asked=b"a", at=clock.now(), do=dict) == (
        {"choice": 1},
        True,
    )


@pytest.mark.django_db(transaction=True)
def test_a_change_that_breaks_leaves_no_key_behind(row: dict[str, str]) -> None:
    def breaks() -> dict[str, int]:
        Choice.objects.create(
            person_id=1,
            purpose="p",
            answer="yes",
            channel="c",
            evidence="e",
            at=clock.now(),
            promise_serial=1,
            actor={},
            entry_id=1,
        )
        raise RuntimeError("the power went")

    with pytest.raises(RuntimeError):
        idempotency.run_once("k", client_id=1, asked=b"a", at=clock.now(), do=breaks)
    assert not Choice.objects.exists()
    assert idempotency.run_once(
        "k", client_id=1, asked=b"a", at=clock.now(), do=lambda: {"choice": 2}
    ) == (
        {"choice": 2},
        False,
    )
