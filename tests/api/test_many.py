"""A batch and a stream: each person has their own outcome, every entry is written, and
nothing else changes."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from typing import Any, ClassVar

import pytest
from django.db import OperationalError
from django.test import Client

from aboveboard.access import by_identifier, decoys
from aboveboard.access.limits import USE_BATCH
from aboveboard.access.queries import use_records
from aboveboard.accounts import limits as accounts_limits
from aboveboard.accounts import links
from aboveboard.accounts.clients import tokens
from aboveboard.accounts.clients.actions import revoke_client
from aboveboard.api import limits, stream
from aboveboard.api.description import LINES
from aboveboard.basics import clock
from aboveboard.basics.actor import SYSTEM
from aboveboard.ledger.models import Entry
from aboveboard.promise.queries import in_force
from aboveboard.vault.models import SealedRecord
from tests.api.programs import program, token_for
from tests.world import load

pytestmark = pytest.mark.django_db
BATCH, STREAM = "/api/v1/uses/batch", "/api/v1/uses/stream"
ASK = {
    "purpose": "deliver-orders",
    "fields": ["first_name", "city"],
    "channel": "shop",
    "reference": "run-7",
}
Held = list[tuple[int, dict[str, str]]]


@pytest.fixture
def held() -> Held:
    return load(6)


@pytest.fixture
def token(held: Held) -> str:
    return token_for("shop-system")


def post(token: str, path: str, body: bytes, **extra: Any) -> Any:
    return Client().post(
        path,
        body,
        content_type="application/json",
        headers={"Authorization": f"Bearer {token}"},
        **extra,
    )


def person(row: dict[str, str], kind: str = "customer_number") -> dict[str, str]:
    return {"kind": kind, "value": row["customer_id"] if kind == "customer_number" else row[kind]}


def batch(token: str, people: list[Any], **changed: Any) -> Any:
    return post(token, BATCH, json.dumps({**ASK, "people": people, **changed}).encode())


def streamed(token: str, lines: list[Any], first: Any = ASK) -> list[dict[str, Any]]:
    body = b"\n".join(
        line if isinstance(line, bytes) else json.dumps(line).encode() for line in [first, *lines]
    )
    answer = post(token, STREAM, body)
    assert answer.status_code == 200, answer.content
    assert answer["Content-Type"] == LINES
    return [json.loads(line) for line in b"".join(answer.streaming_content).splitlines()]


def test_each_person_of_a_batch_has_their_own_outcome_in_order(token: str, held: Held) -> None:
    rows = [row for _, row in held]
    people = [
        person(rows[2]),
        {"kind": "customer_number", "value": "none"},
        person(rows[0]),
        person(rows[2]),
    ]
    outcomes = batch(token, people).json()["outcomes"]
    assert [one.get("values", {}).get("first_name") for one in outcomes] == [
        rows[2]["first_name"],
        None,
        rows[0]["first_name"],
        rows[2]["first_name"],
    ]
    assert outcomes[1] == {"code": "no_one_found"}
    entries = [one.get("entry", 0) for one in outcomes if "entry" in one]
    assert entries == sorted(set(entries))
    assert [record.entry_id for record in use_records(held[2][0])] == [entries[2], entries[0]]


def test_a_batch_answers_as_the_single_uses_would(token: str, held: Held) -> None:
    offers = token_for("offers-service")
    for who, changed in (
        (token, {}),
        (token, {"fields": ["birth_date"]}),
        (offers, {"purpose": "personal-offers", "fields": ["email"], "channel": "email"}),
    ):
        people = [person(row) for _, row in held] + [
            person(held[0][1], "email"),
            {"kind": "email", "value": "no@body.example"},
        ]
        outcomes = batch(who, people, **changed).json()["outcomes"]
        for one, outcome in zip(people, outcomes, strict=True):
            single = post(
                who, "/api/v1/uses", json.dumps({**ASK, **changed, "person": one}).encode()
            ).json()
            assert {name: outcome.get(name) for name in ("values", "code", "reasons")} == {
                name: single.get(name) for name in ("values", "code", "reasons")
            }


def test_one_statement_finds_everyone(
    token: str, held: Held, django_assert_max_num_queries: Any
) -> None:
    people = [person(row) for _, row in held]
    decoys.prepare(50 * len(people))  # once for each process
    with django_assert_max_num_queries(13) as few:
        batch(token, people[:2])
    with django_assert_max_num_queries(len(few)):
        batch(token, people * 50)


@pytest.mark.parametrize(
    "people", [[], [{"kind": "email", "value": "a@b.example"}] * (USE_BATCH + 1), [{}], "x"]
)
def test_a_batch_of_another_form_is_told_where(token: str, people: Any) -> None:
    answer = batch(token, people)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["at"].startswith("people")
    assert not Entry.objects.filter(kind__startswith="use").exists()


def test_nothing_of_a_batch_leaves_when_the_entries_cannot_be_written(
    token: str, held: Held, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OperationalError("disk full")

    monkeypatch.setattr(by_identifier, "append_many", full)
    people = [person(row) for _, row in held]
    answer = Client(raise_request_exception=False).post(
        BATCH,
        json.dumps({**ASK, "people": people}),
        content_type="application/json",
        headers={"Authorization": f"Bearer {token}"},
    )
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    assert streamed(token, people) == [{"line": 2, "code": "unavailable", "end": False}]


def test_a_damaged_record_takes_nobody_elses_answer_away(token: str, held: Held) -> None:
    row = SealedRecord.objects.get(person_id=held[1][0])
    boxes = bytearray(row.boxes)
    boxes[-1] ^= 1
    boxes[len(boxes) // 2] ^= 1
    SealedRecord.objects.filter(person_id=held[1][0]).update(boxes=bytes(boxes))
    fields = list(token_fields())
    outcomes = batch(token, [person(row) for _, row in held[:3]], fields=fields).json()["outcomes"]
    assert [one.get("code") for one in outcomes] == [None, "record_damaged", None]


def token_fields() -> Iterator[str]:
    yield from in_force().promise.purposes["deliver-orders"].fields


def test_a_stream_answers_each_line_and_says_when_it_ends(token: str, held: Held) -> None:
    rows = [row for _, row in held]
    lines = [
        person(rows[0]),
        b"{",
        person(rows[1]) | {"shoe": 1},
        b"x" * (limits.STREAM_LINE_BYTES + 1),
        b"\xff",
        b'{"kind":"email","value":"\xe5\xff"}',
        person(rows[1]),
    ]
    answers = streamed(token, lines)
    assert [one.get("line") for one in answers] == [2, 3, 4, 5, 6, 7, 8, None]
    assert [one.get("code") for one in answers[:-1]] == [None, *["bad_request"] * 5, None]
    assert (answers[0]["values"]["city"], answers[6]["values"]["city"]) == (
        rows[0]["city"],
        rows[1]["city"],
    )
    assert answers[-1] == {"end": True, "lines": 8}


def test_a_stream_of_many_batches_keeps_its_order(token: str, held: Held) -> None:
    rows = [row for _, row in held]
    many = USE_BATCH * 2 + 3
    answers = streamed(token, [person(rows[n % 6]) for n in range(many)])
    assert [one["line"] for one in answers[:-1]] == list(range(2, many + 2))
    assert all(
        one["values"]["first_name"] == rows[n % 6]["first_name"]
        for n, one in enumerate(answers[:-1])
    )
    assert Entry.objects.filter(kind="use.granted").count() == many


@pytest.mark.parametrize("first", [b"", b"{", b"[]", {"purpose": "p"}, {**ASK, "person": 1}])
def test_a_first_line_that_asks_nothing_is_a_problem(token: str, first: Any) -> None:
    body = first if isinstance(first, bytes) else json.dumps(first).encode()
    answer = post(token, STREAM, body + b"\n{}")
    assert (answer.status_code, answer.json()["code"]) == (422, "bad_request")


@pytest.mark.parametrize("how", ["the token is revoked", "the client is revoked", "its time ends"])
def test_a_stream_stops_with_its_token(
    how: str, held: Held, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, token = program(
        "Till", "shop-system", "Shops", ["deliver-orders"], tuple(in_force().promise.channels)
    )
    lines = [ASK, *[person(held[0][1])] * (USE_BATCH + 1)]
    answer = post(token, STREAM, b"\n".join(json.dumps(line).encode() for line in lines))
    content = iter(answer.streaming_content)
    assert len(next(content).splitlines()) == USE_BATCH
    if how == "the token is revoked":
        tokens.revoke([links.digest(token)], at=clock.now())
    elif how == "the client is revoked":
        revoke_client(client.pk, by=SYSTEM, at=clock.now())
    else:
        later = clock.now() + accounts_limits.ACCESS_TOKEN_LIFE
        monkeypatch.setattr(clock, "now", lambda: later)
    last = json.loads(b"".join(content))
    assert last == {"line": USE_BATCH + 2, "code": "sign_in_needed", "end": False}
    assert Entry.objects.filter(kind="use.granted").count() == USE_BATCH


def test_streams_take_places_and_give_them_back_however_they_end(token: str, held: Held) -> None:
    body = json.dumps(ASK).encode() + b"\n" + json.dumps(person(held[0][1])).encode()
    open_ones = [post(token, STREAM, body) for _ in range(limits.STREAMS_AT_ONCE)]
    answers = post(token, STREAM, body)
    assert (answers.status_code, answers["Retry-After"]) == (429, "5")
    next(iter(open_ones[0].streaming_content))
    for one in open_ones:  # one half read, one never
        one.close()
    assert post(token, STREAM, body).status_code == 200


@pytest.mark.parametrize("piece", [1, 7, 100, 5000])
def test_lines_are_found_however_the_body_is_cut(
    piece: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "STREAM_READ_BYTES", piece)
    monkeypatch.setattr(limits, "STREAM_LINE_BYTES", 10)

    class Request:
        META: ClassVar = {
            "HTTP_TRANSFER_ENCODING": "chunked",
            "wsgi.input": io.BytesIO(
                b"one\n\ntwo\r\n" + b"x" * 11 + b"\n" + b"y" * 5000 + b"\nlast"
            ),
        }

    lines = stream.BodyLines(Request())  # type: ignore[arg-type]
    assert lines.read_lines(2) == [b"one", b""]
    assert lines.read_lines(9) == [b"two\r", None, None, b"last"]
    assert lines.read_lines(9) == []
