"""Sign-in by a code sent to a typed e-mail address.

allauth's process, with two differences:

1. The request does not look the address up. It makes a code, keeps both in the sealed session,
   and answers; the look-up and the sending are handed to
   :mod:`aboveboard.accounts.signin.background_mail`. A known and an unknown address are
   therefore the same work and the same answer (OWASP ASVS 5.0, 6.3.8).
2. The account is found only when the right code comes back, from the same address. A customer's
   account is made then, if it is their first time, and holds their ``person_id`` alone.
"""

from __future__ import annotations

from enum import StrEnum
from functools import partial

from allauth.account.internal.flows.login import perform_login, record_authentication
from allauth.account.internal.flows.login_by_code import LoginCodeVerificationProcess
from allauth.account.models import Login
from allauth.account.stages import LoginByCodeStage, LoginStageController
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation

from aboveboard.accounts import actions, code_tries, directory, limits, mail
from aboveboard.accounts.models import Account
from aboveboard.accounts.signin import background_mail
from aboveboard.basics import clock, settings
from aboveboard.basics.errors import NotFound

LANGUAGES = ("en", "fr", "de")


class CodeAudience(StrEnum):
    """Whose page the address was typed on: a person may be both a customer and on the staff."""

    CUSTOMER = "customer"
    STAFF = "staff"


PAGES = {CodeAudience.CUSTOMER: "account_login", CodeAudience.STAFF: "accounts_staff"}
"""Route name of the page to begin at."""


class CodeSignIn(LoginCodeVerificationProcess):  # type: ignore[misc]  # allauth publishes no types
    """One sign-in by code, from the typed address to the session."""

    @classmethod
    def start(cls, request: HttpRequest, *, email: str, audience: CodeAudience) -> None:
        """Begin: make a code, hand over its sending, remember both in the session."""
        # A login of nobody: allauth's stages need one, and who it is must not be known yet.
        login = Login()
        login.state["stages"] = {"current": LoginByCodeStage.key}
        stage = LoginByCodeStage(LoginStageController(request, login), request, login)
        stage.state.update(
            cls.initial_state(user=None, email=email),
            initiated_by_user=True,
            audience=audience.value,
        )
        process = cls(stage=stage)
        process.send()
        process.persist()

    @classmethod
    def resume(cls, stage: LoginByCodeStage) -> CodeSignIn | None:
        """Return the sign-in that this session is in the middle of, or None
        when its code is too old."""
        process: CodeSignIn | None = cls(stage=stage).abort_if_invalid()
        return process

    @property
    def audience(self) -> CodeAudience:
        """Return whose page this began on."""
        return CodeAudience(self.state.get("audience", CodeAudience.CUSTOMER))

    def send(self, skip_enumeration_mails: bool = False) -> None:
        """Make a fresh code and hand over its sending, known address or not."""
        code = self.generate_code()
        # A new code has tries of its own, and the one before has none: what is left of its count
        # must not be added to this one's.
        self.state["tries_key"] = code_tries.start(at=clock.now())
        language = translation.get_language() or LANGUAGES[0]
        background_mail.hand_over(
            partial(
                mail_code, self.state["email"], code=code, audience=self.audience, language=language
            )
        )

    def count_try(self) -> bool:
        """Whether one more guess is judged. Asked before the code is looked at."""
        return code_tries.count_try(self.state.get("tries_key", ""), at=clock.now())

    def record_invalid_attempt(self) -> bool:
        """Return whether the code may be guessed at again; if not, the sign-in is over."""
        if code_tries.has_tries_left(self.state.get("tries_key", "")):
            return True
        self.abort()
        return False

    def finish(self, redirect_url: str | None) -> HttpResponse:
        """Sign in after the right code, which works no second time."""
        if not code_tries.consume(self.state["tries_key"], at=clock.now()):
            self.abort()
            return HttpResponseRedirect(reverse(PAGES[self.audience]))
        # Looked up only now: before the right code came, the request must not know whether there is
        # anybody.
        account = account_of(self.state.pop("email"), self.audience)
        self.state.pop("code")
        self.abort()
        # The right code of an address that is nobody's: its session knew the code, no mail ever
        # went.
        if account is None:
            return HttpResponseRedirect(reverse(PAGES[self.audience]))
        record_authentication(self.request, account, method="code")
        response: HttpResponse = perform_login(
            self.request, Login(user=account, redirect_url=redirect_url)
        )
        return response


def account_of(email: str, audience: CodeAudience) -> Account | None:
    """Return the account that this address signs in to, or None: unknown, or shared
    by several customers."""
    if audience is CodeAudience.STAFF:
        return _staff_account(email)
    people = directory.find(email)
    if len(people) != 1:
        return None
    try:
        return actions.customer_account(people[0], at=clock.now())
    except NotFound:  # erased since they were found
        return None


def _staff_account(email: str) -> Account | None:
    account = Account.objects.at_address(email)
    return account if account is not None and account.is_active else None


def mail_code(email: str, *, code: str, audience: CodeAudience, language: str) -> None:
    """Send the code, if the address is one customer's or a member of staff's.

    An address that several customers share gets a mail that says why there is no code: it proves
    none of them. An unknown address gets nothing: we do not write to people who are not ours.
    """
    if audience is CodeAudience.STAFF:
        owner_count = int(_staff_account(email) is not None)
    else:
        owner_count = len(directory.find(email))
    if not owner_count:
        return
    organisation = settings.current().organisation
    context = {
        "code": code,
        "organisation": organisation.name,
        "contact": organisation.contact,
        "minutes": int(limits.SIGN_IN_CODE_LIFE.total_seconds() // 60),
    }
    base = language.split("-")[0]
    text = render_to_string(
        (
            f"accounts/mail/{'code' if owner_count == 1 else 'shared'}."
            f"{base if base in LANGUAGES else LANGUAGES[0]}.txt"
        ),
        context,
    )
    subject, _, body = text.strip().partition("\n")
    mail.send(subject.strip(), body.strip() + "\n", to=email)
