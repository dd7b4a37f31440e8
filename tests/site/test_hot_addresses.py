"""The addresses that programs ask most are answered before the middleware for pages: what is
answered, and who is let in, is the same as after it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.conf import settings
from django.db import OperationalError
from django.test import Client, override_settings
from django.urls import resolve

from aboveboard.access import by_identifier
from aboveboard.accounts.clients.actions import revoke_client
from aboveboard.accounts.gate import GateKind, gate_of
from aboveboard.accounts.models import ServiceClient
from aboveboard.api.routes import ENDPOINTS
from aboveboard.basics import clock
from aboveboard.basics.actor import SYSTEM
from aboveboard.recovery import queries as recovery
from aboveboard.site import hot
from aboveboard.site.serving.bodies import REFUSED
from tests.api import programs
from tests.world import load

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.one_database("which way a request takes; tests/api asks what it does on both"),
]
SLOWLY = [name for name in settings.MIDDLEWARE if not name.endswith(".HotAddresses")]
PERSON = {"kind": "customer_number", "value": "AW99999999"}
ASK = {"purpose": "deliver-orders", "fields": ["city"], "channel": "api"}
BODIES = {
    f"/api/v1/{asked}{how}": body
    for asked in ("uses", "decisions")
    for how, body in {
        "": json.dumps(ASK | {"person": PERSON}).encode(),
        "/batch": json.dumps(ASK | {"people": [PERSON] * 2}).encode(),
        "/stream": b"\n".join(json.dumps(line).encode() for line in (ASK, PERSON)),
    }.items()
}
ASKED = [url for url in sorted(hot.ADDRESSES) if not url.startswith("/api/v1/decisions/")]
"""A batch and a stream of decisions take the way of those of uses."""
NOT_THE_SAME = {"X-Request-Id", "Content-Length"}


@pytest.fixture
def till() -> tuple[ServiceClient, str]:
    load(3)
    return programs.program("till", "shop-system", "Shops", ["deliver-orders"], ["api"])


def answered(client: Client, method: str, url: str, body: bytes, **headers: Any) -> Any:
    response = client.generic(method, url, body, "application/json", **headers)
    text = (
        b"".join(response.streaming_content) if response.streaming else response.content  # type: ignore[attr-defined]
    )
    said = [json.loads(line) for line in text.splitlines()] if text else []
    for each in said:
        each.pop("instance", None)  # it names the request
        each.pop("entry", None)  # another use has another
        for outcome in each.get("outcomes", each.get("decisions", [])):
            outcome.pop("entry", None)
    kept = {name: value for name, value in response.items() if name not in NOT_THE_SAME}
    return response.status_code, kept, said


CASES: dict[str, tuple[str, dict[str, Any]]] = {
    "nobody's": ("POST", {}),
    "a wrong token": ("POST", {"HTTP_AUTHORIZATION": "Bearer ab-wrong"}),
    "no bearer": ("POST", {"HTTP_AUTHORIZATION": "Basic dGlsbDp0aWxs"}),
    "a token that works": ("POST", {"HTTP_AUTHORIZATION": "Bearer {token}"}),
    "in small letters": ("POST", {"HTTP_AUTHORIZATION": "bearer {token}"}),
    "a cookie": ("POST", {"HTTP_COOKIE": "sessionid=abc; csrftoken=def"}),
    "no JSON": ("POST", {"HTTP_AUTHORIZATION": "Bearer {token}", "body": b"{"}),
    "another form": ("POST", {"HTTP_AUTHORIZATION": "Bearer {token}", "body": b"{}"}),
    "a key": (
        "POST",
        {"HTTP_AUTHORIZATION": "Bearer {token}", "HTTP_IDEMPOTENCY_KEY": "one-two-three"},
    ),
    "another method": ("GET", {"HTTP_AUTHORIZATION": "Bearer {token}"}),
    "another method of nobody's": ("PUT", {}),
    "a trace": ("TRACE", {"HTTP_AUTHORIZATION": "Bearer {token}"}),
    "another language": ("POST", {"HTTP_ACCEPT_LANGUAGE": "de"}),
    "a body that was not taken": ("POST", {REFUSED: 413}),
}


@pytest.mark.parametrize("url", ASKED)
@pytest.mark.parametrize("case", CASES)
def test_it_is_answered_as_after_all_middleware(case: str, url: str, till: Any) -> None:
    method, given = CASES[case]
    headers = {
        name: value.format(token=till[1]) if isinstance(value, str) else value
        for name, value in given.items()
    }
    body = headers.pop("body", BODIES[url])
    early = answered(Client(), method, url, body, **headers)
    with override_settings(MIDDLEWARE=SLOWLY):
        late = answered(Client(), method, url, body, **headers)
    assert early == late
    if method == "POST" and REFUSED not in given and "token}" not in str(given):
        assert early[0] == 401


@pytest.mark.parametrize("url", ASKED)
def test_a_token_that_was_revoked_is_not_let_in(url: str, till: Any) -> None:
    bearer = {"HTTP_AUTHORIZATION": f"Bearer {till[1]}"}
    assert answered(Client(), "POST", url, BODIES[url], **bearer)[0] == 200 or url.endswith(
        ("uses", "decisions")
    )
    revoke_client(till[0].pk, by=SYSTEM, at=clock.now())
    assert answered(Client(), "POST", url, BODIES[url], **bearer)[0] == 401


@pytest.mark.parametrize("url", ASKED)
def test_only_programs_may_call_what_is_answered_early(url: str) -> None:
    match = resolve(url)
    gate = gate_of(match.func, name=match.view_name, path=url)
    assert gate is not None
    assert gate.kind is GateKind.SERVICE
    assert match.func.csrf_exempt  # type: ignore[attr-defined]
    assert url.removeprefix("/api/v1/") in ENDPOINTS
    assert not match.kwargs


def test_nothing_is_answered_before_a_restoration_is_finished(
    till: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unfinished() -> bool:
        raise recovery.RestoreUnfinished(made_at="2026-01-31")

    monkeypatch.setattr(recovery, "check_finished", unfinished)
    url = "/api/v1/uses"
    status, headers, _ = answered(
        Client(), "POST", url, BODIES[url], HTTP_AUTHORIZATION=f"Bearer {till[1]}"
    )
    assert (status, headers["Retry-After"]) == (503, "60")


@pytest.mark.parametrize(
    ("fault", "status"), [(OperationalError("away"), 503), (RuntimeError("ours"), 500)]
)
def test_a_fault_of_ours_is_a_problem_and_is_logged(
    fault: Exception, status: int, till: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise fault

    monkeypatch.setattr(by_identifier, "append_many", broken)
    url, client = "/api/v1/uses", Client(raise_request_exception=False)
    bearer = {"HTTP_AUTHORIZATION": f"Bearer {till[1]}"}
    early = answered(client, "POST", url, BODIES[url], **bearer)
    with override_settings(MIDDLEWARE=SLOWLY):
        assert answered(client, "POST", url, BODIES[url], **bearer) == early
    assert early[0] == status
    assert early[1]["Content-Type"] == "application/problem+json"
