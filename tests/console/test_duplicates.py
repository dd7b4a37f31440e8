"""Possible duplicates in the console: the groups and how far they are worked through, values under
a purpose, not the same person, and what was set apart."""

from __future__ import annotations

import pytest
from django.test import Client

from aboveboard.basics import clock
from aboveboard.basics.actor import Role
from aboveboard.identity import distinct, duplicates, scanning
from aboveboard.ledger.models import Entry
from aboveboard.outbox import jobs
from tests.accounts.people import staff_client
from tests.console.asked import refused_to_the_others
from tests.identity.test_scanning import PHONE, give
from tests.pages import words
from tests.world import ADVISER, load

pytestmark = pytest.mark.django_db

PAGE = "/console/retention/duplicates/"
EMAIL = "couple@shop.example"


@pytest.fixture
def people() -> list[int]:
    return [person_id for person_id, _ in load(9)]


@pytest.fixture
def couple(people: list[int]) -> tuple[int, int]:
    give(people[:2], email=EMAIL)
    scanning.find_duplicates(at=clock.now())
    first, second = sorted(people[:2])
    return first, second


@pytest.fixture
def group(couple: tuple[int, int]) -> str:
    (found,) = duplicates.duplicate_groups()
    return f"{PAGE}groups/{found.id}/"


@pytest.fixture
def lead() -> Client:
    return staff_client(Role.PRIVACY_LEAD)


def uses() -> int:
    return Entry.objects.filter(kind__startswith="use.").count()


def test_before_anybody_compared_the_page_says_what_to_do(lead: Client, people: list[int]) -> None:
    assert "Nobody has compared the records yet" in words(lead.get(PAGE))
    assert lead.post(f"{PAGE}scan/").status_code == 302
    jobs.run_jobs_once(worker="test")
    assert "No two records are alike" in words(lead.get(PAGE))


def test_the_list_says_how_far_one_is_and_why(lead: Client, group: str) -> None:
    page = words(lead.get(PAGE))
    assert "0 of 1 group looked at" in page
    assert "the same e-mail address" in page
    assert group in lead.get(PAGE).content.decode()
    assert uses() == 0


def test_a_group_shows_no_value_until_it_is_asked_for_under_a_purpose(
    lead: Client, group: str, couple: tuple[int, int]
) -> None:
    page = words(lead.get(group))
    assert all(str(number) in page for number in couple)
    assert EMAIL not in page
    assert uses() == 0
    assert lead.post(f"{group}?purpose=answer-contact", {}).status_code == 422
    opened = lead.post(f"{group}?purpose=answer-contact", {"fields_wanted": ["email"]})
    assert words(opened).count(EMAIL) == 2
    assert uses() == 2, "one for each person"
    assert lead.post(group, {"fields_wanted": ["card_number"]}).status_code == 422
    assert uses() == 2


def test_not_the_same_person_and_back(lead: Client, group: str, couple: tuple[int, int]) -> None:
    pair = {"first": str(couple[0]), "second": str(couple[1])}
    assert lead.post(f"{group}different/", pair).status_code == 302
    page = words(lead.get(group))
    assert "not the same person" in page
    assert "1 of 1 group" in page
    assert "Take that back" in page
    refused = lead.get(f"{PAGE}{couple[0]}/{couple[1]}/")
    form = refused.context["form"]
    said = {name: field.initial for name, field in form.fields.items() if name != "reference"}
    answer = lead.post(f"{PAGE}{couple[0]}/{couple[1]}/", said | {"reference": "case/1"})
    assert answer.status_code == 422
    assert "not the same person" in words(answer)
    assert lead.post(f"{group}take-back/", pair).status_code == 302
    assert distinct.distinct_pairs() == {}
    assert lead.post(f"{group}take-back/", pair).status_code == 404


@pytest.mark.parametrize("second", ["", "x", "1"])
def test_only_a_pair_of_the_group_is_told_apart(
    lead: Client, group: str, couple: tuple[int, int], people: list[int], second: str
) -> None:
    other = str(people[5]) if second == "1" else second
    answer = lead.post(f"{group}different/", {"first": str(couple[0]), "second": other})
    assert answer.status_code == 404
    pair = {"first": str(couple[0]), "second": str(couple[1])}
    assert lead.post(f"{group}eaten/", pair).status_code == 404
    assert distinct.distinct_pairs() == {}


def test_what_many_share_is_listed_apart(lead: Client, people: list[int]) -> None:
    give(people[:7], phone=PHONE)
    give(people[7:], phone="+1 212 555 0123")
    scanning.find_duplicates(at=clock.now())
    assert "2 values not compared" in words(lead.get(PAGE))
    page = words(lead.get(f"{PAGE}placeholders/"))
    assert "Phone number too many share it" in page
    assert "looks like a placeholder" in page
    assert PHONE not in page


def test_it_is_for_the_privacy_lead(group: str) -> None:
    assert refused_to_the_others(group, (Role.PRIVACY_LEAD,)) == []


@pytest.mark.parametrize("page", ["", "placeholders/"])
def test_the_lists_are_too(page: str, people: list[int]) -> None:
    assert refused_to_the_others(f"{PAGE}{page}", (Role.PRIVACY_LEAD,)) == []


def test_what_is_not_there_and_wrong_methods(lead: Client, group: str) -> None:
    assert lead.get(f"{PAGE}groups/99999/").status_code == 404
    assert lead.get(f"{PAGE}scan/").status_code == 405
    assert lead.get(f"{group}different/").status_code == 405
    assert lead.post(f"{PAGE}placeholders/").status_code == 405
    for start in ("x", "9" * 18, "²"):
        assert lead.get(PAGE, {"start": start}).status_code == 404


def test_after_one_group_comes_the_next(lead: Client, group: str, people: list[int]) -> None:
    assert "Next group" not in words(lead.get(group))
    give(people[4:6], email="more@shop.example")
    scanning.find_duplicates(at=clock.now())
    first, second = duplicates.duplicate_groups()
    page = lead.get(f"{PAGE}groups/{first.id}/").content.decode()
    assert f"{PAGE}groups/{second.id}/" in page
    a, b = duplicates.people_of(duplicates.pairs_of_group(second.id))
    distinct.distinguish(a, b, by=ADVISER, at=clock.now())
    assert "Next group" not in words(lead.get(f"{PAGE}groups/{first.id}/"))
