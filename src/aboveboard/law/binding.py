"""Whether one duty binds: the data, the verb, the harm test and the number of people,
each with its sentence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from aboveboard.law.risk import Risk
from aboveboard.law.rules import catalogue, definitions
from aboveboard.law.rules.entries import DutyRule, PeopleThreshold
from aboveboard.law.terms import AffectedGroup, DataAcquisition, DataMedium, LossFacts, Required

_RISKS = (Risk.UNLIKELY, Risk.RISK, Risk.HIGH)

_TAKING_WORDS: Mapping[DataAcquisition, str] = {
    DataAcquisition.ACQUIRED: "The data was taken or sent to somebody without a right to it.",
    DataAcquisition.ACCESSED: (
        "The data could be read by somebody without a right to it; nothing shows that it was taken."
    ),
    DataAcquisition.LOST: (
        "The data is gone and nobody knows who has it; this law is read as if somebody had."
    ),
    DataAcquisition.UNAVAILABLE: "Nobody saw the data; it could not be used, or was changed.",
}


@dataclass(frozen=True, slots=True)
class JudgedDuty:
    """Whether the duty binds, for how many of those who live there, and the
    sentences that led to it."""

    required: Required
    people: int
    people_there: int
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _GroupUnderLaw:
    """A group as one law sees it: whether its data counts, and how likely harm is for it."""

    group: AffectedGroup
    covered: Required
    reason: str
    risk: Risk


def judge(
    rule: DutyRule,
    facts: LossFacts,
    there: Sequence[AffectedGroup],
    *,
    everyone: Sequence[AffectedGroup],
    on: date,
    public_body: bool = False,
) -> JudgedDuty:
    """Say whether ``rule`` binds for the groups ``there`` (steps 2 to 5 of :mod:`duties`).

    ``everyone``: all groups of the loss, for laws that count people wherever they live.
    ``public_body``: we are one; some laws count some data only then.
    """
    total = sum(group.people for group in there)
    counted = [_count(rule, facts, group, on, public_body) for group in there]
    kept = [row for row in counted if row.covered is not Required.NO]
    if not kept:
        return JudgedDuty(Required.NO, 0, total, (_not_covered_sentence(rule, counted),))
    # Every test is asked, also after a "no": a decision not to notify is documented with all of its
    # reasons (GDPR Art. 33(5)), and a fact that changes later then changes one sentence.
    answers = [_coverage_answer(kept), _verb_answer(rule, facts)]
    harm, kept = _harm_answer(rule, kept)
    answers.append(harm)
    people = sum(row.group.people for row in kept)
    if rule.threshold:
        enough = _threshold_answer(
            rule,
            rule.threshold,
            kept,
            _count_everywhere(rule, facts, everyone, on, public_body),
        )
        if not rule.threshold.alternative:
            answers.append(enough)
        elif enough[0] is Required.YES:
            # It replaces the answer of the harm test and must not stand beside it: the worst answer
            # counts below, and a "no" there would undo the number of people.
            answers[-1] = enough
    return JudgedDuty(
        _worst([answer for answer, _ in answers]),
        people,
        total,
        tuple(words for _, words in answers if words),
    )


def _worst(answers: Sequence[Required]) -> Required:
    # All tests of a law must be met, so one "no" is a "no" even where another is for counsel.
    for answer in (Required.NO, Required.ASK):
        if answer in answers:
            return answer
    return Required.YES


def _count(
    rule: DutyRule, facts: LossFacts, group: AffectedGroup, on: date, public_body: bool
) -> _GroupUnderLaw:
    """Step 2: what this law counts of the group's data."""
    usable = group.readable
    # Unreadable data counts where the law does not spare it, and where its keys went too: then it
    # can be read after all.
    if rule.safe_harbour != "yes" or facts.keys_taken:
        usable |= group.protected
    risk = group.risk or (
        facts.risk
        if group.readable or facts.keys_taken or facts.taking is DataAcquisition.UNAVAILABLE
        else Risk.UNLIKELY
    )
    covered, reason = _coverage(rule, usable, facts, on, public_body)
    # Not known is not "no": a duty that would bind if the keys went is asked about, not dropped.
    if covered is Required.NO and facts.keys_taken is None and group.protected:
        covered, reason = _coverage(rule, group.readable | group.protected, facts, on, public_body)
        if covered is not Required.NO:
            return _GroupUnderLaw(
                group,
                Required.ASK,
                "The data was unreadable, but it is not known whether its keys went too.",
                risk,
            )
    return _GroupUnderLaw(group, covered, reason, risk)


def _coverage(
    rule: DutyRule, usable: frozenset[str], facts: LossFacts, on: date, public_body: bool
) -> tuple[Required, str]:
    if not usable and facts.taking is not DataAcquisition.UNAVAILABLE:
        return (
            Required.NO,
            _SAFE if rule.safe_harbour == "yes" else "No personal data was exposed.",
        )
    if not rule.data:
        return Required.YES, ""
    coverage = definitions.coverage(
        rule.data, usable, codes_taken=facts.codes_taken, on=on, public_body=public_body
    )
    return coverage.covered, coverage.reason


_SAFE = "The data cannot be read and its keys are safe, so this law asks for nothing."


