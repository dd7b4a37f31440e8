"""From an event that was written beside its change to a message for each endpoint that listens.

1. The event is of a kind that is declared, and the log has its entry, of that kind.
2. The entry is about the person whom the event names: it has a handle of theirs. Somebody who was
   erased has none any more; then only the erasure itself is said.
3. One transaction writes a message for each endpoint.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from aboveboard.basics import clock
from aboveboard.basics.errors import Damaged, NotFound
from aboveboard.basics.package import EventAbout, EventType
from aboveboard.delivery.models import WebhookEndpoint, WebhookMessage
from aboveboard.delivery.terms import FailureReason, WebhookState
from aboveboard.keys.queries import person_handles
from aboveboard.ledger import queries as ledger
from aboveboard.ledger.queries import LedgerEntry
from aboveboard.outbox.events import event_types
from aboveboard.outbox.reference import Reference
from aboveboard.vault.aliases import current_number
from aboveboard.vault.references import reference_for


class EventDiffers(Damaged):
    """An event that was to be sent to other systems is not as the log says: {why}."""

    code = "event_differs"
    next_step = "Run: aboveboard doctor. Somebody may have written to the database directly."


def take_event(ref: Reference) -> None:
    """Make a message for each endpoint that listens to an event: the job behind it. Done again, it
    changes nothing.

    Raises:
        EventDiffers: the log does not bear the event out; then it is parked with that as reason.
    """
    kind, entry = _read(ref)  # 1
    person_id, gone = _find_person(kind, entry, ref)  # 2
    at = clock.now()
    with transaction.atomic():  # 3
        for endpoint in _listeners(kind, ref):
            WebhookMessage.objects.get_or_create(
                endpoint=endpoint,
                event_id=entry.id,
                type=kind.name,
                defaults={
                    "at": entry.at,
                    "entry_id": entry.id,
                    "due_at": entry.at,
                    **_person_columns(endpoint, person_id, gone=gone, at=at),
                },
            )


def _read(ref: Reference) -> tuple[EventType, LedgerEntry]:
    kind = event_types().get(str(ref["type"]))
    if kind is None:
        raise EventDiffers(why="no package declares its kind")
    entry = next(iter(ledger.entries([int(str(ref["entry"]))])), None)
    if entry is None or entry.kind != type(kind.example).kind:
        raise EventDiffers(why="the log has no such entry")
    if not kind.fits(type(kind.example).from_json(entry.facts)):
        raise EventDiffers(why="its entry says something else")
    return kind, entry


def _find_person(kind: EventType, entry: LedgerEntry, ref: Reference) -> tuple[int | None, bool]:
    """Return whose the event is, and whether they are gone, so that nothing is said of them."""
    if kind.about is EventAbout.NOBODY or (ref["person"] is None and entry.handle is None):
        return None, False
    if ref["person"] is None:
        raise EventDiffers(why="its entry is about somebody, and it is not")
    person_id = int(str(ref["person"]))
    try:
        handles = person_handles(current_number(person_id))
    except NotFound:
        return person_id, kind.about is not EventAbout.ERASED
    if kind.about is EventAbout.ERASED or entry.handle not in set(handles.all()):
        raise EventDiffers(why="its entry is about somebody else")
    return person_id, False


def _listeners(kind: EventType, ref: Reference) -> list[WebhookEndpoint]:
    to = ref.get("to")
    if kind.command != (to is not None):
        raise EventDiffers(why="a command is addressed to one endpoint, and nothing else is")
    rows = WebhookEndpoint.objects.filter(removed_at=None).order_by("pk")
    if to is not None:
        rows = rows.filter(pk=to)
    # One that was changed past this program is told nothing; its page says so.
    return [row for row in rows if row.authentic and kind.name in row.events]


def _person_columns(
    endpoint: WebhookEndpoint, person_id: int | None, *, gone: bool, at: datetime
) -> dict[str, Any]:
    if person_id is None:
        return {}
    if gone:
        return {"state": WebhookState.SKIPPED, "reason": FailureReason.ERASED, "done_at": at}
    return {"person": reference_for(endpoint.serial, person_id)}
