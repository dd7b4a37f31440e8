"""An authority to act as pages of staff show it. Pure but for the clock."""

from __future__ import annotations

from typing import Final

from aboveboard.basics import clock
from aboveboard.representation.records import RepresentationRecord
from aboveboard.representation.terms import (
    CAPACITY_LAW,
    CAPACITY_WORDS,
    POWER_WORDS,
    Power,
    RepresentationState,
)

_STATES: Final = {
    RepresentationState.WAITING: "Waits for approval",
    RepresentationState.NOT_YET: "Not begun",
    RepresentationState.IN_FORCE: "In force",
    RepresentationState.LAPSED: "Run out",
    RepresentationState.ENDED: "Ended",
    RepresentationState.NOT_AUTHENTIC: "Changed past this program: allows nothing",
}
_OPEN: Final = (
    RepresentationState.WAITING,
    RepresentationState.NOT_YET,
    RepresentationState.IN_FORCE,
)


def in_words(record: RepresentationRecord) -> dict[str, object]:
    """Return an authority as pages of staff show it."""
    state = record.state(clock.now())
    return {
        "record": record,
        "capacity": CAPACITY_WORDS[record.capacity],
        "law": CAPACITY_LAW[record.capacity],
        "powers": "; ".join(POWER_WORDS[power] for power in Power if power in record.powers),
        "state": _STATES[state],
        "open": state in _OPEN,
    }
