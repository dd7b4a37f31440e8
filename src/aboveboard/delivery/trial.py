"""A test message to one address: what the mail server said of it, and what to do. Nothing is
written, and nobody's record is read: the address is the operator's own word.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Final

from aboveboard.basics import clock, settings
from aboveboard.basics.errors import Invalid
from aboveboard.delivery import limits, mime
from aboveboard.delivery.channels import DeliveryOutcome, DeliveryVerdict
from aboveboard.delivery.smtp.message import OutgoingMail
from aboveboard.delivery.smtp.pool import MailPool
from aboveboard.delivery.smtp.server import MailServer, NoServer
from aboveboard.kinds import email_addresses
from aboveboard.kinds.kind import KindMismatch

_ROUND = 0.1  # seconds that one look at the connection lasts at most
_TAKEN: Final = (
    "If it has not arrived in some minutes, look among the junk mail. Then check that the domain "
    "of mail.sender lets this server send for it (SPF, DKIM, DMARC)."
)
_NO_SERVER: Final = {
    "mail-server-unreachable": (
        "it does not answer",
        "Check the host and port of mail.url, that the server runs, and that a firewall lets this "
        "machine reach it.",
    ),
    "mail-server-refuses": (
        "it refuses to talk to us",
        "Check the user and password of mail.url, and whether it wants TLS: smtp+tls: (STARTTLS) "
        "or smtps: (TLS from the start).",
    ),
    "mail-server-refuses-sender": (
        "it takes no messages from mail.sender",
        "Set mail.sender to an address that this user may send from.",
    ),
    "mail-server-not-trusted": (
        "its certificate does not show that it is that server",
        "Name the host in mail.url as its certificate does, and renew a certificate that ended.",
    ),
}


class NoTestAddress(Invalid):
    """The address for the test message is not {expected}."""

    code = "no_test_address"
    next_step = "Write one like you@example.org."


@dataclass(frozen=True, slots=True)
class MailTrial:
    """What came of a test message: whether the mail server took it, what it said in words and as a
    reply code (0: none), and what to do."""

    is_taken: bool
    server: str
    sentence: str
    step: str
    reply: int


def send_test(address: str) -> MailTrial:
    """Send a test message to an address by the mail server of the settings.

    Raises:
        NoTestAddress: it is no address.
        RefusedSender: ``mail.sender`` is none.
    """
    current = settings.current()
    try:
        to = email_addresses.read_setting(address)
    except KindMismatch as misfit:
        raise NoTestAddress(expected=misfit.expected) from None
    head = mime.Letterhead.from_sender(current.organisation.name, current.mail.sender)
    server = MailServer.from_url(current.mail.url)
    where = f"{server.host}:{server.port}"
    content = mime.MessageContent(
        f"A test message from {current.organisation.name}",
        "Somebody who looks after this system asked for this message, to see that its mail "
        "arrives. You do not need to do anything.\n",
        None,
        "en",
    )
    id_ = f"<{secrets.token_hex(16)}@{head.address.rpartition('@')[2]}>"
    letter = OutgoingMail(0, to, mime.build(head, to, content, id_=id_, at=clock.now()))
    try:
        outcome = _send(server, head.address, letter)
    except NoServer as failed:
        words, step = _NO_SERVER[failed.reason]
        return MailTrial(False, where, words, step, failed.reply_code)
    return _judged(outcome, where)


def _send(server: MailServer, sender: str, letter: OutgoingMail) -> DeliveryOutcome:
    patience = limits.MAIL_PATIENCE.total_seconds()
    # First: a pool asks nothing about the sender, and would say that it put the message off.
    server.open(patience, sender=sender).sock.close()
    with MailPool(server, sender=sender, connections=1, timeout=patience) as post:
        post.give([letter])
        while True:
            for outcome in post.pump(_ROUND):
                return outcome


def _judged(outcome: DeliveryOutcome, where: str) -> MailTrial:
    taken, words, step = False, "", ""
    if outcome.verdict is DeliveryVerdict.TAKEN:
        taken, words, step = True, "it took the message", _TAKEN
    elif outcome.verdict is DeliveryVerdict.REFUSED and not outcome.code:
        words = "the address needs SMTPUTF8 (RFC 6531), which it does not offer"
        step = "Try an address in plain letters, or ask for SMTPUTF8 at the mail server."
    elif outcome.verdict is DeliveryVerdict.REFUSED:
        words = "it refused the message"
        step = "Check the address, and whether mail.url may send to other domains (relay)."
    elif outcome.code:
        words = "it put the message off"
        step = "Try again in some minutes. The log of the mail server says why."
    else:
        words = "the connection was lost while it decided"
        step = "Look into the log of the mail server; the message may have been taken."
    return MailTrial(taken, where, words, step, outcome.code)
