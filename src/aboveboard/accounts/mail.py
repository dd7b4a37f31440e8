"""Mail of a few words: a sign-in code to one person, a word to staff. Notices go through
``delivery``, which has a row for each.

The only place that makes a message for Django to send, so that none goes anywhere but to the
normal form of an address.
"""

from __future__ import annotations

from collections.abc import Mapping
from zoneinfo import ZoneInfo

from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.utils import timezone, translation

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


def send_to_staff(
    template: str,
    facts: Mapping[str, object],
    *,
    to: str | None = None,
    zone: ZoneInfo | None = None,
) -> None:
    """Send a mail in the organisation's language now: to a member of staff, or to
    ``organisation.contact``.

    ``template``: the path of its texts without language and ending; the first line of one is the
    subject. ``zone``: in which moments are written.

    Raises: as :func:`send`.
    """
    organisation = settings.current().organisation
    given = {"organisation": organisation.name, "contact": organisation.contact} | dict(facts)
    with translation.override(organisation.language), timezone.override(zone):
        text = render_to_string(f"{template}.{organisation.language}.txt", given)
    subject, _, body = text.strip().partition("\n")
    if to is None:
        send_to_contact(subject.strip(), body.strip() + "\n")
    else:
        send(subject.strip(), body.strip() + "\n", to=to)


def _send(subject: str, body: str, recipient: str) -> None:
    EmailMessage(subject, body, settings.current().mail.sender, [recipient]).send()
