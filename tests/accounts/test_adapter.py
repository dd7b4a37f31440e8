"""What we change of allauth: who is asked for a second step, what may be taken away, what is said,
and what a passkey shows."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from allauth.core.context import request_context
from allauth.mfa.adapter import get_adapter as second_factors
from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.test import Client, RequestFactory

from aboveboard.accounts import actions, limits, queries
from aboveboard.accounts.models import Account
from aboveboard.basics import clock, settings
from aboveboard.basics.actor import Role
from tests.accounts.conftest import JON
from tests.accounts.people import customer_client, staff_client, staff_member

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.one_database("what is changed of allauth, before any row is asked"),
]


@pytest.fixture
def ada() -> Account:
    return staff_member(Role.ADVISER)


def jon() -> Account:
    return actions.customer_account(JON, at=clock.now())


def factor(account: Account, kind: str) -> Authenticator:
    return Authenticator.objects.create(user=account, type=kind, data={"name": "one"})


@pytest.mark.parametrize("kind", ["totp", "webauthn"])
def test_staff_keep_one_factor_that_is_no_list_of_recovery_codes(kind: str, ada: Account) -> None:
    adapter, only = second_factors(), factor(ada, kind)
    codes = factor(ada, "recovery_codes")
    assert not adapter.can_delete_authenticator(only)
    assert adapter.can_delete_authenticator(codes), "they may make new ones"
    other = factor(ada, "webauthn")
    assert adapter.can_delete_authenticator(only)
    assert adapter.can_delete_authenticator(other)
    assert adapter.can_delete_authenticator(factor(jon(), "webauthn"))


def test_a_second_step_is_asked_of_staff_who_have_one_and_of_no_customer(ada: Account) -> None:
    adapter = second_factors()
    assert adapter.is_mfa_enabled(ada) is False
    assert not queries.has_second_factor(ada)
    codes = factor(ada, "recovery_codes")
    assert not queries.has_second_factor(ada), "they are for the day on which it is lost"
    app = factor(ada, "totp")
    assert adapter.is_mfa_enabled(ada) is True
    assert adapter.is_mfa_enabled(ada, ["webauthn"]) is False
    assert queries.has_second_factor(ada)
    assert queries.other_second_factors(ada.pk, codes.pk)
    assert not queries.other_second_factors(ada.pk, app.pk)
    customer = jon()
    factor(customer, "webauthn")
    assert adapter.is_mfa_enabled(customer) is False


def test_a_passkey_says_who_asks_and_names_a_customer_by_nothing_of_theirs(ada: Account) -> None:
    adapter, us = second_factors(), settings.current().organisation.name
    with request_context(RequestFactory().get("/")):
        entity = adapter.get_public_key_credential_rp_entity()
    assert entity["name"] == us
    assert adapter.get_totp_issuer() == us
    staff = adapter.get_public_key_credential_user_entity(ada)
    assert staff["display_name"] == ada.name
    customer = adapter.get_public_key_credential_user_entity(jon())
    assert (customer["name"], customer["display_name"]) == ("customer", f"Your data at {us}")
    assert adapter.generate_authenticator_name(ada, "webauthn") == "Passkey 1"
    factor(ada, "webauthn")
    factor(ada, "totp")
    assert adapter.generate_authenticator_name(ada, "webauthn") == "Passkey 2"


def said(response: Any) -> list[str]:
    return [str(message) for message in messages.get_messages(response.wsgi_request)]


@pytest.mark.parametrize(
    ("template", "to_staff", "to_customer"),
    [
        (None, True, True),
        ("account/messages/logged_in.txt", False, False),
        ("mfa/messages/totp_activated.txt", True, True),
        ("mfa/messages/recovery_codes_generated.txt", True, False),
    ],
)
def test_only_what_tells_somebody_something_is_said(
    template: str | None, to_staff: bool, to_customer: bool
) -> None:
    from allauth.account.adapter import get_adapter

    for browser, expected in (
        (staff_client(Role.ADVISER), to_staff),
        (customer_client(JON), to_customer),
    ):
        page = browser.get("/either/")
        text = "A word." if template is None else None
        get_adapter().add_message(page.wsgi_request, messages.INFO, template, message=text)
        assert bool(said(page)) is expected


def test_staff_without_a_second_factor_are_offered_both_kinds(ada: Account) -> None:
    page = staff_client(account=ada, second_factor=False).get("/accounts/second-factor/")
    assert page.status_code == 200
    text = page.content.decode()
    assert "/accounts/2fa/totp/activate/" in text
    assert "/accounts/2fa/webauthn/add/" in text


def test_a_box_keeps_its_label_and_says_what_is_missing(ada: Account) -> None:
    ada.set_password("correct horse battery staple")
    ada.save()
    browser = staff_client(account=ada)
    fields = browser.get("/accounts/password/change/").context["form"].fields
    assert {name: str(field.label) for name, field in fields.items()} == {
        "oldpassword": "Your password now",
        "password1": "New password",
        "password2": "New password again",
    }
    assert not any("placeholder" in field.widget.attrs for field in fields.values())
    assert "At least" in fields["password1"].help_text
    page = browser.post("/accounts/password/change/", {}).content.decode()
    for sentence in (
        "Enter your password.",
        "Enter a new password.",
        "Enter the new password again.",
    ):
        assert sentence in page


def test_after_a_sign_in_the_session_has_the_account_and_not_the_address() -> None:
    ada = staff_member(Role.ADVISER, email="ada@staff.example")
    ada.set_password("correct horse battery staple")
    ada.save()
    browser = Client()
    signed_in = browser.post(
        "/accounts/staff/",
        {"login": "ada@staff.example", "password": "correct horse battery staple"},
    )
    assert signed_in["Location"] == "/console/"
    (record,) = browser.session["account_authentication_methods"]
    assert record["method"] == "password"
    assert "email" not in record
    assert browser.session.get_expiry_age() == limits.SESSION_IDLE_STAFF / timedelta(seconds=1)
