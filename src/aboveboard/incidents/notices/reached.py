"""Who of those in an incident was notified: each notice as a row says it."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from aboveboard.basics.errors import Conflict
from aboveboard.delivery import queries as delivery
from aboveboard.delivery.terms import DispatchState
from aboveboard.incidents import limits
from aboveboard.incidents.models import Exposure
from aboveboard.incidents.notices.models import NoticeBatch
from aboveboard.vault import aliases


def notice_states(number: int, person_ids: Collection[int]) -> dict[int, DispatchState]:
    """Return where the notice of each of these people stands, sent before all else; whoever has
    none is left out."""
    batches = _delivery_batches(_approved_batches(number))
    # A notice keeps the number that its person had: others may lead to them since.
    own = {person_id: person_id for person_id in person_ids}
    for person_id in aliases.people_with_aliases(person_ids):
        own |= dict.fromkeys(aliases.numbers_of(person_id), person_id)
    states: dict[int, DispatchState] = {}
    for held_by, state in delivery.states_of(batches, own):
        if states.get(own[held_by]) is not DispatchState.SENT:
            states[own[held_by]] = state
    return states


def notified_people(number: int, counted: Exposure) -> tuple[Sequence[int], bool]:
    """Return some people of a count, and whether they are those who were notified, or those who
    were not: whichever are fewer, since that is how long it takes.

    Raises:
        Conflict: more than ``limits.NOTIFIED_PEOPLE`` would have to be looked at.
    """
    opened = _approved_batches(number)
    batches = _delivery_batches(opened)
    counts = delivery.count_states(batches)
    total, sent = sum(counts.values()), counts.get(DispatchState.SENT, 0)
    # Only where everybody in the count has a notice are those without a sent one all the others.
    everybody = (
        len(opened) == 1
        and opened[0].exposure_id == counted.pk
        and opened[0].least_severity <= 1
        and total == counted.people
    )
    notified = not everybody or sent <= total - sent
    if (sent if notified else total - sent) > limits.NOTIFIED_PEOPLE:
        raise Conflict(
            why="too many people were notified and too many were not; ask again when more were sent"
        )
    numbers = delivery.people_in(batches, sent=notified)
    merged = dict(aliases.all_merged())
    return [*numbers, *(merged[each] for each in numbers if each in merged)], notified


def _approved_batches(number: int) -> list[NoticeBatch]:
    """Return the batches that were approved, without those that were written past this program."""
    rows = NoticeBatch.objects.filter(incident__number=number, delivery_batch__isnull=False)
    return [row for row in rows.order_by("id") if row.authentic]


def _delivery_batches(opened: Sequence[NoticeBatch]) -> list[int]:
    return [each.delivery_batch for each in opened if each.delivery_batch is not None]
