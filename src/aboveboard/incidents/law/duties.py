"""Which duties a loss brings: to tell whom, by when, on what law, and why."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from aboveboard.incidents.law.terms import DutyDue, Group, LossFacts, OrgProfile, Times


def due(facts: LossFacts, people: Sequence[Group], *, times: Times, profile: OrgProfile, at: datetime) -> tuple[DutyDue, ...]:
    """Return every duty that the loss may bring, binding or not, in the order in which to act.

    ``at`` is the present moment: it picks no rule (the moment of awareness does) and is used to say
    what is already late.
    """
    return ()
