"""Letting the choices of somebody lapse who died, and letting them stand again where the report was
wrong. Nothing of what they chose is changed."""

from __future__ import annotations

from datetime import datetime

from aboveboard.basics.actor import Actor
from aboveboard.choices.actions import StatedChoice, record
from aboveboard.choices.boundaries import DECEASED
from aboveboard.choices.state import ChoiceAnswer, ChoiceRecord
from aboveboard.choices.topic import WHOLE
from aboveboard.promise.queries import in_force
from aboveboard.promise.words import OWN_PAGES


def let_lapse(person_id: int, *, evidence: str, by: Actor, at: datetime) -> ChoiceRecord:
    """Let no choice of a person count from now on. Inside the transaction that locked them."""
    return record(person_id, _stated(ChoiceAnswer.NO, evidence), by=by, at=at)


def let_stand_again(person_id: int, *, evidence: str, by: Actor, at: datetime) -> ChoiceRecord:
    """Let every choice count again as it did. Inside the transaction that locked them."""
    return record(person_id, _stated(ChoiceAnswer.YES, evidence), by=by, at=at)


def _stated(answer: ChoiceAnswer, evidence: str) -> StatedChoice:
    serial = in_force().serial
    # On no channel of the promise: nobody said it to us as the person.
    return StatedChoice(
        DECEASED, WHOLE, answer, channel=OWN_PAGES, evidence=evidence, promise=serial
    )
