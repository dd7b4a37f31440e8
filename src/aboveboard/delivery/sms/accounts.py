"""The provider of ``[sms]`` in the settings: which, who we are there, and how it is called."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from aboveboard.basics import settings
from aboveboard.basics.errors import Misconfigured
from aboveboard.basics.setting_channels import SmsSettings
from aboveboard.connectors.outgoing.client import OutgoingClient
from aboveboard.connectors.secrets import FORMS, SecretReference
from aboveboard.delivery import limits
from aboveboard.delivery.sms.provider import SmsAccount, SmsProvider
from aboveboard.delivery.sms.twilio import Twilio
from aboveboard.delivery.sms.vonage import Vonage
from aboveboard.delivery.webhooks.destination import resolver_for, rules_for

PROVIDERS: Final[Mapping[str, Callable[[SmsAccount], SmsProvider]]] = {
    "twilio": Twilio,
    "vonage": Vonage,
}
"""The providers by name. Another is a module and a line, and the suite asks it everything."""


class SmsSettingWrong(Misconfigured):
    """The setting sms.{name} is {problem}."""

    code = "sms_setting_wrong"
    next_step = "{fix}"


@dataclass(frozen=True, slots=True)
class SmsService:
    """A provider, and how it is called."""

    name: str
    provider: SmsProvider
    rate: int
    connections: int
    networks: tuple[str, ...]

    def client(self) -> OutgoingClient:
        """Return a client by which it is called, for one thread."""
        url = self.provider.probe().address.reveal()
        plain = urlsplit(url).scheme == "http"
        return OutgoingClient(
            self.name,
            rules_for(url, self.networks, plain_http=plain),
            resolver=resolver_for(self.networks, plain_http=plain),
            call_seconds=limits.SMS_CALL.total_seconds(),
        )


def current_service() -> SmsService | None:
    """Return the provider of the settings; None where they name none.

    Raises:
        SmsSettingWrong: a setting that it needs is missing or wrong.
        SecretNotThere: the secret cannot be read.
    """
    current = settings.current()
    sms = current.sms
    if not sms.provider:
        return None
    for name, value in (("account", sms.account), ("sender", sms.sender)):
        if not value:
            raise SmsSettingWrong(name=name, problem="empty", fix=f"Set sms.{name}.")
    secret = _secret("secret", sms.secret)
    account = SmsAccount(
        account=sms.account,
        secret=secret,
        # Twilio signs with what we sign in with; Vonage with a secret of its own.
        signing=_secret("signing", sms.signing) if sms.signing else _own_signing(sms, secret),
        sender=sms.sender,
        base=sms.url.rstrip("/"),
        callback=f"{current.server.origin.rstrip('/')}/receipts/sms/",
    )
    return SmsService(
        sms.provider,
        PROVIDERS[sms.provider](account),
        sms.rate,
        sms.connections,
        tuple(filter(None, (part.strip() for part in sms.networks.split(",")))),
    )


def _own_signing(sms: SmsSettings, secret: str) -> str:
    return secret if sms.provider == "twilio" else ""


def _secret(name: str, text: str) -> str:
    reference = SecretReference.parse(text)
    if reference is None:
        # Never repeated: what is no reference is most often the secret.
        raise SmsSettingWrong(
            name=name,
            problem="no reference to a secret, and is not shown",
            fix=f"Write where it is: {FORMS}. If it was the secret, change it.",
        )
    return reference.fetch().reveal()
