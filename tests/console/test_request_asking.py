"""``/console/people/request/…``: an adviser writes down what somebody asks whom nobody looked up,
themselves or for another, and what they show."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from aboveboard.basics.actor import Role
from aboveboard.rights.requests import proving, queries
from aboveboard.rights.requests.terms import Asker, RequestChannel, RequestKind
from tests.accounts.people import staff_client
from tests.console.asked import refused_to_the_others
from tests.console.test_request_identity import picture
from tests.pages import words
from tests.world import adopt

pytestmark = pytest.mark.django_db
NEW = "/console/people/request/new/"
GIVEN = {
    "kind": "erasure",
    "asker": "guardian",
    "acting": "Grace Hopper, her mother, 4 Main Street",
    "way": "adviser",
    "name": "Ada Hopper",
    "email": "Grace@Example.org ",
    "country": "GB",
    "language": "en",
    "words": "Everything of my daughter",
}


@pytest.fixture
def adviser() -> Client:
    adopt()
    return staff_client(Role.ADVISER)


def test_a_guardian_asks_for_a_child_whom_nobody_may_hold(adviser: Client) -> None:
    assert refused_to_the_others(NEW, (Role.ADVISER, Role.PRIVACY_LEAD)) == []
    page = words(adviser.post(NEW, GIVEN))
    number = int(re.findall(r"REQ-0*(\d+)", page)[0])
    record, details = queries.request(number), queries.details(number)
    assert (record.kind, record.asker, record.channel, record.person_id) == (
        RequestKind.ERASURE,
        Asker.GUARDIAN,
        RequestChannel.ADVISER,
        None,
    )
    assert (record.jurisdiction, details.contact.reveal()) == ("GB", "grace@example.org")
    assert details.acting.reveal() == GIVEN["acting"]
    assert set(record.state.proof.missing) == {"identity", "authority"}

    # What they show goes with this request, and with this member of staff's note alone.
    body = adviser.post(NEW, GIVEN).content.decode()
    (note,) = set(re.findall(r'name="note" value="([^"]+)"', body))
    second = number + 1
    code = adviser.post("/console/people/request/code/", {"note": note})
    assert re.search(r"\b\d{8}\b", words(code))
    sent = adviser.post("/console/people/request/document/", {"note": note, "file": picture()})
    assert "kept, encrypted" in words(sent)
    assert proving.has_document(second)
    assert not proving.has_document(number)
    lead = staff_client(Role.PRIVACY_LEAD)
    stolen = lead.post("/console/people/request/document/", {"note": note, "file": picture()})
    assert stolen.status_code == 409


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"acting": ""}, "Write who acts for them"),
        ({"email": ""}, "one thing at least"),
        ({"email": "grace"}, "This is not"),
        ({"country": ""}, "Choose the country"),
        ({"phone": "12"}, "This is not"),
        ({"kind": "restriction"}, "Choose why it should be put on hold"),
    ],
)
def test_what_is_missing_is_said(adviser: Client, change: dict[str, str], error: str) -> None:
    answer = adviser.post(NEW, GIVEN | change)
    assert answer.status_code == 422
    assert error in words(answer)
    assert not queries.counts_by_stage()
