"""The boxes of the sign-in pages."""

from __future__ import annotations

from typing import Any, ClassVar

from allauth.account.adapter import get_adapter
from allauth.account.fields import PasswordField
from allauth.account.forms import (
    ChangePasswordForm,
    ConfirmLoginCodeForm,
    LoginForm,
    SetPasswordForm,
)
from allauth.account.forms import ReauthenticateForm as PasswordAgainForm
from allauth.account.internal.flows.login import perform_password_login
from allauth.core import ratelimit
from allauth.core.internal.httpkit import headed_redirect_response
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn.forms import AddWebAuthnForm
from django import forms
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from aboveboard.accounts.models import Account
from aboveboard.accounts.signin import log
from aboveboard.accounts.signin.code import CodeAudience, CodeSignIn
from aboveboard.basics import settings
from aboveboard.kinds import email_addresses
from aboveboard.kinds.kind import KindMismatch


class AddressField(forms.CharField):
    """A box for an e-mail address: what comes out of it is the normal form."""

    default_error_messages: ClassVar = {
        "required": _("Enter an e-mail address like name@example.com."),
        "not_email": _("Enter an e-mail address like name@example.com."),
    }

    def __init__(self, *, label: object) -> None:
        # Longer than any address, since a name or a scheme may stand around it.
        super().__init__(
            label=str(label),
            max_length=1000,
            widget=forms.EmailInput(attrs={"autocomplete": "email", "spellcheck": "false"}),
        )

    def to_python(self, value: Any) -> str:
        """Return the address in its normal form. Whether anybody has it is not asked."""
        text = super().to_python(value)
        try:
            # Judged by what was typed alone: a page that said more of a known address would tell.
            return email_addresses.read(text) if text else ""
        except KindMismatch:
            raise forms.ValidationError(
                self.error_messages["not_email"], code="not_email"
            ) from None


class EmailCodeForm(LoginForm):  # type: ignore[misc]  # allauth publishes no types
    """One e-mail box; a code comes by mail."""

    audience = CodeAudience.CUSTOMER
    label = _("Your e-mail address")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"] = AddressField(label=self.label)

    def clean(self) -> dict[str, Any]:
        """Count the try, by network address and by the normal form of what was typed, so that one
        mailbox has one limit however it is spelled; look nothing up."""
        if "login" in self.cleaned_data and not ratelimit.consume(
            self.request, action="request_login_code", key=self.cleaned_data["login"]
        ):
            raise get_adapter().validation_error("too_many_login_attempts")
        return dict(self.cleaned_data)

    def login(self, request: HttpRequest, redirect_url: str | None = None) -> HttpResponse:
        """Send the code and go on to the page that asks for it."""
        CodeSignIn.start(request, email=self.cleaned_data["login"], audience=self.audience)
        query = {REDIRECT_FIELD_NAME: redirect_url} if redirect_url else None
        response: HttpResponse = headed_redirect_response("account_confirm_login_code", query=query)
        return response


class StaffCodeForm(EmailCodeForm):
    """The same for staff."""

    audience = CodeAudience.STAFF
    label = _("Your work e-mail address")


