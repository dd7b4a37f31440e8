"""What a session remembers of how it began: that a second factor was proved, and when it ends."""

from __future__ import annotations

from typing import Any

from allauth.account.internal.flows.login import record_authentication
from allauth.account.signals import authentication_step_completed
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_added
from django.contrib.auth.signals import user_logged_in
from django.http import HttpRequest

from aboveboard.accounts import gate, limits
from aboveboard.accounts.models import Account
from aboveboard.basics import clock


def connect() -> None:
    """Listen; called once, when Django is ready."""
    user_logged_in.connect(_begin, dispatch_uid="accounts.begin")
    authentication_step_completed.connect(_second_factor_used, dispatch_uid="accounts.used")
    authenticator_added.connect(_second_factor_added, dispatch_uid="accounts.added")


def mark_second_factor(request: HttpRequest, account: Account) -> None:
    """Note that ``account`` proved a second factor in this session; it is worth
    nothing to another account."""
    request.session[gate.SECOND_FACTOR] = account.pk


def _begin(request: HttpRequest, user: Account, **kwargs: Any) -> None:
    request.session[gate.BEGAN] = clock.now().timestamp()
    idle = limits.SESSION_IDLE_CUSTOMER if user.is_customer else limits.SESSION_IDLE_STAFF
    request.session.set_expiry(int(idle.total_seconds()))


def _second_factor_used(request: HttpRequest, user: Account, method: str, **kwargs: Any) -> None:
    if method == "mfa":
        mark_second_factor(request, user)


def _second_factor_added(
    request: HttpRequest, user: Account, authenticator: Authenticator, **kwargs: Any
) -> None:
    """Setting one up proves that one has it, so the page that comes next does
    not ask for it again."""
    if authenticator.type == Authenticator.Type.RECOVERY_CODES or user.is_customer:
        return
    record_authentication(
        request, user, "mfa", id=authenticator.pk, type=authenticator.type, reauthenticated=True
    )
