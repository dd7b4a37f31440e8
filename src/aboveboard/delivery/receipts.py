"""What becomes of a notice after it left: it arrived, came back, or its reader complained.

1. Whoever carried it tells us, with the reference that we gave it, and signs what it says.
2. The row is held, and changed once: the same receipt twice changes nothing, and one that comes
   before or after another ends in the same state.
3. A notice that came back has failed, with an entry in the log, and goes by the next channel of its
   batch (:mod:`.fallback`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from django.db import transaction

from aboveboard.basics.actor import SYSTEM
from aboveboard.basics.facts import Code
from aboveboard.delivery import fallback, tallies
from aboveboard.delivery.entries import NoticeFailed
from aboveboard.delivery.models import Dispatch
from aboveboard.delivery.terms import Channel, DispatchState
from aboveboard.keys.actions import entry_subject
from aboveboard.ledger import actions as ledger

_REFERENCE: Final = re.compile(r"notice\.([1-9][0-9]{0,18})")


class ReceiptKind(StrEnum):
    """What became of it."""

    DELIVERED = "delivered"
    RETURNED = "returned"
    COMPLAINED = "complained"


@dataclass(frozen=True, slots=True)
class DeliveryReceipt:
    """What became of a notice. ``reason``: a code for why it came back."""

    dispatch: int
    channel: Channel
    kind: ReceiptKind
    reason: str = ""


def reference_of(dispatch: int) -> str:
    """Return what a dispatch is called to whoever carries it, at each try."""
    return f"notice.{dispatch}"


def dispatch_of(reference: str) -> int | None:
    """Return the dispatch that a reference is of; None where it is none of ours."""
    match = _REFERENCE.fullmatch(reference)
    return int(match[1]) if match else None


def take(receipt: DeliveryReceipt, *, at: datetime) -> bool:
    """Write down what became of a notice; return whether that was news."""
    with transaction.atomic():
        row = (
            Dispatch.objects.select_for_update(of=("self",))
            .select_related("batch")
            .filter(id=receipt.dispatch, channel=receipt.channel)
            .first()
        )
        if row is None or row.sent_at is None or row.receipt == receipt.kind:
            return False
        if receipt.kind is ReceiptKind.DELIVERED and row.receipt:
            # It was read, or came back: what the first of two servers said of it is no news.
            return False
        before = tallies.key_of(row)
        row.receipt, row.receipt_at = receipt.kind.value, at
        changed = ["receipt", "receipt_at"]
        if receipt.kind is ReceiptKind.RETURNED and row.state == DispatchState.SENT:
            row.state, row.reason = DispatchState.FAILED, receipt.reason or "returned"
            changed += ["state", "reason"]
            _append_failed(row, at)
            tallies.add({before: -1, tallies.key_of(row): 1})
        row.save(update_fields=changed)
        if "state" in changed:
            fallback.follow(row.batch, Channel(row.channel), [fallback.Unreached.of(row)], at)
    return True


def _append_failed(row: Dispatch, at: datetime) -> None:
    subject = entry_subject(row.person_id)
    entry = NoticeFailed(
        Code(str(row.batch_id)), Code(str(row.id)), Code(row.channel), Code(row.reason)
    )
    ledger.append(entry, by=SYSTEM, handle=subject.handle if subject else None, at=at)
