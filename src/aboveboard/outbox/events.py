"""Announcing, beside a change, that it happened: the message from which other systems are notified.

It names the ledger entry of the change and whose it is, and nothing else: what is sent is read
from the entry, once it is durable.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final

from django.db import transaction

from aboveboard.basics.package import EventType, gathered
from aboveboard.outbox.actions import post
from aboveboard.outbox.models import EventListener

EVENT: Final = "event"
"""Kind of the message that says that something happened."""


def event_types() -> Mapping[str, EventType]:
    """Return every kind of event that a package declares, by its name."""
    return {event.name: event for package in gathered() for event in package.events}


def announce(
    event: EventType, *, entry: int, person: int | None = None, to: int | None = None
) -> None:
    """Write that something happened, in the transaction of the change that it is.

    ``entry``: the number of the entry of the change. ``person``: whose it is, by their number here.
    ``to``: the endpoint that a command is addressed to. Where nobody listens, nothing is written.

    Raises:
        RuntimeError: not inside ``transaction.atomic()``.
    """
    if to is not None or EventListener.objects.filter(type=event.name).exists():
        post(EVENT, {"type": event.name, "entry": entry, "person": person, "to": to})


def listen(types: Collection[str]) -> None:
    """Let these kinds of event be written from now on, and no others."""
    with transaction.atomic():
        EventListener.objects.exclude(type__in=list(types)).delete()
        for name in sorted(types):
            EventListener.objects.get_or_create(type=name)
