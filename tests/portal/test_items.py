"""``/you/what-for/``: what each detail is used for, until when, and what is chosen by it."""

from __future__ import annotations

import pytest

from aboveboard.basics import clock
from aboveboard.basics.actor import CUSTOMER
from aboveboard.choices.actions import choose
from aboveboard.choices.state import ChoiceAnswer
from aboveboard.ledger.models import Entry
from aboveboard.portal import wording
from aboveboard.promise.model import Period
from aboveboard.vault import queries as vault
from tests.pages import words
from tests.portal.conftest import Someone

pytestmark = pytest.mark.django_db


def test_each_detail_says_why_on_what_basis_with_whom_and_until_when(jon: Someone) -> None:
    before = Entry.objects.count()
    page = words(jon.browser.get("/you/what-for/"))
    assert Entry.objects.count() == before, "no value is opened for it"
    person = vault.person(jon.id)
    assert person is not None
    until = wording.day(Period(years=6).add_to(person.last_active_at))
    for said in (
        "Date of birth",
        "Needed for your contract. Shared with the courier and the payment provider.",
        f"As things are, until {until}.",
        "Required by: Companies Act 2006 s. 388",
        "You must give this for our contract. Without it we cannot deliver.",
        "Download all of it",
    ):
        assert said in page, said


def test_what_chooses_for_you_is_named_and_what_does_not(jon: Someone) -> None:
    page = words(jon.browser.get("/you/what-for/"))
    assert "Nothing: what you are shown and sent is the same for everybody." in page
    assert "It is not used for you at the moment." in page
    choose(
        jon.id,
        "personal-offers",
        ChoiceAnswer.YES,
        channel="portal",
        evidence="form:1",
        by=CUSTOMER,
        at=clock.now(),
    )
    page = words(jon.browser.get("/you/what-for/"))
    assert "These purposes choose what you are shown or sent:" in page
    chosen = page[page.index("Used for it") : page.index("Programs that take part")]
    used, others = chosen.split("Not used for it")
    assert "date of birth" in used.lower()
    assert "customer number" in others.lower()
    assert "It sorts our offers by your country" in page
    assert "It is not used for you" not in page
