"""Why an emergency use is asked for, and what came of its review: codes, for a ledger that holds no
free words."""

from __future__ import annotations

from enum import StrEnum

from aboveboard.basics.facts import Word

PURPOSE = Word("emergency")
"""What stands in an entry where a purpose would."""
CHANNEL = Word("console")
"""What stands where a channel of the promise would: it is asked nowhere else."""


class EmergencyGround(StrEnum):
    """What is at stake (GDPR Art. 6(1)(d), recitals 46 and 112)."""

    LIFE_IN_DANGER = "life-in-danger"
    EMERGENCY_SERVICES = "emergency-services"
    MISSING_PERSON = "missing-person"
    VULNERABLE_PERSON = "vulnerable-person"


IN_WORDS: dict[EmergencyGround, str] = {
    EmergencyGround.LIFE_IN_DANGER: "Somebody’s life or health is in danger",
    EmergencyGround.EMERGENCY_SERVICES: "The emergency services ask",
    EmergencyGround.MISSING_PERSON: "Somebody is missing",
    EmergencyGround.VULNERABLE_PERSON: (
        "A child, or somebody who cannot help themselves, must be protected"
    ),
}


class ReviewVerdict(StrEnum):
    """What a reviewer found."""

    JUSTIFIED = "justified"
    NOT_JUSTIFIED = "not-justified"
