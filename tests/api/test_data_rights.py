"""An authorised agent brings requests by the Data Rights Protocol 1.0: signed, for us, once, and
nothing is done for anybody who is not proved.

The agent here is written from the protocol's text (sections 2.01 to 2.06 and 3.01 to 3.07), and
shares no code with what it speaks to.
"""

from __future__ import annotations

import base64
import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.core import mail
from django.db import connection
from django.test import Client

from aboveboard.accounts.clients.actions import revoke_client
from aboveboard.accounts.clients.agents import Agent, register_agent
from aboveboard.accounts.models import AuthorisedAgent, IdempotencyKey
from aboveboard.basics import clock
from aboveboard.basics.actor import SYSTEM
from aboveboard.basics.errors import AboveboardError
from aboveboard.ledger.models import Entry
from aboveboard.rights import limits
from aboveboard.rights.models import RightsRequest
from aboveboard.rights.requests import actions, proving, queries
from aboveboard.rights.requests.terms import (
    Asker,
    ProofEvidence,
    RefusalGround,
    RequestKind,
)
from aboveboard.vault import queries as vault
from tests.world import load

pytestmark = pytest.mark.django_db
BASE = "/api"
US = "SHOP"


class SigningAgent:
    """What an agent does, by the protocol."""

    def __init__(self, name: str = "AGENT_A", key: Ed25519PrivateKey | None = None) -> None:
        self.name, self.key = name, key or Ed25519PrivateKey.generate()
        self.token = ""

    @property
    def verify_key(self) -> str:
        return base64.b64encode(self.key.public_key().public_bytes_raw()).decode()

    def sign(self, message: Any) -> bytes:
        document = json.dumps(message).encode()
        return base64.b64encode(self.key.sign(document) + document)

    def claims(self, **more: Any) -> dict[str, Any]:
        now = datetime.now(UTC)
        return {
            "agent-id": self.name,
            "business-id": US,
            "issued-at": (now - timedelta(seconds=1)).isoformat(),
            "expires-at": (now + timedelta(minutes=10)).isoformat(),
            "drp.version": "1.0",
        } | more

    def exercise(self, email: object, right: str = "access", **more: Any) -> dict[str, Any]:
        asked = {"exercise": right, "regime": "ccpa", "email": email, "email_verified": True}
        return self.claims(**{"agent-request-id": "A-1"} | asked | more)

    def send(self, method: str, path: str, body: bytes = b"") -> Any:
        return Client().generic(
            method, BASE + path, body, content_type="text/plain",
            headers={"Authorization": f"Bearer {self.token}"} if self.token else {},
        )  # fmt: skip

    def pair(self) -> Any:
        answer = self.send("POST", f"/v1/agent/{self.name}", self.sign(self.claims()))
        self.token = answer.json()["token"]
        return answer

    def ask(self, email: object, right: str = "access", **more: Any) -> Any:
        body = self.sign(self.exercise(email, right, **more))
        return self.send("POST", "/v1/data-rights-request", body)

    def status(self, number: str) -> Any:
        return self.send("GET", f"/v1/data-rights-request/{number}")


def registered(agent: SigningAgent, requests: tuple[str, ...] = ("access", "erasure")) -> Agent:
    return register_agent(
        agent_id=agent.name,
        business_id=US,
        name=f"{agent.name.title()} of people",
        verify_key=agent.verify_key,
        role="shop-system",
        requests=requests,
        by=SYSTEM,
        at=clock.now(),
    )


def paired(name: str = "AGENT_A", *requests: str) -> SigningAgent:
    agent = SigningAgent(name)
    registered(agent, requests or ("access", "erasure", "stop_asking"))
    agent.pair()
    return agent


