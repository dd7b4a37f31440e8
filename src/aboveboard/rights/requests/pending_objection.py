"""Ending the restriction that an objection brought while it was examined (GDPR Art. 18(1)(d)).

It ends with the answer, and not before the person was told of it (Art. 18(3)): the letter first.
"""

from __future__ import annotations

from datetime import datetime

from aboveboard.basics import ids
from aboveboard.basics.actor import SYSTEM
from aboveboard.retention import actions, queries
from aboveboard.retention.reasons import RestrictionReason
from aboveboard.rights.requests.terms import RequestEventKind, RequestKind

ENDS = frozenset({RequestEventKind.ANSWERED, RequestEventKind.REFUSED, RequestEventKind.WITHDRAWN})


def lift(request_id: int, kind: RequestKind, person_id: int | None, *, at: datetime) -> None:
    """Lift the restriction of an objection that is decided, if one is open; of anything else,
    nothing."""
    if kind is not RequestKind.OBJECTION or person_id is None:
        return
    reference = ids.reference("REQ", request_id)
    for placed in queries.restrictions(person_id):
        pending = placed.why is RestrictionReason.OBJECTION_PENDING
        if pending and placed.reference == reference and placed.ended_at is None:
            actions.lift_restriction(placed.id, notice=reference, by=SYSTEM, at=at)
