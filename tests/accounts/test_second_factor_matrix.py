"""Every page about second factors, asked by staff who have none, who have set one up elsewhere, and
who have proved it: the first factor alone adds, shows and removes nothing of an account that has a
second one."""

from __future__ import annotations

import pytest
from allauth.account import app_settings as allauth_settings
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from django.conf import settings as django_settings
from django.test import Client, override_settings
from django.urls import URLPattern, reverse

from aboveboard.accounts import actions, gate
from aboveboard.accounts.links import LinkState
from aboveboard.accounts.models import Account
from aboveboard.accounts.signin.urls import urlpatterns
from aboveboard.basics import clock
from aboveboard.basics.actor import SYSTEM, Role
from tests.accounts.people import customer_client, staff_client, staff_member
from tests.pages import words

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.one_database(
        "which pages open to whom; sign-ins and factors are kept as test_sessions asks on both"
    ),
]

NAMES = sorted(
    str(pattern.name) for pattern in urlpatterns if isinstance(pattern, URLPattern) and pattern.name
)
BEFORE_SIGN_IN = {
    "account_login",
    "account_confirm_login_code",
    "account_request_login_code",
    "account_inactive",
    "account_logout",
    "accounts_staff",
    "accounts_link",
    "mfa_authenticate",
    "mfa_login_webauthn",
}
"""Open to anyone: what they are for comes before one is signed in, or ends it."""
PROVES = {"accounts_second_factor", "mfa_reauthenticate", "mfa_reauthenticate_webauthn"}
"""Where staff prove the second factor that they have."""
FIRST_SET_UP = {
    "account_reauthenticate",
    "accounts_account",
    "accounts_end_sessions",
    "mfa_activate_totp",
    "mfa_add_webauthn",
    "mfa_index",
    "mfa_list_webauthn",
    "mfa_remove_webauthn",
}
"""What staff without any second factor may open, to set up their first."""
SECOND_FACTOR = "/accounts/second-factor/"


def address(name: str, factor: int = 1) -> str:
    if name == "accounts_link":
        return reverse(name, args=["x" * 43])
    return reverse(
        name, args=[factor] if name.endswith(("remove_webauthn", "edit_webauthn")) else []
    )


@pytest.fixture
def ada() -> Account:
    return staff_member(Role.ADMINISTRATOR)


def has_an_app(account: Account) -> Authenticator:
    return TOTP.activate(account, "JBSWY3DPEHPK3PXP").instance


def test_every_page_of_sign_in_is_judged_here() -> None:
    assert set(NAMES) >= BEFORE_SIGN_IN | PROVES | FIRST_SET_UP


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("name", sorted(set(NAMES) - BEFORE_SIGN_IN))
def test_a_factor_set_up_elsewhere_is_shown_before_anything_else(
    name: str, method: str, ada: Account
) -> None:
    browser = staff_client(account=ada, second_factor=False)
    factor = has_an_app(ada)
    before = list(Authenticator.objects.values())
    answer = getattr(browser, method)(address(name, factor.pk))
    assert list(Authenticator.objects.values()) == before
    sent_on = answer.status_code == 302 and str(answer["Location"]).startswith(SECOND_FACTOR)
    assert sent_on == (name not in PROVES), f"{answer.status_code} {answer.get('Location')}"
    assert gate.SECOND_FACTOR not in browser.session


@pytest.mark.parametrize("name", sorted(set(NAMES) - BEFORE_SIGN_IN))
def test_without_any_factor_only_the_first_can_be_set_up(name: str, ada: Account) -> None:
    answer = staff_client(account=ada, second_factor=False).get(address(name))
    sent_on = answer.status_code == 302 and str(answer["Location"]).startswith(SECOND_FACTOR)
    assert sent_on == (name not in PROVES | FIRST_SET_UP)


@pytest.mark.parametrize("name", sorted(set(NAMES) - BEFORE_SIGN_IN))
def test_whoever_has_proved_it_is_not_sent_to_set_one_up(name: str, ada: Account) -> None:
    browser = staff_client(account=ada)
    factor = has_an_app(ada)
    answer = browser.get(address(name, factor.pk))
    assert not str(answer.get("Location", "")).startswith(SECOND_FACTOR)


@pytest.mark.parametrize("name", sorted(set(NAMES) - BEFORE_SIGN_IN - PROVES - FIRST_SET_UP))
def test_customers_are_refused_what_is_for_staff(name: str) -> None:
    assert customer_client(4711).get(address(name)).status_code == 403


