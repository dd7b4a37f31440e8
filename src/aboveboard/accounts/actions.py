"""Every change to accounts and links; programs have :mod:`aboveboard.accounts.clients`.

These are the changes alone. Whoever acts on behalf of a person calls
``aboveboard.accounts.staff``, which makes the same change and writes its ledger entry in one
transaction: this room may not import the ledger.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from allauth.mfa.models import Authenticator
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.urls import reverse

from aboveboard.accounts import limits, links
from aboveboard.accounts.links import LinkState
from aboveboard.accounts.models import Account, SignInLink
from aboveboard.basics import settings
from aboveboard.basics.actor import Actor, Role
from aboveboard.basics.errors import Conflict, Invalid, Refused

STAND_IN = "@person.invalid"
"""A customer's account needs an address for allauth; this one can never receive mail
(RFC 2606, section 2)."""


@transaction.atomic
def add_staff(*, email: str, name: str, team: str, role: Role, at: datetime) -> Account:
    """Make a member of staff, or open a closed account again with nothing of
    its old ways to sign in.

    Raises:
        BadInput: the address is none, the name is empty, or the role is not one of staff.
        Conflict: somebody who works here has this address.
    """
    email = email.strip().lower()
    try:
        validate_email(email)
    except ValidationError:
        raise Invalid(
            found="an address that is not an e-mail address", fix="Write it like name@example.com."
        ) from None
    if not name.strip():
        raise Invalid(found="an empty name", fix="Give the name that colleagues know them by.")
    _staff_role(role)
    account = Account.objects.select_for_update().filter(email=email).first()
    if account is None:
        account = Account(email=email, created_at=at)
    elif account.is_active:
        raise Conflict(why="somebody with this address is on the staff already")
    account.name, account.team, account.role, account.closed_at = (
        name.strip(),
        team.strip(),
        role,
        None,
    )
    account.set_unusable_password()
    account.save()
    Authenticator.objects.filter(user_id=account.pk).delete()
    return account


@transaction.atomic
def change_role(account: Account, *, role: Role, team: str | None = None) -> Account:
    """Give a member of staff another role, and another team if one is named. It
    holds from their next click.

    Raises:
        BadInput: the role is not one of staff.
        Conflict: they are a customer, or the last administrator.
    """
    _staff_role(role)
    fresh = _staff_member(account)
    if role is not Role.ADMINISTRATOR:
        _not_the_last_administrator(fresh)
    fresh.role = role
    if team is not None:
        fresh.team = team.strip()
    fresh.save(update_fields=["role", "team"])
    return fresh


@transaction.atomic
def close(account: Account, *, at: datetime) -> Account:
    """Close a member of staff's account: signed out everywhere at once, nothing deleted,
    since the ledger names it.

    Raises:
        Conflict: they are a customer, or the last administrator.
    """
    fresh = _staff_member(account)
    _not_the_last_administrator(fresh)
    fresh.closed_at = fresh.closed_at or at
    fresh.save(update_fields=["closed_at"])
    end_sessions(fresh)
    return fresh


def end_sessions(account: Account) -> None:
    """Sign this account out everywhere: its password is made unusable, and
    sessions are tied to it."""
    account.set_unusable_password()
    account.save(update_fields=["password"])


def customer_account(person_id: int, *, at: datetime) -> Account:
    """Return the account of a customer, made when they first sign in. It holds
    nothing that they typed."""
    account, made = Account.objects.get_or_create(
        person_id=person_id,
        defaults={
            "email": f"{person_id}{STAND_IN}",
            "role": Role.CUSTOMER,
            "created_at": at,
            "password": "!",
        },
    )
    if made:
        end_sessions(account)
    return account


def forget_customer(person_id: int) -> None:
    """Delete a customer's account, passkeys and links with it: the erasure of a
    person ends here too."""
    Account.objects.customers().filter(person_id=person_id).delete()


def join_customers(kept: int, merged: int) -> str:
    """Let one customer's account be another's, two records having been found to be of one
    person; return what was done.

    Where both have one, that of the record kept stays, and the other goes with its passkeys: its
    address still signs them in.
    """
    theirs = Account.objects.customers().filter(person_id=merged)
    if Account.objects.customers().filter(person_id=kept).exists():
        return "ended" if theirs.delete()[0] else "none"
    return "moved" if theirs.update(person_id=kept, email=f"{kept}{STAND_IN}") else "none"


def part_customers(kept: int, merged: int, done: str) -> None:
    """Undo :func:`join_customers`: an account that was moved goes back; whoever was signed
    in must sign in again."""
    for account in Account.objects.customers().filter(person_id=kept):
        end_sessions(account)
        if done == "moved":
            Account.objects.filter(pk=account.pk).update(
                person_id=merged, email=f"{merged}{STAND_IN}"
            )


def make_link(
    account: Account,
    *,
    by: Actor,
    at: datetime,
    life: timedelta = limits.SIGN_IN_LINK_LIFE,
    demo: bool = False,
) -> str:
    """Return the path of a fresh link that signs ``account`` in, once, within ``life``.

    ``demo`` waives the second factor, on a demonstration only.

    Raises:
        NotAllowed: ``demo`` on an instance that is no demonstration.
        Conflict: the account is closed.
    """
    if demo and not settings.current().demo.enabled:
        raise Refused(why="a link without a second factor is for demonstrations only")
    if not account.is_active:
        raise Conflict(why="this account is closed")
    token = links.new_token()
    SignInLink.objects.create(
        token_hash=links.digest(token),
        account=account,
        made_by=by.id,
        made_at=at,
        expires_at=at + life,
        second_factor_waived=demo,
    )
    return reverse("accounts_link", args=[token])


def link_state(token: str, *, at: datetime) -> tuple[LinkState, SignInLink | None]:
    """Return whether the link works, and the link; asking does not use it."""
    link = (
        SignInLink.objects.select_related("account").filter(token_hash=links.digest(token)).first()
    )
    if link is None:
        return LinkState.UNKNOWN, None
    return links.state(
        used_at=link.used_at, expires_at=link.expires_at, account_open=link.account.is_active, at=at
    ), link


def use_link(token: str, *, at: datetime) -> tuple[LinkState, SignInLink | None]:
    """Use the link. Of two at the same moment one gets ``WORKS``, the other ``USED``."""
    found, link = link_state(token, at=at)
    if found is not LinkState.WORKS or link is None:
        return found, link
    if SignInLink.objects.filter(pk=link.pk, used_at=None).update(used_at=at) != 1:
        return LinkState.USED, link
    return LinkState.WORKS, link


def _staff_role(role: Role) -> None:
    if role is Role.CUSTOMER:
        raise Invalid(
            found="the role customer",
            fix="Choose one of: "
            + ", ".join(r.value for r in Role if r is not Role.CUSTOMER)
            + ".",
        )


def _staff_member(account: Account) -> Account:
    if account.is_customer:
        raise Conflict(why="this is a customer's account")
    return Account.objects.select_for_update().get(pk=account.pk)


def _not_the_last_administrator(account: Account) -> None:
    if account.role != Role.ADMINISTRATOR or not account.is_active:
        return
    if (
        not Account.objects.filter(role=Role.ADMINISTRATOR, closed_at=None)
        .exclude(pk=account.pk)
        .exists()
    ):
        raise Conflict(
            why="this is the last administrator, and someone must be able to manage the staff"
        )
