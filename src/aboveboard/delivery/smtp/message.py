"""What goes to the mail server, and what it may say about it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class MailVerdict(StrEnum):
    """What became of a message: taken; refused for good; put off until later."""

    TAKEN = "taken"
    REFUSED = "refused"
    PUT_OFF = "put-off"


@dataclass(frozen=True, slots=True)
class OutgoingMail:
    """A message to hand over: ``key`` names it to the caller; ``to`` is a normal form;
    ``data`` is the message."""

    key: int
    to: str
    data: bytes

    def __repr__(self) -> str:
        return f"OutgoingMail({self.key})"


@dataclass(frozen=True, slots=True)
class MailOutcome:
    """What the mail server said about a letter. ``code`` is its reply.

    A code of 0 with ``PUT_OFF``: the connection was lost while it decided. With ``REFUSED``: the
    address needs SMTPUTF8 (RFC 6531), which this server does not offer.
    """

    key: int
    verdict: MailVerdict
    code: int


def outcome_of(key: int, code: int) -> MailOutcome:
    """Return what a reply code means for a letter (RFC 5321, 4.2.1): 2 taken, 5
    refused, all else put off."""
    kind = code // 100
    return MailOutcome(
        key,
        MailVerdict.TAKEN
        if kind == 2
        else MailVerdict.REFUSED
        if kind == 5
        else MailVerdict.PUT_OFF,
        code,
    )
