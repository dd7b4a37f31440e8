"""What a provider of text messages is to us: how a message is asked for, what its answer means, and
what it tells us later. Pure, apart from fetching the secret."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final, Protocol
from urllib.parse import urlencode

from aboveboard.basics.personal import Personal
from aboveboard.connectors.outgoing.client import OutgoingAnswer, OutgoingCall
from aboveboard.delivery.channels import DeliveryOutcome, NoChannel
from aboveboard.delivery.receipts import DeliveryReceipt

UNREACHABLE: Final = "sms-provider-unreachable"
REFUSES: Final = "sms-provider-refuses"
REFUSES_SENDER: Final = "sms-provider-refuses-sender"
BUSY: Final = "sms-provider-busy"
NO_CREDIT: Final = "sms-provider-no-credit"

_STOPS: Final = frozenset(
    (
        "STOP",
        "STOPALL",
        "UNSUBSCRIBE",
        "CANCEL",
        "END",
        "QUIT",
        "REVOKE",
        "OPTOUT",
        "ARRET",
        "STOPP",
    )
)
_STARTS: Final = frozenset(("START", "YES", "UNSTOP"))


class NoSmsProvider(NoChannel):
    """Text messages cannot be sent: {reason}."""

    code = "no_sms_provider"
    next_step = "Check [sms] in the settings; text messages wait until it can be used."


@dataclass(frozen=True, slots=True)
class SmsAccount:
    """Who we are to a provider. ``secret`` signs in; ``signing`` is what its callbacks are signed
    with; ``sender`` is what the reader sees, ``base`` where the API is, ``callback`` where it calls
    us."""

    account: str
    secret: str = field(repr=False)
    signing: str = field(repr=False)
    sender: str
    base: str
    callback: str


@dataclass(frozen=True, slots=True)
class SmsCallback:
    """What somebody sent to our address, as it came: whether it is the provider's, its signature
    says. ``url``: our address as the provider calls it; ``fields``: those of its query and body."""

    url: str
    signature: str
    query: Mapping[str, str]
    fields: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class SmsReply:
    """A text that somebody sent to our number: whether they want no more, or want them again."""

    sender: Personal[str]
    stops: bool
    starts: bool


class SmsProvider(Protocol):
    """A provider. ``account`` is who we are to it."""

    account: SmsAccount

    def probe(self) -> OutgoingCall:
        """Return the call that says whether we may send, and sends nothing."""

    def check_probe(self, answer: OutgoingAnswer) -> None:
        """Read what was answered to it.

        Raises:
            NoSmsProvider: it takes nothing of us.
        """

    def message(self, to: str, text: str, reference: str) -> OutgoingCall:
        """Return the call that asks for a message to a number in E.164."""

    def outcome(self, key: int, answer: OutgoingAnswer) -> DeliveryOutcome:
        """Return what was answered to it.

        Raises:
            NoSmsProvider: it takes nothing of us; the message is not to blame.
        """

    def is_signed(self, callback: SmsCallback) -> bool:
        """Whether the provider sent this."""

    def read(self, callback: SmsCallback) -> DeliveryReceipt | SmsReply | None:
        """Return what became of a message, or what somebody answered; None where it is neither."""


def reply_of(sender: str, words: str) -> SmsReply:
    """Return what a text to our number asks for: its first word says it (CTIA, Messaging
    Principles, 5.1.3)."""
    first = "".join(words.strip().upper().replace("Ê", "E").split()[:1]).strip(".!,;:\"'")
    number = sender if sender.startswith("+") else f"+{sender}"
    return SmsReply(Personal(number), first in _STOPS, first in _STARTS)


def basic(user: str, password: str) -> Mapping[str, str]:
    """Return the header of HTTP basic authentication (RFC 7617)."""
    token = base64.b64encode(f"{user}:{password}".encode()).decode()
    return {"Authorization": f"Basic {token}"}


def form_call(
    address: str, values: Mapping[str, str], credentials: Mapping[str, str]
) -> OutgoingCall:
    """Return a POST of a form. Not repeatable: made twice, it would be two messages."""
    return OutgoingCall(
        "POST",
        Personal(address),
        headers={"Content-Type": "application/x-www-form-urlencoded"},
        credentials=credentials,
        body=urlencode(values).encode(),
        repeatable=False,
    )


def busy(answer: OutgoingAnswer) -> NoSmsProvider:
    """Return the error for a provider that asks for patience."""
    asked = answer.headers.get("retry-after", "")
    seconds = int(asked) if asked.isascii() and asked.isdigit() else 0
    return NoSmsProvider(
        reason=BUSY, code=answer.status, retry_after=timedelta(seconds=min(seconds, 86_400))
    )
