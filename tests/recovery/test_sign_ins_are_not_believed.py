"""Rows are not believed: accounts, clients, tokens and second factors that somebody wrote past the
program sign nobody in."""

from __future__ import annotations

import pytest
from allauth.mfa.models import Authenticator

from aboveboard.accounts import links
from aboveboard.accounts.clients import tokens
from aboveboard.accounts.models import AccessToken, Account, ServiceClient
from aboveboard.basics import clock
from aboveboard.recovery.comparing import compare_rows
from tests.recovery.everything import Everything, act, written

pytestmark = pytest.mark.django_db


def test_a_token_made_up_opens_nothing(everything: Everything) -> None:
    """S2a: the SHA-256 of a word of ours in ``accounts_accesstoken``."""
    word = "ab_a-word-of-ours"
    columns = ", ".join(
        field.column for field in AccessToken._meta.concrete_fields if not field.primary_key
    )
    written(
        f"INSERT INTO accounts_accesstoken (token_hash, {columns}) "  # noqa: S608
        f"SELECT %s, {columns} FROM accounts_accesstoken",
        links.digest(word),
    )
    assert tokens.client_for_token(word, at=clock.now()) is None
    assert "accounts.AccessToken" in act()


def test_a_client_given_more_opens_nothing(everything: Everything) -> None:
    client = ServiceClient.objects.get(name="order system")
    token = tokens.issue(client, at=clock.now())
    written("UPDATE accounts_serviceclient SET role = 'finance'")
    tokens.forget()
    assert tokens.client_for_token(token, at=clock.now()) is None


def test_a_role_given_past_the_program_signs_nobody_in(everything: Everything) -> None:
    account = Account.objects.get(email="ina@corner.example")
    assert account.is_active
    written("UPDATE accounts_account SET role = 'privacy-lead' WHERE id = %s", account.pk)
    assert not Account.objects.get(pk=account.pk).is_active


def test_a_factor_copied_to_another_account_proves_nothing(everything: Everything) -> None:
    """S2c: Ina's authenticator app, written to Pia's account."""
    ina, pia = (
        Authenticator.objects.get(user__email=f"{name}@corner.example") for name in ("ina", "pia")
    )
    written(
        "UPDATE mfa_authenticator SET data = (SELECT data FROM mfa_authenticator WHERE id = %s) "
        "WHERE id = %s",
        ina.pk,
        pia.pk,
    )
    assert not list(Authenticator.objects.filter(user_id=pia.user_id))
    assert Authenticator.objects.filter(user_id=pia.user_id).exists(), "they are asked, in vain"
    assert f"mfa.Authenticator {pia.pk}" in act()


def test_a_passkey_made_up_proves_nothing(everything: Everything) -> None:
    pia = Account.objects.get(email="pia@corner.example")
    written(
        "INSERT INTO mfa_authenticator (id, user_id, type, data, created_at) "
        "VALUES (4711, %s, 'webauthn', %s, %s)",
        pia.pk,
        '{"credential": {"id": "ours"}}',
        str(clock.now()),
    )
    assert not Authenticator.objects.filter(user_id=pia.pk, type="webauthn").first()
    assert "mfa.Authenticator 4711" in act()


def test_a_factor_deleted_past_the_program_is_named(everything: Everything) -> None:
    """Without one, whoever has the mailbox could set up their own."""
    written("DELETE FROM mfa_authenticator")
    assert "it was deleted" in act()
    written("DELETE FROM accounts_secondfactor")
    assert "has no row any more" in act()


def test_a_factor_that_its_owner_removed_is_not_missed(everything: Everything) -> None:
    Authenticator.objects.filter(user__email="ina@corner.example").delete()
    assert list(compare_rows()) == []
