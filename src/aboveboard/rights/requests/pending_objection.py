"""What becomes of the uses that stopped while an objection was examined (GDPR Arts 18(1)(d) and
21(1)).

They stopped by a no of the request, to each use that it is about. Where the objection stands, so do
those. Where it was refused or taken back, each is met: the use may go on until the person objects
anew; direct marketing never may (Art. 21(3)). That waits until the person was told (Art. 18(3)):
the letter first.
"""

from __future__ import annotations

from datetime import datetime

from aboveboard.basics import ids
from aboveboard.basics.actor import SYSTEM
from aboveboard.choices import actions as choices
from aboveboard.choices.queries import history
from aboveboard.choices.state import ChoiceAnswer
from aboveboard.promise.queries import in_force
from aboveboard.retention import actions, queries
from aboveboard.retention.reasons import RestrictionReason
from aboveboard.rights.requests.terms import RequestEventKind, RequestKind

ENDS = frozenset({RequestEventKind.ANSWERED, RequestEventKind.REFUSED, RequestEventKind.WITHDRAWN})


def end(
    request_id: int, kind: RequestKind, person_id: int | None, *, stands: bool, at: datetime
) -> None:
    """Let the uses go on that stopped for an objection which does not stand; lift what older
    versions restricted for it. Of anything else, nothing. Done again it changes nothing."""
    if kind is not RequestKind.OBJECTION or person_id is None:
        return
    reference = ids.reference("REQ", request_id)
    for placed in queries.restrictions(person_id):
        pending = placed.why is RestrictionReason.OBJECTION_PENDING
        if pending and placed.reference == reference and placed.ended_at is None:
            actions.lift_restriction(placed.id, notice=reference, by=SYSTEM, at=at)
    if stands:
        return
    for purpose in _stopped_by(person_id, reference):
        choices.meet_objection(person_id, purpose, evidence=reference, by=SYSTEM, at=at)


def _stopped_by(person_id: int, reference: str) -> list[str]:
    """Return the purposes about which the last word is the no of this request."""
    choices = (each for each in reversed(history(person_id)) if not (each.waits or each.contact))
    latest = {each.purpose: each for each in choices}
    promised = in_force().promise.purposes
    return [
        key
        for key, each in latest.items()
        if each.answer is ChoiceAnswer.NO
        and each.evidence == reference
        and not (key in promised and promised[key].direct_marketing)
    ]
