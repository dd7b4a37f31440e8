"""Where allauth asks its owner: which pages follow, what is said, how secrets are kept."""

from __future__ import annotations

import time
from typing import Any

from allauth.account import app_settings
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import (
    AUTHENTICATION_METHODS_SESSION_KEY,
    get_authentication_records,
)
from allauth.core import context
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.core.ratelimit import respond_429
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from aboveboard.accounts import gate
from aboveboard.accounts.models import Account
from aboveboard.accounts.signin import factor_binding
from aboveboard.basics import settings

_TOO_MANY = frozenset({"too_many_login_attempts", "rate_limited"})
_FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth publishes no types
    """Accounts: nobody signs up, each kind has its own home, and too many tries
    is one page everywhere."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "account_inactive": _("This account is closed."),
        "email_password_mismatch": _(
            "The e-mail address or password is wrong. Check both and try again."
        ),
        "incorrect_code": _(
            "This is not the code we sent. Enter the eight digits from the latest e-mail."
        ),
        "incorrect_password": _("This is not your password."),
        "too_many_login_attempts": _("Too many attempts. Wait a few minutes and try again."),
        "rate_limited": _("Too many attempts. Wait a few minutes and try again."),
    }

    def validation_error(self, code: str, *args: object) -> ValidationError:
        """Return the error to show beside the field; too many tries is a page of its own."""
        if code in _TOO_MANY:
            raise ImmediateHttpResponse(respond_429(context.request))
        return super().validation_error(code, *args)  # type: ignore[no-any-return]

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Nobody signs up: customers come from the vault, staff by invitation."""
        return False

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """Return the home page of the account that signed in."""
        return gate.PORTAL if getattr(request.user, "is_customer", False) else gate.CONSOLE

    def get_logout_redirect_url(self, request: HttpRequest) -> str:
        """Return the public page."""
        return "/"

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        """Return the page about one's ways to sign in."""
        return reverse("accounts_account")

    def login(self, request: HttpRequest, user: Account) -> None:
        """Sign in, then forget the address that was typed: the session needs the account alone."""
        super().login(request, user)
        records = request.session.get(AUTHENTICATION_METHODS_SESSION_KEY, [])
        request.session[AUTHENTICATION_METHODS_SESSION_KEY] = [
            {k: v for k, v in record.items() if k != "email"} for record in records
        ]

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Whether to ask again before something that matters: not right after one
        has proved who one is."""
        request = context.request
        records = get_authentication_records(request, request.user)
        if (
            records
            and time.time() - float(records[-1]["at"]) < app_settings.REAUTHENTICATION_TIMEOUT
        ):
            return False
        return bool(super().is_reauthentication_required(app=app, **kwargs))

    def add_message(
        self,
        request: HttpRequest,
        level: int,
        message_template: str | None = None,
        *args: Any,
        **kwargs: Any,
    ) -> None:
        """Pass on what our own texts say, and what second factors say; "signed in as"
        tells nobody anything."""
        if message_template == "mfa/messages/recovery_codes_generated.txt" and getattr(
            request.user, "is_customer", False
        ):
            return  # a customer is given none
        if message_template is None or message_template.startswith("mfa/"):
            super().add_message(request, level, message_template, *args, **kwargs)


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # allauth publishes no types
    """Second factors: secrets are sealed, staff keep at least one, customers' passkeys
    carry nothing of theirs."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "cannot_delete_authenticator": _("This is your only second step. Add another one first."),
        "incorrect_code": _(
            "This is not the code your app shows now. Wait for the next one and try again."
        ),
    }

    def encrypt(self, text: str) -> str:
        """Seal a secret of an authenticator app or of recovery codes; it is bound to its account
        when its row is saved."""
        return factor_binding.seal(text)

    def decrypt(self, encrypted_text: str) -> str:
        """Open what :meth:`encrypt` sealed, of the account that its row names and no other."""
        return factor_binding.unseal(encrypted_text)

    def is_mfa_enabled(self, user: Account, types: list[str] | None = None) -> bool:
        """Whether a second step is asked for: a customer's passkey replaces the code,
        it does not follow it."""
        # A code that was just mailed, then a passkey as well, would ask for more than signing in
        # does anywhere else for the same person.
        if isinstance(user, Account) and user.is_customer:
            return False
        return bool(super().is_mfa_enabled(user, types))

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """Whether this may go: not the last second factor of a member of staff."""
        if authenticator.user.is_customer or authenticator.type not in _FACTORS:
            return True
        # Recovery codes do not count: they are for the day on which the factor is lost.
        others = Authenticator.objects.filter(
            user_id=authenticator.user_id, type__in=_FACTORS
        ).exclude(pk=authenticator.pk)
        return bool(others.exists())

    def get_totp_issuer(self) -> str:
        """Return the name that the authenticator app shows."""
        return settings.current().organisation.name

    def generate_authenticator_name(self, user: Account, type: str) -> str:
        """Return "Passkey 1", "Passkey 2": numbers tell keys apart and tell
        nobody anything else."""
        return f"Passkey {Authenticator.objects.filter(user_id=user.pk, type=type).count() + 1}"

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """Return who asks for the passkey."""
        entity: dict[str, str] = super().get_public_key_credential_rp_entity()
        return entity | {"name": settings.current().organisation.name}

    def get_public_key_credential_user_entity(self, user: Account) -> dict[str, Any]:
        """Return what the device shows beside the passkey: a customer's device
        already knows whose it is."""
        entity: dict[str, Any] = super().get_public_key_credential_user_entity(user)
        if not user.is_customer:
            return entity | {"display_name": user.name}
        return entity | {
            "name": "customer",
            "display_name": f"Your data at {settings.current().organisation.name}",
        }
