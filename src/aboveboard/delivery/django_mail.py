"""How Django's own mail leaves: sign-in codes, words to staff. By the mail line that notices take,
so that one rule turns an address into what the mail server is told.

Django's backend would write a domain by IDNA 2003, which is another domain for some, and a local
part beyond ASCII as an encoded word, which is another mailbox.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

from aboveboard.basics import clock, settings
from aboveboard.basics.errors import Unavailable
from aboveboard.delivery import limits, mime
from aboveboard.delivery.channels import DeliveryOutcome, DeliveryVerdict
from aboveboard.delivery.smtp.message import OutgoingMail
from aboveboard.delivery.smtp.pool import MailPool
from aboveboard.delivery.smtp.server import MailServer
from aboveboard.kinds import email_addresses

_ROUND = 0.1  # seconds that one look at the connection lasts at most


class MailNotTaken(Unavailable):
    """The mail server did not take a message: {reason}."""

    code = "mail_not_taken"
    next_step = "Check the log of the mail server of mail.url, then try again."


class MailBackend(BaseEmailBackend):
    """Sends each message on its own to each of its recipients."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Send, and return how many messages were taken by the mail server.

        Raises:
            KindMismatch: a recipient is not an address to which anything can be sent.
            NoServer: the mail server cannot be used.
            MailNotTaken: it refused a message or put it off.
        """
        mail = settings.current().mail
        head = mime.Letterhead.from_sender(settings.current().organisation.name, mail.sender)
        letters = [
            letter
            for number, message in enumerate(email_messages)
            for letter in _letters(head, message, number)
        ]
        with MailPool(
            MailServer.from_url(mail.url),
            sender=head.address,
            connections=1,
            timeout=limits.MAIL_PATIENCE.total_seconds(),
        ) as post:
            post.give(letters)
            while post.busy:
                for outcome in post.pump(_ROUND):
                    if outcome.verdict is not DeliveryVerdict.TAKEN:
                        raise MailNotTaken(reason=_reason(outcome))
        return len(email_messages)


def _letters(head: mime.Letterhead, message: EmailMessage, number: int) -> list[OutgoingMail]:
    domain = head.address.rpartition("@")[2]
    content = mime.MessageContent(str(message.subject), str(message.body), None, "und")
    letters = []
    for address in message.recipients():
        to = email_addresses.read_setting(address)
        id_ = f"<{secrets.token_hex(16)}@{domain}>"
        data = mime.build(head, to, content, id_=id_, at=clock.now())
        letters.append(OutgoingMail(number, to, data))
    return letters


def _reason(outcome: DeliveryOutcome) -> str:
    if outcome.verdict is DeliveryVerdict.REFUSED and not outcome.code:
        return "the address needs SMTPUTF8 (RFC 6531), which the server does not offer"
    return f"it answered {outcome.code}" if outcome.code else "the connection was lost"
