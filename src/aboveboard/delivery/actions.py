"""Open a batch, queue people in it, stop it in the middle, go on, try failures again;
and send what is due."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from email.utils import parseaddr
from itertools import islice

from django.db import transaction
from django.db.models import QuerySet

from aboveboard.basics import settings
from aboveboard.basics.actor import Actor
from aboveboard.basics.errors import NotFound
from aboveboard.basics.facts import Code
from aboveboard.basics.package import NotHeld, RecordedEntry
from aboveboard.delivery import limits, queueing, rendering, tallies
from aboveboard.delivery.draining import DrainRun, DrainTotals, is_carried
from aboveboard.delivery.entries import ChannelSet, NoticeSent
from aboveboard.delivery.models import Batch, ChannelPause, Dispatch
from aboveboard.delivery.queueing import BatchRecipient
from aboveboard.delivery.terms import Channel, DispatchState
from aboveboard.ledger import actions as ledger
from aboveboard.outbox import reference

log = logging.getLogger(__name__)

__all__ = [
    "BatchRecipient",
    "drain",
    "open_batch",
    "order_of",
    "pause",
    "pause_channel",
    "queue",
    "repeat_sent",
    "requeue",
    "requeue_for_person",
    "resume",
    "resume_channel",
]


def open_batch(
    kind: str, ref: reference.Reference, *, at: datetime, channels: Sequence[Channel] = ()
) -> int:
    """Open an empty batch of a kind that a package renders; return its id. ``ref`` holds ids only.
    ``channels``: in which order somebody whom one does not reach is written to by the next; those
    that are not set up are left out.

    Raises:
        UnknownBatchKind: no package declares it.
        RefusedReference: ``ref`` holds more than ids and codes.
    """
    rendering.renderer_for(kind)
    reference.check(ref)
    # Message-IDs are made of it; a sender changed while the batch runs must not change them, or a
    # second copy could not be told by its receiver.
    domain = parseaddr(settings.current().mail.sender)[1].rpartition("@")[2]
    order = [channel.value for channel in channels if is_carried(channel)]
    return Batch.objects.create(
        kind=kind, ref=dict(ref), mail_domain=domain, created_at=at, channels=order
    ).id


def order_of(batch_id: int) -> list[Channel]:
    """Return the order of a batch's channels."""
    orders = Batch.objects.filter(id=batch_id).values_list("channels", flat=True)
    return [Channel(each) for order in orders for each in order]


def queue(batch_id: int, recipients: Iterable[BatchRecipient], *, at: datetime) -> int:
    """Queue people in a batch; return how many rows that added.

    A person already in the batch on that channel is left as they are, so that a job that died half
    way may queue everyone again. Each ``limits.DELIVERY_QUEUE`` rows are one transaction unless the
    caller has one open.

    Raises:
        NotFound: there is no such batch.
    """
    if not Batch.objects.filter(id=batch_id).exists():
        raise NotFound(what="batch")
    added, rest = 0, iter(recipients)
    while chunk := list(islice(rest, limits.DELIVERY_QUEUE)):
        with transaction.atomic():
            new = queueing.insert(batch_id, chunk, at)
            tallies.add(
                {
                    (batch_id, channel, DispatchState.QUEUED, ""): count
                    for channel, count in new.items()
                }
            )
        added += sum(new.values())
    return added


def pause(batch_id: int, *, by: Actor, at: datetime) -> None:
    """Stop a batch: no further message leaves, those in hand go back to the queue.

    A worker in the middle of it notices before its next message group, so at most
    ``limits.DELIVERY_GROUP`` messages leave after this returns.

    Raises:
        NotFound: there is no such batch.
    """
    _set_paused(batch_id, at, by)


def resume(batch_id: int, *, by: Actor, at: datetime) -> None:
    """Let a stopped batch go on. The row forgets who stopped it; the log says who resumed it.

    Raises:
        NotFound: there is no such batch.
    """
    _set_paused(batch_id, None, None)
    log.info("batch %s resumed by %s %s at %s", batch_id, by.kind, by.id, at)


def pause_channel(channel: Channel, *, by: Actor, at: datetime) -> None:
    """Stop a channel: nothing of any batch leaves on it until it is resumed. A worker in the middle
    of it notices before its next message group."""
    _set_channel(channel, at, by=by, at=at)


def resume_channel(channel: Channel, *, by: Actor, at: datetime) -> None:
    """Let a stopped channel go on."""
    _set_channel(channel, None, by=by, at=at)


