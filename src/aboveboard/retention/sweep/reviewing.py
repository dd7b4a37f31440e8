"""Reviewing: look at everybody once, write down what has lapsed, change nothing of theirs.

Each batch is one transaction with how far it came, so that a review that was killed goes on where
it stopped, and gives the rows and digest that it would have given in one go.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.db import transaction

from aboveboard.access.lapse import HeldData, lapsed_fields
from aboveboard.access.limits import SWEEP_REVIEW_BATCH
from aboveboard.basics.actor import Actor
from aboveboard.basics.facts import Digest
from aboveboard.choices import queries as choices
from aboveboard.ledger.actions import append
from aboveboard.promise import queries as promises
from aboveboard.promise.model import Promise
from aboveboard.retention.entries import SweepReviewed
from aboveboard.retention.models import Sweep, SweepRow
from aboveboard.retention.records import SweepRecord, sweep_record
from aboveboard.retention.sweep import counting, suspending
from aboveboard.vault.locking import lock_people
from aboveboard.vault.retention_state import RetentionState, retention_states


def review(
    *, by: Actor, at: datetime, progress: Callable[[int], None] = lambda done: None
) -> SweepRecord:
    """Review everybody under the promise in force, and return the finished review.

    One that was stopped under the same promise goes on, about the moment it was begun for; else a
    new one is begun for ``at``.

    Raises:
        NoPromise: no promise is in force.
    """
    adopted = promises.in_force()
    sweep = _unfinished(adopted.serial) or Sweep.objects.create(
        promise_serial=adopted.serial,
        begun_at=at,
        begun_by=by.as_json(),
        digest=counting.initial_digest(adopted.serial, at),
    )
    while _batch(sweep.pk, adopted.promise, by=by, at=at):
        progress(Sweep.objects.values_list("people_reviewed", flat=True).get(pk=sweep.pk))
    return sweep_record(Sweep.objects.get(pk=sweep.pk))


def _unfinished(serial: int) -> Sweep | None:
    return (
        Sweep.objects.filter(promise_serial=serial, reviewed_at__isnull=True)
        .order_by("-id")
        .first()
    )


def _batch(sweep_id: int, promise: Promise, *, by: Actor, at: datetime) -> bool:
    """Review the next people; False when there was nobody left and the review is finished."""
    with transaction.atomic():
        # The row of the sweep is the lock: two reviewers would bind the same people twice.
        sweep = Sweep.objects.select_for_update().get(pk=sweep_id)
        if sweep.reviewed_at is not None:
            return False  # somebody else has just finished it
        states = retention_states(after=sweep.reached, limit=SWEEP_REVIEW_BATCH)
        if not states:
            _finish(sweep, by=by, at=at)
            return False
        consents = choices.consent_states([state.person_id for state in states])
        lapsed_of: dict[int, dict[str, dict[str, str]]] = {}
        for state in states:
            held = HeldData(state.collected, state.last_active_at, consents[state.person_id])
            # At the moment for which the review was begun, however long it takes: a row must not
            # depend on when its batch came.
            if fields := lapsed_fields(promise, held, sweep.begun_at):
                lapsed_of[state.person_id] = fields
        # Locked before they are written down. The row of somebody who is erased at this moment
        # would come after their erasure, which takes their number out of every row.
        there = lock_people(lapsed_of)
        listed = [state for state in states if state.person_id in there]
        waits = suspending.suspended_people(listed, sweep.begun_at)
        rows = [
            _row(sweep, state, lapsed_of[state.person_id], waits.get(state.person_id, ""))
            for state in listed
        ]
        SweepRow.objects.bulk_create(rows)
        sweep.reached = states[-1].person_id
        sweep.people_reviewed += len(states)
        sweep.save()
    return True


def _row(
    sweep: Sweep, state: RetentionState, fields: dict[str, dict[str, str]], outcome: str
) -> SweepRow:
    """Return the row of one person, counted and bound."""
    whole = len(fields) == len(state.collected)
    bound = counting.row_digest(state.person_id, fields, whole, outcome)
    counting.add(sweep.counts, fields, whole=whole, suspended=outcome)
    # Chained row by row, so that the digest covers their order and number, and need not hold them.
    sweep.digest = counting.extend_digest(sweep.digest, bound)
    # Whoever must wait is done with already: the erasure asks only for rows without an outcome.
    done = sweep.begun_at if outcome else None
    return SweepRow(
        sweep=sweep,
        person_id=state.person_id,
        fields=fields,
        whole=whole,
        outcome=outcome,
        bound=bound,
        at=done,
    )


def _finish(sweep: Sweep, *, by: Actor, at: datetime) -> None:
    sweep.reviewed_at = at
    sweep.save()
    entry = SweepReviewed(
        sweep=sweep.pk,
        promise=sweep.promise_serial,
        digest=Digest(sweep.digest),
        people_reviewed=sweep.people_reviewed,
        people=sum(sweep.counts.get("people", {}).values()),
        suspended=sum(sweep.counts.get("suspended", {}).values()),
    )
    append(entry, by=by, handle=None, at=at)