def test_the_way_to_prove_it_leads_back(ada: Account) -> None:
    browser = staff_client(account=ada, second_factor=False)
    has_an_app(ada)
    sent = browser.get("/accounts/2fa/webauthn/add/")["Location"]
    assert browser.get(sent)["Location"] == (
        "/accounts/2fa/reauthenticate/?next=/accounts/2fa/webauthn/add/"
    )
    assert browser.get("/accounts/2fa/reauthenticate/").status_code == 200


@pytest.fixture
def two_sessions(ada: Account) -> tuple[Client, Client]:
    return (
        staff_client(account=ada, second_factor=False),
        staff_client(account=ada, second_factor=False),
    )


@pytest.mark.django_db(transaction=True)
def test_the_first_factor_ends_every_other_session_and_link(
    ada: Account, two_sessions: tuple[Client, Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    mine, other = two_sessions
    waiting = actions.make_link(ada.pk, by=SYSTEM, at=clock.now()).rstrip("/").rpartition("/")[2]
    _set_up_app(mine, monkeypatch)
    assert mine.get("/console/").status_code == 200
    assert other.get("/accounts/2fa/webauthn/add/")["Location"].startswith("/accounts/login/")
    assert django_settings.SESSION_COOKIE_NAME not in other.cookies or not other.session.keys()
    assert actions.use_link(waiting, at=clock.now())[0] is LinkState.UNKNOWN


@pytest.mark.django_db(transaction=True)
def test_a_factor_that_is_added_at_the_same_moment_does_not_stay(
    ada: Account, two_sessions: tuple[Client, Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The gate let both in; the one that comes second finds the other's factor, and goes."""
    from allauth.mfa.signals import authenticator_added

    has_an_app(ada)
    late = Authenticator.objects.create(user=ada, type=Authenticator.Type.WEBAUTHN, data={})
    request = two_sessions[0].get("/accounts/second-factor/").wsgi_request
    with pytest.raises(Exception, match="from elsewhere"):
        authenticator_added.send(
            sender=Authenticator, request=request, user=ada, authenticator=late
        )
    assert [row.type for row in Authenticator.objects.all()] == [Authenticator.Type.TOTP]


@pytest.mark.django_db(transaction=True)
def test_a_second_passkey_of_a_customer_stays_and_ends_every_other_session() -> None:
    """Their sign-in proves their mailbox and asks for no second step, so there is none to miss."""
    from allauth.mfa.signals import authenticator_added

    mine, other = customer_client(4711), customer_client(4711)
    account = Account.objects.get(person_id=4711)
    for name in ("Passkey 1", "Passkey 2"):
        made = Authenticator.objects.create(
            user=account, type=Authenticator.Type.WEBAUTHN, data={"name": name}
        )
    request = mine.get("/you/").wsgi_request
    authenticator_added.send(
        sender=Authenticator, request=request, user=account, authenticator=made
    )
    assert Authenticator.objects.filter(user=account).count() == 2
    assert other.get("/you/").status_code == 302


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("who", ["colleague", "customer"])
def test_a_passkey_that_is_removed_ends_every_other_session(who: str, ada: Account) -> None:
    """It is removed because a device was lost: what was opened with it ends too."""
    if who == "customer":
        mine, other = customer_client(4711), customer_client(4711)
        account = Account.objects.get(person_id=4711)
        page = "/you/"
    else:
        mine, other = staff_client(account=ada), staff_client(account=ada)
        account, page = ada, "/console/"
        has_an_app(ada)
    passkey = Authenticator.objects.create(
        user=account, type=Authenticator.Type.WEBAUTHN, data={"name": "Passkey 1"}
    )
    _proved_just_now(mine)
    done = mine.post(f"/accounts/2fa/webauthn/keys/{passkey.pk}/remove/")
    assert done["Location"] == "/accounts/2fa/webauthn/"
    assert not Authenticator.objects.filter(pk=passkey.pk).exists()
    assert mine.get(page).status_code == 200
    assert other.get(page).status_code == 302


def test_the_only_second_step_of_staff_stays_and_a_customers_may_go(ada: Account) -> None:
    """Recovery codes are none: they are for the day on which it is lost."""
    RecoveryCodes.activate(ada)
    customer = customer_client(4711)
    owners = ((ada, staff_client(account=ada)), (Account.objects.get(person_id=4711), customer))
    for account, browser in owners:
        passkey = Authenticator.objects.create(
            user=account, type=Authenticator.Type.WEBAUTHN, data={"name": "Passkey 1"}
        )
        _proved_just_now(browser)
        page = browser.post(f"/accounts/2fa/webauthn/keys/{passkey.pk}/remove/", follow=True)
        stays = Authenticator.objects.filter(pk=passkey.pk).exists()
        assert stays is (account == ada)
        assert ("your only second step. Add another one first" in words(page)) is stays


def test_staff_name_a_passkey_and_customers_number_theirs(ada: Account) -> None:
    """A name that a customer typed would be kept in clear."""
    staff, customer = staff_client(account=ada), customer_client(4711)
    for browser in (staff, customer):
        _proved_just_now(browser)
    for browser, typed in ((staff, True), (customer, False)):
        page = browser.get("/accounts/2fa/webauthn/add/")
        form = page.context["form"]
        assert form.fields["name"].disabled is not typed
        assert form.fields["passwordless"].disabled is not typed
        assert ('name="name"' in page.content.decode()) is typed


def test_whoever_has_one_is_sent_to_show_it_and_on_to_where_they_were_going(ada: Account) -> None:
    has_an_app(ada)
    page = "/accounts/second-factor/"
    asked, proved = staff_client(account=ada, second_factor=False), staff_client(account=ada)
    assert asked.get(page)["Location"] == "/accounts/2fa/reauthenticate/?next=/console/"
    onward = asked.get(page, {"next": "/console/people/"})["Location"]
    assert onward.endswith("?next=/console/people/")
    assert proved.get(page)["Location"] == "/console/"
    assert proved.get(page, {"next": "/console/people/"})["Location"] == "/console/people/"


def test_a_proof_of_long_ago_is_asked_for_again_before_something_that_matters(
    ada: Account,
) -> None:
    has_an_app(ada)
    browser = staff_client(account=ada)
    _proved_just_now(browser)
    assert browser.get("/accounts/2fa/webauthn/add/").status_code == 200
    session = browser.session
    for record in session["account_authentication_methods"]:
        record["at"] -= 2 * allauth_settings.REAUTHENTICATION_TIMEOUT
    session.save()
    again = browser.get("/accounts/2fa/webauthn/add/")
    assert again["Location"].startswith("/accounts/2fa/reauthenticate/")


@pytest.mark.parametrize("way", ["change", "set"])
def test_a_new_password_ends_every_other_session_and_link(way: str, ada: Account) -> None:
    if way == "change":
        ada.set_password("correct horse battery staple")
        ada.save()
    has_an_app(ada)
    mine, other = staff_client(account=ada), staff_client(account=ada)
    waiting = actions.make_link(ada.pk, by=SYSTEM, at=clock.now()).rstrip("/").rpartition("/")[2]
    fields = {"password1": "a wholly new passphrase", "password2": "a wholly new passphrase"}
    if way == "change":
        fields["oldpassword"] = "correct horse battery staple"
    with override_settings(ACCOUNT_REAUTHENTICATION_REQUIRED=False):
        done = mine.post(f"/accounts/password/{way}/", fields)
    assert done.status_code == 302
    assert mine.get("/console/").status_code == 200
    assert other.get("/console/").status_code == 302
    assert actions.use_link(waiting, at=clock.now())[0] is LinkState.UNKNOWN


def _proved_just_now(browser: Client) -> None:
    session = browser.session
    at = clock.now().timestamp()
    session["account_authentication_methods_user"] = session["_auth_user_id"]
    session["account_authentication_methods"] = [
        {"method": "password", "at": at},
        {"method": "mfa", "type": "totp", "at": at, "reauthenticated": True},
    ]
    session.save()


def _set_up_app(browser: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    from allauth.mfa.totp.internal.auth import SECRET_SESSION_KEY, format_hotp_value, hotp_value

    step = 58_000_000
    monkeypatch.setattr(
        "allauth.mfa.totp.internal.auth.yield_hotp_counters_from_time", lambda: iter([step])
    )
    page = browser.get("/accounts/2fa/totp/activate/")
    if page.status_code == 302:  # nobody has proved in this session who they are
        _proved_just_now(browser)
        page = browser.get("/accounts/2fa/totp/activate/")
    secret = str(browser.session[SECRET_SESSION_KEY])
    code = format_hotp_value(hotp_value(secret, step))
    assert browser.post("/accounts/2fa/totp/activate/", {"code": code}).status_code == 302
