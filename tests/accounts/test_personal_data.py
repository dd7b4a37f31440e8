"""What accounts hold of a customer: given to them, moved in a merge, gone with an erasure."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator

from aboveboard.accounts import actions
from aboveboard.accounts.models import Account, SignInLink
from aboveboard.accounts.personal_data import DECLARED
from aboveboard.basics import clock
from aboveboard.basics.actor import SYSTEM
from aboveboard.basics.package import NotNeeded, PersonalData
from tests.accounts.conftest import JON
from tests.accounts.people import erase_everywhere, staff_member

pytestmark = pytest.mark.django_db
OTHER = JON + 1


def declared(name: str) -> Any:
    """Return a declaration, whose functions the tests know to be functions."""
    found: PersonalData = next(data for data in DECLARED if data.name == name)
    return found


def exported(name: str, *numbers: int) -> list[dict[str, Any]]:
    return list(declared(name).export(numbers))


@pytest.fixture
def account() -> Account:
    """A customer with all that can hang on an account, and a colleague with the same."""
    customer = actions.customer_account(JON, at=clock.now())
    for each in (customer, staff_member()):
        actions.make_link(each.pk, by=SYSTEM, at=clock.now())
        Authenticator.objects.create(
            user_id=each.pk, type=Authenticator.Type.WEBAUTHN, data={"name": "Passkey 1"}
        )
        EmailAddress.objects.create(user=each, email=each.email, verified=True)
    return customer


def test_a_customer_is_given_what_hangs_on_their_account_and_nothing_of_others(
    account: Account,
) -> None:
    (row,) = exported("accounts", JON)
    assert row["created_at"] == clock.to_text(account.created_at)
    assert (row["last_signed_in_at"], row["closed_at"]) == (None, None)
    (link,) = exported("sign_in_links", JON)
    assert link["used_at"] is None
    (factor,) = exported("second_factors", JON)
    assert (factor["type"], factor["name"]) == ("webauthn", "Passkey 1")
    assert [each["verified"] for each in exported("sign_in_addresses", JON)] == [True]
    for data in DECLARED:
        if not isinstance(data.export, NotNeeded):
            assert not list(data.export([OTHER])), data.name


def test_a_customer_is_told_when_each_was_used_and_ended(account: Account) -> None:
    began, since = account.created_at, account.created_at + timedelta(minutes=5)
    account.last_login = account.closed_at = since
    account.save()
    SignInLink.objects.filter(account=account).update(used_at=since)
    Authenticator.objects.filter(user_id=account.pk).update(created_at=began, last_used_at=since)
    first, later = clock.to_text(began), clock.to_text(since)
    assert exported("accounts", JON) == [
        {"created_at": first, "last_signed_in_at": later, "closed_at": later}
    ]
    (link,) = exported("sign_in_links", JON)
    made = SignInLink.objects.get(account=account)
    assert link == {
        "made_at": clock.to_text(made.made_at),
        "expires_at": clock.to_text(made.expires_at),
        "used_at": later,
    }
    assert exported("second_factors", JON) == [
        {"type": "webauthn", "name": "Passkey 1", "created_at": first, "last_used_at": later}
    ]
    assert exported("sign_in_addresses", JON) == [{"email": account.email, "verified": True}]


def test_an_erasure_takes_all_of_it_and_nothing_of_others(account: Account) -> None:
    erase_everywhere(JON)
    erase_everywhere(JON)  # a restored backup repeats it
    (left,) = Account.objects.all()
    assert not left.is_customer
    for model in (Authenticator, EmailAddress):
        assert [row.user_id for row in model.objects.all()] == [left.pk]
    assert [row.account_id for row in SignInLink.objects.all()] == [left.pk]


def test_a_merge_moves_the_account_and_a_split_moves_it_back(account: Account) -> None:
    data = declared("accounts")
    done = data.merge(OTHER, JON)
    account.refresh_from_db()
    assert (account.person_id, account.email) == (OTHER, f"{OTHER}@person.invalid")
    account.set_password("as it was when they signed in")
    account.save()
    data.split(OTHER, JON, done)
    account.refresh_from_db()
    assert (account.person_id, account.email) == (JON, f"{JON}@person.invalid")
    assert not account.has_usable_password(), "a session of the merged account is over"


def test_of_two_accounts_the_kept_persons_stays(account: Account) -> None:
    kept = actions.customer_account(OTHER, at=clock.now())
    data = declared("accounts")
    done = data.merge(OTHER, JON)
    assert list(Account.objects.customers()) == [kept]
    data.split(OTHER, JON, done)
    kept.refresh_from_db()
    assert kept.person_id == OTHER
