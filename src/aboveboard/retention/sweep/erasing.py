"""Erasing what was reviewed, and nothing else.

1. The digest names a finished review under the promise in force, not too old, whose rows are
   still those it was made of.
2. Batch by batch: lock the people, ask the rule again as things stand now, and
   leave whoever must wait.
3. Erase the fields that were reviewed *and* have still lapsed; the whole person when
   nothing else is held of them.
4. Each row says what became of it, in the same transaction: killed at any point, the next run
   goes on with what waits.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from django.db import transaction

from aboveboard.access.lapse import HeldData, lapsed_fields
from aboveboard.basics.actor import Actor
from aboveboard.basics.errors import Conflict, NotFound
from aboveboard.basics.facts import Digest
from aboveboard.choices import queries as choices
from aboveboard.ledger.actions import append
from aboveboard.promise import queries as promises
from aboveboard.promise.queries import AdoptedPromise
from aboveboard.retention.entries import SweepDone
from aboveboard.retention.limits import SWEEP_ERASE_BATCH, SWEEP_REVIEW_LIFE
from aboveboard.retention.models import Sweep, SweepRow
from aboveboard.retention.records import SweepRecord, sweep_record
from aboveboard.retention.sweep import counting, suspending
from aboveboard.vault import actions as vault
from aboveboard.vault.field_erasure import erase_fields
from aboveboard.vault.locking import lock_people
from aboveboard.vault.retention_state import RetentionState, retention_states_of

FIELDS, PERSON, NO_LONGER, GONE = "fields", "person", "no_longer_lapsed", "gone"


class ReviewUnknown(NotFound):
    """No finished review has that digest."""

    code = "review_unknown"
    next_step = "Run a review and use the digest that it prints: aboveboard sweep"


class ReviewOutdated(Conflict):
    """That review cannot be acted on: {why}."""

    code = "review_outdated"
    next_step = "Nothing was erased. Review again and read what it says: aboveboard sweep"


def erase(
    digest: str,
    *,
    by: Actor,
    at: Callable[[], datetime],
    progress: Callable[[int], None] = lambda done: None,
) -> SweepRecord:
    """Erase what the review with this digest found, and return the sweep; one
    that was stopped goes on.

    ``at`` tells the time: a large sweep takes hours, and each batch is
    decided as things stand then.

    Raises:
        ReviewUnknown: no finished review has the digest.
        ReviewOutdated: the promise has changed since, it is too old, or its rows are not
            those that were reviewed.
        NoPromise: no promise is in force.
    """
    sweep = _begin(digest, by=by, at=at())
    done = 0
    while count := _batch(sweep.pk, by=by, at=at()):
        done += count
        progress(done)
    return sweep_record(Sweep.objects.get(pk=sweep.pk))


def _begin(digest: str, *, by: Actor, at: datetime) -> Sweep:
    with transaction.atomic():
        # 1.
        sweep = (
            Sweep.objects.select_for_update()
            .filter(digest=digest, reviewed_at__isnull=False)
            .order_by("-id")
            .first()
        )
        if sweep is None:
            raise ReviewUnknown(what="review")
        _check_promise(sweep)
        if sweep.erasing_at is None:
            # Only before the first row is erased: one that was begun in time is brought to its end.
            if at > sweep.begun_at + SWEEP_REVIEW_LIFE:
                raise ReviewOutdated(why=f"it is older than {SWEEP_REVIEW_LIFE.days} days")
            # Whoever can write to the table could add a person to be erased: what is erased is what
            # somebody has read.
            if _digest_of(sweep) != digest:
                raise ReviewOutdated(why="its rows are not those that were reviewed")
            sweep.erasing_at, sweep.erasing_by = at, by.as_json()
            sweep.save()
    return sweep


def _check_promise(sweep: Sweep) -> AdoptedPromise:
    adopted = promises.in_force()
    if adopted.serial != sweep.promise_serial:
        raise ReviewOutdated(why="the promise has changed since")
    return adopted


def _digest_of(sweep: Sweep) -> str:
    digest = counting.initial_digest(sweep.promise_serial, sweep.begun_at)
    rows = (
        SweepRow.objects.filter(sweep=sweep)
        .order_by("id")
        .values_list("person_id", "fields", "whole", "outcome", "bound")
    )
    for person_id, fields, whole, outcome, bound in rows.iterator(chunk_size=SWEEP_ERASE_BATCH):
        # Somebody erased on request meanwhile has no number here any more,
        # and nothing left to erase.
        digest = counting.extend_digest(
            digest,
            bound if person_id is None else counting.row_digest(person_id, fields, whole, outcome),
        )
    return digest


def _batch(sweep_id: int, *, by: Actor, at: datetime) -> int:
    """Do the next rows and return how many; 0 when none waited and the sweep is finished."""
    with transaction.atomic():
        sweep = Sweep.objects.select_for_update().get(pk=sweep_id)
        adopted = _check_promise(sweep)
        rows = list(
            SweepRow.objects.filter(sweep=sweep, outcome="").order_by("id")[:SWEEP_ERASE_BATCH]
        )
        if not rows:
            _finish(sweep, by=by, at=at)
            return 0
        people = [row.person_id for row in rows if row.person_id is not None]
        lock_people(people)  # 2
        # Read again under the lock: whoever was erased on request while they were waited for has no
        # number here any more, and must not get it back.
        rows = list(SweepRow.objects.filter(pk__in=[row.pk for row in rows]).order_by("id"))
        # Asked again under the lock: since the review they may have said yes, been active, or been
        # placed under a hold.
        states = retention_states_of(people)
        consents = choices.consent_states(people)
        waits = suspending.suspended_people(states.values(), at)
        for row in rows:
            state = states.get(row.person_id) if row.person_id is not None else None
            if state is None:
                row.outcome = GONE
            elif state.person_id in waits:
                row.outcome = waits[state.person_id]
            else:
                now = lapsed_fields(
                    adopted.promise,
                    HeldData(state.collected, state.last_active_at, consents[state.person_id]),
                    at,
                )
                row.outcome = _erase(
                    sweep, state, row.fields.keys() & now.keys(), adopted, by=by, at=at
                )
            # The digest keeps the row's place; the number would tie an erased person to it.
            if row.outcome == PERSON:
                row.person_id = None
            row.at = at  # 4
        SweepRow.objects.bulk_update(rows, ["outcome", "at", "person_id"])
    return len(rows)


def _erase(
    sweep: Sweep,
    state: RetentionState,
    fields: set[str],
    adopted: AdoptedPromise,
    *,
    by: Actor,
    at: datetime,
) -> str:
    if not fields:
        return NO_LONGER
    # A record without fields would keep a key, a handle and facets of somebody of whom nothing is
    # held: GDPR Art. 5(1)(e) asks that they are no longer identifiable.
    if fields == state.collected.keys():  # 3
        vault.erase(state.person_id, reason="retention", by=by, at=at)
        return PERSON
    erase_fields(
        state.person_id,
        fields,
        kinds=_kinds(adopted, state),
        reason="retention",
        sweep=sweep.pk,
        promise=sweep.promise_serial,
        by=by,
        at=at,
    )
    return FIELDS


def _kinds(adopted: AdoptedPromise, state: RetentionState) -> Mapping[str, str]:
    """Return the kind of each field held; of one that the promise dropped, as the promise it was
    collected under said."""
    kinds = {key: field.kind_and_format for key, field in adopted.promise.fields.items()}
    for name, serial in state.serials.items():
        if name not in kinds:
            kinds[name] = _kinds_of_version(serial).get(name, "")
    return kinds


def _kinds_of_version(serial: int) -> Mapping[str, str]:
    return {
        key: field.kind_and_format for key, field in promises.version(serial).promise.fields.items()
    }


def _finish(sweep: Sweep, *, by: Actor, at: datetime) -> None:
    # Two runs of one sweep may both come to its end; one of them writes the entry.
    if sweep.erased_at is None:
        sweep.erased_at = at
        sweep.save()
        append(SweepDone(sweep.pk, Digest(sweep.digest)), by=by, handle=None, at=at)
