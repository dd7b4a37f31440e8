"""What is known of a loss beyond its counts: questions, answers, and what is
taken until someone answers.

The questions are data (``circumstances.yaml``). Stored is only what someone answered;
the rest is filled in with the worse reading each time, so an unanswered question never
makes a loss look smaller.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any, TypedDict

from aboveboard.basics import shipped
from aboveboard.basics.errors import Invalid
from aboveboard.incidents.terms import IncidentKind
from aboveboard.law import risk, severity
from aboveboard.law.categories import bitmap
from aboveboard.law.reports import template
from aboveboard.law.terms import DataAcquisition, DataMedium

_FILE = Path(__file__).with_name("circumstances.yaml")
_LONGEST_WORDS = 4_000


class NoSuchAnswer(Invalid):
    """The question {question} cannot be answered like that."""

    code = "no_such_answer"
    next_step = "Choose one of: {options}"


class StoredGroup(TypedDict):
    """A group of people as an incident keeps it: the keys of what was exposed of them, and the
    answers that are theirs alone."""

    name: str
    categories: list[str]
    answers: dict[str, str]


@dataclass(frozen=True, slots=True)
class CircumstanceQuestion:
    """One question with its answers, value to sentence; ``unless_said`` by kind of incident.
    ``number``: the answer is a number, and there are no options; ``mildest``: the mildest answer
    where that is not the first option; ``about``: the kinds of data that it is about, one of which
    is enough;
    ``only_if``: the answers to another question under which alone it can matter;
    ``only_declared``: it can matter only where the promise in force declares something of it."""

    key: str
    ask: str
    options: Mapping[str, str]
    unless_said: Mapping[str, str]
    number: bool = False
    mildest: str = ""
    about: Sequence[str] = ()
    only_if: Mapping[str, Sequence[str]] = field(default_factory=dict)
    only_declared: bool = False

    def in_words(self, answer: str) -> str:
        """Return an answer as the page shows it."""
        if self.number:
            return answer or "More than we can ask one by one"
        return self.options.get(answer, answer)


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
    """Every question answered. ``recipients``: how many got it, None if nobody counted them;
    ``context``: what is known of the data beyond its categories; ``protects``: what was protected
    cannot be read; ``answered``: the keys that someone answered; ``taken``: each question's answer,
    given or taken until it is; ``role``: in which role we held the data, "both" where it may be
    either."""

    hands: risk.DataHolder
    recipients: int | None
    seen: bool
    taking: DataAcquisition
    malicious: bool
    medium: DataMedium
    protects: bool
    keys_taken: bool | None
    codes_taken: bool | None
    outage: risk.DataOutage
    change: risk.DataChange
    vital: bool
    deletion: bool
    vulnerable: bool
    remedied: bool
    context: severity.SeverityContext
    words: Mapping[str, str]
    reported: Mapping[str, tuple[str, ...]]
    answered: frozenset[str]
    taken: Mapping[str, str]
    groups: tuple[PeopleGroup, ...] = ()
    role: str = "both"

    def of(self, categories: int) -> Circumstances:
        """Return the circumstances of the people of whom these categories, a bitmap, were exposed:
        those of the first group that they belong to, else those of the incident."""
        for group in self.groups:
            if group.categories & categories:
                return group.known
        return self

    @property
    def may_open_money(self) -> bool:
        """Whether the passwords may open an account with money, as US state laws ask of a code: so
        it is taken until somebody says what they open."""
        opens = self.context.credentials_open
        return "opens" not in self.answered or opens is severity.DataKind.FINANCIAL

    @property
    def for_severity(self) -> severity.SeverityCircumstances:
        """The same facts as ENISA's circumstances of the breach (CB)."""
        return severity.SeverityCircumstances(
            confidentiality=self._spread(),
            integrity=_ALTERATION[self.change],
            availability=_ABSENCE[self.outage],
            malicious=self.malicious,
        )

    def as_reported(self) -> Circumstances:
        """Return what a report to others may say: of intent, lost use and changes only what
        somebody answered. That the worse was assumed is for us, and is no fact."""
        return replace(
            self,
            malicious=self.malicious and "malicious" in self.answered,
            outage=self.outage if "outage" in self.answered else risk.DataOutage.NONE,
            change=self.change if "change" in self.answered else risk.DataChange.NONE,
        )

    def _spread(self) -> severity.ConfidentialityLoss:
        spread = _SPREAD[self.hands]
        # Whoever took it on purpose did so to read it; all others may never have looked.
        unread = not self.seen and self.hands is not risk.DataHolder.HOSTILE
        if unread and spread is not severity.ConfidentialityLoss.NOT_CONCERNED:
            return severity.ConfidentialityLoss.AT_RISK
        return spread


@dataclass(frozen=True, slots=True)
class PeopleGroup:
    """People of an incident who are judged by themselves: those of whom anything of ``categories``,
    a bitmap, was exposed. ``known``: the incident's circumstances with their own answers."""

    name: str
    categories: int
    known: Circumstances


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
    risk.DataChange.FOR_GOOD: severity.IntegrityLoss.NOT_RECOVERABLE,
    risk.DataChange.HARMFUL: severity.IntegrityLoss.NOT_RECOVERABLE,
}
_ABSENCE = {
    risk.DataOutage.NONE: severity.AvailabilityLoss.NOT_CONCERNED,
    risk.DataOutage.BRIEF: severity.AvailabilityLoss.RECOVERED,
    risk.DataOutage.DAYS: severity.AvailabilityLoss.TEMPORARY,
    risk.DataOutage.FOR_GOOD: severity.AvailabilityLoss.NOT_RECOVERABLE,
    risk.DataOutage.HARMFUL: severity.AvailabilityLoss.NOT_RECOVERABLE,
}
_TRUTH: Mapping[str, bool | None] = {"yes": True, "no": False, "unknown": None}
_IDENTIFIED = {"no": "negligible", "hard": "limited", "likely": "significant", "yes": "maximum"}
_COUNTED = "counted"
_WITHOUT_KEY = frozenset({"hashed_strong", "truncated"})
_WITH_KEY = frozenset({"encrypted", "tokenised", "hashed_keyed"})
_LARGEST_NUMBER = 10**9


