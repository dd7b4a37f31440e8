"""Faults of peers about signing in: 9, 11, 12, 13, 19, 20."""

from __future__ import annotations

import pytest
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.core.cache import cache
from django.db import connection
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext

from aboveboard.accounts.models import Account
from aboveboard.basics.actor import Role
from tests.accounts.people import staff_client, staff_member

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.one_database("what pages do; tests/accounts asks the rows on both"),
]

STAFF = "/accounts/staff/"
PASSWORD = "correct horse battery staple"
SECRET, STEP = "JBSWY3DPEHPK3PXP", 58_000_000


@pytest.fixture(autouse=True)
def _no_tries_counted() -> None:
    cache.clear()


@pytest.fixture
def ada() -> Account:
    account = staff_member(Role.ADMINISTRATOR, email="ada@staff.example")
    account.set_password(PASSWORD)
    account.save()
    return account


def sign_in(email: str, password: str = PASSWORD, **headers: str) -> int:
    answer = Client(headers=headers).post(STAFF, {"login": email, "password": password})
    return int(answer.status_code)


def test_9_login_timing_cve_2024_45052_cve_2025_54999(
    ada: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An unknown address costs what a known one with a wrong password does: as many statements, and
    as many runs of the password hash, which is nearly all of the time."""
    runs = [0]
    encode = Argon2PasswordHasher.encode

    def counted(self: Argon2PasswordHasher, password: str, salt: str) -> str:
        runs[0] += 1
        return str(encode(self, password, salt))

    verify = Argon2PasswordHasher.verify

    def verified(self: Argon2PasswordHasher, password: str, encoded: str) -> bool:
        runs[0] += 1
        return bool(verify(self, password, encoded))

    monkeypatch.setattr(Argon2PasswordHasher, "encode", counted)
    monkeypatch.setattr(Argon2PasswordHasher, "verify", verified)
    sign_in("first@staff.example", "x")  # what a process reads once, whoever comes first
    work = []
    for email in ("ada@staff.example", "nobody@staff.example", "bob@staff.example"):
        runs[0] = 0
        with CaptureQueriesContext(connection) as queries:
            assert sign_in(email, "a wrong password") == 200
        work.append((runs[0], len(queries)))
    assert len(set(work)) == 1, work
    assert work[0][0] >= 1


@pytest.mark.parametrize("door", ["change", "set"])
@pytest.mark.parametrize("weak", ["short", "vT7#pLq", "password1234", "ada@staff.example", ""])
def test_11_invite_accepts_a_weak_password_cve_2024_52008(
    door: str, weak: str, ada: Account
) -> None:
    if door == "set":
        ada.set_unusable_password()
        ada.save()
    browser = staff_client(account=ada)
    before = Account.objects.get(pk=ada.pk).password
    fields = {"oldpassword": PASSWORD, "password1": weak, "password2": weak}
    with override_settings(ACCOUNT_REAUTHENTICATION_REQUIRED=False):
        answer = browser.post(f"/accounts/password/{door}/", fields)
    assert answer.status_code == 200
    assert "There is a problem" in answer.content.decode()
    assert Account.objects.get(pk=ada.pk).password == before


def test_12_sessions_live_after_a_password_change_cve_2025_57766(ada: Account) -> None:
    mine, stolen, half_way = staff_client(account=ada), staff_client(account=ada), Client()
    assert half_way.post(STAFF, {"login": ada.email, "password": PASSWORD}).status_code == 302
    new = "a new one entirely"
    fields = {"oldpassword": PASSWORD, "password1": new, "password2": new}
    with override_settings(ACCOUNT_REAUTHENTICATION_REQUIRED=False):
        assert mine.post("/accounts/password/change/", fields).status_code == 302
    assert mine.get("/console/").status_code == 200
    for other in (stolen, half_way):
        assert other.get("/console/")["Location"].startswith("/accounts/")
        assert "_auth_user_id" not in other.session


def test_13_brute_force_behind_a_forged_address_cve_2025_57815_57816() -> None:
    """The limit is of the network address that the connection has; what a caller writes into
    X-Forwarded-For is believed from the one proxy of an https origin alone."""
    codes = [
        Client(headers={"x-forwarded-for": f"203.0.113.{number}"})
        .post("/accounts/login/", {"login": f"a{number}@example.com"})
        .status_code
        for number in range(25)
    ]
    assert codes[:20] == [302] * 20
    assert set(codes[20:]) == {429}


def test_13_of_what_a_proxy_passes_on_the_last_address_counts() -> None:
    with override_settings(ALLAUTH_TRUSTED_PROXY_COUNT=1):
        codes = [
            Client(headers={"x-forwarded-for": f"203.0.113.{number}, 198.51.100.7"})
            .post("/accounts/login/", {"login": f"a{number}@example.com"})
            .status_code
            for number in range(25)
        ]
    assert set(codes[20:]) == {429}


def test_13_the_counters_are_in_the_database_that_all_processes_share() -> None:
    Client().post("/accounts/login/", {"login": "a@example.com"})
    with connection.cursor() as cursor:
        cursor.execute("SELECT COUNT(*) FROM site_cache")
        assert cursor.fetchone()[0] >= 2
        cursor.execute("SELECT cache_key, value FROM site_cache")
        assert "127.0.0.1" not in str(cursor.fetchall()), "whom they count is not in clear"


@pytest.mark.parametrize(
    "again", ["{a}{b}", "{a} {b}", " {a}{b}", "{a}{b} ", "{a}-{b}", "{a}\u00a0{b}", "\t{a}{b}"]
)
def test_19_an_app_code_reused_with_a_space_cve_2025_55000_55003(
    again: str, ada: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "allauth.mfa.totp.internal.auth.yield_hotp_counters_from_time", lambda: iter([STEP])
    )
    TOTP.activate(ada, SECRET)
    code = format_hotp_value(hotp_value(SECRET, STEP))
    first, second = (
        staff_client(account=ada, second_factor=False),
        staff_client(account=ada, second_factor=False),
    )
    path = "/accounts/2fa/reauthenticate/"
    assert first.post(path, {"code": code}).status_code == 302
    typed = again.format(a=code[:3], b=code[3:])
    assert second.post(path, {"code": typed}).status_code == 200
    assert second.get("/console/").status_code == 302


@pytest.mark.parametrize(
    "spelled",
    [
        "ADA@STAFF.EXAMPLE",
        " ada@staff.example",
        "ada@ｓtaff.example",
        "<ada@staff.example>",
        "mailto:ada@staff.example",
        "ada@staff.example.",
    ],
)
def test_20_lockout_bypass_by_case_and_spacing_cve_2025_54998(spelled: str, ada: Account) -> None:
    for _ in range(5):
        assert sign_in("ada@staff.example", "a wrong password") == 200
    assert sign_in(spelled, "a wrong password") == 429
    assert sign_in(spelled) == 429, "the right password waits as long"


@pytest.mark.parametrize("spelled", ["ADA@staff.example", " ada@staff.example. "])
def test_20_one_account_however_its_address_is_spelled_cve_2025_54996(
    spelled: str, ada: Account
) -> None:
    assert sign_in(spelled) == 302
