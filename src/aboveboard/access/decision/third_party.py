"""The question about a third party that asks for itself: did the person let it in, for this purpose
and these fields, and until now (8 of ``decide.decide_person``)? Pure.

Their own word about the purpose goes before it: a no said since ends it for everyone, and whom they
keep out stays out (``personal``).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from aboveboard.access.decision.facts import PersonFacts
from aboveboard.access.reasons import ReasonCode, RefusalReason, reason
from aboveboard.access.use import UseRequest
from aboveboard.choices.state import ChoiceAnswer
from aboveboard.choices.third_parties import ThirdPartyFacts
from aboveboard.promise.model import Promise, Purpose


def refusals(
    promise: Promise, request: UseRequest, facts: PersonFacts, at: datetime
) -> Iterator[RefusalReason]:
    """Yield every reason why the person does not let this third party in now."""
    recipient = promise.recipients.get(request.third_party)
    # Another company under the old key is nobody whom they let in.
    theirs = [
        each
        for each in facts.third_parties
        if each.party == request.third_party
        and recipient is not None
        and each.name == recipient.name
    ]
    known = _for_purpose(theirs, request.purpose)
    if known is None:
        is_elsewhere = any(each.until is not None and at < each.until for each in theirs)
        yield reason(
            ReasonCode.THIRD_PARTY_OTHER_PURPOSE
            if is_elsewhere
            else ReasonCode.THIRD_PARTY_NOT_LET_IN
        )
        return
    if known.until is None:
        yield reason(ReasonCode.THIRD_PARTY_ENDED)
    elif at >= known.until:
        yield reason(ReasonCode.THIRD_PARTY_EXPIRED)
    elif at < known.since:
        yield reason(ReasonCode.THIRD_PARTY_NOT_LET_IN)
    else:
        purpose = promise.purposes[request.purpose]
        for field in request.fields:
            if field in purpose.fields and field not in known.fields:
                yield reason(ReasonCode.THIRD_PARTY_OTHER_FIELD, field=field)


def choice_refusals(
    purpose: Purpose, request: UseRequest, facts: PersonFacts
) -> Iterator[RefusalReason]:
    """Yield what the person said of the purpose itself against it: a no that they said since. To
    let a third party in is the consent to it (GDPR Art. 4(11)), so no other yes is asked for."""
    consent = facts.consent
    if consent.boundaries.deceased:
        yield reason(ReasonCode.DECEASED)
        return
    if consent.answer(purpose.key) is not ChoiceAnswer.NO:
        return
    refused_at = consent.since(purpose.key)
    known = _for_purpose(facts.third_parties, purpose.key, request.third_party)
    if consent.unproven or known is None or refused_at is None or refused_at >= known.since:
        yield reason(ReasonCode.CONSENT_WITHDRAWN)


def is_let_in_since(request: UseRequest, facts: PersonFacts, since: datetime | None) -> bool:
    """Whether the person let the third party that asks in after their data was restricted: that is
    consent that knew of it (GDPR Art. 18(2))."""
    if not request.third_party or since is None:
        return False
    known = _for_purpose(facts.third_parties, request.purpose, request.third_party)
    return known is not None and known.until is not None and known.since >= since


def _for_purpose(
    third_parties: tuple[ThirdPartyFacts, ...] | list[ThirdPartyFacts],
    purpose: str,
    party: str | None = None,
) -> ThirdPartyFacts | None:
    return next(
        (each for each in third_parties if each.purpose == purpose and party in (None, each.party)),
        None,
    )