@cache
def questions() -> tuple[CircumstanceQuestion, ...]:
    """Return the questions in the order in which to ask them."""
    return tuple(
        CircumstanceQuestion(**row | {"unless_said": _by_kind(row["unless_said"])})
        for row in _table()["questions"]
    )


def _by_kind(unless_said: str | Mapping[str, str]) -> Mapping[str, str]:
    if isinstance(unless_said, Mapping):
        return unless_said
    return dict.fromkeys(IncidentKind.values, unless_said)


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


def revealed(declared: Collection[str]) -> str:
    """Return the answer to ``reveals`` for what a promise declares of its customers: the worst of
    it; "" where it declares nothing."""
    answers = _table()["declared_reveals"]
    known = [key for key in answers if key in declared]
    return str(answers[known[-1]]) if known else ""


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
    numbers = {question.key for question in questions() if question.number}
    reported = {question.key: question for question in reported_questions()}
    if key in numbers:
        allowed = ["a number"]
        fits = text.isascii() and text.isdecimal() and 0 < int(text[:12]) <= _LARGEST_NUMBER
    elif key in options_of:
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


def resolve(
    kind: str,
    stored: Mapping[str, str],
    *,
    declared: Mapping[str, str] | None = None,
    groups: Sequence[StoredGroup] = (),
) -> Circumstances:
    """Return every question answered for an incident of this kind: as stored, else as the promise
    in force declares it, else as taken until said. ``declared``: from :func:`~.facts.declared`;
    ``groups``: as they are stored with the incident."""
    # Filled in at each reading and never stored: a later and worse default then holds for incidents
    # that are open already.
    answers = {
        question.key: stored.get(question.key)
        or (declared or {}).get(question.key)
        or question.unless_said[kind]
        for question in questions()
    }
    return Circumstances(
        hands=risk.DataHolder(answers["hands"]),
        recipients=int(answers["recipients"]) if answers["recipients"] else None,
        seen=bool(_TRUTH.get(answers["seen"])),
        taking=DataAcquisition(answers["taking"]),
        malicious=bool(_TRUTH[answers["malicious"]]),
        medium=DataMedium(answers["medium"]),
        protects=_protects(answers),
        keys_taken=_TRUTH[answers["keys_taken"]],
        codes_taken=_TRUTH[answers["codes_taken"]],
        outage=risk.DataOutage(answers["outage"]),
        change=risk.DataChange(answers["change"]),
        vital=bool(_TRUTH[answers["vital"]]),
        deletion=bool(_TRUTH[answers["deletion"]]),
        vulnerable=bool(_TRUTH[answers["vulnerable"]]),
        remedied=bool(_TRUTH[answers["remedied"]]),
        context=_context(answers),
        words={key: stored.get(key, "") for key in open_questions()},
        reported={
            question.key: tuple(
                filter(None, (stored.get(question.key) or question.unless_said[kind]).split(","))
            )
            for question in reported_questions()
        },
        answered=frozenset(key for key in answers if stored.get(key)),
        taken=answers,
        groups=tuple(
            PeopleGroup(
                group["name"],
                bitmap(group["categories"]),
                resolve(kind, {**stored, **group["answers"]}, declared=declared),
            )
            for group in groups
        ),
        # Answered before the promise changed, it says nothing: there are no several roles any more.
        role=answers["role"] if "role" in (declared or {}) else "both",
    )


def _protects(answers: Mapping[str, str]) -> bool:
    """Whether nobody can read what was protected. A key that may have gone is gone."""
    form = answers["protection"]
    return form in _WITHOUT_KEY or (form in _WITH_KEY and answers["keys_taken"] == "no")


def _context(answers: Mapping[str, str]) -> severity.SeverityContext:
    kinds, step = severity.DataKind, severity.answer_step
    steps = {
        kinds.SIMPLE: step("reveals", answers["reveals"], kinds.SIMPLE),
        # One order from a clinic is little of what somebody does, and tells all the same.
        kinds.BEHAVIOURAL: min(
            2,
            step("habits", answers["habits"], kinds.BEHAVIOURAL)
            + step("reveals", answers["reveals"], kinds.BEHAVIOURAL),
        ),
        kinds.SENSITIVE: step("sensitive", answers["sensitive"], kinds.SENSITIVE),
    }
    if answers["money"] != _COUNTED:
        steps[kinds.FINANCIAL] = step("money", answers["money"], kinds.FINANCIAL)
    opens, identified = answers["opens"], answers["identifiable"]
    return severity.SeverityContext(
        # No step at all leaves the reasons as short as they are where nothing was said.
        steps={kind: value for kind, value in steps.items() if value or kind is kinds.FINANCIAL},
        credentials_open=kinds.SIMPLE if opens == "nothing" else kinds(opens),
        ei=None if identified == _COUNTED else severity.ei_level(_IDENTIFIED[identified]),
        picture=bool(_TRUTH[answers["picture"]]),
    )


@cache
def _table() -> Mapping[str, Any]:
    loaded: Mapping[str, Any] = shipped.load(_FILE)
    return loaded
