"""Notified systems: a customer's withdrawal arrives at one, verified; an administrator adds, sees,
replays and removes one; others read, or do not."""

from __future__ import annotations

import re
from typing import Any

import pytest

from aboveboard.basics import clock
from aboveboard.basics.actor import SYSTEM, Role
from aboveboard.delivery.webhooks import actions, queries
from aboveboard.vault.references import find_by_reference
from tests.accounts.people import customer_client, staff_client
from tests.delivery.receiver import OWN, receiving, send
from tests.world import load

pytestmark = pytest.mark.django_db
URL = "/console/webhooks/"
ADDED: dict[str, Any] = {
    "name": "CRM",
    "url": "https://crm.example/hooks",
    "events": ["choice.withdrawn"],
}


def text(answer: Any) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", answer.content.decode()).split())


def test_what_a_customer_withdraws_on_their_page_arrives_verified_and_is_listed() -> None:
    person, _ = load(1)[0]
    browser, administrator = customer_client(person), staff_client(Role.ADMINISTRATOR)
    choice = "/you/choices/personal-offers/"
    with receiving() as crm:
        _, secret = actions.add(
            "CRM",
            crm.url,
            ["choice.withdrawn"],
            networks=OWN,
            plain_http=True,
            by=SYSTEM,
            at=clock.now(),
        )
        crm.secrets = [secret]
        for answer in ("yes", "no"):
            assert browser.post(choice, {"answer": answer, "contact": ""}).status_code == 302
        crm.statuses = [500]
        send()
        (notification,) = crm.verified
        assert notification["type"] == "choice.withdrawn"
        assert find_by_reference(notification["data"]["person"]) == [person]
        page = f"{URL}{queries.endpoint('CRM').serial}/"
        listed = administrator.get(f"{page}?state=queued")
        assert "It answered with an error." in text(listed)
        assert "No notifications match" in text(administrator.get(f"{page}?state=sent"))
        message = f"{page}messages/{queries.deliveries()[0].id}/"
        assert "500" in text(administrator.get(message))
        crm.statuses = [204]
        actions.resume("CRM", by=SYSTEM, at=clock.now())
        actions.pause("CRM", by=SYSTEM, at=clock.now())
        administrator.post(f"{page}resume/")
        send()
        assert "arrived" in text(administrator.get(page))
        administrator.post(message)
        send()
        assert len(set(crm.ids)) == 1
        assert len(crm.verified) == 3


def test_a_secret_is_shown_once_and_never_again() -> None:
    administrator = staff_client(Role.ADMINISTRATOR)
    assert "No system is notified" in text(administrator.get(URL))
    added = administrator.post(f"{URL}add/", ADDED)
    found = re.search(r"whsec_[A-Za-z0-9+/=]+", added.content.decode())
    assert found is not None
    assert "no-store" in added["Cache-Control"]
    page = f"{URL}{queries.endpoint('CRM').serial}/"
    assert "Nothing was sent yet" in text(administrator.get(page))
    for address in (URL, page, f"{page}rotate/"):
        assert found[0] not in administrator.get(address).content.decode()
    rotated = administrator.post(f"{page}rotate/").content.decode()
    assert "whsec_" in rotated
    assert found[0] not in rotated


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"url": "https://127.0.0.1/"}, "inside a network"),
        ({"url": "http://crm.example/"}, "without TLS"),
        ({"events": []}, "Select what it is notified of."),
        ({"name": ""}, "Enter a name for the system."),
    ],
)
def test_what_cannot_be_added_says_why(changed: dict[str, Any], sentence: str) -> None:
    answer = staff_client(Role.ADMINISTRATOR).post(f"{URL}add/", ADDED | changed)
    assert answer.status_code == 422
    assert sentence in text(answer)
    assert queries.endpoints() == []


def test_a_privacy_lead_reads_and_changes_nothing() -> None:
    actions.add(ADDED["name"], ADDED["url"], ADDED["events"], by=SYSTEM, at=clock.now())
    lead, page = staff_client(Role.PRIVACY_LEAD), f"{URL}{queries.endpoint('CRM').serial}/"
    number = actions.test("CRM", at=clock.now())
    assert "Remove it" not in text(lead.get(page))
    assert lead.post(f"{page}remove/").status_code == 403
    assert "Send it again" not in text(lead.get(f"{page}messages/{number}/"))
    assert len(queries.endpoints()) == 1
