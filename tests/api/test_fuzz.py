"""No body breaks the API: whatever is sent is answered, with a problem where it is wrong."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from aboveboard.basics.problems import MEDIA_TYPE
from aboveboard.promise.queries import in_force
from tests.api.programs import token_for
from tests.world import load

pytestmark = [pytest.mark.django_db]
ADDRESSES = ["/api/v1/uses", "/api/v1/choices", "/api/v1/uses/batch", "/api/v1/uses/stream"]
ADDRESSES += ["/api/v1/requests", "/api/v1/requests/1/proof"]

# Lone surrogates and NUL too: JSON can say them.
ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=40)
ODD_TEXT = ANY_TEXT | st.sampled_from(
    [
        "\ud800",
        "\x00",
        "a@\ud800.example",
        "+44\x00",
        "x@[::1]",
        "a@" + "é" * 80 + ".example",
        "٣" * 9,
    ]
)
ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | ODD_TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(ODD_TEXT, inner, max_size=4),
    max_leaves=12,
)
LIKELY = st.sampled_from(
    [
        "deliver-orders",
        "personal-offers",
        "improve-shops",
        "shop",
        "email",
        "portal",
        "city",
        "yes",
        "form:1",
    ]
)


def nearly(value: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """What belongs there, mostly, else anything at all."""
    return st.one_of(value, LIKELY, ODD_TEXT, ANY_JSON)


PERSON = st.fixed_dictionaries(
    {
        "kind": st.sampled_from(["email", "phone", "customer_number", "reference"]),
        "value": st.one_of(ODD_TEXT, ANY_JSON),
    },
    optional={"country": nearly(st.sampled_from(["GB", "ZZ", "US"]))},
)
BODY = st.fixed_dictionaries(
    {
        "person": st.one_of(PERSON, PERSON, ANY_JSON),
        "purpose": nearly(LIKELY),
        "channel": nearly(LIKELY),
    },
    optional={
        "kind": nearly(st.sampled_from(["access", "erasure"])),
        "code": nearly(st.just("12345678")),
        "fields": nearly(st.lists(LIKELY | ODD_TEXT, max_size=70)),
        "reference": nearly(ODD_TEXT),
        "evidence": nearly(LIKELY),
        "answer": nearly(st.sampled_from(["yes", "no"])),
        "people": nearly(st.lists(st.one_of(PERSON, ANY_JSON), max_size=4)),
    },
)


@pytest.fixture
def token() -> str:
    load(2)
    return token_for("offers-service")


QUIET = settings(
    max_examples=50,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def send(token: str, address: str, body: bytes) -> None:
    caller = Client(raise_request_exception=False)
    answer = caller.post(
        address, body, content_type="application/json", headers={"Authorization": f"Bearer {token}"}
    )
    assert answer.status_code < 500, answer.content
    problem = json.loads(answer.content)
    if answer.status_code >= 400:
        assert answer["Content-Type"] == MEDIA_TYPE
        assert problem["code"]


@pytest.mark.parametrize("address", ADDRESSES)
@QUIET
@given(body=ANY_JSON)
@example(body={"\ud800": 1})
@example(body={"person": {"kind": "email", "value": "x", "\udfff": 2}})
def test_any_json_is_answered(address: str, token: str, body: Any) -> None:
    send(token, address, json.dumps(body).encode())


@pytest.mark.parametrize("address", ADDRESSES)
@QUIET
@given(body=BODY)
def test_a_body_that_is_nearly_right_is_answered(address: str, token: str, body: Any) -> None:
    send(token, address, json.dumps(body).encode())


@pytest.mark.parametrize("kind", ["email", "phone", "customer_number"])
@QUIET
@given(
    value=st.text(st.characters(), min_size=3, max_size=254) | ODD_TEXT,
    country=st.none() | st.from_regex("[A-Z]{2}", fullmatch=True),
)
def test_nobody_is_found_by_nonsense(
    kind: str, token: str, value: str, country: str | None
) -> None:
    assert "city" in in_force().promise.fields
    person = {"kind": kind, "value": value, "country": country}
    send(
        token,
        "/api/v1/uses",
        json.dumps(
            {"person": person, "purpose": "deliver-orders", "fields": ["city"], "channel": "shop"}
        ).encode(),
    )


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize(
    "body",
    [
        b"", b" ", b"\x00", b"\xff", b"null", b"{", b'{"a":1,"a":2}', b"NaN", b"1e999",
        b'"\\ud800"', b"\xef\xbb\xbf{}", b"9" * 5000, b"[" * 100_000, b'{"a":' * 50_000,
        b"{}" + b" " * 1000, "{}".encode("utf-16"), "{}".encode("utf-32"),
    ],
    ids=lambda body: repr(body[:12]),
)  # fmt: skip
def test_what_is_hardly_json_is_answered(address: str, body: bytes, token: str) -> None:
    send(token, address, body)
