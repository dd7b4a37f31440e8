"""What goes to the mail server, and what its reply says about it."""

from __future__ import annotations

from dataclasses import dataclass

from aboveboard.delivery.channels import DeliveryOutcome, DeliveryVerdict


@dataclass(frozen=True, slots=True)
class OutgoingMail:
    """A message to hand over: ``key`` names it to the caller; ``to`` is a normal form;
    ``data`` is the message."""

    key: int
    to: str
    data: bytes

    def __repr__(self) -> str:
        return f"OutgoingMail({self.key})"


def outcome_of(key: int, code: int) -> DeliveryOutcome:
    """Return what a reply code means for a letter (RFC 5321, 4.2.1): 2 taken, 5
    refused, all else put off."""
    kind = code // 100
    if kind == 2:
        return DeliveryOutcome(key, DeliveryVerdict.TAKEN, code)
    if kind == 5:
        return DeliveryOutcome(key, DeliveryVerdict.REFUSED, code, "refused")
    return DeliveryOutcome(key, DeliveryVerdict.PUT_OFF, code, "put-off")