class StaffPasswordForm(LoginForm):  # type: ignore[misc]  # allauth publishes no types
    """Address and password of a member of staff; the second factor follows."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"] = AddressField(label=_("Your work e-mail address"))
        self.order_fields(["login", "password"])
        _set_label(self.fields["password"], _("Your password"), _("Enter your password."))

    def user_credentials(self) -> dict[str, Any]:
        """Return the address that the account has, which an earlier version may have kept in
        another form, and the password."""
        typed = self.cleaned_data["login"]
        # The same statement whether anybody has it or not; the password is hashed in both cases.
        account = Account.objects.at_address(typed)
        email = account.email if account else typed
        return {"email": email, "password": self.cleaned_data["password"]}

    def _setup_password_field(self) -> None:
        self.fields["password"] = PasswordField(autocomplete="current-password")
        _add_helpers(self.fields["password"])

    def _login_with_password(
        self, request: HttpRequest, redirect_url: str | None, credentials: dict[str, Any]
    ) -> HttpResponse:
        self._login.redirect_url = redirect_url
        response: HttpResponse = perform_password_login(request, credentials, self._login)
        return response


class _CodeBox(forms.Form):
    words = _("Code")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _set_label(self.fields["code"], self.words, _("Enter the code."))
        self.fields["code"].widget.attrs.update(
            {"inputmode": "numeric", "class": "govuk-input--width-10", "spellcheck": "false"}
        )

    def full_clean(self) -> None:
        """Check what was typed, and log a code that is refused."""
        super().full_clean()
        if self.is_bound and self.errors:
            log.code_refused(type(self).__name__)


# allauth publishes no types.
class MailedCodeForm(_CodeBox, ConfirmLoginCodeForm):  # type: ignore[misc]
    """The code that was sent by e-mail."""

    words = _("Code from the e-mail")


# allauth publishes no types.
class SecondStepForm(_CodeBox, AuthenticateForm):  # type: ignore[misc]
    """The second step of signing in."""

    words = _("Code from your app, or one of your recovery codes")


class AgainForm(_CodeBox, ReauthenticateForm):  # type: ignore[misc]  # allauth publishes no types
    """The second step again, before something that matters."""

    words = SecondStepForm.words


class NewAppForm(_CodeBox, ActivateTOTPForm):  # type: ignore[misc]  # allauth publishes no types
    """The first code of an authenticator app that is being set up."""

    words = _("Code from your app")


class CheckPasswordForm(PasswordAgainForm):  # type: ignore[misc]  # allauth publishes no types
    """The password again, before something that matters."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _set_label(self.fields["password"], _("Your password"), _("Enter your password."))


class FirstPasswordForm(SetPasswordForm):  # type: ignore[misc]  # allauth publishes no types
    """A password for an account that has none."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _new_password(self.fields)


class NewPasswordForm(ChangePasswordForm):  # type: ignore[misc]  # allauth publishes no types
    """Another password in place of the old one."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        old = self.fields["oldpassword"]
        old.help_text = ""
        _add_helpers(old)
        _set_label(old, _("Your password now"), _("Enter your password."))
        _new_password(self.fields)


class AddPasskeyForm(AddWebAuthnForm):  # type: ignore[misc]  # allauth publishes no types
    """A new passkey. A customer's is numbered, not named: a name they typed
    would be kept in clear."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["passwordless"].initial = True
        self.fields["passwordless"].label = _("Sign in with this passkey alone")
        self.fields["passwordless"].help_text = _("No password and no code are needed.")
        if self.user.is_customer:  # a disabled box keeps its first value, whatever is sent
            self.fields["passwordless"].disabled = True
            self.fields["name"].disabled = True


def _set_label(field: forms.Field, label: object, empty: object) -> None:
    """Give the box a label that stays, instead of a placeholder that vanishes when one types, and
    a sentence for when it is ``empty``."""
    field.label = str(label)
    field.error_messages["required"] = str(empty)
    field.widget.attrs.pop("placeholder", None)


def _new_password(boxes: dict[str, forms.Field]) -> None:
    """Label the two boxes of a new password, and say in one line what it must be."""
    first = boxes["password1"]
    _set_label(first, _("New password"), _("Enter a new password."))
    first.help_text = str(
        _("At least %(length)d characters. Not one that was in a leak, nor your name or address.")
        % {"length": settings.current().passwords.length_with_second_factor}
    )
    _set_label(boxes["password2"], _("New password again"), _("Enter the new password again."))
    for box in (first, boxes["password2"]):
        _add_helpers(box)
    # The policy is another package's, as is what answers there.
    first.widget.attrs["data-advice"] = reverse("password_advice")


def _add_helpers(field: forms.Field) -> None:
    """Give the words for what is added to a box where scripts run: without them it is plain."""
    field.widget.attrs |= {
        "data-password": "",
        "data-show": str(_("Show")),
        "data-hide": str(_("Hide")),
        "data-show-label": str(_("Show password")),
        "data-hide-label": str(_("Hide password")),
        "data-shown": str(_("Your password is shown.")),
        "data-hidden": str(_("Your password is hidden.")),
        "data-caps": str(_("Caps Lock is on.")),
        "spellcheck": "false",
        "autocapitalize": "none",
    }
