"""What the decision about one purpose depends on, for everybody held: rows for the engine, written
without opening a value. Only rows that this program wrote count, as for a use."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Final

from aboveboard.access.decision.facts import PersonFacts
from aboveboard.access.decision.personal import (
    is_kept_out,
    is_over,
    is_recorded_by_asker,
    is_unconfirmed,
)
from aboveboard.access.impact.grouping import facts_of
from aboveboard.access.impact.judging import uncertain_interval
from aboveboard.access.limits import SWEEP_REVIEW_BATCH
from aboveboard.access.use import UseRequest
from aboveboard.choices.state import ChoiceAnswer, ConsentState
from aboveboard.engines.contactable import FactRow
from aboveboard.promise.model import Purpose, Retention, RetentionStart
from aboveboard.vault import queries as vault
from aboveboard.vault.retention_state import retention_states_of

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_LONG_AGO: Final = datetime.min.replace(tzinfo=UTC)
_TICK: Final = timedelta(microseconds=1)
_NO, _MET = 2, 3
_ANSWERS: Final = {None: 0, ChoiceAnswer.YES: 1, ChoiceAnswer.NO: _NO}


def condition_rows(
    request: UseRequest,
    purpose: Purpose,
    at: datetime,
    progress: Callable[[int], None] = lambda done: None,
) -> Iterator[FactRow]:
    """Yield a row for everybody held, in ascending order of their numbers. ``progress`` is called
    with how many there were."""
    without_key = set(vault.people_without_key())
    aged = purpose.needs_field_dates
    after, done = -1, 0
    while batch := vault.ids_after(after, limit=SWEEP_REVIEW_BATCH):
        states = retention_states_of(batch) if aged else {}
        collected = {person_id: state.collected for person_id, state in states.items()}
        for person_id, facts in facts_of(batch, at, collected).items():
            yield _row(person_id, facts, request, purpose, at, held=person_id not in without_key)
        after, done = batch[-1], done + len(batch)
        progress(done)


def retention_cutoff(retention: Retention, at: datetime) -> int | None:
    """Return the latest moment (microseconds since 1970) of which what began to be kept then may be
    used no longer at ``at``; None where it is kept for ever.

    A calendar period has no fixed length, so it is looked for: what began earlier is over earlier.
    """
    bounds = uncertain_interval(retention.keep, at)
    over, kept = ticks(bounds[0]) - 1, ticks(bounds[1])
    if not retention.is_over(_moment(over), at):
        return None
    while kept - over > 1:
        middle = (over + kept) // 2
        if retention.is_over(_moment(middle), at):
            over = middle
        else:
            kept = middle
    return over


def ticks(moment: datetime) -> int:
    """Return a moment as microseconds since 1970."""
    return (moment - _EPOCH) // _TICK


def _moment(ticked: int) -> datetime:
    return _EPOCH + ticked * _TICK


def _row(
    person_id: int,
    facts: PersonFacts,
    request: UseRequest,
    purpose: Purpose,
    at: datetime,
    *,
    held: bool,
) -> FactRow:
    consent = facts.consent
    contact = purpose.contact_of(request.channel)
    answered_at = consent.since(purpose.key, contact)
    began = _began(facts, request, purpose, contact)
    if began is not None and is_over(purpose, consent, began, at):
        # Also where the person chose a shorter time: it is over before any promised one.
        began = _LONG_AGO
    restricted = facts.restricted_since
    return (
        person_id,
        int(held),
        _answer(consent, purpose.key, contact),
        int(is_recorded_by_asker(purpose, request, consent, contact)),
        None if answered_at is None else ticks(answered_at),
        None if restricted is None else ticks(restricted),
        int(facts.held_for_claim),
        None if began is None else ticks(began),
        int(is_kept_out(purpose, request, consent)) + 2 * int(consent.boundaries.deceased),
        int(is_unconfirmed(purpose, facts, contact)),
    )


def _answer(consent: ConsentState, purpose: str, contact: str) -> int:
    answer = _ANSWERS[consent.answer(purpose, contact)]
    return _MET if answer == _NO and consent.is_met(purpose, contact) else answer


def _began(
    facts: PersonFacts, request: UseRequest, purpose: Purpose, contact: str
) -> datetime | None:
    """Return when the oldest of what is asked for began to be kept; None where no clock runs."""
    starts = purpose.retention.starts
    if starts is RetentionStart.LAST_ACTIVITY:
        return facts.last_active_at
    if starts is RetentionStart.CHOICE:
        return facts.consent.since(purpose.key, contact)
    dates = [facts.collected.get(field, facts.collected_at) for field in request.fields]
    return min((date for date in dates if date is not None), default=facts.collected_at)
