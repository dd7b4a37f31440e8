"""What programs bring for people begins unproved, says nothing of who is held, and is proved in
proportion: by a code that the person was sent, or by the word of a client whose scope says so."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import Any, get_args

import pytest
from django.core import mail
from django.test import Client

from aboveboard.accounts.clients.scope import ClientScope
from aboveboard.accounts.models import ServiceClient
from aboveboard.api.request_shapes import Kind
from aboveboard.commands import client as command
from aboveboard.ledger.models import Entry
from aboveboard.rights import limits
from aboveboard.rights.models import RightsRequest
from aboveboard.rights.requests import programs, queries
from aboveboard.rights.requests.state import RequestStage
from aboveboard.rights.requests.terms import RequestKind
from tests.api.programs import program
from tests.world import load

pytestmark = pytest.mark.django_db
ADDRESS = "/api/v1/requests"
KINDS = [kind.value for kind in RequestKind]
ASKS = [f"request:{kind}" for kind in KINDS]


def token(*rights: str, name: str = "Account page") -> str:
    return program(name, "shop-system", "Shops", [], [], rights=rights or ASKS)[1]


def send(token: str, body: Any, where: str = "", **headers: str) -> Any:
    return Client().post(
        ADDRESS + where,
        json.dumps(body),
        content_type="application/json",
        headers={"Authorization": f"Bearer {token}"} | headers,
    )


def read(token: str, where: str = "") -> Any:
    return Client().get(ADDRESS + where, headers={"Authorization": f"Bearer {token}"})


def asked(row: dict[str, str], kind: str = "access", **more: Any) -> dict[str, Any]:
    return {"kind": kind, "person": {"kind": "email", "value": row["email"]}} | more


def code_of(number: int = -1) -> str:
    return re.findall(r"\b\d{8}\b", mail.outbox[number].body)[0]


def test_nobody_asks_without_a_token_or_beyond_its_scope() -> None:
    (_, row), *_ = load(1)
    before = Entry.objects.count()
    for caller, headers in ((None, {}), ("abt_wrong", {"Authorization": "Bearer abt_wrong"})):
        answer = Client().post(
            ADDRESS, json.dumps(asked(row, "erasure")), content_type="application/json",
            headers=headers,
        )  # fmt: skip
        assert (answer.status_code, answer.json()["code"]) == (401, "sign_in_needed"), caller
    narrow = token("request:access")
    for body, code in (
        (asked(row, "erasure"), "request_not_in_scope"),
        (asked(row, proof="signed_in"), "proof_not_in_scope"),
    ):
        answer = send(narrow, body)
        assert (answer.status_code, answer.json()["code"]) == (403, code)
    assert (Entry.objects.count(), RightsRequest.objects.count(), mail.outbox) == (before, 0, [])


def test_a_person_is_written_down_unproved_proves_an_address_and_is_followed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # As if the address had been on record for a month: of a newer one a code proves less.
    monkeypatch.setattr(limits, "ADDRESS_SETTLED", timedelta(0))
    (person, row), (_, other) = load(2)
    ours, theirs = token(), token(name="Another")
    stranger = {"email": "nobody.here@example.org"}
    receipts = [send(ours, asked(each)).json() for each in (row, stranger)]
    assert [set(receipt) for receipt in receipts] == [{"id", "entry", "code_sent"}] * 2
    assert [receipt["code_sent"] for receipt in receipts] == [True, True]
    assert [message.to for message in mail.outbox] == [[row["email"]], [stranger["email"]]]
    held, unheld = (read(ours, f"/{receipt['id']}").json() for receipt in receipts)
    same = ("kind", "stage", "paused", "missing", "closed_at")
    assert [held[name] for name in same] == [unheld[name] for name in same]
    assert (held["stage"], held["missing"]) == ("proving", ["identity"])
    assert queries.request(held["id"]).person_id is None, "nobody was looked up"

    # Not another's to see, to have written to, or to prove.
    where = f"/{held['id']}"
    codes = [read(theirs, where), send(theirs, {}, where + "/code")]
    codes.append(send(theirs, {"code": code_of(0)}, where + "/proof"))
    assert [answer.status_code for answer in codes] == [404, 404, 404]
    assert read(theirs).json() == {"requests": [], "next": None}

    # A duplicate is proved like the first, and a wrong code proves nothing.
    wrong = send(ours, {"code": "00000000"}, where + "/proof")
    assert (wrong.status_code, wrong.json()["code"]) == (403, "code_refused")
    assert send(ours, {}, where + "/code").status_code == 200
    assert send(ours, {"code": code_of(0)}, where + "/proof").status_code == 403, "an older one"
    duplicate = send(ours, asked(row)).json()
    proved = send(ours, {"code": code_of(2)}, where + "/proof")
    assert (proved.status_code, proved.json()["missing"]) == (200, [])
    assert queries.request(held["id"]).person_id == person
    assert read(ours, f"/{duplicate['id']}").json()["stage"] == "proving"
    assert send(ours, {"code": code_of(2)}, where + "/proof").status_code == 403, "once"
    listed = read(ours).json()["requests"]
    assert [each["id"] for each in listed] == sorted([each["id"] for each in listed], reverse=True)
    assert len(listed) == 3
    entries = str(list(Entry.objects.values()))
    assert not [each["email"] for each in (row, stranger, other) if each["email"] in entries]


@pytest.mark.parametrize(
    ("proof", "asker", "kind", "missing"),
    [
        ("signed_in", "self", "access", []),
        ("signed_in", "self", "erasure", []),
        ("knowledge", "self", "objection", []),
        ("knowledge", "self", "erasure", ["identity"]),
        ("signed_in", "agent", "access", ["authority"]),
        (None, "self", "erasure", ["identity"]),
        (None, "self", "stop_asking", []),
    ],
)
def test_the_word_of_a_client_counts_in_proportion(
    proof: str | None, asker: str, kind: str, missing: list[str]
) -> None:
    (person, row), *_ = load(1)
    trusted = token(*ASKS, "proves:signed_in", "proves:knowledge")
    body = asked(row, kind, asker=asker, proof=proof)
    body["person"] = {"kind": "customer_number", "value": row["customer_id"]}
    number = send(trusted, body).json()["id"]
    record = queries.request(number)
    assert read(trusted, f"/{number}").json()["missing"] == missing
    assert record.person_id == (None if proof is None else person)
    assert (record.state.stage is RequestStage.PROVING) == bool(missing)
    assert not mail.outbox, "no code goes anywhere for a customer number"
    refused = send(trusted, {}, f"/{number}/code")
    assert (refused.status_code, refused.json()["code"]) == (422, "invalid")


def test_it_is_written_down_once_under_its_key() -> None:
    (_, row), *_ = load(1)
    ours = token()
    first, again = (send(ours, asked(row), **{"Idempotency-Key": "k-1"}) for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert (RightsRequest.objects.count(), len(mail.outbox)) == (1, 1)
    other = send(ours, asked(row, "erasure"), **{"Idempotency-Key": "k-1"})
    assert other.json()["code"] == "idempotency_key_reused"


def test_a_program_that_runs_wild_blocks_nobody_else(monkeypatch: pytest.MonkeyPatch) -> None:
    (_, row), *_ = load(1)
    monkeypatch.setattr(limits, "UNPROVED_A_DAY", 2)
    wild, ours = token(name="Wild"), token()
    body = asked(row) | {"person": {"kind": "customer_number", "value": "AW1"}}
    answers = [send(wild, body) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [201, 201, 429]
    assert answers[2]["Retry-After"]
    assert send(ours, body).status_code == 201


@pytest.mark.parametrize(
    "more",
    [
        {"person": {"kind": "email", "value": "no address"}},
        {"jurisdiction": "France"},
        {"purpose": "sell"},
        {"corrections": {"shoe_size": "44"}},
        {"asker": "lawyer"},
        {"proof": "authority"},
        {"found": 1},
    ],
)
def test_what_cannot_be_read_is_refused_and_nothing_is_written(more: dict[str, Any]) -> None:
    (_, row), *_ = load(1)
    answer = send(token(), asked(row) | more)
    assert answer.status_code == 422
    assert not RightsRequest.objects.exists()
    assert not mail.outbox


def test_the_words_are_those_of_requests() -> None:
    shape = get_args(get_args(Kind)[0])
    assert set(KINDS) == set(shape) == set(command.REQUESTS)
    assert {each.value for each in programs.PROVABLE} == set(command.PROOFS)


def test_a_row_without_rights_keeps_the_mac_that_it_had() -> None:
    """Clients from before there were rights work on, and none is given any past the program."""
    client, _ = program("Till", "shop-system", "Shops", ["deliver-orders"], ["shop"])
    row = ServiceClient.objects.get(pk=client.pk)
    assert row.authentic
    assert len(row.deciding_values()) == len(row.DECIDING) - 1
    row.rights = ["request:access"]
    assert row.new_mac() != row.mac


def test_narrowing_gives_no_right_that_was_not_named() -> None:
    whole = ClientScope(
        frozenset("a"), frozenset("x"), rights=frozenset({"request:access", "proves:signed_in"})
    )
    narrowed = whole.narrow("request:access")
    assert narrowed is not None
    assert (narrowed.purposes, narrowed.rights) == (frozenset(), frozenset({"request:access"}))
    assert not narrowed.may_prove("signed_in")
    assert whole.narrow("purpose:a") == ClientScope(frozenset("a"), frozenset("x"))
    assert whole.narrow("request:erasure") is None
    assert whole.narrow(None) == whole.narrow(whole.as_scope()) == whole
