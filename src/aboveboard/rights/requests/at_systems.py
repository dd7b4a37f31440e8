"""The work that waits at each system, over all open requests: for the pages of systems."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from aboveboard.rights.models import RequestStep, RightsRequest
from aboveboard.rights.requests import queries
from aboveboard.rights.requests.queries import RequestRecord
from aboveboard.rights.requests.state import RequestStage
from aboveboard.rights.requests.terms import NeedsPerson, StepVerb

LISTED: Final = 200
"""Requests whose steps are looked through, those that are due first. Our choice: what a team works
through in a week."""
_AT_WORK: Final = (RequestStage.WORKING.value, RequestStage.BY_HAND.value)


@dataclass(frozen=True, slots=True)
class WaitingStep:
    """A step that is not done, and the request that it belongs to.

    ``why``: for what it waits for a person; None: the worker does it, again at ``next_try_at``
    where it failed with ``error``, a code.
    """

    record: RequestRecord
    verb: StepVerb
    why: NeedsPerson | None
    error: str
    next_try_at: datetime | None


def waiting_steps(*, at: datetime) -> Mapping[str, list[WaitingStep]]:
    """Return the steps that wait, by system, those of what is due first first."""
    rows = RightsRequest.objects.filter(closed_at=None, stage__in=_AT_WORK)
    records = queries.records_of(list(rows.order_by("due_at", "id")[:LISTED]), at)
    tried = {
        (row.request_id, row.system, row.verb): row
        for row in RequestStep.objects.filter(request_id__in=[record.id for record in records])
    }
    waiting: dict[str, list[WaitingStep]] = defaultdict(list)
    for record in records:
        for system, verb in sorted(record.state.open_steps):
            row = tried.get((record.id, system, verb.value))
            why = record.state.needs_person.get((system, verb))
            waiting[system].append(
                WaitingStep(
                    record,
                    verb,
                    NeedsPerson(why) if why else None,
                    row.error if row else "",
                    row.next_try_at if row else None,
                )
            )
    return dict(waiting)