def test_an_agent_pairs_asks_proves_both_and_follows_to_the_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # As if the address had been on record for a month: of a newer one a code proves less.
    monkeypatch.setattr(limits, "ADDRESS_SETTLED", timedelta(0))
    (person, row), *_ = load(1)
    agent = SigningAgent()
    registered(agent)
    answer = agent.pair()
    assert answer.json()["agent-id"] == "AGENT_A"
    assert agent.send("GET", "/v1/agent/AGENT_A").json() == {}
    assert agent.send("GET", "/v1/agent/AGENT_B").status_code == 403

    stranger = "nobody.here@example.org"
    held, unheld = (agent.ask(email).json() for email in (row["email"], stranger))
    same = set(held) - {"request_id", "received_at", "user_verification_url"}
    assert {name: held[name] for name in same} == {name: unheld[name] for name in same}
    assert (held["status"], held["reason"]) == ("in_progress", "need_user_verification")
    assert (held["agent_request_id"], "permission" in held["processing_details"]) == ("A-1", True)
    received = datetime.fromisoformat(held["received_at"])
    # California: 45 days from receipt.
    assert (datetime.fromisoformat(held["expected_by"]) - received).days in (44, 45)
    record = queries.request(int(held["request_id"]))
    assert (record.asker, record.person_id) == (Asker.AGENT, None), "nobody was looked up"

    # The person learns who asks, and where to say that they asked them to.
    letter = mail.outbox[0]
    assert (letter.to, "Agent_A of people" in letter.body) == ([row["email"]], True)
    (where,) = re.findall(r"https?://[^/]+(/trust/requests/confirm/\S+)", letter.body)
    # Each is signed at its own second; both lead to the same request.
    assert where.partition(":")[0] in held["user_verification_url"]
    (code,) = re.findall(r"\b\d{8}\b", letter.body)
    browser = Client()
    page = browser.get(where, follow=True)
    assert page.redirect_chain[-1][0] == "/trust/requests/code/"
    done = browser.post("/trust/requests/code/", {"code": code})
    assert (done.status_code, record.reference in done.content.decode()) == (200, True)
    assert browser.get("/trust/requests/confirm/made-up/").status_code == 404

    still = agent.status(held["request_id"]).json()
    assert (still["status"], "reason" in still) == ("in_progress", False)
    assert "permission" in still["processing_details"], "the agent's own authority is missing"
    assert queries.request(int(held["request_id"])).state.stage.value == "proving"
    proved = proving.prove(
        int(held["request_id"]), ProofEvidence.AUTHORITY, by=SYSTEM, at=clock.now()
    )
    assert proved.proof.enough
    assert queries.request(int(held["request_id"])).person_id == person
    assert "processing_details" not in agent.status(held["request_id"]).json()
    assert row["email"] not in str(list(Entry.objects.values()))
    assert row["email"] not in str(list(IdempotencyKey.objects.values()))


def refused_vectors(agent: SigningAgent, email: str) -> dict[str, tuple[bytes, str]]:
    """Return bodies that may not be taken, each with what its answer must say."""
    other, now = SigningAgent("AGENT_A"), datetime.now(UTC)
    good = agent.exercise(email)
    signed = base64.b64decode(agent.sign(good))
    changed = signed[:64] + signed[64:].replace(b'"access"', b'"deletion"')

    def at(minutes: int) -> str:
        return (now + timedelta(minutes=minutes)).isoformat()

    def with_(**claims: str) -> bytes:
        return agent.sign(good | {name.replace("_", "-"): value for name, value in claims.items()})

    without = {name: value for name, value in good.items() if name != "expires-at"}
    return {
        "no base64": (b"\xff not base64", "base64"),
        "plain JSON": (json.dumps(good).encode(), "base64"),
        "too short": (base64.b64encode(b"short"), "base64|signature"),
        "another key": (other.sign(good), "signature"),
        "changed after it was signed": (base64.b64encode(changed), "signature"),
        "signature alone": (base64.b64encode(signed[:64]), "signature"),
        "another agent's": (with_(agent_id="AGENT_B"), "agent-id"),
        "for another organisation": (with_(business_id="OTHER_SHOP"), "business-id"),
        "from the future": (with_(issued_at=at(5), expires_at=at(10)), "issued-at"),
        "over": (with_(issued_at=at(-20), expires_at=at(-10)), "expires-at"),
        "too long": (with_(expires_at=at(60 * 24 * 30)), "expires-at"),
        "no time zone": (with_(expires_at="2099-01-01T00:00:00"), "time zone"),
        "without an end": (agent.sign(without), "claim"),
        "no JSON": (agent.sign("text"), "claim"),
        "an old version": (agent.sign(good | {"drp.version": "0.5"}), "drp.version"),
    }


