"""Whose data must wait although it has lapsed: a legal hold, a restriction, and whatever other
packages declare that they still need (``PersonalData.in_use``)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from aboveboard.basics.package import NotNeeded, personal_data
from aboveboard.vault.holds import is_open
from aboveboard.vault.retention_state import RetentionState

HOLD: Final = "legal_hold"
RESTRICTION: Final = "restriction"


def reason_words() -> dict[str, str]:
    """Return each code of why data must wait, with the words that staff read."""
    reasons = {
        HOLD: "there is a legal hold (GDPR Art. 17(3))",
        RESTRICTION: "processing is restricted: they may need it kept (GDPR Art. 18)",
    }
    for _, data in personal_data():
        reasons.update(data.in_use_words)
    return reasons


def suspended_people(states: Iterable[RetentionState], at: datetime) -> dict[int, str]:
    """Return who must wait, and the code of why; the law's own reasons first."""
    codes: dict[int, str] = {}
    others = []
    for state in states:
        if is_open(state.held_until, at):
            codes[state.person_id] = HOLD
        elif is_open(state.restricted_until, at):
            codes[state.person_id] = RESTRICTION
        else:
            others.append(state.person_id)
    for _, data in personal_data():
        if others and not isinstance(data.in_use, NotNeeded):
            # Left to right, so that the reason of the package asked first is the one that is kept.
            codes = {**data.in_use(others, at), **codes}
    return codes