def _not_covered_sentence(rule: DutyRule, counted: Sequence[_GroupUnderLaw]) -> str:
    hidden = any(row.group.protected for row in counted) and rule.safe_harbour == "yes"
    if hidden and not any(row.group.readable for row in counted):
        return _SAFE
    # The groups whose data could be read come first: their reason is the one that decided.
    words = next(row.reason for row in sorted(counted, key=lambda row: not row.group.readable))
    return (
        f"{words} What else would have counted cannot be read, and its keys are safe."
        if hidden
        else words
    )


def _coverage_answer(kept: Sequence[_GroupUnderLaw]) -> tuple[Required, str]:
    sure = [row for row in kept if row.covered is Required.YES]
    # One group that is surely covered makes the law bind; the doubtful ones only add to it.
    best = sure or kept
    return best[0].covered, max((row.reason for row in best), key=len)


def _verb_answer(rule: DutyRule, facts: LossFacts) -> tuple[Required, str]:
    """Step 3."""
    if facts.medium is DataMedium.PAPER and rule.medium != "any":
        return Required.NO, "This law covers electronic records only; these were on paper."
    if facts.taking in rule.verbs:
        assumed = facts.taking is DataAcquisition.LOST and bool(rule.data)
        return Required.YES, _TAKING_WORDS[DataAcquisition.LOST] if assumed else ""
    if facts.taking is DataAcquisition.ACCESSED:
        return (
            Required.ASK,
            (
                f"This law speaks of: {rule.trigger}. {_TAKING_WORDS[DataAcquisition.ACCESSED]} "
                "Whether that is enough is for counsel."
            ),
        )
    return Required.NO, f"This law speaks of: {rule.trigger}. {_TAKING_WORDS[facts.taking]}"


def _harm_answer(
    rule: DutyRule, kept: list[_GroupUnderLaw]
) -> tuple[tuple[Required, str], list[_GroupUnderLaw]]:
    """Step 4: the answer for the group at most risk; those for whom the
    answer is no are not counted.

    Where one person at risk makes the duty bind, an authority is told of all; only the telling of
    people is narrowed to those at risk.
    """
    test = catalogue.harm_answers()[rule.harm_test]
    answers = {risk: catalogue.HARM_ANSWERS[test[risk]] for risk in _RISKS}
    best = max(kept, key=lambda row: (_RANK[answers[row.risk]], _RISKS.index(row.risk)))
    answer = answers[best.risk]
    if rule.recipient_type == "individuals" and answer is not Required.NO:
        kept = [row for row in kept if answers[row.risk] is not Required.NO]
    words = (
        test["words"]
        if rule.harm_test in ("none", "record")
        else f"{test['words']} Here: {_RISK_WORDS[best.risk]}"
    )
    if answer is Required.ASK and rule.harm_text:
        words = f"{words} The law's own test: {rule.harm_text}."
    return (answer, words), kept


_RANK = {Required.NO: 0, Required.ASK: 1, Required.YES: 2}
_RISK_WORDS: Mapping[Risk, str] = {
    Risk.UNLIKELY: "a risk is unlikely.",
    Risk.RISK: "a risk is likely, not a high one.",
    Risk.HIGH: "a high risk is likely.",
}


def _count_everywhere(
    rule: DutyRule,
    facts: LossFacts,
    everyone: Sequence[AffectedGroup],
    on: date,
    public_body: bool,
) -> int:
    country = rule.jurisdiction.split("-")[0]
    scope = [
        group
        for group in everyone
        if rule.threshold
        and (rule.threshold.of == "everyone" or group.jurisdiction.split("-")[0] == country)
    ]
    return sum(
        group.people
        for group in scope
        if _count(rule, facts, group, on, public_body).covered is not Required.NO
    )


def _threshold_answer(
    rule: DutyRule, threshold: PeopleThreshold, kept: Sequence[_GroupUnderLaw], everywhere: int
) -> tuple[Required, str]:
    """Step 5."""
    people = sum(row.group.people for row in kept)
    if threshold.of == "everyone":
        people = everywhere
    elif threshold.of == "residents" and "-" not in rule.jurisdiction:
        # A federal rule that counts the residents of one state: the largest state decides.
        by_state: dict[str, int] = {}
        for row in kept:
            by_state[row.group.jurisdiction] = (
                by_state.get(row.group.jurisdiction, 0) + row.group.people
            )
        people = max(by_state.values())
    sure = sum(row.group.people for row in kept if row.covered is Required.YES)
    # One person is always reached here, since somebody is affected: a sentence would be noise.
    if threshold.count <= 1 and threshold.operator == ">=":
        return Required.YES, ""
    words = f"Due at {threshold.words()} ({threshold.text}); here {people:,}."
    if threshold.met_by(people):
        doubtful = (
            threshold.of != "everyone" and not threshold.met_by(min(sure, people)) and sure > 0
        )
        return (
            (
                Required.ASK,
                f"{words} For some of them it is not clear that the law covers the data.",
            )
            if doubtful
            else (Required.YES, words)
        )
    # A statute that says "persons" and not "residents" leaves open whether those elsewhere count.
    if threshold.of == "persons" and threshold.met_by(everywhere):
        return (
            Required.ASK,
            (
                f"{words} With people elsewhere in the country {everywhere:,}: whether they count "
                "is for counsel."
            ),
        )
    return Required.NO, words
