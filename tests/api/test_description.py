"""The OpenAPI description is true: of what schemathesis makes of it, nothing breaks and every
answer is as described."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import hypothesis
import msgspec
import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from django.test import Client
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import positive_data_acceptance

from aboveboard.api import examples
from aboveboard.api.description import KEY
from aboveboard.api.routes import ENDPOINTS
from aboveboard.basics import clock
from aboveboard.basics.actor import CUSTOMER
from aboveboard.choices.actions import choose
from aboveboard.choices.state import ChoiceAnswer
from tests.api.programs import program, token_for
from tests.world import load

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.one_database("whether the description is true; test_fuzz sends odd values to both"),
]
EXAMPLES = 30
"""For each operation: enough to meet every member, few enough to take seconds."""


@pytest.fixture(autouse=True)
def _one_connection() -> Iterator[None]:
    """Leave the connection open between requests, as Django's own test client does: the test's rows
    are in its transaction."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def described() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(Client().get("/api/v1/openapi.json").content)
    return found


def test_every_operation_asks_for_the_token() -> None:
    schema = described()
    flow = schema["components"]["securitySchemes"]["token"]["flows"]["clientCredentials"]
    assert (
        flow["tokenUrl"]
        == urlsplit(
            Client().get("/.well-known/oauth-authorization-server").json()["token_endpoint"]
        ).path
    )
    for operations in schema["paths"].values():
        for operation in operations.values():
            # An agent proves itself by its signature, to be given its token.
            signs_in = operation["operationId"] == "post_agent"
            assert operation["security"] == ([] if signs_in else [{"token": []}])
            assert {"401", "500", "503"} <= set(operation["responses"])


def test_every_error_is_a_problem_in_its_own_media_type() -> None:
    schema = described()
    for path, operations in schema["paths"].items():
        for operation in operations.values():
            for status, response in operation["responses"].items():
                if (operation["operationId"], status) == ("post_agent", "403"):
                    # The Data Rights Protocol has it without a body (2.05.1).
                    assert "content" not in response
                    continue
                given = "application/x-ndjson" if path.endswith("/stream") else "application/json"
                wanted = "application/problem+json" if status >= "400" else given
                assert list(response["content"]) == [wanted]
    problem = schema["components"]["schemas"]["ProblemDetails"]
    assert {"type", "title", "status", "code"} == set(problem["required"])
    assert {"detail", "instance", "errors", "reasons", "entry"} < set(problem["properties"])


def test_every_operation_has_an_example_that_it_takes_and_every_post_a_key() -> None:
    operations = [each for endpoint in ENDPOINTS.values() for each in endpoint.operations]
    assert {each.name for each in operations} == set(examples.EXAMPLES)
    for each in operations:
        example = examples.EXAMPLES[each.name]
        for shape, value in ((each.takes, example.takes), (each.gives, example.gives)):
            if shape is not None:
                assert msgspec.to_builtins(msgspec.convert(value, shape)) is not None
        # A signed message is taken once by itself, and has no key beside it.
        signed = "text/plain" in each.extra.get("requestBody", {}).get("content", {})
        if each.method == "post" and not signed:
            assert KEY in each.extra["parameters"], each.name
    described_use = described()["paths"]["/api/v1/uses"]["post"]
    body = described_use["requestBody"]["content"]["application/json"]
    assert body["example"]["purpose"] == "deliver-orders"


def closing(application: Any) -> Any:
    """Read each answer to its end and close it, as a server does: a stream holds a place."""

    def answered(environ: Any, start: Any) -> list[bytes]:
        answer = application(environ, start)
        try:
            return list(answer)
        finally:
            answer.close()

    return answered


def operation_of(method: str, path: str) -> Any:
    # The token is ours to give: one made up would only ever meet the gate.
    config = schemathesis.Config.from_dict({"generation": {"with-security-parameters": False}})
    return schemathesis.openapi.from_wsgi(
        "/api/v1/openapi.json", closing(get_wsgi_application()), config=config
    )[f"/api/v1{path}"][method]


@schemathesis.serializer("application/x-ndjson")
def _lines(_: Any, value: Any) -> bytes:
    """Send a stream's body as the text it is, and what is no text as a line of JSON."""
    return (value if isinstance(value, str) else json.dumps(value)).encode(errors="replace")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("method", "path"),
    [
        (operation.method.upper(), f"/{path}")
        for path, endpoint in ENDPOINTS.items()
        for operation in endpoint.operations
    ],
)
def test_every_answer_is_as_described(method: str, path: str) -> None:
    load(3)
    asks_for_uses = path.startswith("/usage/")
    token = (
        program("Portal", "shop-system", "", [], [], rights=["usage:customer_number"])[1]
        if asks_for_uses
        else token_for("offers-service")
    )
    operation = operation_of(method, path)
    seen: set[int] = set()
    # A no is taken from every client, so it reaches the promise, which says with 422 that it has no
    # such purpose or channel: no schema lists an organisation's own words.
    # Nor does one list the kinds of request in a client's scope, which numbers there are, or what
    # the lines of a stream are.
    beyond_the_schema = (
        [positive_data_acceptance]
        if path.startswith(("/choices", "/requests", "/data-rights", "/agent"))
        or path.endswith("/stream")
        else []
    )

    @hypothesis.settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        derandomize=True,
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    @hypothesis.given(
        case=operation.as_strategy()
        | operation.as_strategy(generation_mode=GenerationMode.NEGATIVE)
    )
    def ask(case: schemathesis.Case) -> None:
        response = case.call_and_validate(
            headers={"Authorization": f"Bearer {token}"}, excluded_checks=beyond_the_schema
        )
        assert response.status_code < 500
        seen.add(response.status_code)

    ask()
    assert seen & {200, 201, 403, 404, 422}, "the token works, so more than 401 was seen"
    assert 401 not in seen


def test_the_answers_that_chance_does_not_meet_are_as_described_too() -> None:
    numbers, (one, other, _) = zip(*load(3), strict=True)
    headers = {"Authorization": f"Bearer {token_for('offers-service')}"}
    person, email = (
        {"kind": "email", "value": one["email"]},
        {"purpose": "personal-offers", "channel": "email"},
    )
    choice = {"person": person, **email, "answer": "yes", "evidence": "form:1"}
    use = {"person": person, **email, "fields": ["email"]}
    asked = [
        ("/uses", use, 404),
        ("/uses", use | {"channel": "post"}, 403),
        ("/choices", choice, 201),
        ("/uses", use, 404),  # under a yes that nobody but this client recorded
        ("/choices", choice | {"evidence": "She said so"}, 422),
        (
            "/choices",
            choice
            | {"person": {"kind": "email", "value": other["email"]}, "purpose": "deliver-orders"},
            422,
        ),
        ("/uses", use | {"person": {"kind": "email", "value": "none@example.org"}}, 404),
        ("/uses", use | {"fields": []}, 422),
        ("/uses", use | {"person": {"kind": "customer_number", "value": "none"}}, 403),
    ]
    asked.append(("/uses", use | {"person": {"kind": "email", "value": other["email"]}}, 200))
    choose(
        numbers[1],
        "personal-offers",
        ChoiceAnswer.YES,
        channel="portal",
        evidence="portal:1",
        by=CUSTOMER,
        at=clock.now(),
    )
    for path, body, status in asked:
        case = operation_of("POST", path).Case(body=body, media_type="application/json")
        assert case.call_and_validate(headers=headers).status_code == status, (path, body)
