"""Signing in, failing to and signing out stand in the log, by account number and
never by what was typed."""

from __future__ import annotations

import logging

import pytest
from django.contrib.auth import logout
from django.contrib.auth.models import AnonymousUser
from django.core import mail
from django.test import Client, RequestFactory

from aboveboard.accounts.models import Account
from aboveboard.basics.actor import Role
from tests.accounts.conftest import JON_MAIL
from tests.accounts.people import mailed_code, staff_member

pytestmark = pytest.mark.django_db


def _lines(caplog: pytest.LogCaptureFixture) -> list[logging.LogRecord]:
    return [record for record in caplog.records if record.name == "aboveboard.accounts.signin"]


def _said(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in _lines(caplog)]


def test_a_customers_way_in_and_out(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    client.post("/accounts/login/", {"login": JON_MAIL})
    client.post("/accounts/login/code/confirm/", {"code": "0000-0000"})
    client.post("/accounts/login/code/confirm/", {"code": mailed_code()})
    client.post("/accounts/logout/")
    assert _said(caplog) == ["a code was refused", "signed in", "signed out"]
    account = Account.objects.customers().get()
    who = [(getattr(each, "account", None), getattr(each, "role", None)) for each in _lines(caplog)]
    assert who == [(None, None), (account.pk, "customer"), (account.pk, "customer")]
    assert JON_MAIL not in caplog.text
    assert mail.outbox, "a code was sent, else nothing was tried"


def test_a_wrong_password_and_an_unknown_address_look_the_same(
    client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    ada = staff_member(Role.ADVISER, email="ada@staff.example")
    ada.set_password("correct horse battery staple")
    ada.save()
    for address in ("ada@staff.example", "nobody@staff.example"):
        client.post("/accounts/staff/", {"login": address, "password": "not the right one"})
    assert _said(caplog) == ["a sign-in was refused"] * 2
    assert "staff.example" not in caplog.text
    assert "not the right one" not in caplog.text


def test_whoever_leaves_without_having_signed_in_is_nobody_who_signed_out(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)
    request = RequestFactory().post("/accounts/logout/")
    request.session, request.user = Client().session, AnonymousUser()
    logout(request)
    assert _said(caplog) == []
