"""``POST /api/v1/decisions``: what would come of a use, told and written down; nothing opened."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from aboveboard.access.queries import use_records
from aboveboard.api import misses
from aboveboard.basics import clock
from aboveboard.basics.actor import CUSTOMER
from aboveboard.choices.actions import choose
from aboveboard.choices.state import ChoiceAnswer
from aboveboard.ledger.models import Entry
from tests.api.programs import token_for
from tests.world import load

pytestmark = pytest.mark.django_db
ASK = {"purpose": "personal-offers", "fields": ["first_name", "email"], "channel": "email"}


def post(token: str, path: str, body: Any, **headers: str) -> Any:
    lines = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Client().post(
        f"/api/v1/{path}",
        lines,
        content_type="application/json",
        headers={"Authorization": f"Bearer {token}", **headers},
    )


def email(row: dict[str, str]) -> dict[str, str]:
    return {"kind": "email", "value": row["email"]}


def without_entries(answers: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{key: each[key] for key in each if key not in ("entry", "line")} for each in answers]


def test_a_decision_is_what_the_use_would_be_and_opens_nothing() -> None:
    (willing, row), (unwilling, other), *_ = load(3)
    token = token_for("offers-service")
    choose(
        willing, ASK["purpose"], ChoiceAnswer.YES, channel="portal", evidence="portal:1",
        by=CUSTOMER, at=clock.now(),
    )  # fmt: skip
    answer = post(token, "decisions", ASK | {"person": email(row)})
    assert answer.status_code == 200
    decision = answer.json()
    assert decision == {
        "allowed": True, "fields": ["email", "first_name"], "reasons": [],
        "entry": decision["entry"],
    }  # fmt: skip
    assert not Entry.objects.filter(kind__startswith="use.").exists(), "no use was made"
    # The person sees that it was asked, and that nothing was opened.
    (record,) = use_records(willing)
    assert (record.entry_id, record.asked, record.granted) == (decision["entry"], True, True)

    # What is wrong whoever it is about is answered in full, as the use says it.
    wrong = ASK | {"fields": ["birth_date"], "channel": "post"}
    asked, used = (
        post(token, path, wrong | {"person": email(row)}).json() for path in ("decisions", "uses")
    )
    assert (asked["allowed"], asked["fields"]) == (False, [])
    assert asked["reasons"] == used["reasons"]
    assert use_records(willing)[1].asked
    assert not use_records(willing)[1].granted

    # Whoever the use may not show is not told apart from nobody, but sees it with the true reason.
    answers = [
        post(token, "decisions", ASK | {"person": person}).json()
        for person in (email(other), {"kind": "email", "value": "no@body.example"})
    ]
    for each in answers:
        each.pop("instance")
    assert answers[0] == answers[1]
    assert answers[0]["code"] == "no_one_found"
    (record,) = use_records(unwilling)
    assert (record.asked, record.reasons) == (True, ("no_consent",))


def test_many_are_decided_about_as_each_alone_and_none_is_opened() -> None:
    held = load(3)
    token = token_for("offers-service")
    choose(
        held[1][0], ASK["purpose"], ChoiceAnswer.YES, channel="portal", evidence="portal:1",
        by=CUSTOMER, at=clock.now(),
    )  # fmt: skip
    named = [email(row) for _, row in held] + [{"kind": "email", "value": "no@body.example"}]
    alone = [post(token, "decisions", ASK | {"person": person}).json() for person in named]
    batch = post(token, "decisions/batch", ASK | {"people": named}).json()["decisions"]
    lines = b"\n".join(json.dumps(each).encode() for each in (ASK, *named))
    streamed = post(token, "decisions/stream", lines)
    answers = [json.loads(line) for line in b"".join(streamed.streaming_content).splitlines()]
    assert answers.pop() == {"end": True, "lines": 5}
    assert [each["line"] for each in answers] == [2, 3, 4, 5]
    assert without_entries(answers) == without_entries(batch)
    assert [each.get("allowed") for each in batch] == [None, True, None, None]
    assert [each.get("code") for each in batch] == [each.get("code") for each in alone]
    assert not Entry.objects.filter(kind__startswith="use.").exists()
    assert Entry.objects.filter(kind="decision.asked").count() == 12


def test_questions_about_strangers_are_counted_as_those_of_uses(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    load(1)
    token = token_for("offers-service")
    monkeypatch.setattr(misses, "MISSES", 2)
    nobody = ASK | {"person": {"kind": "email", "value": "no@body.example"}}
    answers = [post(token, "decisions", nobody).status_code for _ in range(4)]
    assert answers == [404, 404, 429, 429]
    assert post(token, "decisions/batch", ASK | {"people": [nobody["person"]]}).status_code == 429
