"""Whether somebody may be asked again: a no is remembered. Pure.

Asking again and again wears a no down until it is none: consent must be given freely (GDPR Art.
4(11)), and the CNIL holds six months without asking to be good practice (``limits.NO_REMEMBERED``).
Their own page asks nobody: it is there for who wants to change their mind.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from aboveboard.choices.limits import NO_REMEMBERED
from aboveboard.choices.state import ChoiceAnswer, ConsentState
from aboveboard.choices.topic import WHOLE, topic_of

NEVER: Final = datetime.max.replace(tzinfo=UTC)
"""Until when a no is remembered where its date cannot be believed."""


def remembered_until(state: ConsentState, purpose: str, contact: str = WHOLE) -> datetime | None:
    """Return until when nobody may ask about a purpose, or one way of contact of it, because of a
    no; None where no no stands.

    A no to the whole stands before each way of contact until that way has a yes, and the last no
    counts: who said no to e-mail, and later to it all, is asked about e-mail no sooner.
    """
    if state.unproven or state.boundaries.deceased:
        return NEVER
    own, whole = state.last.get(topic_of(purpose, contact)), state.last.get(purpose)
    if own is not None and own.answer is ChoiceAnswer.YES:
        return None
    refused = [
        event.at for event in (own, whole) if event is not None and event.answer is ChoiceAnswer.NO
    ]
    return NO_REMEMBERED.add_to(max(refused)) if refused else None


def may_ask_again(state: ConsentState, purpose: str, at: datetime, contact: str = WHOLE) -> bool:
    """Whether somebody may ask the person about this at a moment: no no of the last six months
    stands. A yes that waits is no reason: the no before it stands still."""
    until = remembered_until(state, purpose, contact)
    return until is None or at >= until
