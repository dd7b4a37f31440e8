"""A program that tries people out is paced as a member of staff is: sixty misses a minute, on every
route that says whether somebody is known here."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client

from aboveboard.accounts.limits import SIGN_IN_RATES
from aboveboard.api import limits, misses
from tests.api.programs import token_for
from tests.world import load

pytestmark = pytest.mark.django_db

USE = {"purpose": "deliver-orders", "fields": ["first_name"], "channel": "shop"}
CHOICE = {"purpose": "personal-offers", "answer": "no", "channel": "api", "evidence": "form:1"}
Post = Callable[[str, object], Any]


@pytest.fixture
def row() -> dict[str, str]:
    return load(3)[1][1]


@pytest.fixture
def post(row: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Post]:
    """Post as one program, on a clock that stands still."""
    moment = time.time()
    monkeypatch.setattr("aboveboard.api.misses.time.time", lambda: moment)
    misses.forget()
    token = token_for("shop-system")

    def send(route: str, body: object) -> Any:
        lines = body if isinstance(body, bytes) else json.dumps(body)
        return Client().post(
            f"/api/v1/{route}",
            lines,
            content_type="application/json",
            headers={"Authorization": f"Bearer {token}"},
        )

    yield send
    misses.forget()


def nobody(number: int) -> dict[str, str]:
    return {"kind": "customer_number", "value": f"AW9{number:05d}"}


def known(row: dict[str, str]) -> dict[str, str]:
    return {"kind": "customer_number", "value": row["customer_id"]}


def name_strangers(route: str, post: Post, count: int) -> list[int]:
    if route == "uses/batch":
        people = [nobody(number) for number in range(count)]
        outcomes = post(route, USE | {"people": people}).json()["outcomes"]
        return [404 if each["code"] == "no_one_found" else 0 for each in outcomes]
    if route == "uses/stream":
        lines = [USE, *(nobody(number) for number in range(count))]
        answer = post(route, "\n".join(map(json.dumps, lines)).encode())
        said = [json.loads(line) for line in answer.getvalue().splitlines()]
        return [404 for each in said if each.get("code") == "no_one_found"]
    body = USE if route == "uses" else CHOICE
    return [post(route, body | {"person": nobody(number)}).status_code for number in range(count)]


ROUTES = ["uses", "uses/batch", "uses/stream", "choices"]


@pytest.mark.parametrize("misses_on", ROUTES)
@pytest.mark.parametrize("then_on", ["uses", "uses/batch", "choices"])
def test_after_sixty_misses_nothing_more_is_told_on_any_route(
    misses_on: str, then_on: str, post: Post, row: dict[str, str]
) -> None:
    assert name_strangers(misses_on, post, limits.MISSES) == [404] * limits.MISSES
    for person in (known(row), nobody(99)):
        body: object = (CHOICE if then_on == "choices" else USE) | {"person": person}
        if then_on == "uses/batch":
            body = USE | {"people": [person]}
        answer = post(then_on, body)
        assert answer.status_code == 429, "known and unknown alike"
        assert int(answer["Retry-After"]) >= 1


def test_a_batch_over_the_limit_is_paid_off_in_time(
    post: Post, row: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    name_strangers("uses/batch", post, 300)
    refused = post("uses", USE | {"person": known(row)})
    assert refused.status_code == 429
    seconds = int(refused["Retry-After"])
    assert seconds == 300 - limits.MISSES + 1
    later = misses.time.time() + seconds
    monkeypatch.setattr("aboveboard.api.misses.time.time", lambda: later)
    assert post("uses", USE | {"person": known(row)}).status_code == 200


def test_a_stream_that_owes_too_much_ends_and_says_so(post: Post, row: dict[str, str]) -> None:
    name_strangers("uses/batch", post, 300)
    lines = f"{json.dumps(USE)}\n{json.dumps(known(row))}".encode()
    answer = post("uses/stream", lines).getvalue().splitlines()
    assert [json.loads(line) for line in answer] == [
        {"line": 2, "code": "rate_limited", "end": False}
    ]


def test_whoever_asks_about_customers_is_never_slowed(post: Post, row: dict[str, str]) -> None:
    for _ in range(limits.MISSES + 20):
        assert post("uses", USE | {"person": known(row)}).status_code == 200


def test_another_process_knows_of_it_within_a_second(post: Post, row: dict[str, str]) -> None:
    """What a process remembers is its own; the count is in the cache that all of them share."""
    name_strangers("choices", post, limits.MISSES)
    misses.forget()  # as a process that has not heard of this client yet
    assert post("choices", CHOICE | {"person": known(row)}).status_code == 429


def test_the_pace_is_that_of_staff() -> None:
    assert SIGN_IN_RATES["look_up"] == f"{limits.MISSES}/m/key"
    assert limits.MISSES_PER_SECOND * 60 == limits.MISSES
