"""Which questions can change the answer, as the others stand. Pure.

A question is asked where two of its answers lead to something else: another risk, another duty
under Articles 33 and 34, another severity of somebody, or another fact that the laws of a place
ask. What is answered already is held fast; what is open may yet be answered in any way.

1. The other open questions are put to what is taken until somebody says (the worse reading) and to
   their mildest answers, those about the data and the rest each by themselves: of two answers a
   worse one hides what a milder one shows.
2. From each of these, what can hide every other answer is turned through its own: in whose hands
   the data is, and whether what was protected can be read.
3. Then a number of mixtures, drawn once and for all: answers may hide each other in more ways.
4. Where no two answers make a difference in any of these, the question is not asked.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from random import Random
from typing import Final

from aboveboard.engines.exposure import ExposedCombination
from aboveboard.incidents.assessment import scoring
from aboveboard.incidents.assessment.circumstances import (
    CircumstanceQuestion,
    Circumstances,
    questions,
    resolve,
)
from aboveboard.law.categories import from_bitmap, get
from aboveboard.law.risk import few_recipients
from aboveboard.law.severity import any_of

_Answers = tuple[tuple[str, str], ...]
_Combination = tuple[int, int, int]
_DATA = frozenset(
    {"opens", "reveals", "picture", "habits", "money", "sensitive", "identifiable", "vulnerable"}
)
# What can hide every other answer, by answers that hide different ones.
_HIDING: Final[Mapping[str, Sequence[str]]] = {
    "hands": ("hostile", "unknown", "few_known", "trusted", "public", "nobody"),
    "protection": ("hashed_plain", "encrypted"),
}
_DRAWN: Final = 40
_OPENED_BY_CODES = ["user.financial.credit_card", "user.financial.bank_account"]


@dataclass(frozen=True, slots=True)
class TakenAnswer:
    """A question that nobody answered: what is taken meanwhile, in words. ``declared``: the promise
    in force says so."""

    question: CircumstanceQuestion
    words: str
    declared: bool


def asked(
    kind: str,
    stored: Mapping[str, str],
    combinations: Sequence[ExposedCombination],
    *,
    declared: Mapping[str, str] | None = None,
) -> frozenset[str]:
    """Return the keys of the questions that can change the answer for what was counted; all of
    them while nothing is."""
    if not combinations:
        return frozenset(each.key for each in questions() if _may_matter(each, declared or {}))
    return _search(
        kind,
        _answers_of(stored),
        tuple(sorted({(each.categories, each.protected, each.people) for each in combinations})),
        tuple(sorted((declared or {}).items())),
    )


def taken_answers(
    kind: str,
    stored: Mapping[str, str],
    combinations: Sequence[ExposedCombination],
    *,
    declared: Mapping[str, str] | None = None,
) -> list[TakenAnswer]:
    """Return what is taken until somebody says, of the questions that can change the answer."""
    wanted = asked(kind, stored, combinations, declared=declared)
    known = resolve(kind, stored, declared=declared)
    return [
        TakenAnswer(
            question,
            question.in_words(known.taken[question.key]),
            question.key in (declared or {}),
        )
        for question in questions()
        if question.key in wanted and question.key not in known.answered
    ]


def outcome(combinations: Sequence[ExposedCombination], known: Circumstances) -> object:
    """Return all that answers can change, to be compared: for each combination its risk, what
    follows from it and its severity; and the facts that the laws of places ask."""
    risks = scoring.risks(combinations, known)
    scores = scoring.score(combinations, known)
    readable = tuple(
        scoring.readable(each.categories, each.protected, known) for each in combinations
    )
    opened = any(any_of(_OPENED_BY_CODES, exposed) for exposed in readable)
    return (
        tuple(
            (answer.risk, answer.notify_authority, answer.notify_subjects)
            for answer in risks.values()
        ),
        tuple((item.score.se, item.score.band) for item in scores),
        (known.taking, known.medium, known.codes_taken if opened else None, readable, known.role),
    )


def _answers_of(stored: Mapping[str, str]) -> _Answers:
    keys = {question.key for question in questions()}
    return tuple(sorted((key, value) for key, value in stored.items() if key in keys and value))


# A page asks this twice for each look at an incident, and nothing of it changes in between.
@lru_cache(maxsize=256)
def _search(
    kind: str, stored: _Answers, counted: tuple[_Combination, ...], declared: _Answers
) -> frozenset[str]:
    combinations = _alike_once(counted)
    search = _Search(kind, dict(stored), dict(declared), combinations)
    return frozenset(question.key for question in questions() if search.matters(question))


def _alike_once(counted: Sequence[_Combination]) -> list[ExposedCombination]:
    """Return combinations with the people of all that count with them, each once."""
    people: dict[tuple[int, int], int] = {}
    for categories, protected, count in counted:
        people[categories, protected] = people.get((categories, protected), 0) + count
    return [ExposedCombination(*key, count) for key, count in people.items()]


@dataclass(slots=True)
class _Search:
    """A search for answers under which a question makes a difference."""

    kind: str
    stored: Mapping[str, str]
    declared: Mapping[str, str]
    combinations: Sequence[ExposedCombination]

    @property
    def _hiding(self) -> tuple[str, ...]:
        protected = any(each.protected for each in self.combinations)
        return tuple(key for key in _HIDING if protected or key != "protection")

    def matters(self, question: CircumstanceQuestion) -> bool:
        """Whether a difference was found. What surely makes none is not looked for."""
        if not _may_matter(question, self.declared):
            return False
        if question.about and not _kinds_of(self.combinations) & set(question.about):
            return False
        for other, answers in question.only_if.items():
            if self.stored.get(other, answers[0]) not in answers:
                return False
        return any(self._differs(question, others) for others in self._surroundings(question))

    def _differs(self, question: CircumstanceQuestion, others: Mapping[str, str]) -> bool:
        first, *rest = (
            outcome(self.combinations, self._resolved({**others, question.key: answer}))
            for answer in answers_to_try(question)
        )
        return any(each != first for each in rest)

    def _surroundings(self, question: CircumstanceQuestion) -> Iterator[Mapping[str, str]]:
        open_ = {
            other.key: other
            for other in questions()
            if other.key != question.key and other.key not in self.stored
        }
        mildest = {key: _mildest(other) for key, other in open_.items()}
        of_data = {key: answer for key, answer in mildest.items() if key in _DATA}
        of_rest = {key: answer for key, answer in mildest.items() if key not in _DATA}
        hiding = [key for key in self._hiding if key in open_]
        for start in ({}, mildest, of_rest, of_data):  # 1
            base = {**start, **self.stored}
            yield base
            for answers in product(*(_HIDING[key] for key in hiding)):  # 2
                yield {**base, **dict(zip(hiding, answers, strict=True))}
        # Always the same ones, so that a page asks today what it asked yesterday.
        chance = Random(0)  # noqa: S311 - drawn to be many, not to be secret  # 3
        for _ in range(_DRAWN):
            drawn = {key: chance.choice(answers_to_try(other)) for key, other in open_.items()}
            yield {**drawn, **self.stored}

    def _resolved(self, answers: Mapping[str, str]) -> Circumstances:
        return resolve(self.kind, answers, declared=self.declared)


def _may_matter(question: CircumstanceQuestion, declared: Mapping[str, str]) -> bool:
    return not question.only_declared or question.key in declared


def _kinds_of(combinations: Sequence[ExposedCombination]) -> frozenset[str]:
    """Return what is among the combinations: ENISA's kinds, "credentials" and "protected"."""
    kinds = {"protected"} if any(each.protected for each in combinations) else set()
    for each in combinations:
        for category in map(get, from_bitmap(each.categories)):
            kinds.add("credentials" if category.credential else category.enisa)
            kinds.add(category.enisa)
    return frozenset(kinds)


def answers_to_try(question: CircumstanceQuestion) -> list[str]:
    """Return the answers that can make a difference: each option, or a number on either side of
    every line that a rule draws."""
    if question.number:
        return ["1", str(few_recipients() + 1)]
    return list(question.options)


def _mildest(question: CircumstanceQuestion) -> str:
    return question.mildest or answers_to_try(question)[0]
