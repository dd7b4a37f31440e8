"""E-mail by a provider's HTTP API, as a channel."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from threading import local
from typing import TYPE_CHECKING, Any, Final

from django.core.mail import EmailMultiAlternatives

from aboveboard.basics import settings
from aboveboard.basics.errors import Misconfigured
from aboveboard.connectors.contract import (
    SystemAnswerUnreadable,
    SystemRefused,
    SystemUnavailable,
)
from aboveboard.delivery import limits, mime
from aboveboard.delivery.calling import CallingCarrier, CallLost
from aboveboard.delivery.channels import DeliveryOutcome, DeliveryVerdict, NoChannel
from aboveboard.delivery.letters import LetterBody
from aboveboard.delivery.providers.services import MailService, current_service
from aboveboard.delivery.receipts import reference_of
from aboveboard.delivery.rendering import DispatchItem, RenderedNotice
from aboveboard.kinds import email_addresses

if TYPE_CHECKING:
    from aboveboard.delivery.providers.door import OutgoingAdapter

UNREACHABLE: Final = "mail-provider-unreachable"
REFUSES: Final = "mail-provider-refuses"
BUSY: Final = "mail-provider-busy"


class NoMailProvider(NoChannel):
    """The e-mail provider cannot be used: {reason}."""

    code = "no_mail_provider"
    next_step = "Check mail.provider in the settings; messages wait until it can be used."


@dataclass(frozen=True, slots=True)
class ProviderMail:
    """A message that waits. An address is never printed."""

    key: int
    message: EmailMultiAlternatives = field(repr=False)


class ProviderCarrier(CallingCarrier[ProviderMail]):
    """Carries notices as e-mail by a provider. Beside the Message-ID it has our reference, which
    the provider gives back with what became of the message."""

    def __init__(self) -> None:
        current = settings.current()
        super().__init__(current.mail.connections, current.mail.rate)
        self._head = mime.Letterhead.from_sender(current.organisation.name, current.mail.sender)
        self._adapters: list[OutgoingAdapter] = []
        self._own = local()

    @cached_property
    def _service(self) -> MailService:
        try:
            if (service := current_service()) is not None:
                return service
            reason = "mail-provider-wrong"
        except Misconfigured as error:
            # Messages wait for whoever mends it, and no other channel with them.
            reason = error.code.replace("_", "-")
        raise NoMailProvider(reason=reason)

    def close(self) -> None:
        """Let go of every connection."""
        for adapter in self._adapters:
            adapter.close()

    def reach(self) -> None:
        """See that the provider takes messages of ours.

        Raises:
            NoMailProvider: it cannot be reached, or takes nothing of us.
        """
        client = self._service.client()
        try:
            answer = client.ask_once(self._service.probe, most=limits.SMS_ANSWER)
        except (SystemUnavailable, SystemRefused, SystemAnswerUnreadable):
            raise NoMailProvider(reason=UNREACHABLE) from None
        finally:
            client.close()
        if answer.status == 429:
            raise _busy(answer.headers.get("retry-after", ""), answer.status)
        if answer.status != 200:
            raise NoMailProvider(reason=REFUSES, code=answer.status)
        self._backend()

    def add(
        self, item: DispatchItem, notice: RenderedNotice, *, mail_domain: str, at: datetime
    ) -> None:
        """Make the message and let it wait.

        Raises:
            KindMismatch: the address is none.
        """
        to = email_addresses.read(notice.to.reveal())
        message = EmailMultiAlternatives(
            notice.subject,
            _join_words(notice.text),
            self._head.sender,
            [to],
            headers={"Message-ID": mime.message_id(item.id, mail_domain)},
        )
        if notice.html is not None:
            message.attach_alternative(_join_words(notice.html), "text/html")
        message.metadata = {"reference": reference_of(item.id)}  # type: ignore[attr-defined]
        self._waiting.append(ProviderMail(item.id, message))

    def deliver(self, message: ProviderMail) -> DeliveryOutcome:
        """Hand one message over.

        Raises:
            NoMailProvider: nothing of ours is taken, and this was not.
            CallLost: it is not known whether it was taken.
        """
        from anymail.exceptions import AnymailError, AnymailRecipientsRefused

        try:
            self._backend().send_messages([message.message])
        except AnymailRecipientsRefused:
            return DeliveryOutcome(message.key, DeliveryVerdict.REFUSED, 0, "refused")
        except AnymailError as error:
            # Without its words, which quote the message.
            return _judged(message.key, getattr(error, "response", None))
        return DeliveryOutcome(message.key, DeliveryVerdict.TAKEN, 200)

    def _backend(self) -> Any:
        """Return this thread's own, whose calls leave by the one door."""
        backend = getattr(self._own, "backend", None)
        if backend is None:
            try:
                backend = self._service.open_backend()
            except Misconfigured as error:
                raise NoMailProvider(reason=error.code.replace("_", "-")) from None
            from aboveboard.delivery.providers.door import OutgoingAdapter  # of the extra

            adapter = OutgoingAdapter(self._service.client())
            self._adapters.append(adapter)
            backend.open()
            for scheme in ("https://", "http://"):
                backend.session.mount(scheme, adapter)
            self._own.backend = backend
        return backend


def _join_words(words: str | LetterBody) -> str:
    return words.joined() if isinstance(words, LetterBody) else words


def _judged(key: int, response: Any) -> DeliveryOutcome:
    """Return what the provider's answer means for a message that was not taken."""
    if response is None:
        raise CallLost
    status = int(response.status_code)
    if status == 429:
        raise _busy(response.headers.get("retry-after", ""), status)
    if status in (401, 403):
        raise NoMailProvider(reason=REFUSES, code=status)
    if status >= 500:
        return DeliveryOutcome(key, DeliveryVerdict.PUT_OFF, status, "put-off")
    return DeliveryOutcome(key, DeliveryVerdict.REFUSED, status, "refused")


def _busy(asked: str, status: int) -> NoMailProvider:
    seconds = min(int(asked), 86_400) if asked.isascii() and asked.isdigit() else 0
    return NoMailProvider(reason=BUSY, code=status, retry_after=timedelta(seconds=seconds))
