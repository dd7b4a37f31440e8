"""A session ends when it is as old as one may be, however busy it is; and what signing
in leaves in the log."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.test import Client

from aboveboard.accounts import gate, limits
from aboveboard.basics import clock
from aboveboard.basics.actor import Role
from tests.accounts.conftest import JON
from tests.accounts.people import customer_client, staff_client

pytestmark = pytest.mark.django_db


def _grown_old(browser: Client, by: timedelta) -> Client:
    session = browser.session
    session[gate.BEGAN] = clock.now().timestamp() - by.total_seconds()
    session.save()
    return browser


def _customer() -> Client:
    return customer_client(JON)


def _adviser() -> Client:
    return staff_client(Role.ADVISER)


@pytest.mark.parametrize(
    ("make", "life", "page"),
    [
        (_customer, limits.SESSION_LIFE_CUSTOMER, "/you/"),
        (_adviser, limits.SESSION_LIFE_STAFF, "/console/"),
    ],
    ids=["customer", "staff"],
)
def test_a_session_that_is_as_old_as_one_may_be_is_over(
    make: Callable[[], Client], life: timedelta, page: str
) -> None:
    browser = make()
    assert _grown_old(browser, life - timedelta(minutes=1)).get(page).status_code == 200
    assert _grown_old(browser, life + timedelta(minutes=1)).get(page).status_code == 302
    assert not Session.objects.exists(), "what its cookie named is gone"


def test_a_session_that_does_not_say_when_it_began_is_over() -> None:
    browser = _customer()
    session = browser.session
    del session[gate.BEGAN]
    session.save()
    assert browser.get("/you/").status_code == 302