def test_what_is_forged_expired_or_for_another_is_refused_and_nothing_is_written() -> None:
    (_, row), *_ = load(1)
    agent = paired()
    before = Entry.objects.count()
    for number, (story, (body, words)) in enumerate(refused_vectors(agent, row["email"]).items()):
        answer = agent.send("POST", "/v1/data-rights-request", body)
        assert answer.status_code == 403, story
        error = answer.json()
        assert (error["code"], error["fatal"]) == ("403", True), story
        assert re.search(words, error["message"]), story
        assert row["email"] not in answer.content.decode()
        if number < 8:  # of more in a minute it would learn that they are too many
            # The same message gives no token, and no reason.
            setup = agent.send("POST", "/v1/agent/AGENT_A", body)
            assert (setup.status_code, setup.content) == (403, b""), story
    assert (Entry.objects.count(), RightsRequest.objects.count(), mail.outbox) == (before, 0, [])


def test_a_message_is_taken_once_and_one_that_failed_may_come_again() -> None:
    (_, row), *_ = load(1)
    agent = paired()
    body = agent.sign(agent.exercise(row["email"]))
    path = "/v1/data-rights-request"
    assert agent.send("POST", path, body).status_code == 200
    again = agent.send("POST", path, body)
    assert (again.status_code, again.json()["type"]) == (409, "urn:aboveboard:message_replayed")
    assert (RightsRequest.objects.count(), len(mail.outbox)) == (1, 1)
    setup = agent.sign(agent.claims())
    first = agent.send("POST", "/v1/agent/AGENT_A", setup)
    assert first.status_code == 200
    assert agent.status("1").status_code == 401, "the token before it works no more"
    assert agent.send("POST", "/v1/agent/AGENT_A", setup).status_code == 403


@pytest.mark.parametrize(
    ("right", "status", "kind"),
    [
        ("access", 200, RequestKind.ACCESS),
        ("access:categories", 200, RequestKind.ACCESS),
        ("deletion", 200, RequestKind.ERASURE),
        ("sale:opt-out", 200, RequestKind.STOP_ASKING),
        ("sale:opt-in", 422, None),
        ("everything", 422, None),
    ],
)
def test_each_right_is_a_kind_of_request_and_nobody_says_yes_for_another(
    right: str, status: int, kind: RequestKind | None
) -> None:
    (person, row), *_ = load(1)
    answer = paired().ask(row["email"], right)
    assert answer.status_code == status
    if kind is None:
        assert answer.json()["fatal"] is True
        assert not RightsRequest.objects.exists()
        return
    record = queries.request(int(answer.json()["request_id"]))
    assert record.kind is kind
    assert "authority" in record.state.proof.missing, "nothing is done on an agent's word"
    assert not record.state.planned
    assert vault.person(person) is not None


def test_an_agent_asks_within_its_rights_and_names_somebody() -> None:
    (_, row), *_ = load(1)
    agent = paired("AGENT_A", "access")
    narrow = agent.ask(row["email"], "deletion")
    assert (narrow.status_code, narrow.json()["type"]) == (
        403,
        "urn:aboveboard:request_not_in_scope",
    )
    assert [agent.ask(email).status_code for email in ("", "no address", 5)] == [422] * 3
    unsigned = Client().post(
        "/api/v1/requests",
        json.dumps({"kind": "access", "person": {"kind": "email", "value": row["email"]}}),
        content_type="application/json",
        headers={"Authorization": f"Bearer {agent.token}"},
    )
    assert unsigned.status_code == 403, "a token alone brings nothing"
    assert not RightsRequest.objects.exists()
    by_phone = agent.ask("", phone_number="+13125550143").json()
    assert "user_verification_url" not in by_phone, "no code went anywhere"
    assert by_phone["status"] == "in_progress"
    assert not mail.outbox


