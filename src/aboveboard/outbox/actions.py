"""Post, claim, finish, fail. A message is handled at least once; its handler must bear a repeat."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Max, Q

from aboveboard.basics.clock import now
from aboveboard.basics.ids import first_id_of, new_ids
from aboveboard.outbox import limits
from aboveboard.outbox.models import Message
from aboveboard.outbox.reference import Reference, check

DIED = "worker-died"
"""The reason of a message whose workers died under it as often as it may be tried."""


@dataclass(frozen=True, slots=True)
class ClaimedMessage:
    """A message in hand: ``attempts`` counts this one."""

    id: int
    kind: str
    ref: Reference
    attempts: int


def post(kind: str, ref: Reference, *, due: datetime | None = None) -> int:
    """Write one message beside the change that causes it; return its id.

    Raises:
        RuntimeError: not inside ``transaction.atomic()``.
        RefusedReference: ``ref`` holds more than ids and codes.
    """
    return post_many(kind, [ref], due=due)[0]


def post_many(kind: str, refs: Sequence[Reference], *, due: datetime | None = None) -> list[int]:
    """Write messages beside the change that causes them; return their ids in the same order.

    Raises:
        RuntimeError: not inside ``transaction.atomic()``.
        RefusedReference: one of ``refs`` holds more than ids and codes.
    """
    # Outside a transaction the change could be there without its message, or the message without
    # its change, whatever dies in between (docs/decisions/0006).
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError(
            f"a message of kind {kind} is posted in the transaction of the change that causes it: "
            "use transaction.atomic"
        )
    for ref in refs:
        check(ref)
    at = now()
    ids = list(new_ids(len(refs)))
    Message.objects.bulk_create(
        [
            Message(id=id_, kind=kind, ref=dict(ref), created_at=at, due_at=due or at)
            for id_, ref in zip(ids, refs, strict=True)
        ],
        batch_size=500,
    )
    return ids


def post_gathered(kind: str, ref: Reference, *, every: timedelta) -> int:
    """Write one message of a kind that is told of together, so that many of them make few mails:
    due now, or together with those that wait, ``every`` after the last that was due. Its handler
    takes with it what else is due (:func:`claim`, :func:`finish`). Return its id.

    Raises: as :func:`post`.
    """
    at = now()
    recent = Message.objects.filter(kind=kind, id__gte=first_id_of(at - every))
    last = recent.aggregate(due=Max("due_at"))["due"]
    if last is None:
        return post(kind, ref)
    return post(kind, ref, due=last if last > at else last + every)


def claim(
    kind: str | Sequence[str],
    limit: int,
    worker: str,
    at: datetime,
    *,
    finished: Sequence[int] = (),
) -> list[ClaimedMessage]:
    """Take up to ``limit`` messages that are due, oldest first, for ``limits.LEASE``; mark those
    of ``finished`` done in the same commit, whether or not another is due.

    No two workers hold one message: PostgreSQL skips rows another claim has locked, SQLite
    lets one writer in at a time. A message whose worker died is due again when its lease
    runs out; one whose workers died ``limits.ATTEMPTS`` times is parked as failed,
    because it is what kills them.
    """
    kinds = [kind] if isinstance(kind, str) else list(kind)
    with transaction.atomic():
        if finished:
            finish(finished, at)
        waiting = Message.objects.filter(kind__in=kinds, done_at=None, failed_at=None)
        free = waiting.filter(Q(lease_until=None) | Q(lease_until__lte=at))
        # SKIP LOCKED: a second worker takes the next messages rather than wait for the first.
        due = (
            free.filter(due_at__lte=at).order_by("due_at", "id").select_for_update(skip_locked=True)
        )
        rows = list(due[:limit])
        if any(row.attempts >= limits.ATTEMPTS for row in rows):
            # Parked, so that a message that kills its workers is not claimed once more.
            free.filter(attempts__gte=limits.ATTEMPTS).update(
                failed_at=at, failed_reason=DIED, lease_until=None, claimed_by=""
            )
            rows = list(due[:limit])
        if not rows:
            return []
        Message.objects.filter(id__in=[row.id for row in rows]).update(
            claimed_by=worker, lease_until=at + limits.LEASE, attempts=F("attempts") + 1
        )
    return [ClaimedMessage(row.id, row.kind, row.ref, row.attempts + 1) for row in rows]


def renew(ids: Iterable[int], worker: str, at: datetime) -> int:
    """Hold messages for another lease; return how many are still this worker's."""
    return Message.objects.filter(
        id__in=list(ids), claimed_by=worker, done_at=None, failed_at=None
    ).update(lease_until=at + limits.LEASE)


def finish(ids: Iterable[int], at: datetime) -> None:
    """Mark messages done. A message already done or failed stays as it is."""
    # Whoever is slow finishes after another worker took over and parked it: the first word stands.
    Message.objects.filter(id__in=list(ids), done_at=None, failed_at=None).update(
        done_at=at, lease_until=None, claimed_by="", failed_reason=""
    )


def fail(id_: int, reason: str, at: datetime, retry_at: datetime | None = None) -> bool:
    """Say that a message could not be handled now; return whether it will be tried again.

    Without ``retry_at`` it waits longer after each attempt. After ``limits.ATTEMPTS`` it is
    parked as failed with ``reason``, a code such as ``"unavailable"``, until someone calls
    :func:`retry`.
    """
    with transaction.atomic():
        # Locked, since the attempts that are read here decide whether it is given up.
        row = Message.objects.select_for_update().get(id=id_)
        row.lease_until, row.claimed_by, row.failed_reason = None, "", reason[:64]
        again = row.attempts < limits.ATTEMPTS
        if again:
            wait = retry_delay(row.attempts, first=limits.FIRST_WAIT, longest=limits.LONGEST_WAIT)
            row.due_at = retry_at or at + wait
        else:
            row.failed_at = at
        row.save(
            update_fields=["lease_until", "claimed_by", "failed_reason", "due_at", "failed_at"]
        )
    return again


def retry(ids: Iterable[int], at: datetime) -> int:
    """Put failed messages back to waiting with their attempts forgotten; return how many."""
    # Only what was given up: a message in somebody's hands keeps its count of attempts.
    return Message.objects.filter(id__in=list(ids), failed_at__isnull=False).update(
        failed_at=None, failed_reason="", attempts=0, due_at=at
    )


def retry_delay(attempts: int, *, first: timedelta, longest: timedelta) -> timedelta:
    """Return the wait after the ``attempts``-th try (1 is the first) failed: each is twice the one
    before, up to ``longest``."""
    # Past 20 doublings the product overflows a timedelta long after any longest wait is reached.
    doublings = min(max(attempts, 1) - 1, 20)
    return min(first * (1 << doublings), longest)
