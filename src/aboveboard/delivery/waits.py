"""When a channel is asked again, how much may leave on it now, and whether somebody stopped it: for
every batch, and for no other channel.

A channel that takes nothing waits longer each time, as no message is to blame and none uses up a
try. Its rate is kept by one moment for all workers: each message moves it on by one part of a
second, and what leaves may run ahead of it by ``limits.DELIVERY_BURST`` at most.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet

from aboveboard.delivery import limits
from aboveboard.delivery.models import ChannelPause, ChannelWait
from aboveboard.delivery.terms import Channel
from aboveboard.outbox.actions import retry_delay


def away(channel: Channel, at: datetime) -> QuerySet[ChannelWait]:
    """Return the row that says that a channel is not to be asked yet, if it is so."""
    return ChannelWait.objects.filter(channel=channel, retry_at__gt=at)


def paused(channel: Channel) -> QuerySet[ChannelPause]:
    """Return the row that says that somebody stopped a channel, if it is so."""
    return ChannelPause.objects.filter(channel=channel, paused_at__isnull=False)


def is_paused(channel: Channel) -> bool:
    """Whether a channel is stopped. One whose row this program did not write is."""
    row = ChannelPause.objects.filter(channel=channel).first()
    return row is not None and (row.paused_at is not None or not row.authentic)


def has_trouble(channel: Channel) -> bool:
    """Whether a channel took nothing when it was last asked."""
    return ChannelWait.objects.filter(channel=channel, failures__gt=0).exists()


def record_trouble(channel: Channel, reason: str, at: datetime, asked: timedelta) -> datetime:
    """Write down why nothing leaves on a channel; return when it is asked again: after ``asked`` at
    least, as its provider may say."""
    with transaction.atomic():
        row = _locked(channel)
        row.trouble, row.failures = reason, row.failures + 1
        wait = retry_delay(
            row.failures,
            first=limits.DELIVERY_SERVER_WAIT,
            longest=limits.DELIVERY_LONGEST_SERVER_WAIT,
        )
        row.retry_at = at + max(wait, min(asked, limits.DELIVERY_LONGEST_ASKED))
        row.save()
    return row.retry_at


def clear_trouble(channel: Channel) -> None:
    """Write down that a channel takes messages again."""
    ChannelWait.objects.filter(channel=channel).update(trouble="", failures=0, retry_at=None)


def hold_rate(channel: Channel, rate: int, at: datetime) -> int:
    """Return how many messages may leave on a channel now; nobody else is told until the
    transaction ends."""
    return _free(_locked(channel), rate, at)


def free(channel: Channel, rate: int, at: datetime) -> int:
    """Return how many messages may leave on a channel now."""
    return _free(ChannelWait.objects.filter(channel=channel).first(), rate, at)


def _free(row: ChannelWait | None, rate: int, at: datetime) -> int:
    if row is None or row.spent_until is None:
        return _burst(rate)
    return max(0, min(_burst(rate), int((at - row.spent_until).total_seconds() * rate)))


def spend(channel: Channel, rate: int, count: int, at: datetime) -> None:
    """Write down that messages leave on a channel."""
    row = _locked(channel)
    full = at - limits.DELIVERY_BURST
    row.spent_until = max(row.spent_until or full, full) + timedelta(seconds=count / rate)
    row.save(update_fields=["spent_until"])


def _burst(rate: int) -> int:
    return max(1, int(limits.DELIVERY_BURST.total_seconds() * rate))


def _locked(channel: Channel) -> ChannelWait:
    ChannelWait.objects.bulk_create([ChannelWait(channel=channel)], ignore_conflicts=True)
    return ChannelWait.objects.select_for_update().get(channel=channel)
