"""Every read of accounts that a face needs."""

from __future__ import annotations

from collections.abc import Sequence

from allauth.mfa.models import Authenticator
from django.db.models import Exists, OuterRef

from aboveboard.accounts.models import Account, ServiceClient
from aboveboard.basics.actor import Actor, ActorKind
from aboveboard.basics.errors import NotFound


def staff() -> Sequence[Account]:
    """Return all staff, closed accounts last, each with ``has_second_factor``."""
    factors = Authenticator.objects.filter(user_id=OuterRef("pk")).exclude(
        type=Authenticator.Type.RECOVERY_CODES
    )
    return list(
        Account.objects.staff()
        .annotate(has_second_factor=Exists(factors))
        .order_by("closed_at", "name", "pk")
    )


def staff_member(email: str) -> Account:
    """Return the member of staff with this address.

    Raises:
        NotFound: nobody who works here has it.
    """
    account = Account.objects.staff().filter(email=email.strip().lower()).first()
    if account is None:
        raise NotFound(what="member of staff")
    return account


def account(account_id: int) -> Account:
    """Return one account.

    Raises:
        NotFound: there is none.
    """
    found = Account.objects.filter(pk=account_id).first()
    if found is None:
        raise NotFound(what="account")
    return found


def names(account_ids: Sequence[int]) -> dict[int, str]:
    """Return the names of these members of staff, for pages of staff; customers
    see role and team only."""
    return dict(Account.objects.staff().filter(pk__in=account_ids).values_list("pk", "name"))


def actor_for(account: Account) -> Actor:
    """Return the member of staff as an actor."""
    return Actor(ActorKind.STAFF, str(account.pk), account.role, account.team)


def has_second_factor(account: Account) -> bool:
    """Whether this account has set up a second factor (recovery codes alone are none)."""
    return bool(
        Authenticator.objects.filter(user_id=account.pk)
        .exclude(type=Authenticator.Type.RECOVERY_CODES)
        .exists()
    )


def clients() -> Sequence[ServiceClient]:
    """Return every program's entry, revoked ones too, by name."""
    return list(ServiceClient.objects.order_by("name").prefetch_related("secrets"))


def client(name: str) -> ServiceClient:
    """Return the program called ``name``.

    Raises:
        NotFound: there is none.
    """
    found = ServiceClient.objects.filter(name=name).first()
    if found is None:
        raise NotFound(what="service client")
    return found
