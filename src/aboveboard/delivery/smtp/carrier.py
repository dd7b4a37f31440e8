"""E-mail by the mail server of the settings, as a channel."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from aboveboard.basics import settings
from aboveboard.delivery import limits, mime
from aboveboard.delivery.channels import DeliveryOutcome
from aboveboard.delivery.rendering import DispatchItem, RenderedNotice
from aboveboard.delivery.smtp.message import OutgoingMail
from aboveboard.delivery.smtp.pool import MailPool
from aboveboard.delivery.smtp.server import MailServer
from aboveboard.kinds import email_addresses


class SmtpCarrier:
    """Carries notices as e-mail. The reference that is the same at each try is the Message-ID."""

    def __init__(self) -> None:
        current = settings.current()
        self.rate = current.mail.rate
        self._head = mime.Letterhead.from_sender(current.organisation.name, current.mail.sender)
        self._pool = MailPool(
            MailServer.from_url(current.mail.url),
            sender=self._head.address,
            connections=current.mail.connections,
            timeout=limits.DELIVERY_TIMEOUT.total_seconds(),
        )

    def __enter__(self) -> SmtpCarrier:
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.__exit__()

    @property
    def busy(self) -> bool:
        """Whether a message waits or is under way."""
        return self._pool.busy

    def reach(self) -> None:
        """See that the mail server takes messages of the sender.

        Raises:
            NoServer: it cannot be used, or refuses the sender.
        """
        self._pool.reach()

    def add(
        self, item: DispatchItem, notice: RenderedNotice, *, mail_domain: str, at: datetime
    ) -> None:
        """Build the message and let it wait.

        Raises:
            KindMismatch: the address is none.
        """
        to = email_addresses.read(notice.to.reveal())
        content = mime.MessageContent(notice.subject, notice.text, notice.html, item.language)
        id_ = mime.message_id(item.id, mail_domain)
        data = mime.build(self._head, to, content, id_=id_, at=at)
        self._pool.give([OutgoingMail(item.id, to, data)])

    def take_back(self, keys: Collection[int] | None = None) -> set[int]:
        """Forget the messages that no connection has begun; return their keys."""
        return {letter.key for letter in self._pool.take_back(keys)}

    def pump(self, wait: float) -> list[DeliveryOutcome]:
        """Go on for one round; return what became known.

        Raises:
            NoServer: the mail server cannot be used, or refuses the sender.
        """
        return self._pool.pump(wait)
