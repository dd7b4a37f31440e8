"""``/console/systems/``: what is connected, whether it works, and what waits there."""

from __future__ import annotations

import pytest
from django.test import Client

from aboveboard.basics import clock
from aboveboard.basics.actor import CUSTOMER, SYSTEM, Role
from aboveboard.connectors import actions, queries, registry
from aboveboard.connectors.contract import Verb
from aboveboard.console.systems.words import KINDS, VERBS
from aboveboard.rights.requests.actions import ask
from aboveboard.rights.requests.terms import (
    NewRequest,
    ProofEvidence,
    RequestChannel,
    RequestKind,
)
from aboveboard.rights.running.advance import run_request
from tests.accounts.people import staff_client
from tests.connectors.declared import BY_HAND
from tests.pages import words
from tests.world import load

pytestmark = pytest.mark.django_db
LIST = "/console/systems/"
PAGE = f"{LIST}cabinet/"


@pytest.fixture
def lead() -> Client:
    source = BY_HAND.format(key="cabinet", name="A cabinet")
    actions.declare(source, name="cabinet.yaml", by=SYSTEM, at=clock.now())
    return staff_client(Role.PRIVACY_LEAD)


def test_every_kind_and_verb_has_its_words() -> None:
    assert KINDS.keys() == registry.KINDS.keys()
    assert list(VERBS) == list(Verb)


def test_without_a_system_it_says_how_to_connect_one() -> None:
    page = words(staff_client(Role.ADMINISTRATOR).get(LIST))
    assert "No system is connected" in page
    assert "aboveboard systems propose" in page


def test_a_system_is_listed_tested_shown_and_disconnected(lead: Client) -> None:
    listed = words(lead.get(LIST))
    for shown in ("A cabinet", "Looked after by hand", "Signed contracts", "never tested"):
        assert shown in listed
    page = words(lead.post(f"{PAGE}test/", follow=True))
    assert "It works." in page
    for shown in ("Find a person: by hand", "Shred the folder", "signature", "system: cabinet"):
        assert shown in page
    assert "about somebody else too" in page
    assert "works" in words(lead.get(LIST))
    assert "Disconnect it" not in page
    assert lead.post(f"{PAGE}remove/").status_code == 403
    administrator = staff_client(Role.ADMINISTRATOR)
    assert "Nobody is looked for in it any more" in words(administrator.get(f"{PAGE}remove/"))
    assert "A cabinet is disconnected" in words(administrator.post(f"{PAGE}remove/", follow=True))
    assert not queries.systems()
    assert lead.get(PAGE).status_code == 404


def test_the_steps_that_wait_for_it_lead_to_their_requests(lead: Client) -> None:
    (person, _), *_ = load(1)
    new = NewRequest(
        kind=RequestKind.ACCESS,
        channel=RequestChannel.PORTAL,
        received_at=clock.now(),
        person_id=person,
    )
    number = ask(new, evidence=ProofEvidence.SIGNED_IN, by=CUSTOMER, at=clock.now())
    run_request({"request": number})
    assert "1 request" in words(lead.get(LIST))
    answer = lead.get(PAGE)
    assert "waits for somebody" in words(answer)
    assert f"/console/requests/{number}/" in answer.content.decode()
    administrator = staff_client(Role.ADMINISTRATOR).get(PAGE)
    assert "waits for somebody" in words(administrator)
    assert f"/console/requests/{number}/" not in administrator.content.decode()
