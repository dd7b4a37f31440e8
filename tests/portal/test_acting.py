"""``/you/acting/``: a guardian, an attorney or a carer acts for a customer, as recorded by one
member of staff and approved by another; what they may, what they may not, and how it ends."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import models
from django.test import Client

from aboveboard.basics import clock
from aboveboard.choices import queries as choices
from aboveboard.choices.state import ChoiceAnswer
from aboveboard.representation import actions, queries
from aboveboard.representation.errors import (
    NotWaiting,
    RepresentationRefused,
    SecondApproverNeeded,
)
from aboveboard.representation.models import Representation
from aboveboard.representation.records import RepresentationRecord
from aboveboard.representation.terms import Capacity, Power
from tests.accounts.people import customer_client, erase_everywhere
from tests.pages import words
from tests.portal.conftest import Someone
from tests.representation.made import COLLEAGUE, LEAD, approved, new, today
from tests.world import entries

pytestmark = pytest.mark.django_db
PAGE = "/you/acting/"
OFFERS = "personal-offers"


def authority(person: Someone, acts: Someone, **changed: Any) -> RepresentationRecord:
    """Return an authority to act that two members of staff let stand."""
    return approved(person.id, acts.id, **changed)


def act(browser: Client, record: RepresentationRecord) -> str:
    """Begin to act, and return what the first page says."""
    return words(browser.post(f"{PAGE}{record.id}/", follow=True))


def answers(person: Someone) -> list[tuple[ChoiceAnswer, str, str, bool]]:
    return [
        (each.answer, each.actor.kind.value, each.actor.role, each.waits)
        for each in reversed(choices.history(person.id))
    ]


@pytest.mark.django_db(transaction=True)
def test_a_guardian_sees_and_chooses_and_the_child_sees_who_did(
    jon: Someone, other: Someone
) -> None:
    ten = today().replace(day=1) - timedelta(days=3650)
    record = authority(jon, other, capacity=Capacity.GUARDIAN, born=ten)
    assert "Choose for whom you act" in words(other.browser.get("/you/"))
    page = act(other.browser, record)
    assert f"You are acting for {jon.row['first_name']} {jon.row['last_name']}" in page
    assert jon.row["email"] in page
    assert other.row["email"] not in page
    for address in ("/you/choices/", "/you/what-for/", "/you/who-has-looked/"):
        assert "You are acting for" in words(other.browser.get(address)), address
    sent = {"answer": "yes", "contact": ""}
    assert other.browser.post(f"/you/choices/{OFFERS}/", sent).status_code == 302
    assert answers(jon) == [(ChoiceAnswer.YES, "representative", "guardian", False)]
    assert not choices.history(other.id), "nothing of it is about who acts"
    choice = choices.history(jon.id)[0]
    assert choice.evidence == record.evidence, "the receipt names the authority"
    seen = words(jon.browser.get("/you/who-has-looked/"))
    assert "Your guardian" in seen
    assert "Your guardian" in words(jon.browser.get(f"/you/choices/{choice.id}/receipt/"))
    records = entries(jon.id, "use.granted")
    assert {(each.actor.kind.value, each.actor.role, each.actor.id) for each in records} == {
        ("representative", "guardian", "")
    }
    other.browser.post(f"{PAGE}stop/")
    assert other.row["email"] in words(other.browser.get("/you/"))


@pytest.mark.django_db(transaction=True)
def test_their_yes_never_goes_before_the_persons_own_no(jon: Someone, other: Someone) -> None:
    record = authority(jon, other)
    jon.browser.post(f"/you/choices/{OFFERS}/", {"answer": "no", "contact": ""})
    act(other.browser, record)
    other.browser.post(f"/you/choices/{OFFERS}/", {"answer": "yes", "contact": ""})
    assert answers(jon)[-1] == (ChoiceAnswer.YES, "representative", "attorney", True)
    assert choices.consent_state(jon.id).answer(OFFERS) is ChoiceAnswer.NO


@pytest.mark.django_db(transaction=True)
def test_what_the_authority_does_not_allow_is_refused_and_said(
    jon: Someone, other: Someone
) -> None:
    record = authority(jon, other, powers=frozenset())
    assert jon.row["email"] in act(other.browser, record), "to see is part of each"
    sent = {"answer": "yes", "contact": ""}
    for answer in (
        other.browser.post(f"/you/choices/{OFFERS}/", sent),
        other.browser.get("/you/requests/"),
        other.browser.get("/you/details/first_name/"),
        other.browser.get("/you/notices/"),
        other.browser.get("/you/who-has-looked/concern/"),
        other.browser.get(PAGE),
    ):
        assert answer.status_code == 403
        assert "You cannot do this for them" in words(answer)
    assert not choices.history(jon.id)
    assert not choices.history(other.id)
    all_of_it = authority(jon, other, powers=frozenset(Power), reference="lpa/2")
    other.browser.post(f"{PAGE}stop/")
    act(other.browser, all_of_it)
    assert other.browser.get("/you/requests/").status_code == 200
    assert other.browser.get("/you/details/first_name/").status_code == 200
    assert other.browser.get("/you/details/email/").status_code == 404, "they sign in by it"


@pytest.fixture
def strangers(crowd: list[Someone], jon: Someone, other: Someone) -> Someone:
    """A third customer."""
    return next(each for each in crowd if each.id not in (jon.id, other.id))


@pytest.mark.django_db(transaction=True)
def test_nobody_acts_who_may_not(jon: Someone, other: Someone, strangers: Someone) -> None:
    now = clock.now()
    waiting = actions.record(new(jon.id, other.id, reference="lpa/1"), by=LEAD, at=now)
    again = actions.record(new(jon.id, other.id, reference="lpa/1"), by=LEAD, at=now)
    assert again == waiting, "the same paper again is one authority"
    assert other.browser.post(f"{PAGE}{waiting.id}/").status_code == 404, "nobody approved it"
    with pytest.raises(SecondApproverNeeded):
        actions.approve(waiting.id, by=LEAD, at=now)
    future = authority(jon, other, reference="lpa/2", first_day=now.date() + timedelta(days=2))
    ended = authority(jon, other)
    with pytest.raises(NotWaiting):
        actions.approve(ended.id, by=COLLEAGUE, at=now)
    actions.end(ended.id, by=LEAD, at=now)
    mine = authority(jon, strangers)
    for number in (future.id, ended.id, mine.id, 10**12):
        assert other.browser.post(f"{PAGE}{number}/").status_code == 404, number
        assert other.browser.post(f"{PAGE}{number}/end/").status_code == 404, number
    assert other.row["email"] in words(other.browser.get("/you/"))
    for address in (f"{PAGE}{mine.id}/", f"{PAGE}{mine.id}/end/", f"{PAGE}stop/"):
        assert other.browser.get(address).status_code == 405, address
        assert Client().post(address).status_code == 302, address
    assert other.browser.get(PAGE).status_code == 200
    assert other.browser.post(PAGE).status_code == 405


@pytest.mark.django_db(transaction=True)
def test_the_person_ends_it_and_the_next_page_says_so(jon: Someone, other: Someone) -> None:
    record = authority(jon, other)
    act(other.browser, record)
    page = words(jon.browser.get(PAGE))
    assert "Your attorney" in page
    assert "May see and choose." in page
    assert "End it" in page
    assert "It ended at once." in words(jon.browser.post(f"{PAGE}{record.id}/end/", follow=True))
    refused = other.browser.post(f"/you/choices/{OFFERS}/", {"answer": "yes", "contact": ""})
    assert refused.status_code == 403
    assert "You no longer act for them" in words(refused)
    assert not choices.history(jon.id)
    assert not choices.history(other.id), "nor is it taken for their own"
    assert other.row["email"] in words(other.browser.get("/you/"))
    again = jon.browser.post(f"{PAGE}{record.id}/end/")
    assert again.status_code == 302
    assert len(entries(jon.id, "representation.ended")) == 1, "ended once"


def test_whom_a_court_appointed_a_court_dismisses(jon: Someone, other: Someone) -> None:
    record = authority(jon, other, capacity=Capacity.GUARDIAN, by_court=True)
    page = words(jon.browser.get(PAGE))
    assert "Only a court can end it." in page
    refused = jon.browser.post(f"{PAGE}{record.id}/end/")
    assert refused.status_code == 403
    assert "A court decides about this" in words(refused)
    assert queries.by_representative(other.id, at=clock.now())
    assert other.browser.post(f"{PAGE}{record.id}/end/").status_code == 302, "who acts gives it up"
    assert not queries.by_representative(other.id, at=clock.now())


def test_a_child_that_comes_of_age_is_let_go_by_the_clock(
    jon: Someone, other: Someone, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = clock.now()
    # In the United Kingdom a child decides from 13 on (Data Protection Act 2018, s. 9).
    nearly = (now + timedelta(days=40)).date()
    record = authority(
        jon, other, capacity=Capacity.GUARDIAN, born=nearly.replace(year=nearly.year - 13)
    )
    day_before = now + timedelta(days=38)
    assert queries.in_force(record.id, representative_id=other.id, at=day_before)
    of_age = now + timedelta(days=41)
    assert not queries.in_force(record.id, representative_id=other.id, at=of_age)
    monkeypatch.setattr(clock, "now", lambda: of_age)
    assert customer_client(other.id).post(f"{PAGE}{record.id}/").status_code == 404
    assert not queries.by_representative(other.id, at=of_age)


def test_what_cannot_be_recorded_says_why(jon: Someone, other: Someone) -> None:
    grown = today() - timedelta(days=20 * 365)
    for changed, why in (
        ({"capacity": Capacity.GUARDIAN, "born": grown}, "at 13 years"),
        ({"capacity": Capacity.GUARDIAN}, "when the child was born"),
        ({"capacity": Capacity.CARER}, "needs a last day"),
        ({"last_day": today() - timedelta(days=3)}, "the last day is over"),
        ({"last_day": today() + timedelta(days=4000)}, "more than ten years"),
        ({"representative_id": jon.id}, "nobody acts for themselves"),
        ({"document": "email"}, "holds no documents"),
    ):
        with pytest.raises(RepresentationRefused, match=why):
            authority(jon, other, **changed)
    assert not queries.of_person(jon.id)


@pytest.mark.django_db(transaction=True)
def test_a_row_that_was_copied_or_made_up_lets_nobody_act(
    jon: Someone, other: Someone, strangers: Someone
) -> None:
    record = authority(jon, other)
    # As somebody does who can write the database: without the program, and so without a MAC.
    rows = models.QuerySet(Representation)
    columns = {
        field.attname: getattr(Representation.objects.get(id=record.id), field.attname)
        for field in Representation._meta.concrete_fields
    }
    rows.bulk_create([Representation(**columns | {"id": 990001, "person_id": strangers.id})])
    rows.filter(id=record.id).update(representative_id=strangers.id)
    for someone in (other, strangers):
        for number in (record.id, 990001):
            assert someone.browser.post(f"{PAGE}{number}/").status_code == 404
    assert "It allows nothing." in words(jon.browser.get(PAGE))


def test_whoever_is_erased_acts_for_nobody_and_nobody_for_them(
    jon: Someone, other: Someone
) -> None:
    authority(jon, other)
    authority(other, jon, reference="lpa/3")
    erase_everywhere(other.id)
    assert not queries.of_person(jon.id)
    assert not queries.of_person(other.id)