def test_no_agent_sees_or_takes_back_what_another_brought() -> None:
    (_, row), *_ = load(1)
    ours, theirs = paired("AGENT_A"), paired("AGENT_B")
    number = ours.ask(row["email"]).json()["request_id"]
    reason = {"reason": "I want it no more"}
    for stranger, path in ((theirs, number), (theirs, "999999"), (ours, "999999")):
        answers = [
            stranger.status(path),
            stranger.send("DELETE", f"/v1/data-rights-request/{path}", stranger.sign(reason)),
        ]
        for answer in answers:
            assert answer.status_code == 403
            assert answer.json()["type"] == "urn:aboveboard:not_your_request"
    where = f"/v1/data-rights-request/{number}"
    assert ours.send("DELETE", where, theirs.sign(reason)).status_code == 403
    wrong = ours.sign(reason | ours.claims(**{"business-id": "OTHER"}))
    assert ours.send("DELETE", where, wrong).status_code == 403
    assert ours.status(number).json()["status"] == "in_progress"
    revoked = [ours.send("DELETE", where, ours.sign(reason)).json() for _ in range(2)]
    assert [each["status"] for each in revoked] == ["revoked", "revoked"]
    assert queries.request(int(number)).state.stage.value == "withdrawn"
    assert reason["reason"] not in str(list(Entry.objects.values()))


@pytest.mark.parametrize(
    ("ground", "reason"),
    [
        (RefusalGround.NOT_PROVED, "insuf_verification"),
        (RefusalGround.EXCESSIVE, "too_many_requests"),
        (RefusalGround.UNFOUNDED, "other"),
        (RefusalGround.NOT_APPLICABLE, "claim_not_covered"),
    ],
)
def test_what_is_refused_is_denied_in_the_words_of_the_protocol(
    ground: RefusalGround, reason: str
) -> None:
    load(1)
    agent = paired()
    number = agent.ask("somebody@example.org").json()["request_id"]
    actions.refuse(int(number), ground, "Said to them alone.", by=SYSTEM, at=clock.now())
    ended = agent.status(number).json()
    assert (ended["status"], ended["reason"], "expected_by" in ended) == ("denied", reason, False)
    assert "Said to them alone" not in json.dumps(ended)
    closed = agent.send("DELETE", f"/v1/data-rights-request/{number}", agent.sign({}))
    assert (closed.status_code, closed.json()["type"]) == (409, "urn:aboveboard:request_closed")


def test_an_agent_that_is_revoked_or_changed_past_the_program_is_nobody() -> None:
    (_, row), *_ = load(1)
    first, second = paired("AGENT_A"), paired("AGENT_B")
    number = first.ask(row["email"]).json()["request_id"]
    client = AuthorisedAgent.objects.get(agent_id="AGENT_A").client_id
    revoke_client(client, by=SYSTEM, at=clock.now())
    assert first.status(number).status_code == 401
    assert first.send("POST", "/v1/agent/AGENT_A", first.sign(first.claims())).status_code == 403

    mallory = SigningAgent("AGENT_B")
    mallory.token = second.token
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE accounts_authorisedagent SET verify_key = %s WHERE agent_id = 'AGENT_B'",
            [mallory.verify_key],
        )
    assert mallory.ask(row["email"]).status_code == 403
    assert mallory.send("GET", "/v1/agent/AGENT_B").status_code == 403
    assert RightsRequest.objects.count() == 1


def test_nobody_is_registered_with_what_is_no_key_or_twice() -> None:
    load(1)
    agent = SigningAgent()
    registered(agent)
    for change in (
        {"agent_id": agent.name},
        {"verify_key": "c2hvcnQ="},
        {"verify_key": "!"},
        {"agent_id": "has spaces"},
        {"requests": ()},
        {"role": "nobody"},
    ):
        given = {
            "agent_id": "AGENT_C", "business_id": US, "name": "Third", "role": "shop-system",
            "verify_key": agent.verify_key, "requests": ("access",),
        } | change  # fmt: skip
        with pytest.raises(AboveboardError):
            register_agent(**given, by=SYSTEM, at=clock.now())
    assert AuthorisedAgent.objects.count() == 1
