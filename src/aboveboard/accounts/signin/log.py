"""Signing in, failing to and signing out are in the log: by account number and way,
never by what was typed."""

from __future__ import annotations

import logging
from typing import Any

from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.http import HttpRequest

from aboveboard.accounts.models import Account

log = logging.getLogger("aboveboard.accounts.signin")


def connect() -> None:
    """Listen; called once, when Django is ready."""
    user_logged_in.connect(_signed_in, dispatch_uid="accounts.signed-in")
    user_logged_out.connect(_signed_out, dispatch_uid="accounts.signed-out")
    user_login_failed.connect(_refused, dispatch_uid="accounts.refused")


def code_refused(kind: str) -> None:
    """Log that a code was wrong or too late; ``kind`` says which code was asked for."""
    log.warning("a code was refused", extra={"way": kind})


def _signed_in(request: HttpRequest, user: Account, **_: Any) -> None:
    log.info("signed in", extra={"account": user.pk, "role": user.role})


def _signed_out(request: HttpRequest, user: Account | None, **_: Any) -> None:
    if user is not None:
        log.info("signed out", extra={"account": user.pk, "role": user.role})


def _refused(sender: object, **_: Any) -> None:
    """A password was wrong, or its account unknown: the two are one answer, in the log too."""
    log.warning("a sign-in was refused", extra={"way": "password"})
