"""Taking dispatches in hand, holding them, and recording what became of them.

A dispatch goes ``queued -> sending -> sent | failed | skipped``, or back to ``queued``. Only the
holder of the claim moves it on from ``sending``: every change here asks for the claim's own token,
so a worker that slept past its lease finds that nothing is its own any more.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import connection, transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from aboveboard.basics.actor import SYSTEM
from aboveboard.basics.facts import Code, Facts
from aboveboard.basics.ids import new_id
from aboveboard.delivery import fallback, limits, rendering, tallies, waits
from aboveboard.delivery.entries import NoticeFailed, NoticeSent
from aboveboard.delivery.models import Batch, Dispatch
from aboveboard.delivery.terms import Channel, DispatchState
from aboveboard.keys.actions import subjects_in_order
from aboveboard.keys.handles import EntrySubject
from aboveboard.keys.queries import handle_secrets
from aboveboard.ledger import actions as ledger
from aboveboard.ledger.actions import NewEntry, new_entry

# One statement where the ORM needs two: it chooses and takes, or checks the claim and records. Each
# runs on SQLite (3.35+) and PostgreSQL with the pieces of ``_DIALECTS`` put in. MATERIALIZED: as a
# plain subquery PostgreSQL may plan it inside a loop, where SKIP LOCKED passes over what it has
# taken itself and each turn takes another row, beyond the limit.
_TAKE = """
WITH chosen AS {once} (
    SELECT id FROM delivery_dispatch WHERE batch_id = %s AND channel = %s AND {which}
    LIMIT %s {lock}
)
UPDATE delivery_dispatch SET state = 'sending', claimed_by = %s, claimed_at = %s,
    attempts = attempts + 1
WHERE id IN (SELECT id FROM chosen)
RETURNING id, batch_id, person_id, template, language, channel, attempts, reason
"""
_ABANDONED = "state = 'sending' AND claimed_at <= %s ORDER BY id"
_DUE = "state = 'queued' AND due_at <= %s ORDER BY due_at, id"
_RECORD = """
UPDATE delivery_dispatch SET state = %s, reason = %s, smtp_code = %s,
    claimed_by = '', claimed_at = NULL,
    due_at = COALESCE(%s, due_at), sent_at = COALESCE(%s, sent_at)
