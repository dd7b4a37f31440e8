"""Mail of a few words: a sign-in code to one person, a word to staff. Notices go through
``delivery``, which has a row for each.

The only place that makes a message for Django to send, so that none goes anywhere but to the
normal form of an address.
"""

from __future__ import annotations

from django.core.mail import EmailMessage

from aboveboard.basics import settings
from aboveboard.kinds import email_addresses


def send(subject: str, body: str, *, to: str) -> None:
    """Send a message to somebody now. ``to`` may be in any spelling; it leaves in its normal form.

    Raises:
        KindMismatch: ``to`` is not an address to which anything can be sent.
        Unavailable: the mail server did not take it.
    """
    _send(subject, body, email_addresses.read(to))


def send_to_contact(subject: str, body: str) -> None:
    """Send a message to ``organisation.contact`` now. Raises: as :func:`send`."""
    contact = settings.current().organisation.contact
    _send(subject, body, email_addresses.read_setting(contact))


def _send(subject: str, body: str, recipient: str) -> None:
    EmailMessage(subject, body, settings.current().mail.sender, [recipient]).send()
