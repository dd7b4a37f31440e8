"""Open a batch, queue people in it, stop it in the middle, go on, try failures again;
and send what is due."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import parseaddr
from itertools import islice

from django.db import transaction

from aboveboard.basics import settings
from aboveboard.basics.actor import Actor
from aboveboard.basics.errors import NotFound
from aboveboard.basics.ids import new_ids
from aboveboard.basics.package import NotHeld, RecordedEntry
from aboveboard.delivery import limits, rendering
from aboveboard.delivery.draining import DrainRun, DrainTotals
from aboveboard.delivery.entries import NoticeSent
from aboveboard.delivery.models import Batch, Dispatch
from aboveboard.delivery.terms import Channel, DispatchState
from aboveboard.outbox import reference

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class BatchRecipient:
    """A person to reach in a batch. ``template`` is a code that the batch's
    letter understands."""

    person_id: int
    language: str
    channel: Channel = Channel.EMAIL
    template: str = ""


def open_batch(kind: str, ref: reference.Reference, *, at: datetime) -> int:
    """Open an empty batch of a kind that a package renders; return its id. ``ref`` holds ids only.

    Raises:
        UnknownBatchKind: no package declares it.
        RefusedReference: ``ref`` holds more than ids and codes.
    """
    rendering.renderer_for(kind)
    reference.check(ref)
    # Message-IDs are made of it; a sender changed while the batch runs must not change them, or a
    # second copy could not be told by its receiver.
    domain = parseaddr(settings.current().mail.sender)[1].rpartition("@")[2]
    return Batch.objects.create(kind=kind, ref=dict(ref), mail_domain=domain, created_at=at).id


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
    # Counted, because "ignore conflicts" does not say how many rows it wrote.
    before = Dispatch.objects.filter(batch_id=batch_id).count()
    rest = iter(recipients)
    while chunk := list(islice(rest, limits.DELIVERY_QUEUE)):
        rows = [
            _dispatch(id_, batch_id, recipient, at)
            for id_, recipient in zip(new_ids(len(chunk)), chunk, strict=True)
        ]
        with transaction.atomic():
            Dispatch.objects.bulk_create(rows, ignore_conflicts=True, batch_size=500)
    return Dispatch.objects.filter(batch_id=batch_id).count() - before


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


def requeue(batch_id: int, *, reason: str | None = None, by: Actor, at: datetime) -> int:
    """Try again what failed or was skipped, all of it or for one reason; return
    how many rows that is."""
    rows = Dispatch.objects.filter(
        batch_id=batch_id, state__in=(DispatchState.FAILED, DispatchState.SKIPPED)
    )
    if reason is not None:
        rows = rows.filter(reason=reason)
    # What is queued or under way stays as it is: sending it again is not a second try.
    count = rows.update(
        state=DispatchState.QUEUED, reason="", attempts=0, due_at=at, claimed_by="", claimed_at=None
    )
    log.info("batch %s: %s dispatches queued again by %s %s", batch_id, count, by.kind, by.id)
    return count


_ADDRESS_REASONS = ("no-address", "refused", "address-refused", "address-needs-smtputf8")
"""Why a notice did not leave that another address may mend."""


def requeue_for_person(numbers: Sequence[int], *, at: datetime) -> int:
    """Try again what could not reach a person at the address that they had; return how many rows
    that is. ``numbers``: every number of theirs."""
    return Dispatch.objects.filter(
        person_id__in=numbers,
        state__in=(DispatchState.FAILED, DispatchState.SKIPPED),
        reason__in=_ADDRESS_REASONS,
    ).update(
        state=DispatchState.QUEUED, reason="", attempts=0, due_at=at, claimed_by="", claimed_at=None
    )


def drain(
    *, worker: str, at: datetime, limit: int | None = None, stop: Callable[[], bool] = lambda: False
) -> DrainTotals:
    """Send what is due, until nothing is, ``limit`` messages were tried, or ``stop()`` says so.

    Call it again and again from the worker; it returns at once when nothing is due. A mail server
    that cannot be reached is not an error here: its messages stay queued with that as reason, and
    ``DrainTotals.halted`` names it.
    """
    return DrainRun(worker=worker, at=at, limit=limit, stop=stop).run()


def repeat_sent(recorded: RecordedEntry[NoticeSent]) -> None:
    """Let a dispatch count as sent in a restored database, because the ledger says that it was.

    Its batch stays stopped until somebody has looked: what the mail server took in the moment of
    the crash may have no entry.

    Raises:
        NotHeld: the notice was queued after the backup.
    """
    id_ = int(recorded.facts.dispatch)
    if not Dispatch.objects.filter(id=id_).exists():
        raise NotHeld(what="notice")
    Dispatch.objects.filter(id=id_).exclude(state=DispatchState.SENT).update(
        state=DispatchState.SENT,
        reason="",
        sent_at=recorded.at,
        claimed_by="",
        claimed_at=None,
    )


def _dispatch(id_: int, batch_id: int, to: BatchRecipient, at: datetime) -> Dispatch:
    return Dispatch(
        id=id_,
        batch_id=batch_id,
        person_id=to.person_id,
        template=to.template,
        channel=to.channel,
        language=to.language,
        due_at=at,
    )


def _set_paused(batch_id: int, at: datetime | None, by: Actor | None) -> None:
    if not Batch.objects.filter(id=batch_id).update(
        paused_at=at, paused_by=by.as_json() if by else None
    ):
        raise NotFound(what="batch")
