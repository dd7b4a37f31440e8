"""Every change to accounts and sign-in links, each with its ledger entry in one transaction.
Clients have :mod:`aboveboard.accounts.clients.actions`."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from difflib import get_close_matches

from django.db import IntegrityError, transaction
from django.db.models import F, Q
from django.urls import reverse

from aboveboard.accounts import directory, factors, limits, links
from aboveboard.accounts.entries import (
    SignInLinkMade,
    StaffAdded,
    StaffChanged,
    StaffClosed,
    StaffPosition,
)
from aboveboard.accounts.links import LinkState
from aboveboard.accounts.models import Account, OpenSession, SignInLink
from aboveboard.accounts.queries import StaffMember, member_of, staff_roles
from aboveboard.basics import redaction
from aboveboard.basics.actor import Actor, ActorKind, Role
from aboveboard.basics.errors import Conflict, Invalid, NotFound, Refused
from aboveboard.basics.facts import Code, TeamName, Word, matches_form
from aboveboard.keys.actions import entry_subject
from aboveboard.keys.demonstration import is_demonstration
from aboveboard.kinds import email_addresses
from aboveboard.kinds.kind import KindMismatch
from aboveboard.ledger.actions import append

STAND_IN = "@person.invalid"
"""A customer's account needs an address for allauth; this one can never receive mail
(RFC 2606, section 2)."""


@transaction.atomic
def add_staff(
    *, email: str, name: str, team: str, role: str, by: Actor, at: datetime
) -> StaffMember:
    """Add a member of staff, or open a closed account again with nothing of its old ways to sign in
    (entry ``staff.added``).

    Raises:
        Invalid: the e-mail address is not one, the name is empty, the role is not one of staff, or
            the team is not the name of a team.
        Conflict: a member of staff has this address.
    """
    try:
        email = email_addresses.read(email)
    except KindMismatch as misfit:
        raise Invalid(
            found=f"that is not {misfit.expected}", fix="Write it like name@example.com."
        ) from None
    if not name.strip():
        raise Invalid(found="the name is empty", fix="Give the name that colleagues know them by.")
    check_team(team)
    _check_staff_role(role)
    known = Account.objects.at_address(email)
    account = Account.objects.select_for_update().get(pk=known.pk) if known else None
    if account is None:
        account = Account(email=email, created_at=at)
    elif account.is_active:
        raise Conflict(why="a member of staff has this address already")
    account.name, account.team, account.role, account.closed_at = (
        name.strip(),
        team.strip(),
        role,
        None,
    )
    # Opened again with nothing of before: not the password, not the factors, not the sessions.
    account.set_unusable_password()
    account.last_login = None
    try:
        with transaction.atomic():
            account.save()
    except IntegrityError:  # somebody else added them since we looked
        raise Conflict(why="a member of staff has this address already") from None
    # Whoever had this address before may still hold the passkey, the authenticator app, or a link
    # that said until now that the account is closed.
    factors.remove_all(account, by=by, at=at)
    forget_links(account.pk)
    position = position_of(account)
    entry = StaffAdded(position.account, position.role, position.team)
    _name_entry(account, append(entry, by=by, handle=None, at=at))
    return member_of(account)


@transaction.atomic
def change_role(
    account_id: int, *, role: str, team: str | None = None, by: Actor, at: datetime
) -> StaffMember:
    """Give a member of staff another role, and another team if one is named (entry
    ``staff.changed``). It holds from their next click. Where they have both already, nothing is
    written.

    Raises:
        Invalid: the role is not one of staff, or the team is not the name of a team.
        NotFound: there is no such account.
        Conflict: they are a customer, or the last administrator.
    """
    _check_staff_role(role)
    locked = lock_staff_account(account_id)
    before = position_of(locked)
    changed = set_role(account_id, role=role, team=team)
    if locked.authentic and position_of(changed) == before:
        return member_of(changed)
    entry = StaffChanged(before, position_of(changed))
    _name_entry(changed, append(entry, by=by, handle=None, at=at))
    return member_of(changed)


def _name_entry(account: Account, entry_id: int) -> None:
    account.entry_id = entry_id
    account.save(update_fields=["entry_id"])


def set_role(
    account_id: int, *, role: str, team: str | None, entry_id: int | None = None
) -> Account:
    """Do what :func:`change_role` does, without its entry: a restored database repeats it, and
    gives its number."""
    account = lock_staff_account(account_id)
    # Asked with all administrators locked: two who step down at once must not both be let.
    if role != Role.ADMINISTRATOR:
        _check_not_last_administrator(account)
    account.role = role
    if team is not None:
        check_team(team)
        account.team = team.strip()
    account.entry_id = entry_id or account.entry_id
    account.save(update_fields=["role", "team", "entry_id"])
    return account


@transaction.atomic
def close(account_id: int, *, by: Actor, at: datetime) -> StaffMember:
    """Close a member of staff's account (entry ``staff.closed``): they are signed out everywhere at
    once. Nothing is deleted, since the ledger names it.

    Raises:
        NotFound: there is no such account.
        Conflict: they are a customer, the last administrator, or closed already.
    """
    if not lock_staff_account(account_id).is_open:
        raise Conflict(why="this account is closed already")
    closed = set_closed(account_id, at=at)
    position = position_of(closed)
    entry = StaffClosed(position.account, position.role, position.team)
    _name_entry(closed, append(entry, by=by, handle=None, at=at))
    return member_of(closed)


def set_closed(account_id: int, *, at: datetime, entry_id: int | None = None) -> Account:
    """Do what :func:`close` does, without its entry: a restored database repeats it, and gives its
    number."""
    account = lock_staff_account(account_id)
    _check_not_last_administrator(account)
    account.closed_at = account.closed_at or at
    account.entry_id = entry_id or account.entry_id
    account.save(update_fields=["closed_at", "entry_id"])
    end_sessions(account)
    return account


@transaction.atomic
def reset_second_factors(account_id: int, *, by: Actor, at: datetime) -> StaffMember:
    """Remove every second factor of a member of staff who lost theirs, and their recovery codes
    (entry ``second-factor.removed`` for each). They are signed out everywhere, and their password
    is gone: whoever has the phone may have it too. The mail that follows lets them in once.

    Raises:
        NotFound: there is no such account.
        Refused: they do it themselves: a second person must have seen that it is them.
        Conflict: they are a customer, their account is closed, or they have no second factor.
    """
    account = lock_staff_account(account_id)
    if by.kind is ActorKind.STAFF and by.id == str(account.pk):
        raise Refused(why="somebody else must reset your second step, and see that it is you")
    if not account.is_active:
        raise Conflict(why="this account is closed")
    if not factors.remove_all(account, by=by, at=at):
        raise Conflict(why="there is no second step to reset: they set one up when they sign in")
    end_sessions(account)
    forget_links(account.pk)
    return member_of(account)


def forget_links(account_id: int) -> None:
    """Let no sign-in link of this account that waits work any more."""
    SignInLink.objects.filter(account_id=account_id, used_at=None).delete()


def forget_mailed_links(account_id: int) -> None:
    """Let no sign-in link that was mailed to this account and waits work any more. One that a
    command printed stays: it works for a shorter time, and was handed over by somebody."""
    mailed = Q(expires_at__gt=F("made_at") + limits.SIGN_IN_LINK_LIFE)
    SignInLink.objects.filter(mailed, account_id=account_id, used_at=None).delete()


def end_sessions(account: Account) -> None:
    """Sign this account out everywhere: its password is made unusable, and
    sessions are tied to it."""
    account.set_unusable_password()
    account.save(update_fields=["password"])
    OpenSession.objects.filter(account=account).delete()


def end_other_sessions(account: Account) -> None:
    """Sign this account out everywhere, with its password as it is, and let no sign-in link that
    waits work any more. Whoever calls this gives their own session the new mark."""
    account.session_salt = secrets.token_hex(16)
    account.save(update_fields=["session_salt"])
    OpenSession.objects.filter(account=account).delete()
    forget_links(account.pk)


@transaction.atomic
def customer_account(person_id: int, *, at: datetime) -> Account:
    """Return the account of a customer, made when they first sign in. It holds
    nothing that they typed.

    Raises:
        NotFound: nobody with that number is held, or not any more.
    """
    # Locked, as whatever writes a person's number: an account made beside an erasure would outlive
    # it, and one made beside a merge would be of a number that nobody has.
    person_id = directory.lock(person_id)
    account: Account
    account, made = Account.objects.get_or_create(
        person_id=person_id,
        defaults={
            "email": f"{person_id}{STAND_IN}",
            "role": Role.CUSTOMER,
            "created_at": at,
            "password": "!",
        },
    )
    # An unusable password that is random: sessions are tied to it, and "!" alone would tie all
    # alike.
    if made:
        end_sessions(account)
    return account


@transaction.atomic
def make_link(
    account_id: int,
    *,
    by: Actor,
    at: datetime,
    life: timedelta = limits.SIGN_IN_LINK_LIFE,
    demo: bool = False,
) -> str:
    """Return the path of a fresh link that signs the account in, once, within ``life`` (entry
    ``signin.link``).

    ``demo`` waives the second factor, on a demonstration only.

    Raises:
        Refused: ``demo`` on an instance that is no demonstration.
        NotFound: there is no such account.
        Conflict: the account is closed.
    """
    # The link says so itself and is asked again when it is used: a copied row waives nothing.
    if demo and not is_demonstration():
        raise Refused(why="a link without a second factor is for demonstrations only")
    account = _get_account(account_id)
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
    role = Word(account.role)
    if account.person_id is None:
        entry = SignInLinkMade(at + life, demo, role, Code(str(account.pk)), TeamName(account.team))
    else:
        entry = SignInLinkMade(at + life, demo, role)
    # None for staff, and for a person whose key is destroyed.
    subject = None if account.person_id is None else entry_subject(account.person_id)
    append(entry, by=by, handle=subject.handle if subject else None, at=at)
    return reverse("accounts_link", args=[token])


def link_state(token: str, *, at: datetime) -> tuple[LinkState, SignInLink | None]:
    """Return whether the link works, and the link; asking does not use it."""
    link = (
        SignInLink.objects.select_related("account").filter(token_hash=links.digest(token)).first()
    )
    # A link that this program did not make is none.
    if link is None or not link.authentic:
        return LinkState.UNKNOWN, None
    return links.state(
        used_at=link.used_at, expires_at=link.expires_at, account_open=link.account.is_active, at=at
    ), link


def use_link(token: str, *, at: datetime) -> tuple[LinkState, SignInLink | None]:
    """Use the link. Of two at the same moment one gets ``WORKS``, the other ``USED``."""
    state, link = link_state(token, at=at)
    if state is not LinkState.WORKS or link is None:
        return state, link
    # Asked and used in one statement: of two requests at the same moment one changes a row.
    if SignInLink.objects.filter(pk=link.pk, used_at=None).update(used_at=at) != 1:
        return LinkState.USED, link
    return LinkState.WORKS, link


def check_team(team: str) -> None:
    """Refuse a name that is not that of a team, which goes into the ledger.

    Raises:
        Invalid: it is too long, or has an e-mail address or a long number in it.
    """
    # A shop or a floor has a number; a phone, a date of birth and a national number have more
    # digits, however they are spaced. A team that was named before keeps its name.
    digits = sum(character.isdigit() for character in team)
    if not matches_form(TeamName, team.strip()) or digits > limits.TEAM_DIGITS:
        raise Invalid(
            found="that is not the name of a team",
            fix="Use at most 80 characters, without an e-mail address or a long number.",
        )


def position_of(account: Account) -> StaffPosition:
    """Return the role and team of an account as the ledger names them."""
    return StaffPosition(Code(str(account.pk)), Word(account.role), TeamName(account.team))


def _check_staff_role(role: str) -> None:
    roles = staff_roles()
    if role not in roles:
        close = get_close_matches(role[:80], roles, n=1)
        raise Invalid(
            found=f"there is no role {redaction.quote_input(str(role))} for staff",
            fix=f"Did you mean {close[0]}?" if close else f"Use one of: {', '.join(roles)}.",
        )


def _get_account(account_id: int) -> Account:
    account: Account | None = Account.objects.select_for_update().filter(pk=account_id).first()
    if account is None:
        raise NotFound(what="account")
    return account


def lock_staff_account(account_id: int) -> Account:
    """Return the account of a member of staff, locked together with those of all administrators.

    One statement, in the order of their numbers: two administrators who close each other's accounts
    at the same moment wait for one another, and the second is the last one.

    Raises:
        NotFound: there is no such account.
        Conflict: it is a customer's.
    """
    locked = Account.objects.select_for_update().filter(
        Q(pk=account_id) | Q(role=Role.ADMINISTRATOR, closed_at=None)
    )
    account: Account | None = {row.pk: row for row in locked.order_by("pk")}.get(account_id)
    if account is None:
        raise NotFound(what="account")
    if account.is_customer:
        raise Conflict(why="this is a customer's account")
    return account


def _check_not_last_administrator(account: Account) -> None:
    if account.role != Role.ADMINISTRATOR or not account.is_active:
        return
    others = Account.objects.filter(role=Role.ADMINISTRATOR, closed_at=None)
    # Each is asked whether it may sign in: a row that somebody wrote past the program is no
    # administrator, and nobody would be left.
    if not any(other.is_active for other in others.exclude(pk=account.pk)):
        raise Conflict(
            why="this is the last administrator, and someone must be able to manage the staff"
        )
