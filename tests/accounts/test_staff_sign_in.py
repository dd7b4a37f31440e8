"""Staff sign in: password or code, then a second factor without which nothing opens."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import SECRET_SESSION_KEY, format_hotp_value, hotp_value
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from aboveboard.accounts import actions
from aboveboard.accounts.models import Account
from aboveboard.basics import clock
from aboveboard.basics.actor import SYSTEM, Role
from tests.accounts.people import customer_client, mailed_code, staff_client, staff_member

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.one_database(
        "what pages do; test_customer_sign_in and test_code_tries ask the same tables on both"
    ),
]

STAFF = "/accounts/staff/"
PASSWORD = "correct horse battery staple"
committed = pytest.mark.django_db(transaction=True)
"""For tests that set up an app: allauth notes it when the transaction is committed."""


@pytest.fixture
def ada() -> Account:
    account = staff_member(Role.ADVISER, email="ada@staff.example")
    account.set_password(PASSWORD)
    account.save()
    return account


STEP = 58_000_000
"""The half-minute in which these tests happen: a code must not run out in the middle of one."""


@pytest.fixture(autouse=True)
def _one_half_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "allauth.mfa.totp.internal.auth.yield_hotp_counters_from_time", lambda: iter([STEP])
    )


def code_for(secret: str) -> str:
    return format_hotp_value(hotp_value(secret, STEP))


def set_up_app(client: Client) -> str:
    """Set up an authenticator app and return its secret."""
    page = client.get("/accounts/2fa/totp/activate/")
    assert page.status_code == 200
    secret = str(client.session[SECRET_SESSION_KEY])
    done = client.post("/accounts/2fa/totp/activate/", {"code": code_for(secret)})
    assert done["Location"] == "/accounts/2fa/recovery-codes/"
    return secret


def sign_in(
    client: Client, password: str = PASSWORD, email: str = "ada@staff.example", **more: str
) -> str:
    response = client.post(STAFF, {"login": email, "password": password, **more})
    return str(response["Location"]) if response.status_code == 302 else str(response.status_code)


def test_the_page_asks_for_address_and_password(client: Client) -> None:
    text = client.get(STAFF).content.decode()
    assert "Staff sign in" in text
    assert 'type="password"' in text
    assert "current-password" in text


def test_a_password_alone_does_not_open_the_console(client: Client, ada: Account) -> None:
    assert sign_in(client) == "/console/"
    assert client.get("/console/")["Location"] == "/accounts/second-factor/?next=%2Fconsole%2F"
    assert "Add a second step" in client.get("/accounts/second-factor/").content.decode()


@committed
def test_setting_up_an_app_opens_the_console_and_gives_recovery_codes(
    client: Client, ada: Account
) -> None:
    sign_in(client)
    set_up_app(client)
    assert client.get("/console/").content == b"staff"
    codes = client.get("/accounts/2fa/recovery-codes/")
    assert codes.status_code == 200
    assert codes.content.decode().count("<code>") == 10


@committed
def test_the_next_time_the_code_of_the_app_is_asked_for(client: Client, ada: Account) -> None:
    sign_in(client)
    secret = set_up_app(client)
    fresh = Client()
    assert sign_in(fresh, next="/console/incidents/") == "/accounts/2fa/authenticate/"
    assert fresh.get("/console/")["Location"].startswith(STAFF)
    wrong = fresh.post("/accounts/2fa/authenticate/", {"code": "000000"})
    assert "not the code your app shows" in wrong.content.decode()
    right = fresh.post("/accounts/2fa/authenticate/", {"code": code_for(secret)})
    assert right["Location"] == "/console/incidents/"
    assert fresh.get("/console/").status_code == 200


@committed
def test_a_code_of_the_app_works_once(client: Client, ada: Account) -> None:
    sign_in(client)
    secret = set_up_app(client)
    for expected in (302, 200):
        browser = Client()
        sign_in(browser)
        assert (
            browser.post("/accounts/2fa/authenticate/", {"code": code_for(secret)}).status_code
            == expected
        )


@committed
def test_a_recovery_code_works_once(client: Client, ada: Account) -> None:
    sign_in(client)
    set_up_app(client)
    code = Authenticator.objects.get(type="recovery_codes").wrap().get_unused_codes()[0]
    for expected in (302, 200):
        browser = Client()
        sign_in(browser)
        assert browser.post("/accounts/2fa/authenticate/", {"code": code}).status_code == expected


@committed
def test_secrets_of_second_factors_are_sealed(client: Client, ada: Account) -> None:
    sign_in(client)
    secret = set_up_app(client)
    kept = json.dumps(list(Authenticator.objects.values_list("data", flat=True)))
    assert secret not in kept
    assert base64.b64encode(secret.encode()).decode() not in kept
    seed = Authenticator.objects.get(type="recovery_codes").data["seed"]
    assert len(base64.b64decode(seed.rpartition(":")[2])) == 12 + 80 + 16


@committed
def test_a_mailed_code_stands_for_the_password_but_not_for_the_second_step(
    client: Client, ada: Account
) -> None:
    sign_in(client)
    secret = set_up_app(client)
    fresh = Client()
    assert (
        fresh.post("/accounts/staff/code/", {"login": "ada@staff.example"})["Location"]
        == "/accounts/login/code/confirm/"
    )
    assert mail.outbox[-1].to == ["ada@staff.example"]
    assert (
        fresh.post("/accounts/login/code/confirm/", {"code": mailed_code()})["Location"]
        == "/accounts/2fa/authenticate/"
    )
    assert (
        fresh.post("/accounts/2fa/authenticate/", {"code": code_for(secret)})["Location"]
        == "/console/"
    )


def test_an_address_of_no_colleague_gets_the_same_answer_and_no_mail(
    client: Client, ada: Account
) -> None:
    assert (
        client.post("/accounts/staff/code/", {"login": "eve@staff.example"})["Location"]
        == "/accounts/login/code/confirm/"
    )
    assert mail.outbox == []


def test_a_wrong_password_and_an_unknown_address_get_the_same_answer(
    client: Client, ada: Account
) -> None:
    pages = []
    for email in ("ada@staff.example", "eve@staff.example"):
        page = Client().post(STAFF, {"login": email, "password": "wrong"})
        assert page.status_code == 200
        pages.append(len(page.content.decode().replace(email, "")))
    assert pages[0] == pages[1]


def test_a_customer_has_no_password_to_guess(client: Client) -> None:
    customer_client(4711)
    assert sign_in(client, "!", "4711@person.invalid") == "200"


def test_five_wrong_passwords_slow_the_sixth_even_if_it_is_right(ada: Account) -> None:
    answers = [sign_in(Client(), "wrong") for _ in range(5)]
    assert answers == ["200"] * 5
    page = Client().post(STAFF, {"login": "ada@staff.example", "password": PASSWORD})
    assert page.status_code == 429
    assert "Too many attempts" in page.content.decode()


@committed
def test_many_wrong_codes_of_the_app_are_slowed_down(client: Client, ada: Account) -> None:
    sign_in(client)
    set_up_app(client)
    browser = Client()
    sign_in(browser)
    answers = [
        browser.post("/accounts/2fa/authenticate/", {"code": "000000"}).status_code
        for _ in range(6)
    ]
    assert answers == [200] * 5 + [429]


def test_a_closed_account_cannot_sign_in(client: Client, ada: Account) -> None:
    actions.close(ada.pk, by=SYSTEM, at=clock.now())
    assert sign_in(client) == "200"
    client.post("/accounts/staff/code/", {"login": "ada@staff.example"})
    assert mail.outbox == []


@committed
def test_the_only_second_step_cannot_be_taken_away(client: Client, ada: Account) -> None:
    sign_in(client)
    set_up_app(client)
    page = client.get("/accounts/2fa/totp/deactivate/")
    assert "Add a passkey first" in page.content.decode()
    client.post("/accounts/2fa/totp/deactivate/")
    assert Authenticator.objects.filter(type="totp").exists()


@committed
def test_the_page_about_ways_to_sign_in_shows_what_is_set_up(client: Client, ada: Account) -> None:
    sign_in(client)
    before = client.get("/accounts/").content.decode()
    set_up_app(client)
    after = client.get("/accounts/").content.decode()
    assert "not set up" in before
    assert "10 left" in after


@pytest.mark.parametrize(
    ("new", "said"),
    [
        ("short", "at least 8"),
        ("password1234", "easy to guess"),
        ("ada@staff.example", "your address"),
    ],
)
def test_a_weak_password_is_refused(client: Client, ada: Account, new: str, said: str) -> None:
    browser = staff_client(account=ada)
    page = browser.post(
        "/accounts/password/change/", {"oldpassword": PASSWORD, "password1": new, "password2": new}
    )
    assert page.status_code == 200
    assert said in page.content.decode()


def test_a_password_is_kept_as_argon2_and_a_guess_costs_its_memory_and_time(
    ada: Account, cost_of_a_password: dict[str, int]
) -> None:
    assert ada.password.startswith("argon2$argon2id$")
    # More than OWASP asks for: 19 MiB and two rounds.
    assert cost_of_a_password["memory_cost"] >= 64 * 1024
    assert cost_of_a_password["time_cost"] >= 2


def test_a_first_password_can_be_chosen() -> None:
    account = staff_member(Role.ADVISER)
    browser = staff_client(account=account)
    chosen = {"password1": PASSWORD, "password2": PASSWORD}
    assert browser.post("/accounts/password/set/", chosen)["Location"] == "/accounts/"
    account.refresh_from_db()
    assert account.check_password(PASSWORD)


@pytest.mark.parametrize(
    "address",
    [
        "/accounts/",
        "/accounts/2fa/totp/activate/",
        "/accounts/2fa/webauthn/",
        "/accounts/2fa/webauthn/add/",
        "/accounts/password/set/",
        "/accounts/logout/",
    ],
)
def test_every_page_of_a_colleague_is_shown(address: str) -> None:
    page = staff_client(Role.ADVISER).get(address)
    assert page.status_code == 200
    text = page.content.decode()
    assert "<h1" in text
    assert "<style" not in text
    assert " style=" not in text
    assert " onclick=" not in text


@pytest.mark.parametrize("address", ["/accounts/2fa/webauthn/", "/accounts/2fa/webauthn/add/"])
def test_a_customer_keeps_passkeys_too(address: str) -> None:
    assert customer_client(4711).get(address).status_code == 200


@pytest.mark.parametrize(
    "address",
    [
        "/accounts/2fa/",
        "/accounts/2fa/totp/activate/",
        "/accounts/password/set/",
        "/accounts/second-factor/",
    ],
)
def test_a_customer_has_none_of_the_pages_of_staff(address: str) -> None:
    assert customer_client(4711).get(address).status_code == 403


def test_signing_out_ends_the_session() -> None:
    browser = staff_client(Role.ADVISER)
    assert browser.post("/accounts/logout/")["Location"] == "/"
    assert browser.get("/console/").status_code == 302


def test_the_console_costs_few_queries(
    django_assert_max_num_queries: Callable[[int], CaptureQueriesContext],
) -> None:
    browser = staff_client(Role.ADVISER)
    browser.get("/console/")
    # The session, the account, and the promise, which names the time zone; here there is none, so
    # the log is asked whether it adopted one, and the versions for one that was known before.
    with django_assert_max_num_queries(5):
        browser.get("/console/")


def test_a_wrong_password_costs_the_same_whoever_s_address_was_typed(
    ada: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same statements, and one password hashed: most of what the page costs, and all of what
    could be measured from outside within the limit of tries."""
    staff_member(email="without.password@staff.example")
    closed = staff_member(email="closed@staff.example")
    closed.closed_at = clock.now()
    closed.save()
    hashed = []
    encode = Argon2PasswordHasher.encode
    monkeypatch.setattr(
        Argon2PasswordHasher,
        "encode",
        lambda self, password, salt: hashed.append(1) or encode(self, password, salt),
    )
    verify = Argon2PasswordHasher.verify
    monkeypatch.setattr(
        Argon2PasswordHasher,
        "verify",
        lambda self, password, encoded: hashed.append(1) or verify(self, password, encoded),
    )
    costs = {}
    for name in ("first", "ada", "without.password", "closed", "nobody"):
        hashed.clear()
        with CaptureQueriesContext(connection) as statements:
            assert sign_in(Client(), "wrong", f"{name}@staff.example") == "200"
        costs[name] = (len(statements), len(hashed))
    del costs["first"]  # a process reads its sealing key once
    assert len(set(costs.values())) == 1, costs
    assert costs["nobody"][1] == 1


@pytest.mark.parametrize(
    ("language", "page", "title"),
    [
        ("de", "/accounts/staff/", "Anmeldung für Beschäftigte"),
        ("fr", "/accounts/staff/code/", "Recevoir un code de connexion"),
        ("de", "/accounts/", "So melden Sie sich an"),
        ("fr", "/accounts/2fa/webauthn/", "Vos clés d’accès"),
        ("de", "/accounts/2fa/webauthn/add/", "Einen Passkey hinzufügen"),
    ],
)
def test_staff_and_passkey_pages_speak_the_readers_language(
    language: str, page: str, title: str
) -> None:
    signed_in = page == "/accounts/" or "2fa" in page
    browser = staff_client(Role.ADVISER) if signed_in else Client()
    text = browser.get(page, headers={"accept-language": language}).content.decode()
    assert f'<html lang="{language}"' in text
    assert title in text
