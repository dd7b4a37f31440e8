"""Who was not reached by one channel is written to by the next: the order is the batch's.

1. What failed for good, or was skipped, on one channel goes to the next that the batch names, in
   the transaction that records it: nobody is forgotten between the two.
2. Not where the reason holds for every channel (``EVERYWHERE``): somebody who is not to be written
   to, or is told under another number.
3. A channel on which the person stands already is not used again: one on which they were told, or
   still wait, ends it; one on which they were not goes on to the next. So a notice that comes back
   late is followed by one other at most, and that one says what it is in place of.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from aboveboard.delivery import tallies
from aboveboard.delivery.contact_limits import protected_people
from aboveboard.delivery.models import Batch, Dispatch
from aboveboard.delivery.rendering import DispatchItem
from aboveboard.delivery.terms import Channel, CorrespondenceReason, DispatchState

EVERYWHERE: Final = frozenset(
    (
        "not-exposed",
        "merged",
        "not-approved",
        "texts-changed",
        *(f"do-not-write-{why.value}" for why in CorrespondenceReason),
    )
)
"""Reasons that hold for every channel."""

_REACHED: Final = (DispatchState.SENT, DispatchState.QUEUED, DispatchState.SENDING)


@dataclass(frozen=True, slots=True)
class Unreached:
    """A dispatch that did not reach somebody, and why."""

    dispatch: int
    person_id: int
    template: str
    language: str
    reason: str

    @classmethod
    def of(cls, row: Dispatch | DispatchItem, reason: str = "") -> Unreached:
        """Return it of a dispatch. ``reason``: where the row does not have it yet."""
        why = reason or (row.reason if isinstance(row, Dispatch) else "")
        return cls(row.id, row.person_id, row.template, row.language, why)


def follow(batch: Batch, channel: Channel, unreached: Iterable[Unreached], at: datetime) -> int:
    """Queue whom ``channel`` did not reach on the next; return how many. In the caller's
    transaction, which records why."""
    left = {each.person_id: each for each in unreached if each.reason not in EVERYWHERE}
    queued = 0
    for following in _channels_after(batch.channels, channel):
        if not left:
            break
        states = _states(batch, following, left)
        new = [each for person, each in left.items() if person not in states]
        Dispatch.objects.bulk_create([_row(batch, following, each, at) for each in new])
        tallies.add({(batch.id, following.value, DispatchState.QUEUED, ""): len(new)})
        queued += len(new)
        left = {
            person: each
            for person, each in left.items()
            if person in states and states[person] not in _REACHED
        }
    return queued


def to_call(batch_id: int) -> list[int]:
    """Return who is at risk and was not told by a channel that is safe for them: a person calls
    them. By their numbers in the batch; who still waits is not among them."""
    people = protected_people()
    rows = Dispatch.objects.filter(batch_id=batch_id, person_id__in=people)
    states: dict[int, set[str]] = {}
    for person_id, state in rows.values_list("person_id", "state"):
        states.setdefault(person_id, set()).add(state)
    return sorted(person for person, each in states.items() if each.isdisjoint(_REACHED))


def _channels_after(order: Sequence[str], channel: Channel) -> list[Channel]:
    """Return the channels that come after one; all others, where the order does not name it."""
    known = [Channel(each) for each in order if each in Channel.values]
    if channel not in known:
        return known
    return known[known.index(channel) + 1 :]


def _states(batch: Batch, channel: Channel, people: Collection[int]) -> Mapping[int, str]:
    rows = Dispatch.objects.filter(batch_id=batch.id, channel=channel, person_id__in=list(people))
    return dict(rows.values_list("person_id", "state"))


def _row(batch: Batch, channel: Channel, each: Unreached, at: datetime) -> Dispatch:
    return Dispatch(
        batch_id=batch.id,
        person_id=each.person_id,
        template=each.template,
        channel=channel,
        language=each.language,
        due_at=at,
        follows_id=each.dispatch,
    )