def _set_channel(channel: Channel, paused_at: datetime | None, *, by: Actor, at: datetime) -> None:
    with transaction.atomic():
        row = ChannelPause.objects.select_for_update().filter(channel=channel).first()
        if row is not None and not row.authentic:
            # Nobody can say what it said: what is decided now takes its place.
            row.delete()
            row = None
        was_paused = row is not None and row.paused_at is not None
        if was_paused == (paused_at is not None):
            return
        entry = ChannelSet(channel=Code(channel.value), paused=paused_at is not None)
        row = row or ChannelPause(channel=channel)
        row.paused_at, row.actor = paused_at, by.as_json()
        row.entry_id = ledger.append(entry, by=by, handle=None, at=at)
        row.save()


def requeue(batch_id: int, *, reason: str | None = None, by: Actor, at: datetime) -> int:
    """Try again what failed or was skipped, all of it or for one reason; return
    how many rows that is."""
    rows = Dispatch.objects.filter(
        batch_id=batch_id, state__in=(DispatchState.FAILED, DispatchState.SKIPPED)
    )
    if reason is not None:
        rows = rows.filter(reason=reason)
    # What is queued or under way stays as it is: sending it again is not a second try.
    with transaction.atomic():
        count = _queue_again(rows, at)
    log.info("batch %s: %s dispatches queued again by %s %s", batch_id, count, by.kind, by.id)
    return count


_ADDRESS_REASONS = ("no-address", "refused", "address-refused", "address-needs-smtputf8")
"""Why a notice did not leave that another address may mend."""


def requeue_for_person(numbers: Sequence[int], *, at: datetime) -> int:
    """Try again what could not reach a person at the address that they had; return how many rows
    that is. ``numbers``: every number of theirs."""
    rows = Dispatch.objects.filter(
        person_id__in=numbers,
        state__in=(DispatchState.FAILED, DispatchState.SKIPPED),
        reason__in=_ADDRESS_REASONS,
    )
    with transaction.atomic():
        return _queue_again(rows, at)


def _queue_again(rows: QuerySet[Dispatch], at: datetime) -> int:
    changes: Counter[tallies.TallyKey] = Counter()
    alike = rows.order_by().values_list("batch_id", "channel", "state", "reason").distinct()
    # One statement for all that are alike, as it alone says how many of them were still so.
    for batch_id, channel, state, reason in sorted(alike):
        same = rows.filter(batch_id=batch_id, channel=channel, state=state, reason=reason)
        count = same.update(
            state=DispatchState.QUEUED,
            reason="",
            attempts=0,
            due_at=at,
            claimed_by="",
            claimed_at=None,
        )
        changes[batch_id, channel, DispatchState(state), reason] -= count
        changes[batch_id, channel, DispatchState.QUEUED, ""] += count
    tallies.add(changes)
    return sum(count for count in changes.values() if count > 0)


def drain(
    *,
    worker: str,
    at: datetime,
    channels: Sequence[Channel] = tuple(Channel),
    limit: int | None = None,
    stop: Callable[[], bool] = lambda: False,
) -> DrainTotals:
    """Send what is due, one channel after the other, until nothing is, ``limit`` messages were
    tried, or ``stop()`` says so.

    Call it again and again from the worker, beside each other for each channel; it returns at once
    when nothing is due. A channel that cannot be reached is not an error here: its messages stay
    queued, no other's wait for it, and ``DrainTotals.halted`` says why.
    """
    return DrainRun(worker=worker, at=at, limit=limit, stop=stop).run(channels)


def repeat_sent(recorded: RecordedEntry[NoticeSent]) -> None:
    """Let a dispatch count as sent in a restored database, because the ledger says that it was.

    Its batch stays stopped until somebody has looked: what the mail server took in the moment of
    the crash may have no entry.

    Raises:
        NotHeld: the notice was queued after the backup.
    """
    with transaction.atomic():
        id_ = int(recorded.facts.dispatch)
        row = Dispatch.objects.select_for_update().filter(id=id_).first()
        if row is None:
            raise NotHeld(what="notice")
        if row.state == DispatchState.SENT:
            return
        before = tallies.key_of(row)
        row.state, row.reason, row.sent_at = DispatchState.SENT, "", recorded.at
        row.claimed_by, row.claimed_at = "", None
        row.save(update_fields=["state", "reason", "sent_at", "claimed_by", "claimed_at"])
        tallies.add({before: -1, tallies.key_of(row): 1}, sent_at=recorded.at)


def _set_paused(batch_id: int, at: datetime | None, by: Actor | None) -> None:
    if not Batch.objects.filter(id=batch_id).update(
        paused_at=at, paused_by=by.as_json() if by else None
    ):
        raise NotFound(what="batch")
