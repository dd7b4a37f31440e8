"""The questions about the person: their choices, a restriction, retention and a legal hold (9 to 11
of ``decide.decide_person``). Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from aboveboard.access.decision import third_party
from aboveboard.access.decision.facts import PersonFacts
from aboveboard.access.reasons import ReasonCode, RefusalReason, reason
from aboveboard.access.use import UseRequest
from aboveboard.basics.actor import ActorKind
from aboveboard.choices.confirmation import value_topic
from aboveboard.choices.state import ChoiceAnswer, ConsentState
from aboveboard.choices.topic import WHOLE
from aboveboard.promise.model import LawfulBasis, Purpose, RestrictedUse, RetentionStart

_DESPITE_BOUNDARIES: Final = (LawfulBasis.LEGAL_OBLIGATION, LawfulBasis.VITAL_INTERESTS)
"""What the law orders, and what saves somebody, whoever does it (GDPR Art. 6(1)(c) and (d))."""


def refusals(
    purpose: Purpose, request: UseRequest, facts: PersonFacts, at: datetime
) -> Iterator[RefusalReason]:
    """Yield every reason that lies in the person: what they chose, and what the law gives them."""
    contact = purpose.contact_of(request.channel)
    if request.third_party:  # 9
        yield from third_party.choice_refusals(purpose, request, facts)
    else:
        yield from choice_refusals(purpose, facts, contact)
    # Most people have said yes to few purposes: nothing is called for the others.
    if facts.consent.yes_recorded_by and is_recorded_by_asker(
        purpose, request, facts.consent, contact
    ):
        yield reason(ReasonCode.YES_BY_ASKER)
    if is_unconfirmed(purpose, facts, contact):
        yield reason(ReasonCode.ADDRESS_NOT_CONFIRMED)
    if is_kept_out(purpose, request, facts.consent):
        yield reason(ReasonCode.KEPT_OUT)
    # 10.
    if facts.restricted_since is not None and not _is_allowed_when_restricted(
        purpose, request, facts, contact
    ):
        yield reason(ReasonCode.RESTRICTED)
    if facts.held:  # 11
        yield from _retention_refusals(purpose, request, facts, at)


def is_kept_out(purpose: Purpose, request: UseRequest, consent: ConsentState) -> bool:
    """Whether the person keeps whoever asks out, and nothing goes on in spite of it."""
    return purpose.basis not in _DESPITE_BOUNDARIES and consent.keeps_out(request.actor)


def is_unconfirmed(purpose: Purpose, facts: PersonFacts, contact: str) -> bool:
    """Whether they said yes to this way of contact, and have not confirmed the address that is held
    now: another may have given it for them (the promise says ``double_opt_in``)."""
    field = purpose.must_confirm(contact)
    if not field or facts.consent.answer(purpose.key, contact) is not ChoiceAnswer.YES:
        return False
    collected = facts.collected.get(field, facts.collected_at)
    return collected is None or value_topic(field, collected) not in facts.consent.last


def goes_on(purpose: Purpose, consent: ConsentState) -> bool:
    """Whether the person's choices leave anything of the purpose in use: it, or one way of contact
    of it."""
    return next(choice_refusals(purpose, consent, broadest=True), None) is None


def choice_refusals(
    purpose: Purpose,
    known: PersonFacts | ConsentState,
    contact: str = WHOLE,
    *,
    broadest: bool = False,
) -> Iterator[RefusalReason]:
    """Yield what the person's own choices have against the purpose, through this way of contact;
    nothing when they leave it in use. ``broadest``: in use through any.

    A channel that is no way of contact asks about the whole: who agreed to e-mail alone agreed to
    nothing that comes without one.

    A yes is needed where the purpose rests on consent (GDPR Art. 6(1)(a), 7). An objection
    stops what rests on legitimate interests or a public task (Art. 21(1)) until compelling
    grounds are shown after it, or where the use is for legal claims; direct marketing it stops
    for good (Art. 21(2) and (3)).
    """
    consent = known.consent if isinstance(known, PersonFacts) else known
    # What is kept is not judged by it: who was reported dead by mistake loses nothing by it.
    if consent.boundaries.deceased and purpose.leaves_choice and not broadest:
        yield reason(ReasonCode.DECEASED)
        return
    answer = consent.answer(purpose.key, contact)
    if broadest and not consent.unproven:
        event = consent.broadest(purpose.key)
        answer = event.answer if event else None
    if answer is not ChoiceAnswer.YES and purpose.needs_consent:
        yield reason(ReasonCode.NO_CONSENT if answer is None else ReasonCode.CONSENT_WITHDRAWN)
    if (
        answer is ChoiceAnswer.NO
        and purpose.objectable
        and not _is_objection_overridden(purpose, known, contact)
    ):
        yield reason(ReasonCode.OBJECTED)


def is_recorded_by_asker(
    purpose: Purpose, request: UseRequest, consent: ConsentState, contact: str
) -> bool:
    """Whether the use rests on a yes that nobody but the asker recorded: a client or a member of
    staff could otherwise open anybody's data by writing a yes down first.

    The controller must be able to show that the person agreed (GDPR Art. 7(1)), and one's own
    record of it shows nothing. Where nothing needs a yes, it is one only if it took a no back.
    """
    if not consent.is_recorded_only_by(purpose.key, request.actor, contact):
        return False
    if request.actor.kind not in (ActorKind.STAFF, ActorKind.SERVICE):
        return False
    return purpose.needs_consent or (
        purpose.objectable and consent.took_no_back(purpose.key, contact)
    )


def _is_objection_overridden(
    purpose: Purpose, known: PersonFacts | ConsentState, contact: str
) -> bool:
    if purpose.direct_marketing:
        return False
    if isinstance(known, ConsentState):
        return known.is_met(purpose.key, contact)
    if purpose.when_restricted is RestrictedUse.LEGAL_CLAIMS:
        return True
    if known.consent.is_met(purpose.key, contact):
        return True
    shown = known.grounds_shown.get(purpose.key)
    objected = known.consent.since(purpose.key, contact)
    return shown is not None and objected is not None and shown >= objected


def _is_allowed_when_restricted(
    purpose: Purpose, request: UseRequest, facts: PersonFacts, contact: str
) -> bool:
    """Whether the purpose is one of the exceptions of GDPR Art. 18(2).

    Consent counts when it was given after the restriction: an older yes did not know of it. A
    person who asks for their own data consents by asking, and so does who acts for them. A vital
    interest is the right of someone, and Art. 18(2) protects rights."""
    if (
        request.is_own
        or request.actor.kind is ActorKind.REPRESENTATIVE
        or purpose.when_restricted is not None
        or purpose.basis is LawfulBasis.VITAL_INTERESTS
        or third_party.is_let_in_since(request, facts, facts.restricted_since)
    ):
        return True
    since, answered_at = facts.restricted_since, facts.consent.since(purpose.key, contact)
    return (
        purpose.needs_consent
        and facts.consent.answer(purpose.key, contact) is ChoiceAnswer.YES
        and since is not None
        and answered_at is not None
        and answered_at >= since
    )


def _retention_refusals(
    purpose: Purpose, request: UseRequest, facts: PersonFacts, at: datetime
) -> Iterator[RefusalReason]:
    """Yield what is past its retention: by field where each has its own clock, else once for all.

    What is kept longer only for a legal claim serves the claim and nothing else (GDPR
    Art. 17(3)(e), 5(1)(b)).
    """
    if facts.held_for_claim and purpose.when_restricted is RestrictedUse.LEGAL_CLAIMS:
        return
    starts = purpose.retention.starts
    over = False
    if starts is RetentionStart.COLLECTION and facts.collected:
        for field in request.fields:
            began = facts.collected.get(field, facts.collected_at)
            if began is not None and is_over(purpose, facts.consent, began, at):
                over = True
                yield reason(ReasonCode.RETENTION_OVER, field=field)
    else:
        began = _clock_start(starts, purpose, facts, purpose.contact_of(request.channel))
        # A clock that never started (no choice yet, say) cannot have run out;
        # question 8 answers that case.
        if began is not None and is_over(purpose, facts.consent, began, at):
            over = True
            yield reason(ReasonCode.RETENTION_OVER)
    if over and facts.held_for_claim:
        yield reason(ReasonCode.KEPT_FOR_CLAIM)


def is_over(purpose: Purpose, consent: ConsentState, began: datetime, at: datetime) -> bool:
    """Whether what began to be kept then is past its time: the promised one, or the shorter one
    that the person chose."""
    if purpose.retention.is_over(began, at):
        return True
    chosen = consent.boundaries.shorter.get(purpose.key)
    return chosen is not None and at > chosen.add_to(began)


def _clock_start(
    starts: RetentionStart, purpose: Purpose, facts: PersonFacts, contact: str
) -> datetime | None:
    if starts is RetentionStart.COLLECTION:
        return facts.collected_at
    if starts is RetentionStart.LAST_ACTIVITY:
        return facts.last_active_at
    return facts.consent.since(purpose.key, contact)
