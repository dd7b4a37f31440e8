"""Who acts for a customer, in the console: recorded by one member of staff, approved by another."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from aboveboard.basics import clock
from aboveboard.basics.actor import Role
from aboveboard.basics.person_codes import person_code
from aboveboard.representation import queries
from aboveboard.representation.terms import RepresentationState
from tests.accounts.people import customer_client, staff_client
from tests.console.asked import refused_to_the_others
from tests.pages import words
from tests.representation.made import approved
from tests.world import load

pytestmark = pytest.mark.django_db


@pytest.fixture
def two() -> tuple[int, int]:
    (one, _), (other, _), *_ = load(3)
    return one, other


def filled(number: str, **changed: object) -> dict[str, object]:
    today = clock.now().date()
    return {
        "capacity": "attorney",
        "representative": number,
        "powers": ["choose", "ask"],
        "reference": "lpa/7000-1",
        "document": "",
        "first_day": today.isoformat(),
        "last_day": (today + timedelta(days=90)).isoformat(),
    } | changed


@pytest.mark.parametrize(
    ("address", "roles"),
    [
        ("/console/retention/people/{}/acting/", [Role.PRIVACY_LEAD]),
        ("/console/acting/", [Role.PRIVACY_LEAD, Role.ADVISER]),
    ],
)
def test_only_those_come_in_whose_work_it_is(
    two: tuple[int, int], address: str, roles: list[Role]
) -> None:
    assert refused_to_the_others(address.format(two[0]), roles) == []


def test_recorded_approved_by_a_colleague_and_ended(two: tuple[int, int]) -> None:
    person, acts = two
    lead, colleague = staff_client(Role.PRIVACY_LEAD), staff_client(Role.ADVISER)
    page = f"/console/retention/people/{person}/"
    recorded = lead.post(f"{page}acting/", filled(person_code(acts)), follow=True)
    assert "A colleague must approve it" in words(recorded)
    (record,) = queries.of_person(person)
    assert "Waits for approval" in words(lead.get(page))
    assert "Nothing to approve" in words(lead.get("/console/acting/")), "not one's own"
    assert lead.post(f"/console/acting/{record.id}/", {"approve": "1"}).status_code == 404
    assert "to compare" in words(colleague.get("/console/"))
    assert "lpa/7000-1" in words(colleague.get("/console/acting/"))
    asked = words(colleague.get(f"/console/acting/{record.id}/"))
    assert "Make choices; Ask for rights" in asked
    assert customer_client(acts).post(f"/you/acting/{record.id}/").status_code == 404
    done = colleague.post(f"/console/acting/{record.id}/", {"approve": "1"}, follow=True)
    assert "Approved." in words(done)
    again = colleague.post(f"/console/acting/{record.id}/", {"approve": "1"})
    assert again.status_code == 404, "once"
    assert "In force" in words(lead.get(page))
    assert customer_client(acts).post(f"/you/acting/{record.id}/").status_code == 302
    ended = lead.post(f"{page}acting/{record.id}/end/", follow=True)
    assert "cannot act for this person any more" in words(ended)
    assert customer_client(acts).post(f"/you/acting/{record.id}/").status_code == 404


def test_what_is_wrong_is_said_and_nothing_recorded(two: tuple[int, int]) -> None:
    person, acts = two
    lead = staff_client(Role.PRIVACY_LEAD)
    page = f"/console/retention/people/{person}/acting/"
    for changed, why in (
        ({"capacity": ""}, "Choose as what they act."),
        ({"reference": "Mrs Smith"}, "letters, numbers"),
        ({"first_day": "soon"}, "Choose a date."),
        ({"representative": "4X7K9"}, "That is no record number."),
        ({"representative": person_code(12)}, "Nobody has this record number."),
        ({"representative": person_code(person)}, "nobody acts for themselves"),
        ({"capacity": "carer", "last_day": ""}, "needs a last day"),
    ):
        answer = lead.post(page, filled(person_code(acts), **changed))
        assert answer.status_code == 422, why
        assert why in words(answer)
    assert not queries.of_person(person)
    assert lead.get(f"/console/retention/people/{person_code(12)}/acting/").status_code == 404


def test_a_colleague_who_reads_otherwise_refuses_it(two: tuple[int, int]) -> None:
    person, acts = two
    lead, colleague = staff_client(Role.PRIVACY_LEAD), staff_client(Role.ADVISER)
    lead.post(f"/console/retention/people/{person}/acting/", filled(person_code(acts)))
    (record,) = queries.of_person(person)
    other_person = f"/console/retention/people/{acts}/acting/{record.id}/end/"
    assert lead.post(other_person).status_code == 404, "it is not of this person"
    assert "Refused." in words(
        colleague.post(f"/console/acting/{record.id}/", {"refuse": "1"}, follow=True)
    )
    assert queries.of_person(person)[0].state(clock.now()) is RepresentationState.ENDED
    for address in ("/console/acting/", f"/console/acting/{record.id}/"):
        assert Client().get(address).status_code == 302


@pytest.mark.django_db(transaction=True)
def test_an_adviser_who_looks_somebody_up_sees_that_somebody_acts_for_them() -> None:
    (person, row), (acts, _), *_ = load(3)
    asked = {
        "who": row["customer_id"],
        "fields_wanted": ["first_name"],
        "channel": "phone",
        "reference": "call 417",
    }
    adviser = staff_client(Role.ADVISER)
    says = "Power of attorney. Check on their page who it is"
    assert says not in words(adviser.post("/console/people/answer-contact/", asked))
    approved(person, acts)
    assert says in words(adviser.post("/console/people/answer-contact/", asked))
