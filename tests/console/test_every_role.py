"""Every role that the promise names, and every one of this program, signs in and has something to
do; no page that it is offered refuses it."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from aboveboard.accounts import actions, queries
from aboveboard.accounts.clients.actions import make_client
from aboveboard.accounts.models import Account
from aboveboard.basics import clock
from aboveboard.basics.actor import SYSTEM, Role
from aboveboard.basics.errors import Invalid
from aboveboard.promise.queries import in_force
from tests.accounts.people import staff_client
from tests.pages import words
from tests.world import adopt

# Which roles there are depends on rows of clients and of the promise: on either database.
pytestmark = [pytest.mark.django_db, pytest.mark.database]
NAMED = ("finance", "shop-planning", "shop-system", "offers-service", "third-party")
"""What the sample promise names and this program does not."""


@pytest.fixture(autouse=True)
def _promise() -> None:
    adopt()


def joins(role: str) -> Client:
    """Add a member of staff in this role, and sign them in."""
    member = actions.add_staff(
        email=f"{role}@staff.example", name="Ada", team="", role=role, by=SYSTEM, at=clock.now()
    )
    return staff_client(account=Account.objects.get(pk=member.id))


def test_the_table_is_whole() -> None:
    ours = {role.value for role in Role if role is not Role.CUSTOMER}
    assert set(queries.staff_roles()) == ours | set(NAMED)
    assert set(in_force().promise.roles) == (ours | set(NAMED) | {Role.CUSTOMER, SYSTEM.role}) - {
        Role.ADMINISTRATOR
    }


@pytest.mark.parametrize("role", [*NAMED, *(role for role in Role if role is not Role.CUSTOMER)])
def test_a_role_lands_on_a_page_with_something_to_do(role: str) -> None:
    browser = joins(role)
    home = browser.get("/console/")
    assert home.status_code == 200
    assert "Report a loss" in words(home)
    offered = set(re.findall(r'href="(/console/[^"#?]*)"', home.content.decode()))
    assert len(offered) > 3
    refused = [page for page in offered if browser.get(page).status_code != 200]
    assert refused == []
    assert role.replace("-", " ") in words(browser.get("/accounts/"))


@pytest.mark.parametrize(
    ("role", "may_search"),
    [("adviser", True), ("finance", True), ("incident-lead", False), ("administrator", False)],
)
def test_who_looks_people_up_is_what_the_promise_says(role: str, may_search: bool) -> None:
    browser = joins(role)
    assert ("Look someone up" in words(browser.get("/console/"))) == may_search
    page = browser.get("/console/people/")
    assert page.status_code == (200 if may_search else 403)
    if may_search:
        open_to = re.findall(r'href="/console/people/([a-z-]+)/"', page.content.decode())
        purposes = in_force().promise.purposes
        assert open_to
        assert all(role in purposes[key].roles for key in open_to)


def test_a_role_of_the_promise_opens_no_page_of_another() -> None:
    browser = joins("finance")
    for page in ("incidents/", "retention/", "staff/", "settings/", "exports/", "emergencies/"):
        assert browser.get(f"/console/{page}").status_code == 403, page


def test_a_role_that_nobody_names_is_refused() -> None:
    for role in ("night-watch", "customer"):
        with pytest.raises(Invalid, match="there is no role"):
            joins(role)
    assert not Account.objects.exists()


def test_a_role_that_a_program_has_is_not_one_of_staff() -> None:
    make_client(
        name="Till",
        role="shop-system",
        team="",
        purposes=["deliver-orders"],
        channels=["shop"],
        by=SYSTEM,
        at=clock.now(),
    )
    assert "shop-system" not in queries.staff_roles()
    with pytest.raises(Invalid):
        joins("shop-system")


def test_somebody_is_given_a_role_of_the_promise_on_the_page_too() -> None:
    browser = joins("administrator")
    joins("adviser")
    account = queries.staff_member("adviser@staff.example").id
    page = words(browser.get(f"/console/staff/{account}/role/"))
    assert "Finance: uses customers’ data to" in page
    browser.post(f"/console/staff/{account}/role/", {"role": "finance", "team": ""})
    assert queries.staff_member("adviser@staff.example").role == "finance"
