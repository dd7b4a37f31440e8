"""Somebody died: recorded by one, approved by another. Choices lapse, letters stop, the page
closes; and a report that was wrong is taken back with everything as before."""

from __future__ import annotations

import pytest
from django.db import models

from aboveboard.access.actions import use
from aboveboard.access.use import Subject, UseRequest
from aboveboard.basics import clock
from aboveboard.basics.actor import CUSTOMER, Role
from aboveboard.choices import queries as choices
from aboveboard.choices.actions import choose
from aboveboard.choices.state import ChoiceAnswer
from aboveboard.delivery import correspondence
from aboveboard.representation import deaths, queries
from aboveboard.representation.errors import (
    NotWaiting,
    RepresentationRefused,
    SecondApproverNeeded,
)
from aboveboard.representation.models import Death
from aboveboard.representation.terms import Capacity
from aboveboard.vault import queries as vault
from tests.accounts.people import customer_client, staff_client
from tests.pages import words
from tests.representation.made import COLLEAGUE, LEAD, approved
from tests.world import OFFERS, load

pytestmark = pytest.mark.django_db
ACTING = "/you/acting/"


@pytest.fixture
def two() -> tuple[int, int]:
    (one, _), (other, _), *_ = load(3)
    return one, other


def offers_refused(person: int) -> list[str]:
    asked = UseRequest(OFFERS, "personal-offers", ("email",), "email", Subject(person))
    return [reason.code.value for reason in use(asked, at=clock.now()).reasons]


def offers_allowed(person: int) -> bool:
    return not offers_refused(person)


@pytest.mark.django_db(transaction=True)
def test_choices_lapse_letters_stop_and_all_is_as_before_when_it_was_wrong(
    two: tuple[int, int],
) -> None:
    person, acts = two
    said = {"channel": "portal", "evidence": "portal:1", "by": CUSTOMER, "at": clock.now()}
    choose(person, "personal-offers", ChoiceAnswer.YES, **said)
    attorney = approved(person, acts)
    assert offers_allowed(person)
    waiting = deaths.record_death(person, reference="dc/1", by=LEAD, at=clock.now())
    assert offers_allowed(person), "one member of staff alone changes nothing"
    with pytest.raises(SecondApproverNeeded):
        deaths.approve_death(waiting.id, by=LEAD, at=clock.now())
    deaths.approve_death(waiting.id, by=COLLEAGUE, at=clock.now())
    assert offers_refused(person) == ["deceased"], "and not as somebody who said no"
    held = vault.provenance(person)
    assert correspondence.instructions([person])[person].skipped_for == "do-not-write-deceased"
    closed = customer_client(person).get("/you/choices/")
    assert closed.status_code == 403
    assert "This page is closed" in words(closed)
    assert customer_client(acts).post(f"{ACTING}{attorney.id}/").status_code == 404
    with pytest.raises(NotWaiting):
        deaths.approve_death(waiting.id, by=COLLEAGUE, at=clock.now())
    for _ in range(2):
        deaths.take_back_death(waiting.id, by=LEAD, at=clock.now())
    assert offers_allowed(person)
    assert choices.consent_state(person).answer("personal-offers") is ChoiceAnswer.YES
    assert not correspondence.instructions([person])
    assert customer_client(person).get("/you/choices/").status_code == 200
    assert customer_client(acts).post(f"{ACTING}{attorney.id}/").status_code == 302
    assert vault.provenance(person) == held


def test_an_executor_acts_for_who_died_and_for_nobody_else(two: tuple[int, int]) -> None:
    person, acts = two
    with pytest.raises(RepresentationRefused, match="executor"):
        approved(person, acts, capacity=Capacity.EXECUTOR)
    recorded = deaths.record_death(person, reference="dc/2", by=LEAD, at=clock.now())
    deaths.approve_death(recorded.id, by=COLLEAGUE, at=clock.now())
    executor = approved(person, acts, capacity=Capacity.EXECUTOR)
    assert queries.in_force(executor.id, representative_id=acts, at=clock.now())
    deaths.take_back_death(recorded.id, by=LEAD, at=clock.now())
    assert not queries.in_force(executor.id, representative_id=acts, at=clock.now())


def test_a_row_that_somebody_made_up_buries_nobody(two: tuple[int, int]) -> None:
    person, _ = two
    recorded = deaths.record_death(person, reference="dc/3", by=LEAD, at=clock.now())
    # As somebody does who can write the database.
    models.QuerySet(Death).filter(id=recorded.id).update(approved_at=clock.now())
    assert not deaths.is_deceased(person)
    assert customer_client(person).get("/you/choices/").status_code == 200


def test_the_pages_of_staff(two: tuple[int, int]) -> None:
    person, other = two
    lead, colleague = staff_client(Role.PRIVACY_LEAD), staff_client(Role.ADVISER)
    page = f"/console/retention/people/{person}/"
    assert "Enter the number" in words(lead.post(f"{page}death/", {"reference": ""}))
    assert lead.post(f"{page}death/", {"reference": "dc/1"}).status_code == 302
    again = lead.post(f"{page}death/", {"reference": "dc/2"})
    assert again.status_code == 422
    assert "waits already" in words(again)
    assert "waits for approval" in words(lead.get(page))
    (report,) = deaths.deaths(person)
    address = f"/console/acting/deaths/{report.id}/"
    assert lead.get(address).status_code == 404, "one's own"
    assert "A death, certificate dc/1" in words(colleague.get("/console/acting/"))
    assert "dc/1" in words(colleague.get(address))
    assert "letters stop" in words(colleague.post(address, {"approve": "1"}, follow=True))
    assert colleague.post(address, {"approve": "1"}).status_code == 404, "once"
    assert "recorded as having died" in words(lead.get(page))
    wrong = f"/console/retention/people/{other}/death/{report.id}/take-back/"
    assert lead.post(wrong).status_code == 404
    assert lead.get(f"{page}death/{report.id}/take-back/").status_code == 405
    back = lead.post(f"{page}death/{report.id}/take-back/", follow=True)
    assert "Everything is as it was before." in words(back)
    assert colleague.get(f"{page}death/").status_code == 403
