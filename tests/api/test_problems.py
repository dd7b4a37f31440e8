"""Whatever goes wrong below ``/api/`` is told as a problem (RFC 9457) with a code, and never
repeats what was sent."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path

from aboveboard.access import lookup
from aboveboard.accounts.gate import public
from aboveboard.api import rate_limit
from aboveboard.basics import problems
from aboveboard.basics.errors import RateLimited, Unavailable
from aboveboard.keys.providers.file import RootKeyMissing
from aboveboard.ledger.models import Entry
from aboveboard.promise.models import PromiseVersion
from aboveboard.site import limits
from aboveboard.site.urls import handler400, handler403, handler404, handler500
from aboveboard.site.urls import urlpatterns as real
from aboveboard.vault.sealed import RecordDamaged
from tests.api.programs import program, token_for
from tests.world import load

__all__ = ["handler400", "handler403", "handler404", "handler500"]


def _raising(error: Exception) -> Callable[[HttpRequest], HttpResponse]:
    @public("a test calls it")
    def view(request: HttpRequest) -> HttpResponse:
        raise error

    return view


urlpatterns = [
    path("api/broken", _raising(ValueError("jon24@adventure-works.com"))),
    path("api/away", _raising(OperationalError("no route to jon24@adventure-works.com"))),
    path("api/open", lambda request: HttpResponse()),
    *real,
]
pytestmark = [
    pytest.mark.django_db,
    pytest.mark.urls("tests.api.test_problems"),
    pytest.mark.one_database("how a problem is worded"),
]
USES, CHOICES = "/api/v1/uses", "/api/v1/choices"
SENT = "jon24@adventure-works.com"


@pytest.fixture
def row() -> dict[str, str]:
    return load(2)[0][1]


@pytest.fixture
def token(row: dict[str, str]) -> str:
    return token_for("shop-system")


def ask(token: str | None, method: str, address: str, body: Any = None) -> Any:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    data = body if isinstance(body, bytes) else json.dumps(body)
    return Client(raise_request_exception=False).generic(
        method, address, data, content_type="application/json", headers=headers
    )


def checked(answer: Any, status: int, code: str) -> dict[str, Any]:
    """Return the problem, having checked what is true of all."""
    problem: dict[str, Any] = json.loads(answer.content)
    assert (answer.status_code, answer["Content-Type"]) == (status, problems.MEDIA_TYPE)
    assert (problem["status"], problem["code"]) == (status, code)
    assert problem["type"] == f"urn:aboveboard:{code}"
    assert problem["instance"] == f"urn:aboveboard:request:{answer['X-Request-Id']}"
    assert problem["title"]
    assert None not in problem.values() or "reasons" in problem
    assert SENT not in answer.content.decode()
    return problem


def use(**changed: Any) -> dict[str, Any]:
    body = {
        "person": {"kind": "email", "value": SENT},
        "purpose": "deliver-orders",
        "fields": ["city"],
        "channel": "shop",
    }
    return body | changed


WRONG: list[tuple[str, str, str, Any, int, str]] = [
    ("not JSON", "POST", USES, b"{" + SENT.encode(), 400, "bad_request"),
    ("not text", "POST", USES, b"\xff\xfe", 400, "bad_request"),
    ("nobody has it", "POST", USES, use(), 404, "no_one_found"),
    ("a field too many", "POST", USES, use(extra=1), 422, "bad_request"),
    ("more than is read", "POST", USES, b" " * (limits.BODY_BYTES + 1), 413, "too_large"),
    ("no such address", "GET", "/api/v1/people", None, 404, "no_such_address"),
    ("no such version", "POST", "/api/v2/uses", use(), 404, "no_such_address"),
    ("the root of the API", "GET", "/api/v1/", None, 404, "no_such_address"),
    ("a wrong method", "GET", USES, None, 405, "method_not_allowed"),
    ("another", "DELETE", "/api/v1/promise", None, 405, "method_not_allowed"),
    ("posting the description", "POST", "/api/v1/openapi.json", None, 405, "method_not_allowed"),
    ("a fault of ours", "GET", "/api/broken", None, 500, "fault"),
    ("the database away", "GET", "/api/away", None, 503, "unavailable"),
    ("a view that says nothing of who may call it", "GET", "/api/open", None, 403, "refused"),
]


@pytest.mark.parametrize(
    ("story", "method", "address", "body", "status", "code"),
    WRONG,
    ids=[wrong[0] for wrong in WRONG],
)
def test_what_is_wrong_is_a_problem(
    story: str, method: str, address: str, body: Any, status: int, code: str, token: str
) -> None:
    checked(ask(token, method, address, body), status, code)


def test_a_wrong_method_is_told_the_right_one(token: str) -> None:
    assert ask(token, "PUT", USES, use())["Allow"] == "POST"
    assert set(ask(token, "POST", "/api/v1/openapi.json")["Allow"].split(", ")) == {"GET", "HEAD"}


def test_a_forged_form_below_the_api_is_no_page() -> None:
    answer = Client(enforce_csrf_checks=True).post("/api/away")
    checked(answer, 403, "refused")


@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
@pytest.mark.parametrize("token", [None, "ab_wrong"])
def test_who_has_no_token_is_told_so_first(method: str, token: str | None) -> None:
    answer = ask(token, method, USES, use())
    checked(answer, 401, "sign_in_needed")
    assert answer["WWW-Authenticate"].startswith("Bearer")


def test_a_refused_use_and_a_refused_leave_are_two_codes(row: dict[str, str]) -> None:
    narrow = token_for("shop-system", "deliver-orders")
    person = {"kind": "customer_number", "value": row["customer_id"]}
    problem = checked(
        ask(narrow, "POST", USES, use(person=person, fields=["birth_date"])), 403, "use_refused"
    )
    assert problem["reasons"][0]["field"] == "birth_date"
    choice = {
        "person": person,
        "purpose": "personal-offers",
        "answer": "yes",
        "channel": "shop",
        "evidence": "form:1",
    }
    checked(ask(narrow, "POST", CHOICES, choice), 403, "refused")


def test_a_body_of_another_form_is_told_where_and_what(token: str) -> None:
    body = use(person={"kind": "shoe", "value": SENT, SENT: 1}, fields=[], purpos=SENT)
    problem = checked(ask(token, "POST", USES, body), 422, "bad_request")
    assert {error["at"] for error in problem["errors"]} == {
        "person.kind",
        "person.(a member)",
        "fields",
        "purpos",
    }
    assert all(error["expected"] for error in problem["errors"])
    assert (
        checked(ask(token, "POST", USES, [SENT]), 422, "bad_request")["errors"][0]["at"]
        == "(the body)"
    )


def test_a_channel_that_the_promise_dropped_is_refused(row: dict[str, str]) -> None:
    token = program("offers", "offers-service", "Shops", ["personal-offers"], ["fax", "post"])[1]
    choice = {
        "person": {"kind": "email", "value": row["email"]},
        "purpose": "personal-offers",
        "answer": "no",
        "evidence": "form:1",
    }
    by_fax = ask(token, "POST", CHOICES, choice | {"channel": "fax"})
    problem = checked(by_fax, 422, "channel_unknown")
    assert "post" in problem["detail"]
    assert ask(token, "POST", CHOICES, choice | {"channel": "post"}).status_code == 201


def test_too_many_is_told_when_to_come_back(token: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(client_id: int, count: int = 1) -> None:
        raise RateLimited(seconds=3)

    monkeypatch.setattr(rate_limit, "take_tokens", full)
    for address, body in ((USES, use()), (USES + "/batch", BATCH), (CHOICES, CHOICE)):
        answer = ask(token, "POST", address, body)
        checked(answer, 429, "rate_limited")
        assert answer["Retry-After"] == "3"


BATCH = {
    "people": [{"kind": "email", "value": SENT}],
    "purpose": "deliver-orders",
    "fields": ["city"],
    "channel": "shop",
}
CHOICE = {
    "person": {"kind": "email", "value": SENT},
    "purpose": "personal-offers",
    "answer": "no",
    "channel": "shop",
    "evidence": "form:1",
}


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (OperationalError("the server closed the connection"), 503, "unavailable"),
        (Unavailable(what="The key store", fix="Wait."), 503, "unavailable"),
        (RuntimeError(SENT), 500, "fault"),
        # Files, tables and addresses of ours are for the operator, who has the log.
        (RootKeyMissing(file=SENT, why=SENT, fix=SENT), 503, "root_key_missing"),
        (RecordDamaged(why=SENT), 500, "record_damaged"),
        (Unavailable(what=SENT, fix=SENT), 503, "unavailable"),
    ],
)
def test_what_breaks_in_the_middle_is_told_too(
    error: Exception, status: int, code: str, token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> int:
        raise error

    monkeypatch.setattr(lookup.vault, "find_each", broken)
    checked(ask(token, "POST", USES, use()), status, code)


def test_a_promise_that_is_gone_is_told_as_away_until_it_is_adopted_again(token: str) -> None:
    PromiseVersion.objects.all().delete()
    checked(ask(token, "GET", "/api/v1/promise"), 503, "promise_missing")


def test_without_a_promise_the_code_says_so(token: str) -> None:
    """As an instance is before anybody adopted one."""
    PromiseVersion.objects.all().delete()
    Entry.objects.filter(kind="promise.adopted").delete()
    checked(ask(token, "GET", "/api/v1/promise"), 409, "no_promise")
