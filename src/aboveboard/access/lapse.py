"""When a field may no longer be kept: when every purpose that uses it has
lapsed for this person. Pure.

A purpose has lapsed for a field, numbered as in the code:

1. The person took their yes back, or objected: at once (GDPR Art. 17(1)(b) and (c)).
2. Its retention is over. The clock starts when the field's own value was collected, at the person's
   last activity, or at their choice, as the promise says.
3. It rests on consent and waits for an answer that never came: its retention then counts from when
   the value was collected. Without a limit it would be kept for ever; at once would take it before
   they could answer. What does not need a yes may be used meanwhile, so its clock has not started.

A field that no purpose of the promise uses any more has lapsed too (Art. 5(1)(c)).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from aboveboard.access.decision.facts import PersonFacts
from aboveboard.access.decision.personal import choice_refusals, is_over
from aboveboard.access.reasons import ReasonCode
from aboveboard.choices.state import ConsentState
from aboveboard.promise.model import Promise, Purpose, RetentionStart

_SAID_NO = {ReasonCode.CONSENT_WITHDRAWN, ReasonCode.OBJECTED}


class LapseReason(StrEnum):
    """Why a purpose no longer keeps a field."""

    WITHDRAWN = "withdrawn"
    OBJECTED = "objected"
    TIME_OVER = "time_over"
    NEVER_ANSWERED = "never_answered"


NO_PURPOSE = ""
"""Stands for the purpose where the promise has none left for a field."""

WORDS: Mapping[str, str] = {
    LapseReason.WITHDRAWN: "they said no to it",
    LapseReason.OBJECTED: "they objected",
    LapseReason.TIME_OVER: "its time is over",
    LapseReason.NEVER_ANSWERED: "they never answered, and its time is over",
    "no_purpose": "the promise has no purpose left for it",
}


@dataclass(frozen=True, slots=True)
class HeldData:
    """What the rule must know of a person: when each field's value was collected, their last
    activity and their choices."""

    collected: Mapping[str, datetime]
    last_active_at: datetime
    consent: ConsentState


def lapsed_fields(promise: Promise, held: HeldData, at: datetime) -> dict[str, dict[str, str]]:
    """Return the fields that may no longer be kept, each with its purposes and why each
    lapsed, in a fixed order."""
    facts = PersonFacts(True, held.consent)
    against = {key: _refused(purpose, facts) for key, purpose in promise.purposes.items()}
    # Most fields of a person were collected in one moment.
    over: dict[tuple[str, datetime], LapseReason | None] = {}
    fields: dict[str, dict[str, str]] = {}
    for field in sorted(held.collected):
        whys: dict[str, str] = {}
        kept = False
        for key, purpose in promise.purposes.items():
            if field not in purpose.fields:
                continue
            why = against[key]
            if why is None:
                clock = key, held.collected[field]
                if clock not in over:
                    over[clock] = _expired(purpose, field, held, at)
                why = over[clock]
            if why is None:
                kept = True
                break
            whys[key] = why
        if not kept:
            fields[field] = dict(sorted(whys.items())) or {NO_PURPOSE: "no_purpose"}
    return fields


def kept_until(purpose: Purpose, field: str, held: HeldData) -> datetime | None:
    """Return when the time of a person's field for a purpose is over, as things are: the promised
    one, or the shorter one that they chose. A new contact or choice moves it. None where its clock
    has not started."""
    began = _clock_start(purpose, field, held)
    if began is None:
        return None
    promised = purpose.retention.keep.add_to(began)
    chosen = held.consent.boundaries.shorter.get(purpose.key)
    return promised if chosen is None else min(promised, chosen.add_to(began))


def _clock_start(purpose: Purpose, field: str, held: HeldData) -> datetime | None:
    starts = purpose.retention.starts
    if starts is RetentionStart.LAST_ACTIVITY:  # 2
        return held.last_active_at
    if starts is RetentionStart.CHOICE:
        answer = held.consent.broadest(purpose.key)
        if answer is None and not purpose.needs_consent:
            return None
        return answer.at if answer else held.collected[field]  # 3
    return held.collected[field]


def _refused(purpose: Purpose, facts: PersonFacts) -> LapseReason | None:
    # Through any way of contact: who said no to the whole and yes to e-mail still gets e-mail.
    refusals = choice_refusals(purpose, facts, broadest=True)
    codes = {reason.code for reason in refusals} & _SAID_NO  # 1
    if not codes:
        return None
    return LapseReason.WITHDRAWN if ReasonCode.CONSENT_WITHDRAWN in codes else LapseReason.OBJECTED


def _expired(purpose: Purpose, field: str, held: HeldData, at: datetime) -> LapseReason | None:
    began = _clock_start(purpose, field, held)
    if began is None or not is_over(purpose, held.consent, began, at):
        return None
    is_unanswered = (
        purpose.retention.starts is RetentionStart.CHOICE
        and held.consent.broadest(purpose.key) is None
    )
    return LapseReason.NEVER_ANSWERED if is_unanswered else LapseReason.TIME_OVER
