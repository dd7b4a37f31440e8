"""Many people in one request: what is asked of all of them, who they are, and the
outcome of each as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from aboveboard.access.actions import Ask, Opened, Outcome, UseRefused, Wanted, uses_of
from aboveboard.access.lookup import Sought
from aboveboard.basics import clock


def use_all(ask: Ask, people: Sequence[Sought]) -> list[dict[str, Any]]:
    """Use the data of up to ``limits.USE_BATCH`` people in one transaction; return the outcome
    of each, in their order.

    Errors: :func:`aboveboard.access.actions.uses_of`; then nobody's data was released.
    """
    return [
        told(outcome) for outcome in uses_of([Wanted(ask, one) for one in people], at=clock.now())
    ]


def told(outcome: Outcome) -> dict[str, Any]:
    """Return an outcome as a member of the answer: ``values`` and ``entry``, or ``code``, and
    ``reasons`` of a refusal."""
    if isinstance(outcome, Opened):
        values = {
            name: None if value is None else value.reveal()
            for name, value in outcome.values.items()
        }
        return {"values": values, "entry": outcome.entry_id}
    if isinstance(outcome, UseRefused):
        listed = [
            {"code": one.code.value, "field": one.field or None, "sentence": one.sentence}
            for one in outcome.reasons
        ]
        return {"code": "use_refused", "reasons": listed, "entry": outcome.entry_id}
    return {"code": outcome.code}
