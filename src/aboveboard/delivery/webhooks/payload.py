"""What is sent of an event, and how it is signed.

The body is JSON as Standard Webhooks recommends: ``type``, ``timestamp`` (when it happened) and
``data``, in which ``person`` stands for whom it is about. All of it is read from the ledger entry
of the change, so that each attempt sends the same bytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

import msgspec

from aboveboard.basics import clock
from aboveboard.basics.facts import Facts, FactsMalformed
from aboveboard.basics.package import EventAbout, EventType
from aboveboard.delivery.models import WebhookMessage
from aboveboard.delivery.webhooks.secrets import SigningSecret
from aboveboard.ledger import queries as ledger

_EXAMPLE_PERSON: Final = "per_" + "A" * 43
_encode: Final = msgspec.json.Encoder(order="deterministic").encode


def body_of(message: WebhookMessage, event: EventType) -> bytes | None:
    """Return the body of a message, or None where the log has no such entry."""
    entry = next(iter(ledger.entries([message.entry_id])), None)
    kind = type(event.example)
    if entry is None or entry.kind != kind.kind:
        return None
    try:
        facts = kind.from_json(entry.facts)
    except FactsMalformed:
        return None
    if not event.fits(facts):
        return None
    return _encode(as_json(event, facts, at=message.at, entry=entry.id, person=message.person))


def as_json(
    event: EventType, facts: Facts, *, at: datetime, entry: int, person: str
) -> dict[str, Any]:
    """Return the body as JSON."""
    whose = {} if event.about is EventAbout.NOBODY else {"person": person or None}
    data = {**whose, **event.data(facts), "entry": entry}
    return {"type": event.name, "timestamp": clock.to_text(at), "data": data}


def example_of(event: EventType, *, at: datetime) -> dict[str, Any]:
    """Return the body of an example, for the reference page."""
    return as_json(event, event.example, at=at, entry=4711, person=_EXAMPLE_PERSON)


def headers_for(
    event_id: int, body: bytes, secrets: Sequence[SigningSecret], *, at: datetime
) -> dict[str, str]:
    """Return the headers of an attempt: with one signature of each secret, the newest first."""
    # Here, since every process loads this module and few of them sign.
    from standardwebhooks.webhooks import Webhook

    id_ = webhook_id(event_id)
    signatures = [Webhook(each.text).sign(id_, at, body.decode()) for each in secrets]
    return {
        "content-type": "application/json",
        "webhook-id": id_,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(signatures),
    }


def webhook_id(event_id: int) -> str:
    """Return the header ``webhook-id``: the same at each attempt, each replay, and after a
    restored backup."""
    return f"evt_{event_id}"
