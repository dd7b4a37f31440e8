"""``POST /api/v1/uses``: a program asks; it gets just what the promise allows, or
every reason why not."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from aboveboard.access.queries import use_records
from aboveboard.accounts.clients.actions import revoke_client
from aboveboard.accounts.models import ServiceClient
from aboveboard.basics import clock
from aboveboard.basics.actor import SYSTEM
from aboveboard.choices import actions as choosing
from aboveboard.ledger.models import Entry
from aboveboard.vault.references import reference_for
from tests.api import programs
from tests.world import load

pytestmark = pytest.mark.django_db
URL = "/api/v1/uses"


@pytest.fixture
def someone() -> tuple[int, dict[str, str]]:
    return load(4)[1]


@pytest.fixture
def program() -> tuple[ServiceClient, str]:
    return programs.program("till", "shop-system", "Shops", ["deliver-orders"], ["api", "shop"])


def post(token: str | None, body: Any, url: str = URL) -> Any:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return Client().post(
        url,
        body if isinstance(body, bytes) else json.dumps(body),
        content_type="application/json",
        headers=headers,
    )


def asked(row: dict[str, str], **changed: Any) -> dict[str, Any]:
    body = {
        "person": {"kind": "customer_number", "value": row["customer_id"]},
        "purpose": "deliver-orders",
        "fields": ["first_name", "city"],
        "channel": "api",
    }
    return body | changed


def test_whom_a_notification_named_is_asked_for_by_that_reference(
    program: Any, someone: Any
) -> None:
    person, row = someone
    whose = {"kind": "reference", "value": reference_for(7, person)}
    answer = post(program[1], asked(row, person=whose))
    assert answer.json()["values"] == {"first_name": row["first_name"], "city": row["city"]}
    assert use_records(person)[0].entry_id == answer.json()["entry"]
    made_up = {"kind": "reference", "value": "per_" + "A" * 43}
    refused = post(program[1], asked(row, person=made_up))
    assert (refused.status_code, refused.json()["code"]) == (403, "use_refused")


def test_what_is_allowed_is_given_with_the_entry_that_proves_it(program: Any, someone: Any) -> None:
    person, row = someone
    answer = post(program[1], asked(row))
    assert answer.status_code == 200
    assert answer.json()["values"] == {"first_name": row["first_name"], "city": row["city"]}
    (record,) = use_records(person)
    assert (record.entry_id, record.actor.team, record.actor.kind) == (
        answer.json()["entry"],
        "Shops",
        "service",
    )


def test_a_field_not_held_is_null(program: Any, someone: Any) -> None:
    answer = post(program[1], asked(someone[1], fields=["address_line2"]))
    assert answer.json()["values"] == {"address_line2": None}


@pytest.mark.parametrize(
    ("story", "changed", "codes"),
    [
        (
            "a purpose outside its leave",
            {"purpose": "personal-offers", "fields": ["email"]},
            {"role_not_allowed", "outside_client_scope"},
        ),
        ("a field the purpose does not need", {"fields": ["birth_date"]}, {"field_not_in_purpose"}),
        ("a channel outside its leave", {"channel": "phone"}, {"outside_client_scope"}),
        ("a purpose nobody promised", {"purpose": "sell"}, {"purpose_unknown"}),
    ],
)
def test_a_refusal_gives_every_reason_and_is_written_down(
    story: str, changed: dict[str, Any], codes: set[str], program: Any, someone: Any
) -> None:
    person, row = someone
    answer = post(program[1], asked(row, **changed))
    problem = answer.json()
    assert answer.status_code == 403
    assert answer["Content-Type"] == "application/problem+json"
    assert {reason["code"] for reason in problem["reasons"]} == codes
    (record,) = use_records(person)
    assert (record.granted, record.entry_id) == (False, problem["entry"])


@pytest.mark.parametrize("token", [None, "", "ab_wrong", "Basic abc"])
def test_no_token_no_answer(token: str | None, someone: Any) -> None:
    answer = post(token, asked(someone[1]))
    assert answer.status_code == 401
    assert answer.json()["code"] == "sign_in_needed"
    assert not Entry.objects.filter(kind__startswith="use").exists()


def test_a_revoked_token_is_worth_nothing(program: Any, someone: Any) -> None:
    revoke_client(program[0].pk, by=SYSTEM, at=clock.now())
    assert post(program[1], asked(someone[1])).status_code == 401


@pytest.mark.parametrize(
    ("story", "body"),
    [
        ("not JSON", b"{"),
        ("not an object", b"[1]"),
        ("nobody named", {"purpose": "deliver-orders", "fields": ["city"], "channel": "api"}),
        (
            "no fields",
            {
                "person": {"kind": "email", "value": "a@b.example"},
                "purpose": "p",
                "fields": [],
                "channel": "api",
            },
        ),
        (
            "a member nobody knows",
            {
                "person": {"kind": "email", "value": "a@b.example"},
                "purpose": "p",
                "fields": ["x"],
                "channel": "api",
                "x": 1,
            },
        ),
        (
            "a kind of look-up nobody has",
            {
                "person": {"kind": "shoe", "value": "abc"},
                "purpose": "p",
                "fields": ["x"],
                "channel": "api",
            },
        ),
    ],
)
def test_bad_input_is_named_and_never_repeated(story: str, body: Any, program: Any) -> None:
    answer = post(program[1], body)
    assert answer.status_code in (400, 422)
    assert answer["Content-Type"] == "application/problem+json"
    assert "a@b.example" not in answer.content.decode()


def test_an_unknown_person_is_a_404_that_says_what_to_do(program: Any, someone: Any) -> None:
    answer = post(program[1], asked({"customer_id": "AW-none"}))
    assert (answer.status_code, answer.json()["code"]) == (404, "no_one_found")


def test_a_phone_that_several_share_shows_none_of_them(program: Any) -> None:
    from aboveboard.kinds.normalise import phone
    from aboveboard.vault.models import BlindIndex

    (one, row), (other, _), *_ = load(4)
    shared = BlindIndex.objects.get(person_id=one, kind=2)
    BlindIndex.objects.create(kind=2, digest=bytes(shared.digest), person_id=other)
    body = asked(row, person={"kind": "phone", "value": phone(row["phone"], row["country"])})
    assert post(program[1], body).json()["code"] == "several_found"


def test_get_is_not_a_use(program: Any) -> None:
    assert Client().get(URL, headers={"Authorization": f"Bearer {program[1]}"}).status_code == 405


def test_a_choice_is_recorded_within_the_scope_of_the_client(someone: Any) -> None:
    offers = ["personal-offers"]
    token, mailer = (
        programs.program(name, "offers-service", "Marketing", offers, ["email"], offers)[1]
        for name in ("offers", "mailer")
    )
    body = {
        "person": {"kind": "email", "value": someone[1]["email"]},
        "purpose": "personal-offers",
        "answer": "yes",
        "channel": "email",
        "evidence": "form/12",
    }
    made = post(token, body, "/api/v1/choices")
    assert made.status_code == 201
    use = {
        "person": body["person"],
        "purpose": "personal-offers",
        "fields": ["email"],
        "channel": "email",
    }
    assert post(mailer, use).json()["values"] == {"email": someone[1]["email"]}
    assert post(token, use).status_code == 404, "under a yes that it alone recorded"
    assert post(token, body | {"channel": "phone"}, "/api/v1/choices").status_code == 403
    assert (
        post(token, body | {"evidence": "Jon said so"}, "/api/v1/choices").json()["code"]
        == "evidence_refused"
    )


def test_choices_of_one_person_one_after_the_other_are_told_to_wait(
    someone: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(choosing, "RECORDED_AN_HOUR", 2)
    token = programs.token_for("offers-service", "personal-offers")
    body = {
        "person": {"kind": "email", "value": someone[1]["email"]},
        "purpose": "personal-offers",
        "answer": "yes",
        "channel": "email",
    }
    answers = [
        post(token, body | {"evidence": f"form/{number}"}, "/api/v1/choices") for number in range(3)
    ]
    assert [answer.status_code for answer in answers] == [201, 201, 429]
    assert answers[-1].json()["code"] == "rate_limited"
    assert 0 < int(answers[-1]["Retry-After"]) <= 3600
    no = body | {"answer": "no", "evidence": "form/9"}
    assert post(token, no, "/api/v1/choices").status_code == 201


def test_the_promise_and_the_description_can_be_read(program: Any, someone: Any) -> None:
    promise = (
        Client().get("/api/v1/promise", headers={"Authorization": f"Bearer {program[1]}"}).json()
    )
    assert {"deliver-orders", "personal-offers"} <= {
        purpose["key"] for purpose in promise["purposes"]
    }
    described = Client().get("/api/v1/openapi.json").json()
    assert described["openapi"].startswith("3.1")
    # Whether it has all of them, tests/api/test_description.py asks.
    assert set(described["paths"]) >= {
        "/api/v1/uses",
        "/api/v1/uses/batch",
        "/api/v1/uses/stream",
        "/api/v1/usage/v2/findUsage",
        "/api/v1/usage/v2/usagePeriod",
        "/api/v1/usage/v2/heartbeat",
        "/api/v1/decisions",
        "/api/v1/decisions/batch",
        "/api/v1/decisions/stream",
        "/api/v1/context",
        "/api/v1/choices",
        "/api/v1/promise",
        "/api/v1/requests",
        "/api/v1/requests/{request_id}",
        "/api/v1/requests/{request_id}/code",
        "/api/v1/requests/{request_id}/proof",
    }
