"""People to sign in as, for tests of any room: ``staff_client(Role.ADVISER)``,
``customer_client(person_id)``."""

from __future__ import annotations

import re

from django.core import mail
from django.test import Client

from aboveboard.accounts import actions, gate
from aboveboard.accounts.models import Account
from aboveboard.basics import clock
from aboveboard.basics.actor import Role


def staff_member(
    role: Role = Role.ADVISER, *, email: str = "", team: str = "Call centre"
) -> Account:
    """Return a member of staff; the same address gives a conflict, as always."""
    return actions.add_staff(
        email=email or f"{role}@staff.example",
        name=f"The {role}",
        team=team,
        role=role,
        at=clock.now(),
    )


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


def mailed_code() -> str:
    """Return the code in the latest mail."""
    found = re.search(r"\b(\d{4}-\d{4})\b", str(mail.outbox[-1].body))
    assert found, "the latest mail has no code"
    return found[1]
