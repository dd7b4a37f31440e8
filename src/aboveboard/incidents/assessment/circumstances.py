"""What is known of a loss beyond its counts: questions, answers, and what is
taken until someone answers.

The questions are data (``circumstances.yaml``). Stored is only what someone answered;
the rest is filled in with the worse reading each time, so an unanswered question never
makes a loss look smaller.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from aboveboard.basics import shipped
from aboveboard.basics.errors import Invalid
from aboveboard.law import risk, severity
from aboveboard.law.reports import template
from aboveboard.law.terms import DataAcquisition, DataMedium

_FILE = Path(__file__).with_name("circumstances.yaml")
_LONGEST_WORDS = 4_000


class NoSuchAnswer(Invalid):
    """The question {question} cannot be answered like that."""

    code = "no_such_answer"
    next_step = "Choose one of: {options}"


@dataclass(frozen=True, slots=True)
class CircumstanceQuestion:
    """One question with its answers, value to sentence; ``unless_said`` by kind of incident."""

    key: str
    ask: str
    options: Mapping[str, str]
    unless_said: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ReportQuestion:
    """A question of the authority's report: the answers allowed, key to words;
    ``many`` may be given."""

    key: str
    ask: str
    options: Mapping[str, str]
    many: bool
    unless_said: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Circumstances:
    """Every question answered. ``answered``: the keys that someone answered."""

    hands: risk.DataHolder
    taking: DataAcquisition
    malicious: bool
    medium: DataMedium
    keys_taken: bool | None
    codes_taken: bool | None
    outage: risk.DataOutage
    change: risk.DataChange
    deletion: bool
    vulnerable: bool
    remedied: bool
    words: Mapping[str, str]
    reported: Mapping[str, tuple[str, ...]]
    answered: frozenset[str]

    @property
    def for_severity(self) -> severity.SeverityCircumstances:
        """The same facts as ENISA's circumstances of the breach (CB)."""
        return severity.SeverityCircumstances(
            confidentiality=_SPREAD[self.hands],
            integrity=_ALTERATION[self.change],
            availability=_ABSENCE[self.outage],
            malicious=self.malicious,
        )


_SPREAD = {
    risk.DataHolder.NOBODY: severity.ConfidentialityLoss.NOT_CONCERNED,
    risk.DataHolder.TRUSTED: severity.ConfidentialityLoss.KNOWN,
    risk.DataHolder.FEW_KNOWN: severity.ConfidentialityLoss.KNOWN,
    risk.DataHolder.UNKNOWN: severity.ConfidentialityLoss.UNKNOWN,
    # ENISA's scale ends at an unknown number of recipients; who is hostile or everybody is no less
    # than that.
    risk.DataHolder.HOSTILE: severity.ConfidentialityLoss.UNKNOWN,
    risk.DataHolder.PUBLIC: severity.ConfidentialityLoss.UNKNOWN,
}
_ALTERATION = {
    risk.DataChange.NONE: severity.IntegrityLoss.NOT_CONCERNED,
    risk.DataChange.RESTORED: severity.IntegrityLoss.RESTORED,
    risk.DataChange.USED: severity.IntegrityLoss.RECOVERABLE,
}
_ABSENCE = {
    risk.DataOutage.NONE: severity.AvailabilityLoss.NOT_CONCERNED,
    risk.DataOutage.BRIEF: severity.AvailabilityLoss.RECOVERED,
    risk.DataOutage.DAYS: severity.AvailabilityLoss.TEMPORARY,
    risk.DataOutage.FOR_GOOD: severity.AvailabilityLoss.NOT_RECOVERABLE,
    risk.DataOutage.HARMFUL: severity.AvailabilityLoss.NOT_RECOVERABLE,
}
_TRUTH: Mapping[str, bool | None] = {"yes": True, "no": False, "unknown": None}


@cache
def questions() -> tuple[CircumstanceQuestion, ...]:
    """Return the questions in the order in which to ask them."""
    return tuple(CircumstanceQuestion(**row) for row in _table()["questions"])


@cache
def open_questions() -> Mapping[str, str]:
    """Return the questions that are answered in words: key to question."""
    return {row["key"]: row["ask"] for row in _table()["words"]}


@cache
def reported_questions() -> tuple[ReportQuestion, ...]:
    """Return what the authority's report asks besides, in its order."""
    return tuple(
        ReportQuestion(
            row["key"], row["ask"], template.choices(row["from"]), row["many"], row["unless_said"]
        )
        for row in _table()["reported"]
    )


def check(answers: Mapping[str, object]) -> dict[str, str]:
    """Return the answers as they are stored, those left blank dropped.

    Raises:
        NoSuchAnswer: a question or an answer is not in the list, or words are too long.
    """
    kept: dict[str, str] = {}
    for key, answer in answers.items():
        given = ",".join(map(str, answer)) if isinstance(answer, list | tuple) else str(answer)
        # Left blank is not an answer: it takes the worse reading again (design, invariant 12).
        if text := given.strip():
            _check_one(key, text)
            kept[key] = text
    return kept


def _check_one(key: str, text: str) -> None:
    options_of = {question.key: question.options for question in questions()}
    reported = {question.key: question for question in reported_questions()}
    if key in options_of:
        allowed, fits = list(options_of[key]), text in options_of[key]
    elif key in reported:
        values = text.split(",")
        allowed = list(reported[key].options)
        fits = set(values) <= set(allowed) and (reported[key].many or len(values) == 1)
    else:
        allowed, fits = (
            [*options_of, *reported, *open_questions()],
            key in open_questions() and len(text) <= _LONGEST_WORDS,
        )
    if not fits:
        raise NoSuchAnswer(question=key, options=", ".join(allowed))


def resolve(kind: str, stored: Mapping[str, str]) -> Circumstances:
    """Return every question answered for an incident of this kind: as stored,
    else as taken until said."""
    # Filled in at each reading and never stored: a later and worse default then holds for incidents
    # that are open already.
    answers = {
        question.key: stored.get(question.key) or question.unless_said[kind]
        for question in questions()
    }
    return Circumstances(
        hands=risk.DataHolder(answers["hands"]),
        taking=DataAcquisition(answers["taking"]),
        malicious=bool(_TRUTH[answers["malicious"]]),
        medium=DataMedium(answers["medium"]),
        keys_taken=_TRUTH[answers["keys_taken"]],
        codes_taken=_TRUTH[answers["codes_taken"]],
        outage=risk.DataOutage(answers["outage"]),
        change=risk.DataChange(answers["change"]),
        deletion=bool(_TRUTH[answers["deletion"]]),
        vulnerable=bool(_TRUTH[answers["vulnerable"]]),
        remedied=bool(_TRUTH[answers["remedied"]]),
        words={key: stored.get(key, "") for key in open_questions()},
        reported={
            question.key: tuple(
                filter(None, (stored.get(question.key) or question.unless_said[kind]).split(","))
            )
            for question in reported_questions()
        },
        answered=frozenset(key for key in answers if stored.get(key)),
    )


@cache
def _table() -> Mapping[str, Any]:
    loaded: Mapping[str, Any] = shipped.load(_FILE)
    return loaded
