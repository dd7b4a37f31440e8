"""The e-mail providers by name: what django-anymail calls them, who we are there, and how what they
tell us is known to be theirs."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlsplit

from django.utils.module_loading import import_string

from aboveboard.basics import settings
from aboveboard.basics.errors import Misconfigured
from aboveboard.basics.personal import Personal
from aboveboard.connectors.outgoing.client import OutgoingCall, OutgoingClient
from aboveboard.connectors.secrets import FORMS, SecretReference
from aboveboard.delivery import limits
from aboveboard.delivery.webhooks.destination import resolver_for, rules_for


class MailProviderWrong(Misconfigured):
    """The setting mail.{name} is {problem}."""

    code = "mail_provider_wrong"
    next_step = "{fix}"


@dataclass(frozen=True, slots=True)
class MailService:
    """A provider. ``backend``, ``webhook``: what django-anymail calls them, with what each is
    given; ``probe``: the call that says whether we may send, and sends nothing."""

    name: str
    backend: str
    options: Mapping[str, str] = field(repr=False)
    webhook: str
    webhook_options: Mapping[str, str] = field(repr=False)
    probe: OutgoingCall
    networks: tuple[str, ...]

    def client(self) -> OutgoingClient:
        """Return a client by which it is called, for one thread."""
        url = self.probe.address.reveal()
        plain = urlsplit(url).scheme == "http"
        return OutgoingClient(
            self.name,
            rules_for(url, self.networks, plain_http=plain),
            resolver=resolver_for(self.networks, plain_http=plain),
            call_seconds=limits.SMS_CALL.total_seconds(),
        )

    def open_backend(self) -> Any:
        """Return django-anymail's backend.

        Raises:
            MailProviderWrong: django-anymail is not installed.
        """
        return _imported(self.backend)(fail_silently=False, **self.options)

    def open_webhook(self) -> Any:
        """Return django-anymail's view of what the provider tells us; None where nothing would
        prove that it was the provider.

        Raises:
            MailProviderWrong: django-anymail is not installed.
        """
        if not all(self.webhook_options.values()):
            return None
        return _imported(self.webhook)(**self.webhook_options)


def _imported(path: str) -> Any:
    try:
        return import_string(path)
    except ImportError:
        raise MailProviderWrong(
            name="provider",
            problem="set, and django-anymail is not installed",
            fix="Install it: pip install aboveboard[anymail]",
        ) from None


def _postmark(secret: str, signing: str, domain: str, base: str) -> dict[str, Any]:
    base = base or "https://api.postmarkapp.com"
    headers = {"X-Postmark-Server-Token": secret, "Accept": "application/json"}
    return {
        "backend": "anymail.backends.postmark.EmailBackend",
        "options": {"server_token": secret, "api_url": f"{base}/"},
        "webhook": "anymail.webhooks.postmark.PostmarkTrackingWebhookView",
        "webhook_options": {"webhook_secret": signing},
        "probe": OutgoingCall("GET", Personal(f"{base}/server"), credentials=headers),
    }


def _mailgun(secret: str, signing: str, domain: str, base: str) -> dict[str, Any]:
    if not domain:
        raise MailProviderWrong(
            name="provider_domain",
            problem="empty",
            fix="Write the domain that you send from at Mailgun.",
        )
    base = base or "https://api.mailgun.net/v3"
    token = base64.b64encode(f"api:{secret}".encode()).decode()
    headers = {"Authorization": f"Basic {token}"}
    return {
        "backend": "anymail.backends.mailgun.EmailBackend",
        "options": {"api_key": secret, "sender_domain": domain, "api_url": f"{base}/"},
        "webhook": "anymail.webhooks.mailgun.MailgunTrackingWebhookView",
        "webhook_options": {"webhook_signing_key": signing},
        "probe": OutgoingCall("GET", Personal(f"{base}/domains/{domain}"), credentials=headers),
    }


PROVIDERS: Final[Mapping[str, Callable[[str, str, str, str], dict[str, Any]]]] = {
    "postmark": _postmark,
    "mailgun": _mailgun,
}
"""The providers by name: of a secret, what signs, a domain and an address, what a service needs."""


def current_service() -> MailService | None:
    """Return the provider of the settings; None where they name none.

    Raises:
        MailProviderWrong: a setting that it needs is missing or wrong.
        SecretNotThere: a secret cannot be read.
    """
    mail = settings.current().mail
    if not mail.provider:
        return None
    signing = _secret("provider_signing", mail.provider_signing) if mail.provider_signing else ""
    parts = PROVIDERS[mail.provider](
        _secret("provider_secret", mail.provider_secret),
        signing,
        mail.provider_domain,
        mail.provider_url.rstrip("/"),
    )
    networks = tuple(filter(None, (part.strip() for part in mail.provider_networks.split(","))))
    return MailService(name=mail.provider, networks=networks, **parts)


def _secret(name: str, text: str) -> str:
    reference = SecretReference.parse(text)
    if reference is None:
        # Never repeated: what is no reference is most often the secret.
        raise MailProviderWrong(
            name=name,
            problem="no reference to a secret, and is not shown",
            fix=f"Write where it is: {FORMS}. If it was the secret, change it.",
        )
    return reference.fetch().reveal()
