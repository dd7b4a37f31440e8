"""What a session remembers of how it began: that a second factor was proved, and when it ends."""

from __future__ import annotations

from typing import Any

from allauth.account.internal.flows.login import record_authentication
from allauth.account.signals import (
    authentication_step_completed,
    password_changed,
    password_set,
)
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_added, authenticator_removed
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.db import transaction
from django.http import HttpRequest

from aboveboard.accounts import actions, gate, limits, open_sessions, queries
from aboveboard.accounts.models import Account
from aboveboard.basics import clock
from aboveboard.basics.errors import Refused


def connect() -> None:
    """Listen; called once, when Django is ready."""
    user_logged_in.connect(_begin, dispatch_uid="accounts.begin")
    authentication_step_completed.connect(_second_factor_used, dispatch_uid="accounts.used")
    authenticator_added.connect(_second_factor_added, dispatch_uid="accounts.added")
    authenticator_removed.connect(_second_factor_removed, dispatch_uid="accounts.removed")
    password_changed.connect(_password_changed, dispatch_uid="accounts.password-changed")
    password_set.connect(_password_changed, dispatch_uid="accounts.password-set")
    user_logged_out.connect(_ended, dispatch_uid="accounts.ended")


def mark_second_factor(request: HttpRequest, account: Account) -> None:
    """Note that ``account`` proved a second factor in this session; it is worth
    nothing to another account."""
    # The account, not a flag: a session that changes hands must not bring a proof along.
    request.session[gate.SECOND_FACTOR] = account.pk


def _begin(request: HttpRequest, user: Account, **kwargs: Any) -> None:
    request.session[gate.BEGAN] = clock.now().timestamp()
    # The longest life is counted from here and cannot be moved by use (ASVS 7.3.2); the expiry
    # moves.
    idle = limits.SESSION_IDLE_CUSTOMER if user.is_customer else limits.SESSION_IDLE_STAFF
    request.session.set_expiry(int(idle.total_seconds()))


def _ended(request: HttpRequest, **kwargs: Any) -> None:
    open_sessions.forget(request.session)


def _second_factor_used(request: HttpRequest, user: Account, method: str, **kwargs: Any) -> None:
    if method == "mfa":
        mark_second_factor(request, user)


def _second_factor_added(
    request: HttpRequest, user: Account, authenticator: Authenticator, **kwargs: Any
) -> None:
    """End every other session. Setting one up proves that one has it, so the page that comes next
    does not ask for it again."""
    if authenticator.type == Authenticator.Type.RECOVERY_CODES:
        return
    if user.is_customer:
        end_other_sessions(request, user)
        return
    # The gate let this in before; another session may have set one up since. The lock makes two
    # that come together wait for each other, and the second one sees the first one's factor.
    with transaction.atomic():
        Account.objects.select_for_update().get(pk=user.pk)
        others = queries.other_second_factors(user.pk, authenticator.pk)
        late = others and not gate.has_second_factor(request.session, user)
        if late:
            authenticator.delete()
        else:
            end_other_sessions(request, user)
    if late:
        raise Refused(why="a second step was added to this account from elsewhere; sign in again")
    record_authentication(
        request, user, "mfa", id=authenticator.pk, type=authenticator.type, reauthenticated=True
    )


def _second_factor_removed(
    request: HttpRequest, user: Account, authenticator: Authenticator, **kwargs: Any
) -> None:
    """Whoever takes a lost device away ends the sessions that were opened with it."""
    if authenticator.type != Authenticator.Type.RECOVERY_CODES:
        end_other_sessions(request, user)


def _password_changed(request: HttpRequest, user: Account, **kwargs: Any) -> None:
    """A new password ends what the old one opened (CVE-2025-57766)."""
    end_other_sessions(request, user)


def end_other_sessions(request: HttpRequest, user: Account) -> None:
    """Sign ``user`` out everywhere but in this session."""
    actions.end_other_sessions(user)
    update_session_auth_hash(request, user)
    began = request.session.get(gate.BEGAN, clock.now().timestamp())
    open_sessions.note(request, user, began=began)
