"""The account page: how one signs in, where one is signed in, and signing out everywhere else."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.conf import settings
from django.test import Client

from aboveboard.accounts import actions, gate, limits
from aboveboard.accounts.models import Account, OpenSession
from aboveboard.accounts.open_sessions import OwnSession, browser_and_system
from aboveboard.accounts.queries import actor_for
from aboveboard.basics import clock
from aboveboard.basics.actor import Role
from tests.accounts.conftest import JON
from tests.accounts.people import customer_client, erase_everywhere, staff_client, staff_member
from tests.pages import words

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.one_database(
        "what a page shows and its buttons do; test_sessions asks the rows on both"
    ),
]
PAGE = "/accounts/"
END = "/accounts/sessions/end/"
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like "
    "Gecko) Version/18.0 Mobile/15E148 Safari/604.1"
)


@pytest.fixture
def ada() -> Account:
    return staff_member()


def open_page(browser: Client, user_agent: str = FIREFOX) -> str:
    """Open the page in this browser, a while after the last time."""
    session = browser.session
    session["seen"] = 0
    session.save()
    return words(browser.get(PAGE, headers={"user-agent": user_agent}))


def open_page_of(browser: Client) -> Sequence[OwnSession]:
    """Open the page, and return the sessions that it lists."""
    open_page(browser)
    listed: Sequence[OwnSession] = browser.get(PAGE).context["sessions"]
    return listed


def named(sessions: Sequence[OwnSession], system: str) -> str:
    """Return the name of the one session on a system."""
    (name,) = (session.name for session in sessions if session.system == system)
    return name


def test_staff_see_who_they_are_and_every_way_to_sign_in(ada: Account) -> None:
    TOTP.activate(ada, generate_totp_secret())
    page = open_page(staff_client(account=ada))
    assert f"{ada.name}, {ada.email}. Your role is adviser." in page
    for way in ("Password not set", "App on your phone set up", "Passkeys none", "Recovery codes"):
        assert way in page, way
    assert "You are signed in nowhere else." in page


def test_a_customer_is_offered_passkeys_and_no_password() -> None:
    browser = customer_client(JON)
    page = open_page(browser, IPHONE)
    assert "Safari on iPhone this one" in page
    assert "A code by e-mail" in page
    assert "Password" not in page
    assert "Recovery codes" not in page
    raw = browser.get(PAGE).content.decode()
    assert "/accounts/2fa/webauthn/add/" in raw
    account = Account.objects.get(person_id=JON)
    assert account.email not in raw, "the address that stands in for theirs"


def test_a_customer_with_passkeys_is_led_to_them() -> None:
    browser = customer_client(JON)
    Authenticator.objects.create(
        user=Account.objects.get(person_id=JON), type="webauthn", data={"credential": {}}
    )
    assert "1 set up" in open_page(browser)
    assert "/accounts/2fa/webauthn/" in browser.get(PAGE).content.decode()


def test_each_session_is_listed_and_all_others_end(ada: Account) -> None:
    here, there = staff_client(account=ada), staff_client(account=ada)
    open_page(there, IPHONE)
    page = open_page(here)
    assert page.index("Firefox on Windows this one") < page.index("Safari on iPhone")
    waiting = actions.make_link(ada.pk, by=actor_for(ada), at=clock.now())
    done = words(here.post(END, follow=True))
    assert "You are signed out everywhere else." in done
    assert "Safari on iPhone" not in done
    assert here.get("/either/").status_code == 200
    assert there.get("/either/").status_code == 302
    assert Client().get(waiting).status_code == 404
    assert here.session[gate.SECOND_FACTOR] == ada.pk, "the second step stays proved"
    assert here.post(END).status_code == 302, "twice"


def test_one_session_is_ended_and_the_others_stay(ada: Account) -> None:
    here, lost, other = (staff_client(account=ada) for _ in range(3))
    open_page(lost, IPHONE)
    open_page(other)
    name = named(open_page_of(here), "iPhone")
    assert "That browser is signed out." in words(here.post(END, {"session": name}, follow=True))
    assert lost.get(PAGE)["Location"].startswith("/accounts/")
    assert "iPhone" not in open_page(here)
    for browser in (here, other):
        assert browser.get("/either/").status_code == 200
    again = words(here.post(END, {"session": name}, follow=True))
    assert "That browser was signed out already." in again
    assert other.get("/either/").status_code == 200


def test_a_session_that_cannot_be_told_from_others_takes_them_with_it(ada: Account) -> None:
    """Its cookie was renewed since it was last seen."""
    here, lost = staff_client(account=ada), staff_client(account=ada)
    open_page(lost, IPHONE)
    session = lost.session
    session.cycle_key()
    lost.cookies[settings.SESSION_COOKIE_NAME] = session.session_key
    assert lost.get("/either/").status_code == 200
    name = named(open_page_of(here), "iPhone")
    answer = words(here.post(END, {"session": name}, follow=True))
    assert "You are signed out everywhere else." in answer
    assert lost.get("/either/").status_code == 302
    assert here.get("/either/").status_code == 200


def test_nobody_ends_the_session_of_another_or_their_own_by_name(ada: Account) -> None:
    here = staff_client(account=ada)
    open_page(here, IPHONE)
    name = OpenSession.objects.get().name
    other = staff_client(account=staff_member(Role.ADMINISTRATOR))
    for browser in (other, here):
        browser.post(END, {"session": name})
        assert here.get("/either/").status_code == 200
    assert "Sign out" not in words(here.get(PAGE)).partition("Where you are signed in")[2]


def test_a_customer_ends_one_of_theirs() -> None:
    here, lost = customer_client(JON), customer_client(JON)
    open_page(lost, IPHONE)
    here.post(END, {"session": named(open_page_of(here), "iPhone")})
    assert lost.get(PAGE)["Location"].startswith("/accounts/login/")
    assert here.get(PAGE).status_code == 200


def test_a_session_is_noted_once_and_goes_when_one_signs_out(ada: Account) -> None:
    browser = staff_client(account=ada)
    for _ in range(3):
        open_page(browser)
    assert OpenSession.objects.count() == 1
    browser.post("/accounts/logout/")
    assert not OpenSession.objects.exists()


def test_a_session_that_is_over_is_not_listed(ada: Account) -> None:
    old, here = staff_client(account=ada), staff_client(account=ada)
    open_page(old, IPHONE)
    OpenSession.objects.update(seen_at=clock.now() - limits.SESSION_IDLE_STAFF)
    assert "iPhone" not in open_page(here)
    assert OpenSession.objects.count() == 1, "and its row is gone"
    OpenSession.objects.update(began_at=clock.now() - limits.SESSION_LIFE_STAFF)
    assert "Firefox" not in words(here.get(PAGE))


def test_no_row_of_a_session_outlives_what_ended_it(ada: Account) -> None:
    boss = actor_for(staff_member(Role.ADMINISTRATOR))

    def rows_after(ends: Callable[[], object]) -> int:
        ada.refresh_from_db()
        open_page(staff_client(account=ada))
        assert OpenSession.objects.filter(account=ada).exists()
        ends()
        return OpenSession.objects.filter(account=ada).count()

    TOTP.activate(ada, generate_totp_secret())
    at = clock.now()
    assert rows_after(lambda: actions.reset_second_factors(ada.pk, by=boss, at=at)) == 0
    assert rows_after(lambda: actions.end_other_sessions(ada)) == 0
    assert rows_after(lambda: actions.close(ada.pk, by=boss, at=at)) == 0


def test_nobody_sees_the_sessions_of_another(ada: Account) -> None:
    open_page(staff_client(account=ada), IPHONE)
    other = staff_member(Role.ADMINISTRATOR)
    assert "iPhone" not in open_page(staff_client(account=other))


def test_the_row_says_nothing_in_clear_and_goes_with_the_person() -> None:
    open_page(customer_client(JON), IPHONE)
    row = OpenSession.objects.get()
    assert b"iPhone" not in bytes(row.browser)
    OpenSession.objects.update(name="0" * 32)
    erase_everywhere(JON)
    assert not OpenSession.objects.exists()


def test_a_row_that_was_changed_names_no_browser(ada: Account) -> None:
    browser = staff_client(account=ada)
    open_page(browser)
    OpenSession.objects.update(browser=b"made up")
    assert "A browser that we do not recognise" in words(browser.get(PAGE))


@pytest.mark.parametrize(
    ("user_agent", "called"),
    [
        (FIREFOX, ("Firefox", "Windows")),
        (IPHONE, ("Safari", "iPhone")),
        (FIREFOX.replace("Firefox/140.0", "Chrome/139.0 Safari/537.36"), ("Chrome", "Windows")),
        (FIREFOX.replace("Firefox", "Chrome/139.0 Safari/537.36 Edg"), ("Edge", "Windows")),
        ("Mozilla/5.0 (Linux; Android 15) Chrome/139.0 Mobile Safari", ("Chrome", "Android")),
        (
            "Mozilla/5.0 (Linux; Android 15) SamsungBrowser/28.0 Chrome/130.0 Mobile Safari/537.36",
            ("Samsung Internet", "Android"),
        ),
        (
            "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Chrome/138.0 Safari/537.36 OPR/122.0",
            ("Opera", "macOS"),
        ),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Safari/605.1", ("Safari", "macOS")),
        ("Mozilla/5.0 (iPhone; like Mac OS X) FxiOS/140.0 Safari/605.1", ("Firefox", "iPhone")),
        ("Mozilla/5.0 (iPad; like Mac OS X) CriOS/139.0 Safari/604.1", ("Chrome", "iPad")),
        ("Mozilla/5.0 (X11; Linux x86_64) Gecko Firefox/140.0", ("Firefox", "Linux")),
        ("Mozilla/5.0 (X11; CrOS x86_64) Chrome/139.0 Safari/537.36", ("Chrome", "ChromeOS")),
        ("curl/8.5.0", ("", "")),
        ("", ("", "")),
    ],
)
def test_a_browser_is_called_what_people_call_it(user_agent: str, called: tuple[str, str]) -> None:
    assert browser_and_system(user_agent) == called


def test_who_may() -> None:
    assert Client().get(PAGE)["Location"].startswith("/accounts/login/")
    assert Client().post(END)["Location"].startswith("/accounts/login/")
    # Staff without any second factor may look, and set up their first.
    newcomer = staff_client(Role.INCIDENT_LEAD, second_factor=False)
    assert newcomer.get(PAGE).status_code == 200
    assert newcomer.get("/accounts/2fa/")["Location"] == PAGE


def test_wrong_method(ada: Account) -> None:
    assert staff_client(account=ada).get(END).status_code == 405


def test_a_session_from_before_there_were_rows_gets_one(ada: Account) -> None:
    browser = staff_client(account=ada)
    session = browser.session
    session["seen"] = (clock.now() - 2 * limits.SESSION_TOUCH - timedelta(seconds=1)).timestamp()
    session.save()
    browser.get("/either/")
    assert OpenSession.objects.get().account == ada
