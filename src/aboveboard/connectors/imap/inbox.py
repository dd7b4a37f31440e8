"""Mail to the addresses at which requests come in: each message is taken once, by whoever proposes
requests from it. It stays in the mailbox, marked; nothing is answered from here."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from email.utils import getaddresses
from typing import Final

from aboveboard.basics.errors import AboveboardError
from aboveboard.basics.personal import Personal
from aboveboard.connectors import registry
from aboveboard.connectors.imap import messages
from aboveboard.connectors.imap.automatic import is_automatic
from aboveboard.connectors.imap.connector import ImapConnector
from aboveboard.connectors.imap.messages import MailMessage

log = logging.getLogger(__name__)

MARK: Final = "AboveboardRead"
"""The keyword (RFC 9051, 2.3.2) of a message that was taken."""


@dataclass(frozen=True, slots=True)
class NewMail:
    """A message as somebody wrote it. ``sender``: their address, which proves nothing: anybody can
    write it there. ``automatic``: a program wrote it."""

    sender: Personal[str]
    name: Personal[str]
    subject: Personal[str]
    words: Personal[str]
    automatic: bool


def take_new(take: Callable[[NewMail], object], *, most: int, days: int) -> int:
    """Hand each new message of the last ``days`` to ``take``, up to ``most`` of each folder, and
    mark it after: one that could not be taken comes again. Return how many were handed over. A
    mailbox that cannot be reached delays its own mail only."""
    taken = 0
    for connector in registry.active():
        if not isinstance(connector, ImapConnector) or not connector.takes_requests:
            continue
        try:
            for message in connector.unmarked(MARK, most=most, days=days):
                take(read_mail(message))
                taken += 1
        except AboveboardError as error:
            # Its code alone: it may have come from the words of a mail.
            log.warning("the mailbox %s was not read: %s", connector.key, error.code)
    return taken


def read_mail(message: MailMessage) -> NewMail:
    """Return what a message says."""
    values = messages.record("", message, ()).values
    shown = {name: str(value.reveal()) for name, value in values.items()}
    senders = messages.addresses(message, "from")
    names = [name for name, _ in getaddresses([shown.get("from", "")]) if name]
    return NewMail(
        Personal(senders[0] if len(senders) == 1 else ""),
        Personal(names[0] if names else ""),
        Personal(shown.get("subject", "")),
        Personal(shown.get("text", "")),
        is_automatic(message),
    )