WHERE {listed} AND claimed_by = %s AND state = 'sending'
RETURNING id
"""
_DIALECTS: Final = {
    "postgresql": {
        "once": "MATERIALIZED",
        "lock": "FOR UPDATE SKIP LOCKED",
        "listed": "id = ANY(%s)",
    },
    "sqlite": {"once": "", "lock": "", "listed": "id IN (SELECT value FROM json_each(%s))"},
}


@dataclass(frozen=True, slots=True)
class DispatchResult:
    """What became of a dispatch. With state ``queued``, ``due_at`` is when to try again."""

    id: int
    state: DispatchState
    reason: str = ""
    code: int = 0
    due_at: datetime | None = None


@dataclass(slots=True)
class DispatchClaim:
    """Dispatches of one batch on one channel in the hands of one worker. ``attempts`` counts this
    try; ``reasons`` is why the last one did not succeed, or ""."""

    batch: Batch
    channel: Channel
    token: str
    items: dict[int, rendering.DispatchItem]
    attempts: dict[int, int]
    reasons: dict[int, str]


def claim_batch(
    worker: str, channel: Channel, at: datetime, limit: int, rate: int = 0
) -> DispatchClaim | None:
    """Claim up to ``limit`` dispatches of one batch on a channel: what a dead worker left first,
    then what is due, oldest first. ``rate``: how many may leave on it in a second; 0: any number.

    Returns ``None`` when nothing can be sent now: the channel is away or paused, or has sent what
    its rate allows. Batches that are paused or have no renderer in this process are passed over.
    """
    # Unique for each claim: a worker that slept past its lease and came back has the same name.
    token = f"{worker[:70]}/{new_id():x}"
    if not rate:
        return _claim(channel, token, at, limit)
    with transaction.atomic():
        # Held until the rows are taken: two workers share the rate.
        free = waits.hold_rate(channel, rate, at)
        claim = _claim(channel, token, at, min(limit, free)) if free else None
        if claim is not None:
            waits.spend(channel, rate, len(claim.items), at)
    return claim


def _claim(channel: Channel, token: str, at: datetime, limit: int) -> DispatchClaim | None:
    for batch in _sendable(channel, at):
        # What a dead worker left comes first: it may have been sent already, and the sooner it is
        # sent again, under the same reference, the surer the server still knows it.
        for which, moment in ((_ABANDONED, at - limits.DELIVERY_LEASE), (_DUE, at)):
            taken = _run(_TAKE, batch.id, channel.value, moment, limit, token, at, which=which)
            if not taken:
                continue
            return DispatchClaim(
                batch,
                channel,
                token,
                {row[0]: rendering.DispatchItem(*row[:6]) for row in taken},
                {row[0]: row[6] for row in taken},
                {row[0]: row[7] for row in taken},
            )
    return None


def renew(claim: DispatchClaim, ids: Collection[int], at: datetime) -> set[int]:
    """Hold on to dispatches for another lease; return those that are still ours."""
    # Locked while it is asked and renewed: otherwise another worker could take the row between.
    with transaction.atomic():
        still = _still_claimed(claim, ids)
        Dispatch.objects.filter(id__in=still).update(claimed_at=at)
    return still


def give_back(claim: DispatchClaim, ids: Collection[int]) -> None:
    """Put dispatches that were not tried back in the queue as they were."""
    with transaction.atomic():
        Dispatch.objects.filter(id__in=_still_claimed(claim, ids)).update(
            state=DispatchState.QUEUED, claimed_by="", claimed_at=None, attempts=F("attempts") - 1
        )


def record(
    claim: DispatchClaim, results: Iterable[DispatchResult], at: datetime
) -> list[DispatchResult]:
    """Write down what became of dispatches, with a ledger entry for each final
    one, in one transaction.

    Returns the results that were written; one whose claim was lost in the meantime is not.
    """
    # One statement for each outcome, not for each dispatch: at 5,000 a second there are few
    # outcomes and many dispatches.
    alike: dict[tuple[DispatchState, str, int, datetime | None], dict[int, DispatchResult]] = (
        defaultdict(dict)
    )
    for result in results:
        alike[result.state, result.reason, result.code, result.due_at][result.id] = result
    written: list[DispatchResult] = []
    # Row and entry are one transaction: a notice that the ledger says was sent is never queued.
    with transaction.atomic():
        for (state, reason, code, due_at), group in alike.items():
            sent_at = at if state == DispatchState.SENT else None
            ids = list(group) if connection.vendor == "postgresql" else json.dumps(list(group))
            written += [
                group[id_]
                for (id_,) in _run(
                    _RECORD, state.value, reason, code, due_at, sent_at, ids, claim.token
                )
            ]
        final = [result for result in written if result.state != DispatchState.QUEUED]
        # Whoever was erased since has no key, so that the entry names nobody.
        person_ids = [claim.items[result.id].person_id for result in final]
        subjects = subjects_in_order(person_ids, handle_secrets(set(person_ids)))
        ledger.append_many(
            [
                _entry(claim, result, subject, at)
                for result, subject in zip(final, subjects, strict=True)
            ]
        )
        tallies.add(_tally_changes(claim, written), worker=claim.token, sent_at=at)
        if claim.batch.channels:
            unreached = [
                fallback.Unreached.of(claim.items[result.id], result.reason)
                for result in final
                if result.state is not DispatchState.SENT
            ]
            fallback.follow(claim.batch, claim.channel, unreached, at)
    return written


def _tally_changes(
    claim: DispatchClaim, written: Iterable[DispatchResult]
) -> Counter[tallies.TallyKey]:
    changes: Counter[tallies.TallyKey] = Counter()
    for result in written:
        # As long as it was in hand it counted as it did when it was queued.
        before = claim.reasons[result.id]
        changes[claim.batch.id, claim.channel.value, DispatchState.QUEUED, before] -= 1
        changes[claim.batch.id, claim.channel.value, result.state, result.reason] += 1
    return changes


def is_stopped(claim: DispatchClaim) -> bool:
    """Whether someone has stopped the batch, or its channel."""
    batch = Batch.objects.filter(id=claim.batch.id)
    return batch.filter(Q(paused_at__isnull=False) | Exists(waits.paused(claim.channel))).exists()


def _sendable(channel: Channel, at: datetime) -> Iterable[Batch]:
    mine = Dispatch.objects.filter(batch_id=OuterRef("id"), channel=channel)
    ready = Batch.objects.filter(kind__in=rendering.kinds(), paused_at=None).exclude(
        Exists(waits.away(channel, at)) | Exists(waits.paused(channel))
    )
    return ready.filter(Exists(_due(mine, at)) | Exists(_abandoned(mine, at))).order_by("id")


def _due(rows: QuerySet[Dispatch], at: datetime) -> QuerySet[Dispatch]:
    return rows.filter(state=DispatchState.QUEUED, due_at__lte=at)


def _abandoned(rows: QuerySet[Dispatch], at: datetime) -> QuerySet[Dispatch]:
    return rows.filter(state=DispatchState.SENDING, claimed_at__lte=at - limits.DELIVERY_LEASE)


def _still_claimed(claim: DispatchClaim, ids: Collection[int]) -> set[int]:
    rows = Dispatch.objects.filter(
        id__in=list(ids), claimed_by=claim.token, state=DispatchState.SENDING
    )
    return set(rows.select_for_update().values_list("id", flat=True))


def _run(statement: str, *values: Any, which: str = "") -> list[tuple[Any, ...]]:
    adapt = connection.ops.adapt_datetimefield_value
    adapted = [adapt(value) if isinstance(value, datetime) else value for value in values]
    with connection.cursor() as cursor:
        cursor.execute(statement.format(which=which, **_DIALECTS[connection.vendor]), adapted)
        return list(cursor.fetchall())


def _entry(
    claim: DispatchClaim, result: DispatchResult, subject: EntrySubject | None, at: datetime
) -> NewEntry:
    item = claim.items[result.id]
    batch, dispatch = Code(str(item.batch_id)), Code(str(item.id))
    facts: Facts = NoticeSent(batch, dispatch, Code(item.channel))
    if result.state is not DispatchState.SENT:
        facts = NoticeFailed(batch, dispatch, Code(item.channel), Code(result.reason))
    return new_entry(facts, by=SYSTEM, handle=subject.handle if subject else None, at=at)
