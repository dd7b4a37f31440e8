"""``/trust/requests/``: asking without an account, which tells nobody who is held, and how requests
were handled in numbers."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.test import Client

from aboveboard.basics import clock
from aboveboard.basics.actor import CUSTOMER
from aboveboard.rights.models import RightsRequest
from aboveboard.rights.requests import actions, published, queries
from aboveboard.rights.requests.terms import (
    NewRequest,
    ProofEvidence,
    RequestChannel,
    RequestKind,
)
from tests.pages import words
from tests.world import load

pytestmark = pytest.mark.django_db
ASK, CODE = "/trust/requests/ask/", "/trust/requests/code/"


def fill(address: str) -> dict[str, str]:
    return {"kind": "access", "address": address, "name": "Ada", "country": "ZZ", "words": ""}


def test_the_same_is_said_of_who_is_held_and_who_is_not() -> None:
    (person_id, row), *_ = load(1)
    pages = []
    for address in (row["email"], "nobody@example.org"):
        visitor = Client()
        answer = visitor.post(ASK, fill(address), follow=True)
        code = re.findall(r"\b\d{8}\b", str(mail.outbox[-1].body))[0]
        assert mail.outbox[-1].to == [address]
        done = visitor.post(CODE, {"code": code})
        page = words(done)
        pages.append((words(answer), re.sub(r"REQ-\d+", "REQ", page)))
    assert pages[0] == pages[1]
    held, unknown = RightsRequest.objects.order_by("id")
    assert (held.person_id, unknown.person_id) == (person_id, None)
    assert queries.request(unknown.pk).state.proof.enough


def test_nothing_is_asked_before_the_code_came_back() -> None:
    load(1)
    visitor = Client()
    visitor.post(ASK, fill("nobody@example.org"))
    wrong = visitor.post(CODE, {"code": "00000000"})
    assert wrong.status_code == 422
    assert not queries.request(RightsRequest.objects.get().pk).state.proof.enough
    assert Client().get(CODE)["Location"] == ASK


def test_what_cannot_be_written_to_is_said() -> None:
    load(1)
    answer = Client().post(ASK, fill("nobody"))
    assert answer.status_code == 422
    assert "Enter an e-mail address" in words(answer)
    assert not RightsRequest.objects.exists()


def test_the_numbers_count_what_was_proved_and_how_long_it_took() -> None:
    (person_id, _), *_ = load(1)
    now = clock.now()
    for days, proved in ((10, True), (3, True), (5, False)):
        at = now - timedelta(days=days)
        new = NewRequest(
            kind=RequestKind.STOP_ASKING if proved else RequestKind.ACCESS,
            channel=RequestChannel.PORTAL,
            received_at=at,
            person_id=person_id,
        )
        number = actions.ask(
            new, evidence=ProofEvidence.SIGNED_IN if proved else None, by=CUSTOMER, at=at
        )
        if proved:
            actions.withdraw(number, by=CUSTOMER, at=now)
    (figures,) = published.figures(at=now)
    assert (figures.kind, figures.received, figures.withdrawn) == (RequestKind.STOP_ASKING, 2, 2)
    assert figures.mean_days is None
    RightsRequest.objects.filter(stage="withdrawn").update(stage="answered")
    (figures,) = published.figures(at=now)
    assert (figures.met, figures.mean_days, figures.slowest_days) == (2, 6.5, 10)
    page = words(Client().get("/trust/requests/"))
    assert "No more advertising" in page
    assert "6.5" in page
