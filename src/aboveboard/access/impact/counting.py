"""Counting what a changed promise would change, over everybody held; and
listing whom a number is of.

Purposes whose clocks stand in the clear are counted in the database, by group. Where a field's own
age decides, or where the next sweep would erase more, people are gone through one by one, in
batches;
nothing is kept of them but the counts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime

from aboveboard.access.decision.facts import PersonFacts
from aboveboard.access.impact.grouping import facts_of, groups
from aboveboard.access.impact.judging import PurposePair, is_allowed, purpose_pairs
from aboveboard.access.impact.report import ChangedUse, ImpactReport, Tally, TallyKey, changed_uses
from aboveboard.access.lapse import HeldData, lapsed_fields
from aboveboard.access.limits import SWEEP_REVIEW_BATCH, WHAT_IF_BATCH
from aboveboard.promise.model import Promise
from aboveboard.vault.queries import id_ranges, people_count
from aboveboard.vault.retention_state import RetentionState, retention_states


def count(
    old: Promise, new: Promise, *, at: datetime, progress: Callable[[int], None] = lambda done: None
) -> ImpactReport:
    """Return what changes between two promises for the people held at ``at``. Changes nothing.

    ``progress`` is called with how many people were gone through: everybody once, twice when they
    are gone through one by one too."""
    tallies: dict[TallyKey, Tally] = {}
    people, changed = people_count(), [pair for pair in purpose_pairs(old, new) if pair.differs()]
    clear, aged = (
        [pair for pair in changed if not pair.needs_field_dates()],
        [pair for pair in changed if pair.needs_field_dates()],
    )
    lapsing: Counter[str] = Counter()
    for number, (low, high) in enumerate(id_ranges(WHAT_IF_BATCH) if clear else (), 1):
        for pair in clear:
            for size, facts in groups(pair, low, high, at):
                _tally(tallies, pair, "", size, facts, at)
        progress(min(people, number * WHAT_IF_BATCH))
    if changed:
        for done, (state, facts) in enumerate(iter_people(at), 1):
            for pair in aged:
                for field in pair.fields():
                    _tally(tallies, pair, field, 1, facts, at)
            lapsing.update(_newly_lapsed(old, new, state, facts, at))
            if done % SWEEP_REVIEW_BATCH == 0:
                progress(done)
    progress(people)
    return ImpactReport(
        people, tuple(changed_uses(old, new, tallies)), dict(sorted(lapsing.items()))
    )


def affected_people(
    old: Promise, new: Promise, purpose: str, *, at: datetime
) -> Iterator[tuple[int, str, str]]:
    """Yield each person for whom a use of the purpose changes, the field, and ``gained`` or
    ``lost``; in ascending order of id."""
    pair = next((pair for pair in purpose_pairs(old, new) if pair.key == purpose), None)
    if pair is None:
        return
    # What is allowed of a person then and now has few forms; what each means takes milliseconds.
    known: dict[tuple[tuple[TallyKey, bool, bool], ...], tuple[tuple[str, str], ...]] = {}
    for state, facts in iter_people(at):
        tallies: dict[TallyKey, Tally] = {}
        for field in pair.fields():
            _tally(tallies, pair, field, 1, facts, at)
        form = tuple((key, *way) for key, tally in tallies.items() for way in tally)
        if form not in known:
            known[form] = tuple(dict.fromkeys(_gained_or_lost(changed_uses(old, new, tallies))))
        for field, way in known[form]:
            yield state.person_id, field, way


def iter_people(at: datetime) -> Iterator[tuple[RetentionState, PersonFacts]]:
    """Yield everybody held, in ascending order of id, with each field's own age; no value is opened
    for it."""
    after = -1
    while batch := retention_states(after=after, limit=SWEEP_REVIEW_BATCH):
        known = facts_of(
            [state.person_id for state in batch],
            at,
            {state.person_id: state.collected for state in batch},
        )
        yield from ((state, known[state.person_id]) for state in batch if state.person_id in known)
        after = batch[-1].person_id


def _gained_or_lost(changed: Iterator[ChangedUse]) -> Iterator[tuple[str, str]]:
    for cell in changed:
        yield cell.field, "gained" if cell.gained else "lost"


def _tally(
    tallies: dict[TallyKey, Tally],
    pair: PurposePair,
    field: str,
    size: int,
    facts: PersonFacts,
    at: datetime,
) -> None:
    for ways, channel in pair.contact_by_ways().items():
        for own in (False, True):
            was, is_ = (
                is_allowed(pair.old, facts, field, channel, at, own=own),
                is_allowed(pair.new, facts, field, channel, at, own=own),
            )
            tallies.setdefault(TallyKey(pair.key, field, own, ways), Counter())[was, is_] += size


def _newly_lapsed(
    old: Promise, new: Promise, state: RetentionState, facts: PersonFacts, at: datetime
) -> list[str]:
    """Return the fields that the next sweep would erase of one person under the new promise, and
    would not under the old."""
    if facts.held_for_claim:
        return []
    held = HeldData(state.collected, state.last_active_at, facts.consent)
    then = lapsed_fields(new, held, at)
    return [field for field in then if field not in lapsed_fields(old, held, at)] if then else []
