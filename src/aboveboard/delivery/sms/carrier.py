"""Text messages by the provider of the settings, as a channel."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from threading import local

from aboveboard.basics import settings
from aboveboard.basics.errors import Misconfigured
from aboveboard.connectors.contract import (
    SystemAnswerUnreadable,
    SystemRefused,
    SystemUnavailable,
)
from aboveboard.connectors.outgoing.client import OutgoingClient
from aboveboard.delivery import limits
from aboveboard.delivery.calling import CallingCarrier, CallLost
from aboveboard.delivery.channels import DeliveryOutcome
from aboveboard.delivery.letters import LetterBody
from aboveboard.delivery.receipts import reference_of
from aboveboard.delivery.rendering import DispatchItem, RenderedNotice
from aboveboard.delivery.sms.accounts import SmsService, current_service
from aboveboard.delivery.sms.provider import UNREACHABLE, NoSmsProvider
from aboveboard.kinds.kind import KindMismatch
from aboveboard.kinds.normalise import phone


@dataclass(frozen=True, slots=True)
class OutgoingText:
    """A message that waits. A number is never printed."""

    key: int
    to: str = field(repr=False)
    text: str = field(repr=False)


class SmsCarrier(CallingCarrier[OutgoingText]):
    """Carries notices as text messages. The reference that is the same at each try is made of the
    dispatch; the provider gives it back with what became of the message."""

    def __init__(self) -> None:
        sms = settings.current().sms
        super().__init__(sms.connections, sms.rate)
        self._clients: list[OutgoingClient] = []
        self._own = local()

    @classmethod
    def of_settings(cls) -> SmsCarrier | None:
        """Return what carries text messages by the settings of now; None where they name none."""
        return cls() if settings.current().sms.provider else None

    @cached_property
    def _service(self) -> SmsService:
        try:
            if (service := current_service()) is not None:
                return service
            reason = "sms-setting-wrong"
        except Misconfigured as error:
            # Messages wait for whoever mends it, and no other channel with them.
            reason = error.code.replace("_", "-")
        raise NoSmsProvider(reason=reason)

    def close(self) -> None:
        """Let go of every connection."""
        for client in self._clients:
            client.close()

    def reach(self) -> None:
        """See that the provider takes messages of ours.

        Raises:
            NoSmsProvider: it cannot be reached, or takes nothing of us.
        """
        try:
            answer = self._client().ask_once(self._service.provider.probe(), most=limits.SMS_ANSWER)
        except (SystemUnavailable, SystemRefused, SystemAnswerUnreadable):
            raise NoSmsProvider(reason=UNREACHABLE) from None
        self._service.provider.check_probe(answer)

    def add(
        self, item: DispatchItem, notice: RenderedNotice, *, mail_domain: str, at: datetime
    ) -> None:
        """Let a message wait.

        Raises:
            KindMismatch: the number is none.
        """
        number = phone(notice.to.reveal(), None)
        if number is None or not number.startswith("+"):
            raise KindMismatch("not_a_phone", "a phone number with its country code")
        words = notice.text
        text = words.joined() if isinstance(words, LetterBody) else words
        self._waiting.append(OutgoingText(item.id, number, text.strip()))

    def deliver(self, message: OutgoingText) -> DeliveryOutcome:
        """Ask for one message.

        Raises:
            NoSmsProvider: nothing of ours is taken, and this was not.
            CallLost: it is not known whether it was taken.
        """
        provider = self._service.provider
        call = provider.message(message.to, message.text, reference_of(message.key))
        try:
            answer = self._client().ask_once(call, most=limits.SMS_ANSWER)
        except SystemRefused:
            raise NoSmsProvider(reason=UNREACHABLE) from None
        except (SystemUnavailable, SystemAnswerUnreadable):
            raise CallLost from None
        return provider.outcome(message.key, answer)

    def _client(self) -> OutgoingClient:
        """Return this thread's own: a connection carries one call at a time."""
        client: OutgoingClient | None = getattr(self._own, "client", None)
        if client is None:
            client = self._own.client = self._service.client()
            self._clients.append(client)
        return client
