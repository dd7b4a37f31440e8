"""``/console/requests/N/matches/SYSTEM/``: two people behind one key are told apart by a person,
who sees values for a purpose alone."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from aboveboard.basics.actor import Role
from aboveboard.ledger.models import Entry
from tests.accounts.people import staff_client
from tests.console.asked import refused_to_the_others
from tests.console.worked_requests import LIST, Connect, ask, connect, customer, states, work
from tests.pages import words
from tests.rights.memory_system import MemorySystem

__all__ = ["connect"]
pytestmark = pytest.mark.django_db


def seen(client: Client, address: str) -> str:
    (mark,) = re.findall(r'name="seen" value="(\w+)"', client.get(address).content.decode())
    return str(mark)


def test_each_record_is_given_to_its_person_and_nobody_elses_is_read(connect: Connect) -> None:
    person_id, email = customer()
    rows = {
        1: {"email": email, "account": "A-1"},
        2: {"email": email, "account": "B-2"},
    }
    shop = MemorySystem("shop", rows, tells=("account",))
    sure = MemorySystem("crm", {9: {"email": email, "account": "A-1"}}, tells=("account",))
    connect(shop, sure)
    number = ask(person_id)
    work()
    lead, place = staff_client(Role.PRIVACY_LEAD), f"{LIST}{number}/matches/shop/"
    assert "Decide whose it is: shop" in words(lead.get(f"{LIST}{number}/"))
    assert refused_to_the_others(place, (Role.PRIVACY_LEAD,)) == []

    # Compared without being shown; shown once a purpose was named, and that is written down.
    page = words(lead.get(place))
    assert "2 records" in page
    assert "as the person’s" in page
    assert not any(value in page for value in ("A-1", "B-2", email))
    assert "Choose what you need" in words(lead.post(place, {"do": "look"}))
    refused = lead.post(place, {"do": "look", "purpose": "advertising"})
    assert refused.status_code == 422
    assert not Entry.objects.filter(kind="pack.mentions-shown").exists()
    shown = words(lead.post(place, {"do": "look", "purpose": "answer-contact"}))
    assert all(value in shown for value in ("A-1", "B-2", email))
    assert Entry.objects.filter(kind="pack.mentions-shown").count() == 1

    given = {"seen": seen(lead, place), "match_0": "theirs", "match_1": "anothers"}
    answer = words(lead.post(place, {"seen": given["seen"], "match_0": "theirs"}))
    assert "Choose whose record 2 is." in answer
    assert "Write how you know." in answer
    known = {"words": "She named her last order"}
    stale = lead.post(place, given | known | {"seen": "0"})
    assert "asked again meanwhile" in words(stale)
    assert lead.post(place, given | known).status_code == 302
    work()
    assert states(number)["shop read"] == "done"
    assert [call for call in shop.calls if call.startswith("read")] == ["read 1"]
    assert "Nothing is in doubt here" in words(lead.get(place))
    assert lead.post(place, given | known).status_code == 422
