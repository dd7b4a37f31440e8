"""The words of authorities to act: as what somebody acts, what it allows, and where one stands.
Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final


class Capacity(StrEnum):
    """As what somebody acts for another. It is the role under which their looks and choices stand
    in the log and in the person's record."""

    GUARDIAN = "guardian"
    ATTORNEY = "attorney"
    CARER = "carer"
    EXECUTOR = "executor"


class Power(StrEnum):
    """What an authority to act allows."""

    SEE = "see"
    CHOOSE = "choose"
    ASK = "ask"
    CORRECT = "correct"


class RepresentationState(StrEnum):
    """Where an authority is at a moment. It is in force in one of them alone."""

    WAITING = "waiting"
    """Recorded, and not yet approved by a second member of staff."""
    NOT_YET = "not_yet"
    IN_FORCE = "in_force"
    LAPSED = "lapsed"
    """Its last day is over, or nobody approved it in time: by the clock, whatever runs."""
    ENDED = "ended"
    NOT_AUTHENTIC = "not_authentic"
    """Changed or made up past the program: it allows nothing."""


CAPACITY_WORDS: Final = {
    Capacity.GUARDIAN: "Parent or guardian",
    Capacity.ATTORNEY: "Power of attorney",
    Capacity.CARER: "Carer",
    Capacity.EXECUTOR: "Executor",
}
CAPACITY_LAW: Final = {
    Capacity.GUARDIAN: "GDPR Art. 8(1), recital 38",
    Capacity.ATTORNEY: "the instrument, and the law it was made under",
    Capacity.CARER: "the person’s own word",
    Capacity.EXECUTOR: "GDPR recital 27, and national law",
}
POWER_WORDS: Final = {
    Power.SEE: "See what we hold, and who looked",
    Power.CHOOSE: "Make choices",
    Power.ASK: "Ask for rights, such as a copy",
    Power.CORRECT: "Correct details",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRepresentation:
    """What a member of staff records.

    Attributes:
        person_id: for whom somebody acts.
        representative_id: who acts: somebody held here, who can sign in; None for somebody outside,
            whom staff know by the paper.
        powers: what it allows beside seeing, which each does.
        reference: the number of the paper: the court's, the register's, the letter's.
        document: the promise's field that holds the paper, or empty.
        by_court: whether a court appointed them: then the person cannot end it here.
        first_day, last_day: from when until when; no last day: until somebody ends it.
        born: when the child was born; kept nowhere, since the last day follows from it.
    """

    person_id: int
    representative_id: int | None
    capacity: Capacity
    powers: frozenset[Power]
    reference: str
    document: str = ""
    by_court: bool = False
    first_day: date
    last_day: date | None = None
    born: date | None = None
