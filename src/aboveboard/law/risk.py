"""Whether a breach is a risk to people: document, tell the authority, tell the
people (GDPR Art. 33 and 34).

The rule, over data in ``risk.yaml``, asks in this order:

1. **How telling is the data?** Tier 1 to 3: ENISA's context score, what a fraudster could do with
   it, and whether the people need more care.
2. **In whose hands is it?** From nobody, through a trusted recipient and a few known ones, to
   thieves and the public. Data that cannot be read is in nobody's hands.
3. **Could the data be used, and was it changed?** Loss of use is a breach of its own.
4. The worst of these answers counts. What was done since can take away the duty to tell the people
   (Art. 34(3)(b)), never the record.

Telling people without having to is a choice and never appears here as a duty.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from aboveboard.basics import shipped
from aboveboard.law import severity

_DATA = Path(__file__).with_name("risk.yaml")


class Risk(StrEnum):
    """How likely harm to people is, in the words of Art. 33(1) and 34(1)."""

    UNLIKELY = "unlikely"
    RISK = "risk"
    HIGH = "high"


class DataHolder(StrEnum):
    """In whose hands the data is, from the mildest."""

    NOBODY = "nobody"
    TRUSTED = "trusted"
    """Bound to secrecy or to us by contract, and has confirmed that it is deleted or given back."""
    FEW_KNOWN = "few_known"
    UNKNOWN = "unknown"
    """A finder, one or more strangers, or more people than can be asked one by one."""
    HOSTILE = "hostile"
    PUBLIC = "public"


class DataOutage(StrEnum):
    """Whether the data could be used."""

    NONE = "none"
    BRIEF = "brief"
    """Back soon from a copy, without trouble for people."""
    DAYS = "days"
    FOR_GOOD = "for_good"
    HARMFUL = "harmful"
    """People came to harm meanwhile, for example because treatment was put off."""


class DataChange(StrEnum):
    """Whether the data was changed."""

    NONE = "none"
    RESTORED = "restored"
    USED = "used"
    FOR_GOOD = "for_good"
    """It may have been used as it is now, and what it was cannot be found out."""
    HARMFUL = "harmful"
    """Somebody relied on it, and people came to harm, for example because a loan was refused."""


@dataclass(frozen=True, slots=True)
class BreachFacts:
    """What is known of a breach.

    ``exposed``: data category keys. ``context``: what is known beyond them. ``unintelligible``: it
    was encrypted or hashed so that it cannot be read, and the key is safe. ``deletion``: the
    recipients deleted it, gave it back or were asked to. ``read``: somebody has read it, or it is
    likely. ``vital``: people's health or safety hangs on the data. ``people``, ``recipients``: how
    many; recipients who are not counted are not few. ``remedied``: later measures mean that the
    high risk will not come about.
    """

    exposed: frozenset[str]
    hands: DataHolder
    unintelligible: bool = False
    outage: DataOutage = DataOutage.NONE
    change: DataChange = DataChange.NONE
    context: severity.SeverityContext = field(default_factory=severity.SeverityContext)
    deletion: bool = False
    read: bool = True
    vulnerable: bool = False
    vital: bool = False
    people: int | None = None
    recipients: int | None = None
    remedied: bool = False


@dataclass(frozen=True, slots=True)
class RiskReason:
    """One sentence, and the provision or guideline that it rests on."""

    text: str
    citation: str


@dataclass(frozen=True, slots=True)
class RiskAssessment:
    """The answer: how likely harm is, what must be done about it, and why."""

    risk: Risk
    document: bool
    notify_authority: bool
    notify_subjects: bool
    reasons: tuple[RiskReason, ...]


def assess(facts: BreachFacts) -> RiskAssessment:
    """Return what Articles 33 and 34 ask for, with every reason. Steps are
    numbered in the module."""
    tables = _tables()
    tier, reasons = tier_of(facts)  # 1
    answers = [
        _risk_by_holder(facts, tier),  # 2
        _row(tables["outage"][facts.outage], _column(facts)),  # 3
        _row(tables["alteration"][facts.change], _column(facts)),
    ]
    # Only the reasons of the answer that counted are given: a milder one beside it would read as
    # if it had been weighed against it, which Articles 33 and 34 do not allow.
    outcome = max((risk for risk, _ in answers), key=_ORDER.index)  # 4
    reasons += [reason for risk, reason in answers if risk is outcome]
    if facts.unintelligible:
        reasons.append(_reason(tables["unintelligible"]))
    # Art. 34(3)(b) spares the people a notice and the authority nothing, so the outcome stays high.
    averted = outcome is Risk.HIGH and facts.remedied
    answer = tables["remedied"] if averted else tables["answers"][outcome]
    reasons += [_reason(answer), _reason(tables["document"])]
    return RiskAssessment(
        outcome,
        document=True,
        notify_authority=outcome is not Risk.UNLIKELY,
        notify_subjects=outcome is Risk.HIGH and not averted,
        reasons=tuple(reasons),
    )


_ORDER = (Risk.UNLIKELY, Risk.RISK, Risk.HIGH)


def tier_of(facts: BreachFacts) -> tuple[int, list[RiskReason]]:
    """Return how telling the data is, 1 to 3, and why."""
    tier, reasons = _tier(facts.exposed, facts.context, facts.vulnerable)
    return tier, list(reasons)


@lru_cache(maxsize=4_096)
def _tier(
    exposed: frozenset[str], known: severity.SeverityContext, vulnerable: bool
) -> tuple[int, tuple[RiskReason, ...]]:
    if not exposed:
        return 1, ()
    tables = _tables()
    context = severity.dpc(exposed, known)
    # ENISA's scale has a fourth step, for severity; who must be told does not change above three.
    tier = min(3, int(context.value))
    reasons = [RiskReason(text, "ENISA methodology v1.0, Annex 1") for text in context.reasons]
    for rule in tables["identity_fraud"]:
        met = (
            severity.any_of(rule["any"], exposed)
            if "any" in rule
            else all(severity.any_of(keys, exposed) for keys in rule["all"])
        )
        if met and rule["tier"] > tier:
            tier = rule["tier"]
            reasons.append(_reason(rule))
    if vulnerable and tier < 3:
        tier += int(tables["people_who_need_more_care"]["step"])
        reasons.append(_reason(tables["people_who_need_more_care"]))
    return tier, tuple(reasons)


def _risk_by_holder(facts: BreachFacts, tier: int) -> tuple[Risk, RiskReason]:
    tables = _tables()
    hands = DataHolder.NOBODY if facts.unintelligible else facts.hands
    # Trust without a confirmed deletion is only a known recipient, and too many known ones are as
    # good as unknown. The order matters: a trusted one may fall through both.
    if hands is DataHolder.TRUSTED and not facts.deletion:
        hands = DataHolder.FEW_KNOWN
    if hands is DataHolder.FEW_KNOWN and not _are_few(facts.recipients):
        hands = DataHolder.UNKNOWN
    # What was read is not forgotten by being deleted: then only how telling it is counts.
    deleted = hands is DataHolder.FEW_KNOWN and facts.deletion and not facts.read
    row = tables["hands"]["few_known_deleted" if deleted else hands]
    answer = Risk(row["answers"][tier])
    scale = tables["scale"]
    if hands == scale["hands"] and tier == scale["tier"] and (facts.people or 0) >= scale["people"]:
        answer = Risk.HIGH
    unnamed = tables["unnamed"]
    if answer is not Risk.UNLIKELY and _is_unnamed(facts):
        return _ORDER[_ORDER.index(answer) - 1], _reason(unnamed)
    return answer, _reason(row)


def few_recipients() -> int:
    """Return up to how many recipients are a few, whom we can ask one by one."""
    return int(_tables()["few_recipients"])


def _are_few(recipients: int | None) -> bool:
    return recipients is not None and recipients <= few_recipients()


def _is_unnamed(facts: BreachFacts) -> bool:
    """Whether nobody can tell whose the data is, and it harms nobody without that."""
    tables = _tables()
    ei = facts.context.ei
    return (
        ei is not None
        and ei <= severity.ei_level(tables["unnamed"]["ei"])
        and not severity.any_of(tables["unnamed"]["works_alone"], facts.exposed)
    )


def _column(facts: BreachFacts) -> str:
    return "vital" if facts.vital else "answer"


def _row(row: Mapping[str, str], column: str) -> tuple[Risk, RiskReason]:
    return Risk(row[column]), _reason(row)


def _reason(row: Mapping[str, str]) -> RiskReason:
    return RiskReason(row["reason"], row["citation"])


@cache
def _tables() -> Mapping[str, Any]:
    loaded: Mapping[str, Any] = shipped.load(_DATA)
    return loaded
