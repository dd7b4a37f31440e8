"""The pages of sign-in that differ from allauth's own."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.internal.decorators import login_stage_required
from allauth.account.internal.flows.login import perform_login, record_authentication
from allauth.account.internal.flows.logout import logout
from allauth.account.models import Login
from allauth.account.stages import LoginByCodeStage, LoginStage
from allauth.account.utils import get_next_redirect_url
from allauth.account.views import ConfirmLoginCodeView, LoginView, ReauthenticateView
from allauth.core import ratelimit
from allauth.mfa.adapter import get_adapter as second_factors
from allauth.mfa.base.views import IndexView
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.views import DeactivateTOTPView
from allauth.mfa.webauthn.views import AddWebAuthnView, RemoveWebAuthnView
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views import View
from django.views.decorators.cache import never_cache
from django.views.generic import TemplateView
from django.views.generic.edit import FormView

from aboveboard.accounts import actions, gate, limits, open_sessions, queries
from aboveboard.accounts.links import LinkState
from aboveboard.accounts.models import Account
from aboveboard.accounts.signin import forms, session_marks
from aboveboard.accounts.signin.code import PAGES, CodeSignIn
from aboveboard.basics import clock
from aboveboard.basics.errors import NotFound
from aboveboard.keys.demonstration import is_demonstration


class _SignIn(LoginView):  # type: ignore[misc]  # allauth publishes no types
    def _redirect_to_pending_stage(
        self, request: HttpRequest, stage: LoginStage
    ) -> HttpResponseRedirect | None:
        """Go on where a sign-in was left, except at the code: whoever comes back here
        mistyped their address."""
        if stage.key == LoginByCodeStage.key:
            return None
        response: HttpResponseRedirect = super()._redirect_to_pending_stage(request, stage)
        return response


class CustomerSignIn(_SignIn):
    """Sign in to see your data: one box for the e-mail address, or a passkey."""

    template_name = "account/login.html"
    form_class = forms.EmailCodeForm


class StaffSignIn(_SignIn):
    """Staff: address and password, or a passkey, or a code instead."""

    template_name = "accounts/staff_sign_in.html"
    form_class = forms.StaffPasswordForm


class StaffCode(_SignIn):
    """Staff: a code instead of the password."""

    template_name = "accounts/staff_code.html"
    form_class = forms.StaffCodeForm


@method_decorator(
    login_stage_required(stage=LoginByCodeStage.key, redirect_urlname="account_login"),
    name="dispatch",
)
class CodePage(ConfirmLoginCodeView):  # type: ignore[misc]  # allauth publishes no types
    """The page that asks for the code. It is the same whether one was sent or not."""

    form_class = forms.MailedCodeForm

    @method_decorator(never_cache)
    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Resume our process instead of allauth's; a code that is too old is said to be."""
        # Set by login_stage_required.
        self.stage = request._login_stage  # type: ignore[attr-defined]
        begin = CodeSignIn(stage=self.stage).audience
        process = CodeSignIn.resume(self.stage)
        if process is None:
            messages.error(request, _("That code has expired. Ask for a new one."))
            return HttpResponseRedirect(reverse(PAGES[begin]))
        self._process = process
        response: HttpResponseBase = FormView.dispatch(self, request, *args, **kwargs)
        return response

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Send another code, or judge the one that was typed: a try is taken before it is read."""
        if self._action == "resend":
            # A code that is sent again is one more code for that address (ASVS 6.6.3).
            if not ratelimit.consume(
                request, action="request_login_code", key=self._process.state["email"]
            ):
                refused: HttpResponse = ratelimit.respond_429(request)
                return refused
        elif not self._process.count_try():
            self._process.abort()
            return self._begin_again()
        response: HttpResponseBase = FormView.post(self, request, *args, **kwargs)
        return response

    def form_invalid(self, form: Any) -> HttpResponse:
        """Say that the code is wrong; after the last try, begin again."""
        if self._process.record_invalid_attempt():
            return FormView.form_invalid(self, form)
        return self._begin_again()

    def _begin_again(self) -> HttpResponse:
        messages.error(self.request, _("That code was wrong too. Ask for a new one."))
        return HttpResponseRedirect(reverse(PAGES[self._process.audience]))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add where to begin again, and how long the code works."""
        minutes = int(limits.SIGN_IN_CODE_LIFE.total_seconds() // 60)
        begin = reverse(PAGES[self._process.audience])
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return context | {
            "begin_url": begin,
            "minutes": minutes,
            "for_staff": begin != reverse("account_login"),
        }


@method_decorator(never_cache, name="dispatch")
class LinkPage(View):
    """A one-time link. Opening it shows a button and uses nothing up, so a mail
    scanner's visit does no harm."""

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        """Show the button, or say plainly why the link no longer works."""
        # No lock and no change: mail scanners open every link that they see.
        state, link = actions.link_state(token, at=clock.now())
        return self._page(request, state, link.account if link else None)

    def post(self, request: HttpRequest, token: str) -> HttpResponseBase:
        """Use the link and sign in; a second factor that is set up is still asked for."""
        refused: HttpResponse | None = ratelimit.consume_or_429(request, action="sign_in_link")
        if refused is not None:
            return refused
        state, link = actions.use_link(token, at=clock.now())
        if state is not LinkState.WORKS or link is None:
            return self._page(request, state, link.account if link else None)
        # A session that was planted in this browser before must not become the account's (ASVS
        # 7.2.4).
        logout(request, show_message=False)
        record_authentication(request, link.account, method="link")
        if link.second_factor_waived and is_demonstration():
            session_marks.mark_second_factor(request, link.account)
        response: HttpResponseBase = perform_login(request, Login(user=link.account))
        return response

    @staticmethod
    def _page(request: HttpRequest, state: LinkState, account: Account | None) -> HttpResponse:
        status = {LinkState.WORKS: 200, LinkState.UNKNOWN: 404}.get(state, 410)
        context = {
            "state": state.value,
            "staff": account if account and not account.is_customer else None,
            "account": account,
        }
        return render(request, "accounts/link.html", context, status=status)


class SecondFactorPage(TemplateView):
    """Staff without a second factor choose one here before anything else."""

    template_name = "accounts/second_factor.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Send on those who need no set-up: already proved, or set up and not yet asked for."""
        user = request.user
        if isinstance(user, Account) and not user.is_customer:
            if gate.has_second_factor(request.session, user):
                return HttpResponseRedirect(get_next_redirect_url(request) or gate.CONSOLE)
            if queries.has_second_factor(user):
                onward = get_next_redirect_url(request) or gate.CONSOLE
                return HttpResponseRedirect(f"{reverse('mfa_reauthenticate')}?next={onward}")
        return super().dispatch(request, *args, **kwargs)


class PasswordAgain(ReauthenticateView):  # type: ignore[misc]  # allauth publishes no types
    """Asks for the password again before one's ways to sign in are changed. Who has neither a
    password nor a second factor is told to sign in again: a fresh code is their proof."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Say so to whoever has nothing to prove it with: allauth would call it somebody else's
        page."""
        if not get_adapter().get_reauthentication_methods(request.user):
            return render(request, "accounts/sign_in_again.html", status=403)
        answer: HttpResponseBase = super().dispatch(request, *args, **kwargs)
        return answer


class AccountPage(IndexView):  # type: ignore[misc]  # allauth publishes no types
    """Everything about one's own account: how one signs in, and where one is signed in."""

    template_name = "accounts/account.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the sessions, and which languages there are."""
        sessions = open_sessions.own_sessions(self.request, self.request.user, at=clock.now())
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return context | {"sessions": sessions, "others": len(sessions) > 1}


class EndOtherSessions(View):
    """Sign out everywhere but here, or in one other browser."""

    def post(self, request: HttpRequest) -> HttpResponse:
        """Do it, and say so on the account page. ``session``: the name of the one to end."""
        user, name = request.user, request.POST.get("session", "")
        # The gate lets nobody else in.
        if isinstance(user, Account):
            messages.success(request, self._end(request, user, name))
        return HttpResponseRedirect(reverse("accounts_account"))

    def _end(self, request: HttpRequest, account: Account, name: str) -> str:
        try:
            if name and open_sessions.end_session(request, account, name):
                return _("That browser is signed out.")
        except NotFound:
            return _("That browser was signed out already.")
        # Also where one was meant that cannot be told from the others: what somebody wants to end
        # must not stay open.
        session_marks.end_other_sessions(request, account)
        return _("You are signed out everywhere else.")


class AddPasskey(AddWebAuthnView):  # type: ignore[misc]  # allauth publishes no types
    """Add a passkey. Recovery codes are for staff: a customer without their
    passkey asks for a code."""

    form_class = forms.AddPasskeyForm

    def get_success_url(self) -> str:
        """Return staff to what else they have; customers to their list."""
        user = self.request.user
        if user.is_customer:
            Authenticator.objects.filter(
                user_id=user.pk, type=Authenticator.Type.RECOVERY_CODES
            ).delete()
            return reverse("mfa_list_webauthn")
        return str(super().get_success_url())


class _OneRemovalAtATime(View):
    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Remove it with the account locked. Of two that take away the last two second factors of
        somebody at once, the second finds one left, and leaves it."""
        with transaction.atomic():
            if request.method == "POST":
                Account.objects.select_for_update().get(pk=request.user.pk)
            return super().dispatch(request, *args, **kwargs)


# allauth publishes no types.
class RemoveApp(_OneRemovalAtATime, DeactivateTOTPView):  # type: ignore[misc]
    """Remove an authenticator app, unless it is the only second factor."""


# allauth publishes no types.
class RemovePasskey(_OneRemovalAtATime, RemoveWebAuthnView):  # type: ignore[misc]
    """Remove a passkey, unless it is the only second factor of a member of staff."""

    def form_valid(self, form: Any) -> HttpResponse:
        """Refuse in words, or remove."""
        adapter = second_factors()
        if not adapter.can_delete_authenticator(self.get_object()):
            messages.error(self.request, str(adapter.error_messages["cannot_delete_authenticator"]))
            return HttpResponseRedirect(reverse("mfa_list_webauthn"))
        response: HttpResponse = super().form_valid(form)
        return response
