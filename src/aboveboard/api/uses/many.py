"""Many people in one request: what is asked of all of them, who they are, and the
outcome of each as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from aboveboard.access.actions import use_each
from aboveboard.access.use import Subject, UseRequest, UseResult
from aboveboard.basics import clock
from aboveboard.basics.errors import AboveboardError


def use_all(request: UseRequest, people: Sequence[Subject]) -> list[dict[str, Any]]:
    """Use the data of up to ``limits.USE_BATCH`` people in one transaction; return the outcome
    of each, in their order.

    Errors: :func:`aboveboard.access.actions.use_each`; then nobody's data was released.
    """
    requests = [request.about(subject) for subject in people]
    return [as_json(result) for result in use_each(requests, at=clock.now())]


def as_json(outcome: UseResult | AboveboardError) -> dict[str, Any]:
    """Return an outcome as a member of the answer: ``values`` and ``entry``, or ``code``, and
    ``reasons`` of a refusal."""
    if isinstance(outcome, AboveboardError):
        return {"code": outcome.code}
    if outcome.allowed:
        values = {
            name: None if value is None else value.reveal()
            for name, value in outcome.values.items()
        }
        return {"values": values, "entry": outcome.entry_id}
    listed = [
        {"code": one.code.value, "field": one.field or None, "sentence": one.sentence}
        for one in outcome.reasons
    ]
    return {"code": "use_refused", "reasons": listed, "entry": outcome.entry_id}
