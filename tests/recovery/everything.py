"""An instance in which there is a row of every table that decides: made by the program's own
actions, for the tests that write past it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from aboveboard.basics import clock
from aboveboard.basics.actor import SYSTEM
from aboveboard.choices.actions import choose
from aboveboard.choices.state import Answer
from aboveboard.identity import actions as identity
from aboveboard.retention import actions as retention
from aboveboard.retention.reasons import HoldReason, RestrictionReason
from tests.world import ADVISER, load


@dataclass(frozen=True)
class Everything:
    """Whose rows there are: who chose, who is held and restricted, who was merged into whom."""

    chose: int
    held: int
    restricted: int
    kept: int
    merged: int


def make_everything() -> Everything:
    people = [person_id for person_id, _ in load(8)]
    chose, held, restricted, kept, merged, split_kept, split_away, _ = people
    at = clock.now() - timedelta(hours=2)
    for answer, minutes in ((Answer.YES, 0), (Answer.NO, 5)):
        choose(
            chose,
            "personal-offers",
            answer,
            channel="phone",
            evidence="call:417",
            by=ADVISER,
            at=at + timedelta(minutes=minutes),
        )
    until = clock.now() + timedelta(days=30)
    retention.place_hold(held, HoldReason.CLAIM, reference="case/1", until=until, by=SYSTEM, at=at)
    released = retention.place_hold(
        held, HoldReason.CLAIM, reference="case/2", until=None, by=SYSTEM, at=at
    )
    retention.release_hold(released.id, reference="case/2/closed", by=SYSTEM, at=clock.now())
    retention.restrict(restricted, RestrictionReason.UNLAWFUL, reference="case/3", by=SYSTEM, at=at)
    identity.merge(kept, merged, chosen={}, reference="case/4", by=SYSTEM, at=at)
    undone = identity.merge(split_kept, split_away, chosen={}, reference="case/5", by=SYSTEM, at=at)
    identity.split(undone.id, kinds={}, reference="case/6", by=SYSTEM, at=clock.now())
    return Everything(chose, held, restricted, kept, merged)
