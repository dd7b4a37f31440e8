"""Every read of accounts and clients that others need."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from allauth.mfa.models import Authenticator
from django.db.models import Exists, F, OuterRef, QuerySet
from django.http import HttpRequest

from aboveboard.accounts.models import Account, ServiceClient, SignInLink
from aboveboard.basics.actor import SYSTEM, Actor, ActorKind, Role
from aboveboard.basics.errors import NotFound
from aboveboard.basics.limits import PAGE_SIZE
from aboveboard.kinds import email_addresses
from aboveboard.promise.queries import in_force, last_serial


class StaffState(StrEnum):
    """How far a member of staff is: they have not signed in yet, they work, they are gone."""

    INVITED = "invited"
    ACTIVE = "active"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class StaffMember:
    """A member of staff. ``closed_at``: since when they may not sign in, or None;
    ``last_signed_in_at``: None until they first do."""

    id: int
    email: str
    name: str
    role: str
    team: str
    closed_at: datetime | None
    has_second_factor: bool
    last_signed_in_at: datetime | None = None

    @property
    def is_active(self) -> bool:
        """Whether they may sign in."""
        return self.closed_at is None

    @property
    def state(self) -> StaffState:
        """Return how far they are: invited, active, ended."""
        if self.closed_at is not None:
            return StaffState.ENDED
        return StaffState.ACTIVE if self.last_signed_in_at else StaffState.INVITED

    @property
    def shown_email(self) -> str:
        """Return the address as people write it."""
        return email_addresses.display(self.email)

    @property
    def role_in_words(self) -> str:
        """Return the role as it is said on a page: ``incident lead``."""
        return self.role.replace("-", " ")

    @property
    def actor(self) -> Actor:
        """Return them as the ledger names them."""
        return Actor(ActorKind.STAFF, str(self.id), self.role, self.team)


@dataclass(frozen=True, slots=True)
class Client:
    """A client: a system that asks for people's data. ``client_id`` is what it calls itself at the
    token endpoint; ``expires_at`` when the last of its secrets ends."""

    id: int
    client_id: str
    name: str
    role: str
    team: str
    purposes: tuple[str, ...]
    choices: tuple[str, ...]
    channels: tuple[str, ...]
    expires_at: datetime
    revoked_at: datetime | None
    rights: tuple[str, ...] = ()

    @property
    def actor(self) -> Actor:
        """Return it as the ledger names it."""
        return Actor(ActorKind.SERVICE, str(self.id), self.role, self.team)


def staff() -> Sequence[StaffMember]:
    """Return all staff by name, closed accounts last."""
    # PostgreSQL puts what is empty last by itself, SQLite first.
    open_first = F("closed_at").asc(nulls_first=True)
    rows = _with_factors(Account.objects.staff()).order_by(open_first, "name", "pk")
    return [member_of(row) for row in rows]


def staff_page(
    search: str = "",
    *,
    role: str = "",
    state: StaffState | None = None,
    order: str = "",
    start: int = 0,
    limit: int = PAGE_SIZE,
) -> tuple[Sequence[StaffMember], int]:
    """Return ``limit`` of the staff from the row at place ``start`` on, and how many there are.

    ``search``: part of the name or the address. ``order``: ``name`` or ``signed_in``, with ``-``
    where the greatest is first; without one by name, those who are gone last.
    """
    rows = Account.objects.staff().order_by(*_order(order))
    if role:
        rows = rows.filter(role=role)
    if state is StaffState.ENDED:
        rows = rows.exclude(closed_at=None)
    elif state is not None:
        rows = rows.filter(closed_at=None, last_login__isnull=state is StaffState.INVITED)
    wanted = search.strip().casefold()
    # Compared here and not by the database: SQLite takes É and é for two letters.
    numbers = [
        number
        for number, name, email in rows.values_list("pk", "name", "email")
        if wanted in name.casefold() or wanted in email_addresses.display(email).casefold()
    ]
    shown = numbers[start : start + limit]
    members = {
        row.pk: member_of(row) for row in _with_factors(Account.objects.filter(pk__in=shown))
    }
    return [members[number] for number in shown if number in members], len(numbers)


def _order(order: str) -> tuple[Any, ...]:
    falling = order.startswith("-")
    if order.removeprefix("-") == "signed_in":
        # Whoever never did comes last in either order.
        by = F("last_login")
        last = by.desc(nulls_last=True) if falling else by.asc(nulls_last=True)
        return (last, "name", "pk")
    if order:
        return ("-name" if falling else "name", "pk")
    # PostgreSQL puts what is empty last by itself, SQLite first.
    return (F("closed_at").asc(nulls_first=True), "name", "pk")


def link_ends(account_id: int) -> datetime | None:
    """Return until when the newest sign-in link of the account that nobody has used works or
    worked, or None where there is none."""
    link = SignInLink.objects.filter(account_id=account_id, used_at=None).order_by("-pk").first()
    return link.expires_at if link is not None and link.authentic else None


def staff_roles() -> Sequence[str]:
    """Return every role that a member of staff may have: those of this program, then those that the
    promise in force names besides, in its order. A role that a client has is a program's, as is
    that of Aboveboard itself; the customer's is nobody's on the staff."""
    ours = [role.value for role in Role if role is not Role.CUSTOMER]
    if last_serial() is None:
        return ours
    clients = ServiceClient.objects.filter(revoked_at=None).values_list("role", flat=True)
    programs = {*clients, SYSTEM.role}
    others = (role for role in in_force().promise.roles if role not in set(Role))
    return [*ours, *(role for role in others if role not in programs)]


def staff_member(email: str) -> StaffMember:
    """Return the member of staff with this address.

    Raises:
        NotFound: nobody on the staff has it.
    """
    row = Account.objects.at_address(email)
    if row is None:
        raise NotFound(what="member of staff")
    return member_of(row)


def staff_password_hashes() -> list[tuple[int, str, str]]:
    """Return the number, the address and the hash of the password of each member of staff who has
    one and may sign in: to be compared with what others leaked, and shown nowhere."""
    rows = Account.objects.staff().filter(closed_at=None)
    return [(row.pk, row.email, row.password) for row in rows if row.has_usable_password()]


def staff_member_by_id(account_id: int) -> StaffMember:
    """Return the member of staff whose account has this number.

    Raises:
        NotFound: there is none.
    """
    row = _with_factors(Account.objects.staff()).filter(pk=account_id).first()
    if row is None:
        raise NotFound(what="member of staff")
    return member_of(row)


def names(account_ids: Iterable[int]) -> dict[int, str]:
    """Return the names of these members of staff, for pages of staff; customers see role and team
    only."""
    return dict(Account.objects.staff().filter(pk__in=account_ids).values_list("pk", "name"))


def actor_for(account: Account) -> Actor:
    """Return the member of staff as the ledger names them."""
    return Actor(ActorKind.STAFF, str(account.pk), account.role, account.team)


def lock_staff_member(account_id: int) -> None:
    """Lock a member of staff's row until the transaction ends, so that what they do is counted one
    at a time."""
    # Read with the lock and thrown away: what is counted afterwards is what this transaction sees.
    Account.objects.select_for_update().filter(pk=account_id).first()


def role_signed_in(request: HttpRequest) -> str | None:
    """Return the role of the account that is signed in, or None. The gate decides who may enter;
    this only says which pages to offer."""
    user = request.user
    return user.role if isinstance(user, Account) and user.is_active else None


def has_second_factor(account: Account) -> bool:
    """Whether this account has set up a second factor (recovery codes alone are none)."""
    return bool(_factors(account.pk).exists())


def other_second_factors(account_id: int, factor: int) -> bool:
    """Whether the account has a second factor besides the one with that number."""
    return bool(_factors(account_id).exclude(pk=factor).exists())


def clients() -> Sequence[Client]:
    """Return every client by name, revoked ones too."""
    return [
        client_of_row(row)
        for row in ServiceClient.objects.order_by("name").prefetch_related("secrets", "agents")
    ]


def client(name: str) -> Client:
    """Return the client called ``name``.

    Raises:
        NotFound: there is none.
    """
    row = ServiceClient.objects.filter(name=name).first()
    if row is None:
        raise NotFound(what="client")
    return client_of_row(row)


def member_of(account: Account) -> StaffMember:
    """Return a row as others see it."""
    # A list of staff would otherwise ask for the factors of each of them.
    known = getattr(account, "factors", None)  # see _with_factors
    return StaffMember(
        account.pk,
        account.email,
        account.name,
        account.role,
        account.team,
        account.closed_at,
        has_second_factor(account) if known is None else known,
        account.last_login,
    )


def client_of_row(row: ServiceClient) -> Client:
    """Return a row as others see it."""
    return Client(
        row.pk,
        row.client_id,
        row.name,
        row.role,
        row.team,
        tuple(row.purposes),
        tuple(row.choices),
        tuple(row.channels),
        row.expires_at,
        row.revoked_at,
        tuple(row.rights),
    )


def _factors(user_id: object) -> QuerySet[Authenticator]:
    factors: QuerySet[Authenticator] = Authenticator.objects.filter(user_id=user_id)
    return factors.exclude(type=Authenticator.Type.RECOVERY_CODES)  # alone they are no factor


def _with_factors(accounts: QuerySet[Account]) -> QuerySet[Account]:
    return accounts.annotate(factors=Exists(_factors(OuterRef("pk"))))
