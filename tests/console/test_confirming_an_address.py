"""What an adviser sees of an address that nobody confirmed, and has sent: never a confirmation."""

from __future__ import annotations

import re

import pytest

from aboveboard.basics import clock
from aboveboard.basics.actor import CUSTOMER, Role
from aboveboard.choices.actions import choose
from aboveboard.choices.state import ChoiceAnswer
from aboveboard.ledger.models import Entry
from aboveboard.rights.models import AddressLetter
from tests.accounts.people import staff_client
from tests.pages import words
from tests.world import load

LINK = "/console/people/addresses/email/link/"


@pytest.mark.django_db
def test_an_adviser_sees_that_it_waits_and_has_the_link_sent_once_in_a_while() -> None:
    (ada, row), *_ = load(2)
    choose(
        ada, "newsletter", ChoiceAnswer.YES, channel="portal", evidence="portal:1", by=CUSTOMER,
        at=clock.now(),
    )  # fmt: skip
    adviser = staff_client(Role.ADVISER)
    answers = {
        "who": row["email"], "fields_wanted": ["first_name"], "channel": "phone",
        "reference": "call/1",
    }  # fmt: skip
    page = adviser.post("/console/people/answer-contact/", answers)
    assert "yes, address not confirmed" in words(page)
    note = re.findall(r'name="note" value="([^"]+)"', page.content.decode())[0]
    assert "A link is on its way" in words(adviser.post(LINK, {"note": note}))
    again = adviser.post(LINK, {"note": note})
    assert again.status_code == 409
    assert "not long ago" in words(again)
    assert adviser.post(LINK, {"note": "made up"}).status_code == 409
    (letter,) = AddressLetter.objects.filter(person_id=ada)
    entry = bytes(Entry.objects.get(id=letter.entry_id).body).decode()
    assert '"staff"' in entry, "the log has who asked for it"
