"""``/console/requests/``: what is due, late or waits, and everything that staff do about it; and
what an adviser writes down for whoever calls."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client

from aboveboard.basics import clock
from aboveboard.basics.actor import CUSTOMER, Role
from aboveboard.basics.personal import Personal
from aboveboard.rights.requests import actions, proving, queries
from aboveboard.rights.requests.state import RequestStage
from aboveboard.rights.requests.terms import (
    NewRequest,
    ProofEvidence,
    RequestChannel,
    RequestDetails,
    RequestKind,
)
from tests.accounts.people import staff_client
from tests.pages import words
from tests.world import load

pytestmark = pytest.mark.django_db
LIST = "/console/requests/"
WRITTEN = "I mean the letters to my old name"


def asked(kind: RequestKind = RequestKind.ACCESS, *, days_ago: int = 0, proved: bool = True) -> int:
    (person_id, _), *_ = load(1)
    at = clock.now() - timedelta(days=days_ago)
    new = NewRequest(
        kind=kind,
        channel=RequestChannel.PORTAL,
        received_at=at,
        person_id=person_id,
        details=RequestDetails(words=Personal(WRITTEN)),
    )
    evidence = ProofEvidence.SIGNED_IN if proved else None
    return actions.ask(new, evidence=evidence, by=CUSTOMER, at=at)


@pytest.fixture
def lead() -> Client:
    return staff_client(Role.PRIVACY_LEAD)


def test_the_queue_shows_what_is_late_and_what_waits(lead: Client) -> None:
    late, waiting = asked(days_ago=60), asked()
    lead.post(f"{LIST}{waiting}/pause/", {"reason": "clarification", "words": "Which letters?"})
    page = words(lead.get(LIST))
    assert queries.request(late).reference in page
    assert "1 is late" in page
    assert "waits for: What exactly they want" in page
    only_late = words(lead.get(f"{LIST}?show=late"))
    assert queries.request(late).reference in only_late
    assert queries.request(waiting).reference not in only_late
    assert "Nothing matches" in words(lead.get(f"{LIST}?show=closed"))


def test_the_queue_is_a_file_too(lead: Client) -> None:
    number = asked(RequestKind.ERASURE)
    answer = lead.get(f"{LIST}?format=csv")
    lines = b"".join(iter(answer)).decode().splitlines()  # type: ignore[call-overload]
    assert lines[0].startswith("Reference,Kind,")
    assert lines[1].startswith(f"{queries.request(number).reference},Deletion,The person,")


def test_each_change_is_done_and_written_in_its_life(lead: Client) -> None:
    number = asked()
    address = f"{LIST}{number}/"
    for change, given in (
        ("pause", {"reason": "clarification", "words": "Which letters?"}),
        ("resume", {}),
        ("extend", {"reason": "complex", "words": "Nine systems."}),
        ("refuse", {"ground": "excessive", "words": "A third time this week."}),
    ):
        answer = lead.post(f"{address}{change}/", given)
        assert answer.status_code == 302, (change, words(answer))
    page = words(lead.get(address))
    for part in ("Clock stopped", "Clock goes on", "Time extended", "Excessive", "Nine systems."):
        assert part in page
    assert queries.request(number).state.stage is RequestStage.REFUSED


def test_what_the_person_will_read_cannot_be_empty(lead: Client) -> None:
    number = asked()
    answer = lead.post(f"{LIST}{number}/refuse/", {"ground": "excessive", "words": ""})
    assert answer.status_code == 422
    assert "Write your reasons" in words(answer)
    assert lead.post(f"{LIST}{number}/resume/").status_code == 409
    assert lead.post(f"{LIST}{number}/delete/").status_code == 404


def test_what_the_person_wrote_is_opened_as_a_use(lead: Client) -> None:
    number = asked()
    assert WRITTEN not in words(lead.get(f"{LIST}{number}/"))
    given = {"purpose": "answer-contact", "channel": "phone", "fields_wanted": ["first_name"]}
    opened = words(lead.post(f"{LIST}{number}/read/", given))
    assert WRITTEN in opened


def test_a_code_is_given_at_the_counter_and_shown_once(lead: Client) -> None:
    number = asked(proved=False)
    page = words(lead.post(f"{LIST}{number}/code/"))
    (code,) = re.findall(r"\b\d{8}\b", page)
    assert code not in words(lead.get(f"{LIST}{number}/"))
    state = proving.prove_by_code(
        number, proving.CodeUse.COUNTER, code, by=CUSTOMER, at=clock.now()
    )
    assert state.proof.enough


def test_an_adviser_writes_down_what_a_caller_asks(lead: Client) -> None:
    (_, row), *_ = load(1)
    adviser = staff_client(Role.ADVISER)
    shown = adviser.post(
        "/console/people/answer-contact/",
        {"who": row["customer_id"], "channel": "phone", "fields_wanted": ["first_name"]},
    )
    note = re.search(r'name="note" value="([^"]+)"', shown.content.decode())
    assert note is not None
    given = {"note": note[1], "kind": "erasure", "asker": "self", "words": "Everything, she says"}
    recorded = adviser.post("/console/people/request/", given)
    assert "Tell them the number REQ-" in words(recorded)
    number = int(re.findall(r"REQ-0*(\d+)", words(recorded))[0])
    record = queries.request(number)
    assert (record.kind, record.channel) == (RequestKind.ERASURE, RequestChannel.ADVISER)
    assert not record.state.proof.enough
    own = re.search(r'name="note" value="([^"]+)"', recorded.content.decode())
    assert own is not None
    code = adviser.post("/console/people/request/code/", {"note": own[1]})
    assert re.search(r"\b\d{8}\b", words(code))
    # Neither with the note of a look-up, nor with a colleague's.
    assert adviser.post("/console/people/request/code/", {"note": note[1]}).status_code == 409
    assert lead.post("/console/people/request/code/", {"note": own[1]}).status_code == 409
    assert adviser.get(LIST).status_code == 403
