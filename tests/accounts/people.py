"""People to sign in as, for tests of any package: ``staff_client(Role.ADVISER)``,
``customer_client(person_id)``."""

from __future__ import annotations

import re
import secrets
from typing import Any

from django.core import mail
from django.test import Client

from aboveboard.accounts import actions, gate, limits, links
from aboveboard.accounts.models import Account, ClientSecret, ServiceClient
from aboveboard.basics import clock
from aboveboard.basics.actor import Role
from aboveboard.basics.package import NotNeeded, personal_data


def staff_member(
    role: Role = Role.ADVISER, *, email: str = "", team: str = "Call centre"
) -> Account:
    """Return a member of staff, of whom the ledger says nothing: it is what a test is about."""
    account = Account(
        email=email or f"{role}@staff.example",
        name=f"The {role}",
        team=team,
        role=role,
        created_at=clock.now(),
    )
    account.set_unusable_password()
    account.save()
    return account


def service_client(**changed: Any) -> tuple[ServiceClient, str]:
    """Return a client and its secret, of which the ledger says nothing."""
    at = changed.pop("at", clock.now())
    row = ServiceClient.objects.create(
        client_id=secrets.token_hex(10),
        made_at=at,
        **{
            "name": "Till",
            "role": "shop-system",
            "team": "Shops",
            "purposes": ["deliver-orders"],
            "channels": ["shop"],
        }
        | {
            key: sorted(value) if isinstance(value, tuple | list) else value
            for key, value in changed.items()
        },
    )
    secret = links.new_token(links.SECRET_PREFIX)
    ClientSecret.objects.create(
        client=row,
        secret_hash=links.digest(secret),
        made_at=at,
        expires_at=at + limits.CLIENT_SECRET_LIFE,
    )
    return row, secret


def staff_client(
    role: Role = Role.ADVISER, *, second_factor: bool = True, account: Account | None = None
) -> Client:
    """Return a browser in which a member of staff is signed in, by default
    with their second factor."""
    account = account or staff_member(role)
    client = Client()
    client.force_login(account)
    if second_factor:
        session = client.session
        session[gate.SECOND_FACTOR] = account.pk
        session.save()
    return client


def customer_client(person_id: int) -> Client:
    """Return a browser in which this customer is signed in."""
    client = Client()
    client.force_login(actions.customer_account(person_id, at=clock.now()))
    return client


def erase_everywhere(person_id: int) -> None:
    """Let every package delete what it holds of a person, as an erasure does."""
    for _, data in personal_data():
        if not isinstance(data.erase, NotNeeded):
            data.erase([person_id])


def mailed_code() -> str:
    """Return the code in the latest mail."""
    found = re.search(r"\b(\d{4}-\d{4})\b", str(mail.outbox[-1].body))
    assert found, "the latest mail has no code"
    return found[1]
