"""The pages of sign-in in a real browser: axe finds nothing, and a passkey works from
its making to its use."""

from __future__ import annotations

import re
from collections.abc import Generator

import pytest
from allauth.mfa.models import Authenticator
from playwright.sync_api import Browser, BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from aboveboard.accounts import actions
from aboveboard.accounts.models import Account
from aboveboard.basics import clock
from aboveboard.basics.actor import SYSTEM, Role
from tests.accounts.conftest import JON, JON_MAIL
from tests.accounts.people import mailed_code, staff_member
from tests.browser import assert_accessible, photograph

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def authenticator(page: Page, browsing: BrowserContext) -> Generator[None]:
    """A phone that always says yes, and knows whose finger it is (WebAuthn, section 11:
    virtual authenticators)."""
    session = browsing.new_cdp_session(page)
    session.send("WebAuthn.enable")
    made = session.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )
    yield
    session.send(
        "WebAuthn.removeVirtualAuthenticator", {"authenticatorId": made["authenticatorId"]}
    )


def sign_in_as_jon(page: Page) -> None:
    page.goto("/accounts/login/")
    page.get_by_label("Your e-mail address").fill(JON_MAIL)
    page.get_by_role("button", name="Send me a code").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Check your e-mail")
    page.get_by_label("Code from the e-mail").fill(mailed_code())
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/you/")


def test_pages_before_one_is_signed_in(page: Page) -> None:
    for name, address in (
        ("sign-in", "/accounts/login/"),
        ("staff-sign-in", "/accounts/staff/"),
        ("staff-code", "/accounts/staff/code/"),
        ("link-unknown", "/accounts/link/made-up/"),
        ("closed", "/accounts/inactive/"),
    ):
        page.goto(address)
        assert_accessible(page)
        photograph(page, name)


def test_the_code_page_with_and_without_a_mistake(page: Page) -> None:
    page.goto("/accounts/login/")
    page.get_by_label("Your e-mail address").fill("jon")
    page.get_by_role("button", name="Send me a code").click()
    assert_accessible(page)
    photograph(page, "sign-in-mistake")
    page.get_by_label("Your e-mail address").fill(JON_MAIL)
    page.get_by_role("button", name="Send me a code").click()
    assert_accessible(page)
    photograph(page, "code")
    page.get_by_label("Code from the e-mail").fill("1")
    page.get_by_role("button", name="Sign in").click()
    assert_accessible(page)
    photograph(page, "code-mistake")


def test_sign_in_works_without_scripts(chromium: Browser, live_server: LiveServer) -> None:
    plain = chromium.new_context(java_script_enabled=False, base_url=live_server.url)
    page = plain.new_page()
    sign_in_as_jon(page)
    expect(page.locator("body")).to_contain_text(f"person {JON}")
    plain.close()


@pytest.mark.usefixtures("authenticator")
def test_a_customer_makes_a_passkey_and_signs_in_with_it(page: Page) -> None:
    sign_in_as_jon(page)
    page.goto("/accounts/2fa/webauthn/")
    assert_accessible(page)
    page.get_by_role("link", name="Add a passkey").click()
    assert_accessible(page)
    photograph(page, "passkey-add")
    page.get_by_role("button", name="Add a passkey").click()
    page.wait_for_url("**/accounts/2fa/webauthn/")
    expect(page.locator("main")).to_contain_text("Passkey 1")
    photograph(page, "passkeys")
    assert [row.type for row in Authenticator.objects.all()] == ["webauthn"]
    page.get_by_role("button", name="Sign out").click()
    page.goto("/accounts/login/")
    photograph(page, "sign-in-passkey")
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url("**/you/")
    expect(page.locator("body")).to_contain_text(f"person {JON}")


@pytest.mark.usefixtures("authenticator")
def test_a_colleague_sets_up_and_uses_a_second_step(page: Page) -> None:
    account = staff_member(Role.INCIDENT_LEAD)
    page.goto(actions.make_link(account.pk, by=SYSTEM, at=clock.now()))
    assert_accessible(page)
    photograph(page, "link")
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/accounts/second-factor/**")
    assert_accessible(page)
    photograph(page, "second-factor")
    page.goto("/accounts/2fa/totp/activate/")
    assert_accessible(page)
    photograph(page, "app")
    page.goto("/accounts/2fa/webauthn/add/")
    page.get_by_role("button", name="Add a passkey").click()
    page.wait_for_url("**/accounts/2fa/recovery-codes/")
    assert_accessible(page)
    photograph(page, "recovery-codes")
    page.goto("/accounts/")
    assert_accessible(page)
    photograph(page, "ways")
    _choose_and_change_password(page)
    page.goto("/you/")
    assert_accessible(page)
    photograph(page, "refused")
    page.get_by_role("button", name="Sign out").click()
    _sign_in_with_password_and_passkey(page, account)


def _choose_and_change_password(page: Page) -> None:
    page.goto("/accounts/password/set/")
    first = page.get_by_label("New password", exact=True)
    first.fill("letmein")
    note = page.locator("main .ab-password__note").filter(has_text="characters")
    expect(note).to_contain_text("Use at least 8 characters")
    first.dispatch_event("keydown", {"modifierCapsLock": True})
    expect(page.get_by_text("Caps Lock is on.")).to_be_visible()
    page.get_by_role("button", name="Show password").first.click()
    expect(first).to_have_attribute("type", "text")
    assert_accessible(page)
    photograph(page, "password-set")
    page.get_by_role("button", name="Hide password").first.click()
    first.fill("a first horse battery staple")
    expect(page.get_by_text("This is a strong password.")).to_be_visible()
    for box in page.locator("main input[type=password]").all():
        box.fill("a first horse battery staple")
    page.get_by_role("button", name="Save password").click()
    expect(page).not_to_have_url(re.compile("/password/set/"))
    page.goto("/accounts/password/change/")
    assert_accessible(page)
    photograph(page, "password-change")
    page.goto("/accounts/logout/")
    assert_accessible(page)
    photograph(page, "sign-out")


def _sign_in_with_password_and_passkey(page: Page, account: Account) -> None:
    account.refresh_from_db()
    account.set_password("correct horse battery staple")
    account.save()
    page.goto("/accounts/staff/")
    page.get_by_label("Your work e-mail address").fill(account.email)
    page.get_by_label("Your password").fill("correct horse battery staple")
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url("**/accounts/2fa/authenticate/")
    assert_accessible(page)
    photograph(page, "second-step")
    page.get_by_role("button", name="Use a passkey or security key").click()
    page.wait_for_url("**/console/")
