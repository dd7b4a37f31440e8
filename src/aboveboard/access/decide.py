"""The decision: may this actor use these fields of this person, for this purpose, through this channel, now?

Pure and total: the same promise, request and facts always give the same answer, whatever the
order of fields or of choices. Denied unless every question below is answered with yes; all reasons
are given, not the first. The questions, numbered as in the code:

1. Is the person held at all?
2. Does the promise have the purpose?
3. May this role act for it?
4. May it be done through this channel?
5. If a program asks: is it within what the program was given leave for?
6. Does the purpose need each of the fields?
7. Lawful basis and choices: consent given and not withdrawn; no objection where one can be made.
8. Is it within retention?

A grant is all or nothing: whoever asks for one field too many is told which, and asks again.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from aboveboard.access.reasons import Code, Reason, reason
from aboveboard.choices.standing import NOTHING_SAID, Answer, Standing
from aboveboard.promise.model import Promise, Purpose


@dataclass(frozen=True, slots=True)
class Scope:
    """What a program was given leave for; an empty set leaves it to the promise."""

    purposes: frozenset[str] = frozenset()
    channels: frozenset[str] = frozenset()


ANY_SCOPE = Scope()


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked: the role that asks, for which purpose, which fields, which channel, and when."""

    role: str
    purpose: str
    fields: tuple[str, ...]
    channel: str
    at: datetime
    scope: Scope = ANY_SCOPE


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of the person: are they held, what they chose, and when retention started to run."""

    held: bool
    standing: Standing
    collected_at: datetime | None = None
    last_active_at: datetime | None = None


UNKNOWN_PERSON = Facts(held=False, standing=NOTHING_SAID)


@dataclass(frozen=True, slots=True)
class Permitted:
    """Yes: for exactly these fields."""

    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Refusal:
    """No, for each of these reasons, in a fixed order."""

    reasons: tuple[Reason, ...]


def decide(promise: Promise, request: Request, facts: Facts) -> Permitted | Refusal:
    """Return leave for exactly the fields asked for, or every reason against it."""
    reasons = tuple(sorted(set(_against(promise, request, facts))))
    return Refusal(reasons) if reasons else Permitted(tuple(sorted(set(request.fields))))


def _against(promise: Promise, request: Request, facts: Facts) -> Iterator[Reason]:
    if not facts.held:  # 1
        yield reason(Code.PERSON_UNKNOWN)
    purpose = promise.purposes.get(request.purpose)
    if purpose is None:  # 2
        yield reason(Code.PURPOSE_UNKNOWN, purpose=request.purpose)
        return
    if request.role not in purpose.roles:  # 3
        yield reason(Code.ROLE_NOT_ALLOWED, role=request.role)
    if request.channel not in purpose.channels:  # 4
        yield reason(Code.CHANNEL_NOT_ALLOWED, channel=request.channel)
    scope = request.scope  # 5
    if (scope.purposes and request.purpose not in scope.purposes) or (scope.channels and request.channel not in scope.channels):
        yield reason(Code.OUTSIDE_CLIENT_SCOPE)
    if not request.fields:  # 6
        yield reason(Code.NO_FIELDS)
    for field in request.fields:
        if field not in purpose.fields:
            yield reason(Code.FIELD_NOT_IN_PURPOSE, field=field)
    yield from chosen_against(purpose, facts.standing)  # 7
    if facts.held and _retention_over(purpose, request.at, facts):  # 8
        yield reason(Code.RETENTION_OVER)


def chosen_against(purpose: Purpose, standing: Standing) -> Iterator[Reason]:
    """Yield what the person's own choices have against the purpose (question 7); nothing when they leave it in use."""
    said = standing.said(purpose.key)
    if purpose.needs_consent and said is not Answer.YES:
        yield reason(Code.NO_CONSENT if said is None else Code.CONSENT_WITHDRAWN)
    if purpose.objectable and said is Answer.NO:
        yield reason(Code.OBJECTED)


def _retention_over(purpose: Purpose, at: datetime, facts: Facts) -> bool:
    starts = {
        "collection": facts.collected_at,
        "last_activity": facts.last_active_at,
        "choice": facts.standing.since(purpose.key),
    }.get(purpose.retention.starts)
    # A clock that never started (no choice yet, say) cannot have run out; question 7 answers that case.
    return starts is not None and at > purpose.retention.keep.after(starts)
