"""The decision: may this actor use these fields of this person, for this purpose,
through this channel, at this moment?

Pure and total: the same promise, request and facts (the moment is one of them) always give the
same answer, whatever the order of fields, purposes or choices. Denied unless every question below
is answered with yes; all reasons are given, not the first. The questions, numbered as in the code
(``docs/explanation/how-a-use-is-decided.md`` says what law each comes from):

1. Is the person held at all?
2. Is it asked about a moment at which this promise is in force, and that has come?
3. Does the promise have the purpose?
4. May this role act for it?
5. May it be done through this channel?
6. If a client asks: is it within the client's scope?
7. Does the purpose need each of the fields?
8. If a third party asks: may people let it in for this purpose, did the person, until now, for each
   of the fields (``third_party``)?
9. Lawful basis and choices: consent given and not withdrawn; no objection where one can be made.
10. If use is restricted: is this purpose one of the exceptions?
11. Is it within retention, or kept for a legal claim and used for that?

2 to 7, and the first part of 8, need nobody looked up (:func:`general_refusals`); the rest is in
``personal`` and ``third_party``. A grant is all or nothing: whoever asks for one field too many is
told which, and asks again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from aboveboard.access.decision import personal, third_party
from aboveboard.access.decision.facts import DecisionFacts, DecisionMoment
from aboveboard.access.reasons import ReasonCode, RefusalReason, reason
from aboveboard.access.use import Decision, UseRequest
from aboveboard.promise.model import Promise

_NOT_HELD = reason(ReasonCode.PERSON_UNKNOWN)


def decide(promise: Promise, request: UseRequest, facts: DecisionFacts) -> Decision:
    """Return exactly the fields asked for, or every reason against it."""
    return decide_person(promise, request, facts, general_refusals(promise, request, facts.moment))


def decide_person(
    promise: Promise, request: UseRequest, facts: DecisionFacts, already: tuple[RefusalReason, ...]
) -> Decision:
    """Decide about one person where ``already`` is what :func:`general_refusals` said of the
    request: once for a whole batch."""
    purpose = promise.purposes.get(request.purpose)
    reasons = list(already)
    if not facts.person.held:  # 1
        reasons.append(_NOT_HELD)
    if purpose is not None:
        if request.third_party and facts.person.held:  # 8
            reasons.extend(third_party.refusals(promise, request, facts.person, facts.moment.at))
        reasons.extend(personal.refusals(purpose, request, facts.person, facts.moment.at))
    if reasons:
        return Decision(reasons=_ordered(reasons))
    return Decision(tuple(sorted(set(request.fields))))


def general_refusals(
    promise: Promise, request: UseRequest, moment: DecisionMoment
) -> tuple[RefusalReason, ...]:
    """Return the reasons against a request that hold regardless of the person (2 to 7), in a fixed
    order."""
    return _ordered(_general_refusals(promise, request, moment))


def _general_refusals(
    promise: Promise, request: UseRequest, moment: DecisionMoment
) -> Iterator[RefusalReason]:
    if moment.earliest is not None and moment.at < moment.earliest:  # 2
        yield reason(ReasonCode.NOT_IN_FORCE_THEN)
    if moment.latest is not None and moment.at > moment.latest:
        yield reason(ReasonCode.NOT_YET_TIME)
    purpose = promise.purposes.get(request.purpose)
    if purpose is None:  # 3
        yield reason(ReasonCode.PURPOSE_UNKNOWN, purpose=request.purpose)
        return
    role = request.role
    if role not in purpose.roles:  # 4
        yield reason(ReasonCode.ROLE_NOT_ALLOWED, role=role)
    if request.channel not in purpose.channels:  # 5
        yield reason(ReasonCode.CHANNEL_NOT_ALLOWED, channel=request.channel)
    scope = request.scope  # 6
    if scope is not None and not (
        request.purpose in scope.purposes and request.channel in scope.channels
    ):
        yield reason(ReasonCode.OUTSIDE_CLIENT_SCOPE)
    if not request.fields:  # 7
        yield reason(ReasonCode.NO_FIELDS)
    for field in request.fields:
        if field not in purpose.fields:
            yield reason(ReasonCode.FIELD_NOT_IN_PURPOSE, field=field)
    if request.third_party and not purpose.opens_to(request.third_party):  # 8
        yield reason(ReasonCode.THIRD_PARTY_NOT_PROMISED)


def _ordered(reasons: Iterable[RefusalReason]) -> tuple[RefusalReason, ...]:
    return tuple(sorted(set(reasons)))
