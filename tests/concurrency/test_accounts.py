"""Two at once at one account, one link, one client: what only one of them may do, one does."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP
from django.test import Client

from aboveboard.accounts import actions, queries
from aboveboard.accounts.clients import actions as clients
from aboveboard.accounts.clients import tokens
from aboveboard.accounts.clients.server import OAuthClient
from aboveboard.accounts.links import LinkState
from aboveboard.accounts.models import AccessToken, Account, ServiceClient
from aboveboard.accounts.signin.adapter import SecondFactorAdapter
from aboveboard.basics import clock
from aboveboard.basics.actor import SYSTEM, Role
from aboveboard.basics.errors import Conflict
from tests.accounts.people import service_client, staff_client, staff_member
from tests.concurrency.crew import at_once

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = 6


def test_an_invitation_that_is_accepted_by_three_at_once_signs_one_in() -> None:
    account = staff_member()
    for _ in range(ROUNDS):
        address = actions.make_link(account.pk, by=SYSTEM, at=clock.now())
        answers = at_once([lambda address=address: _accept(address)] * 3)
        assert sorted(answers) == ["/console/", "410", "410"], answers  # type: ignore[type-var]


def _accept(address: str) -> str:
    answer = Client().post(address)
    return str(answer["Location"]) if answer.status_code == 302 else str(answer.status_code)


def test_a_link_used_while_its_account_is_closed_opens_nothing() -> None:
    for number in range(ROUNDS):
        account = staff_member(email=f"a{number}@staff.example")
        address = actions.make_link(account.pk, by=SYSTEM, at=clock.now())
        browser = Client()
        at_once(
            [
                lambda browser=browser, address=address: browser.post(address),
                lambda account=account: actions.close(account.pk, by=SYSTEM, at=clock.now()),
            ]
        )
        assert browser.get("/console/")["Location"].startswith("/accounts/staff/")
        token = address.rstrip("/").rpartition("/")[2]
        assert actions.use_link(token, at=clock.now())[0] in (LinkState.USED, LinkState.CLOSED)


def test_two_administrators_who_end_each_other_leave_one() -> None:
    for number in range(ROUNDS):
        one, other = (
            actions.add_staff(
                email=f"{name}{number}@staff.example",
                name="Ada",
                team="",
                role=Role.ADMINISTRATOR,
                by=SYSTEM,
                at=clock.now(),
            )
            for name in "ab"
        )
        outcomes = at_once(
            [
                lambda other=other: actions.close(other.id, by=SYSTEM, at=clock.now()),
                lambda one=one: actions.change_role(
                    one.id, role=Role.ADVISER, by=SYSTEM, at=clock.now()
                ),
            ]
        )
        assert [type(o) for o in outcomes if isinstance(o, Exception)] == [Conflict], outcomes
        left = [s for s in queries.staff() if s.role == Role.ADMINISTRATOR and s.is_active]
        assert len(left) == 1
        Account.objects.filter(pk=left[0].id).delete()


def test_a_colleague_who_is_added_by_two_at_once_is_added_once() -> None:
    for number in range(ROUNDS):
        outcomes = at_once([lambda number=number: _add(f"new{number}@staff.example")] * 2)
        assert [type(o) for o in outcomes if isinstance(o, Exception)] == [Conflict], outcomes


def _add(email: str) -> queries.StaffMember:
    return actions.add_staff(
        email=email, name="Ada", team="", role=Role.ADVISER, by=SYSTEM, at=clock.now()
    )


def test_somebody_s_last_two_second_factors_taken_away_at_once_leave_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    account = staff_member()
    app = TOTP.activate(account, "JBSWY3DPEHPK3PXP").instance
    passkey = Authenticator.objects.create(
        user=account, type=Authenticator.Type.WEBAUTHN, data={"name": "Passkey 1"}
    )
    browsers = [staff_client(account=account), staff_client(account=account)]
    for browser in browsers:
        session = browser.session
        session["account_authentication_methods_user"] = session["_auth_user_id"]
        session["account_authentication_methods"] = [
            {"method": "mfa", "type": "totp", "at": time.time(), "reauthenticated": True}
        ]
        session.save()
    _both_ask_before_either_acts(monkeypatch)
    pages = ["/accounts/2fa/totp/deactivate/", f"/accounts/2fa/webauthn/keys/{passkey.pk}/remove/"]
    at_once(
        [
            lambda browser=browser, page=page: browser.post(page)
            for browser, page in zip(browsers, pages, strict=True)
        ]
    )
    assert len(Authenticator.objects.filter(pk__in=[app.pk, passkey.pk])) == 1
    assert queries.has_second_factor(account)


def _both_ask_before_either_acts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hold whoever has asked whether a factor may go until the other has asked too, or for a
    second: whoever locks the account first cannot be joined."""
    ask: Callable[..., bool] = SecondFactorAdapter.can_delete_authenticator
    gate = threading.Barrier(2)

    def asked(self: SecondFactorAdapter, authenticator: Authenticator) -> bool:
        answer = ask(self, authenticator)
        try:
            gate.wait(1)
        except threading.BrokenBarrierError:
            return answer
        return answer

    monkeypatch.setattr(SecondFactorAdapter, "can_delete_authenticator", asked)


@pytest.mark.parametrize("ended", ["rotated", "revoked"])
def test_a_token_asked_for_while_the_secret_is_ended_never_works(
    ended: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The secret was right when it was looked at, and leaked: it was ended for that."""
    row, secret = service_client()
    allowed: Callable[..., str | None] = OAuthClient.get_allowed_scope

    def meanwhile(self: OAuthClient, scope: str | None) -> str | None:
        _end(row, ended)
        return allowed(self, scope)

    monkeypatch.setattr(OAuthClient, "get_allowed_scope", meanwhile)
    answer = Client().post(
        "/oauth/token",
        {
            "grant_type": "client_credentials",
            "client_id": row.client_id,
            "client_secret": secret,
        },
    )
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
    assert not AccessToken.objects.filter(revoked_at=None).exists()


def _end(row: ServiceClient, how: str) -> None:
    if how == "revoked":
        clients.revoke_client(row.pk, by=SYSTEM, at=clock.now())
    else:
        clients.rotate_client(row.pk, by=SYSTEM, at=clock.now(), overlap=timedelta())


def test_secrets_rotated_and_revoked_at_once_end_with_none_that_works() -> None:
    for number in range(ROUNDS):
        row, secret = service_client(name=f"Till {number}")
        outcomes = at_once(
            [
                lambda row=row: clients.rotate_client(row.pk, by=SYSTEM, at=clock.now()),
                lambda row=row: clients.rotate_client(row.pk, by=SYSTEM, at=clock.now()),
                lambda row=row: clients.revoke_client(row.pk, by=SYSTEM, at=clock.now()),
                lambda row=row: clients.revoke_client(row.pk, by=SYSTEM, at=clock.now()),
            ]
        )
        wrong = [o for o in outcomes if isinstance(o, Exception) and not isinstance(o, Conflict)]
        assert not wrong
        row.refresh_from_db()
        given = [secret, *(o for o in outcomes if isinstance(o, str))]
        assert not any(tokens.is_secret_of(row, each, at=clock.now()) for each in given)
