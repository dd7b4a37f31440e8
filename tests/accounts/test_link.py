"""The page of a one-time link: it works once, in its time, for its account, and says
plainly why it does not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from django.test import Client

from aboveboard.accounts import actions, links
from aboveboard.accounts.links import LinkState
from aboveboard.accounts.models import SignInLink
from aboveboard.basics import clock, settings
from aboveboard.basics.actor import SYSTEM, Role
from aboveboard.basics.errors import Conflict, Refused
from aboveboard.keys.demonstration import NoDemonstration, check, forget, mark_as_demonstration
from tests.accounts.conftest import JON
from tests.accounts.people import staff_client, staff_member

pytestmark = pytest.mark.django_db


@pytest.fixture
def demonstration(db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    mark_as_demonstration()
    current = settings.current()
    demo = replace(current, demo=replace(current.demo, enabled=True))
    monkeypatch.setattr("aboveboard.basics.settings.current", lambda: demo)
    yield
    forget()


def make(role: Role = Role.ADVISER, **more: object) -> str:
    return actions.make_link(staff_member(role).pk, by=SYSTEM, at=clock.now(), **more)  # type: ignore[arg-type]


def test_opening_the_link_uses_nothing_up(client: Client) -> None:
    path = make()
    for _ in range(3):
        page = client.get(path)
        assert page.status_code == 200
        assert "This link signs you in once" in page.content.decode()
    assert SignInLink.objects.get().used_at is None
    assert client.get("/console/").status_code == 302


def test_the_button_signs_in_and_the_second_factor_is_still_needed(client: Client) -> None:
    assert client.post(make())["Location"] == "/console/"
    assert client.get("/console/")["Location"].startswith("/accounts/second-factor/")


def test_who_comes_second_between_the_question_and_the_use_is_told_that_it_is_used(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    token = make().rstrip("/").rpartition("/")[2]
    asked = actions.link_state

    def and_somebody_uses_it(token: str, *, at: datetime) -> tuple[LinkState, SignInLink | None]:
        known = asked(token, at=at)
        monkeypatch.undo()
        assert actions.use_link(token, at=at)[0] is LinkState.WORKS
        return known

    monkeypatch.setattr(actions, "link_state", and_somebody_uses_it)
    state, link = actions.use_link(token, at=clock.now())
    assert (state, link) == (LinkState.USED, SignInLink.objects.get())


def test_the_link_works_once(client: Client) -> None:
    path = make()
    client.post(path)
    again = Client()
    page = again.post(path)
    assert page.status_code == 410
    assert "already been used" in page.content.decode()
    assert again.get("/console/").status_code == 302


def test_of_two_at_once_one_is_too_late() -> None:
    token = make().rstrip("/").rpartition("/")[2]
    first, second = (actions.use_link(token, at=clock.now())[0] for _ in range(2))
    assert (first, second) == (LinkState.WORKS, LinkState.USED)


def test_a_link_that_is_too_old_says_so(client: Client) -> None:
    path = make(life=timedelta(seconds=-1))
    for page in (client.get(path), client.post(path)):
        assert page.status_code == 410
        assert "This link has expired" in page.content.decode()


def test_a_link_that_nobody_made_is_unknown(client: Client) -> None:
    page = client.get("/accounts/link/made-up/")
    assert page.status_code == 404
    assert "We do not recognise this link" in page.content.decode()


def test_the_link_of_a_closed_account_says_so(client: Client) -> None:
    account = staff_member(Role.ADVISER)
    path = actions.make_link(account.pk, by=SYSTEM, at=clock.now())
    actions.close(account.pk, by=SYSTEM, at=clock.now())
    assert "This account is closed" in client.get(path).content.decode()
    assert client.post(path).status_code == 410
    with pytest.raises(Conflict, match="closed"):
        actions.make_link(account.pk, by=SYSTEM, at=clock.now())


def test_the_link_replaces_whoever_was_signed_in() -> None:
    browser = staff_client(Role.ADMINISTRATOR)
    browser.post(make(Role.ADVISER))
    assert browser.get("/either/").status_code == 200
    assert browser.get("/console/").status_code == 302, (
        "the second factor of the one before must not count"
    )


def test_only_the_hash_of_the_token_is_kept() -> None:
    token = make().rstrip("/").rpartition("/")[2]
    row = SignInLink.objects.values().get()
    assert token not in str(row)
    assert row["token_hash"] == links.digest(token)
    assert len(token) == 43


def test_the_token_is_not_logged_even_when_its_form_is_refused(
    caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    path = make()
    assert Client(enforce_csrf_checks=True).post(path).status_code == 403
    Client().post(path)
    assert Client().post(path).status_code == 410
    token = path.rstrip("/").rpartition("/")[2]
    assert token not in caplog.text
    assert token not in capfd.readouterr().err


def test_a_link_without_second_factor_is_for_demonstrations_only() -> None:
    with pytest.raises(Refused, match="demonstrations"):
        make(demo=True)


@pytest.mark.usefixtures("demonstration")
def test_a_demonstration_link_opens_the_console_at_once(client: Client) -> None:
    client.post(make(Role.INCIDENT_LEAD, demo=True))
    assert client.get("/console/incidents/").status_code == 200


def test_settings_alone_make_no_demonstration(monkeypatch: pytest.MonkeyPatch) -> None:
    """A line in a file of settings, or in a backup's, is not enough (S16)."""
    forget()
    current = settings.current()
    demo = replace(current, demo=replace(current.demo, enabled=True))
    monkeypatch.setattr("aboveboard.basics.settings.current", lambda: demo)
    with pytest.raises(Refused, match="demonstrations"):
        make(demo=True)
    with pytest.raises(NoDemonstration):
        check()
    assert Client().get("/demo/mail").status_code == 404


def test_a_demonstration_link_waives_nothing_elsewhere(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    mark_as_demonstration()
    current = settings.current()
    with monkeypatch.context() as patched:
        patched.setattr(
            "aboveboard.basics.settings.current",
            lambda: replace(current, demo=replace(current.demo, enabled=True)),
        )
        path = make(demo=True)
    client.post(path)
    assert client.get("/console/").status_code == 302


def test_a_customer_may_be_given_a_link(client: Client) -> None:
    path = actions.make_link(
        actions.customer_account(JON, at=clock.now()).pk, by=SYSTEM, at=clock.now()
    )
    assert "Sign in to see your data" in client.get(path).content.decode()
    assert client.post(path)["Location"] == "/you/"
    assert client.get("/you/").content == f"person {JON}".encode()


def test_states_in_order() -> None:
    now = clock.now()
    soon, gone = now + timedelta(hours=1), now - timedelta(hours=1)

    def state(used: object, expires: object, is_open: bool = True) -> LinkState:
        return links.state(used_at=used, expires_at=expires, account_open=is_open, at=now)  # type: ignore[arg-type]

    assert state(None, soon) is LinkState.WORKS
    assert state(None, now) is LinkState.EXPIRED
    assert state(gone, gone) is LinkState.USED
    assert state(None, soon, False) is LinkState.CLOSED
