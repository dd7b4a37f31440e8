"""The questions about the person: their choices, a restriction, retention and a legal hold (8 to 10
of ``decide.decide_person``). Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from aboveboard.access.decision.facts import PersonFacts
from aboveboard.access.reasons import ReasonCode, RefusalReason, reason
from aboveboard.access.use import UseRequest
from aboveboard.basics.actor import ActorKind
from aboveboard.choices.state import ChoiceAnswer, ConsentState
from aboveboard.promise.model import LawfulBasis, Purpose, RestrictedUse, RetentionStart


def refusals(
    purpose: Purpose, request: UseRequest, facts: PersonFacts, at: datetime
) -> Iterator[RefusalReason]:
    """Yield every reason that lies in the person: what they chose, and what the law gives them."""
    yield from choice_refusals(purpose, facts)  # 8
    # Most people have said yes to few purposes: nothing is called for the others.
    if purpose.key in facts.consent.yes_recorded_by and _is_consent_recorded_by_asker(
        purpose, request, facts.consent
    ):
        yield reason(ReasonCode.YES_BY_ASKER)
    # 9.
    if facts.restricted_since is not None and not _is_allowed_when_restricted(
        purpose, request, facts, facts.restricted_since
    ):
        yield reason(ReasonCode.RESTRICTED)
    if facts.held:  # 10
        yield from _retention_refusals(purpose, request, facts, at)


def choice_refusals(purpose: Purpose, known: PersonFacts | ConsentState) -> Iterator[RefusalReason]:
    """Yield what the person's own choices have against the purpose; nothing
    when they leave it in use.

    A yes is needed where the purpose rests on consent (GDPR Art. 6(1)(a), 7). An objection
    stops what rests on legitimate interests or a public task (Art. 21(1)) until compelling
    grounds are shown after it, or where the use is for legal claims; direct marketing it stops
    for good (Art. 21(2) and (3)).
    """
    consent = known.consent if isinstance(known, PersonFacts) else known
    answer = consent.answer(purpose.key)
    if answer is not ChoiceAnswer.YES and purpose.needs_consent:
        yield reason(ReasonCode.NO_CONSENT if answer is None else ReasonCode.CONSENT_WITHDRAWN)
    if (
        answer is ChoiceAnswer.NO
        and purpose.objectable
        and not (isinstance(known, PersonFacts) and _is_objection_overridden(purpose, known))
    ):
        yield reason(ReasonCode.OBJECTED)


def _is_consent_recorded_by_asker(
    purpose: Purpose, request: UseRequest, consent: ConsentState
) -> bool:
    """Whether the use rests on a yes that nobody but the asker recorded: a client or a member of
    staff could otherwise open anybody's data by writing a yes down first.

    The controller must be able to show that the person agreed (GDPR Art. 7(1)), and one's own
    record of it shows nothing. Where nothing needs a yes, it is one only if it took a no back.
    """
    if not consent.is_recorded_only_by(purpose.key, request.actor):
        return False
    if request.actor.kind not in (ActorKind.STAFF, ActorKind.SERVICE):
        return False
    return purpose.needs_consent or (purpose.objectable and purpose.key in consent.after_no)


def _is_objection_overridden(purpose: Purpose, facts: PersonFacts) -> bool:
    if purpose.direct_marketing:
        return False
    if purpose.when_restricted is RestrictedUse.LEGAL_CLAIMS:
        return True
    shown, objected = facts.grounds_shown.get(purpose.key), facts.consent.since(purpose.key)
    return shown is not None and objected is not None and shown >= objected


def _is_allowed_when_restricted(
    purpose: Purpose, request: UseRequest, facts: PersonFacts, since: datetime
) -> bool:
    """Whether the purpose is one of the exceptions of GDPR Art. 18(2).

    Consent counts when it was given after the restriction: an older yes did not know of it. A
    person who asks for their own data consents by asking. A vital interest is the right of someone,
    and Art. 18(2) protects rights."""
    if (
        request.is_own
        or purpose.when_restricted is not None
        or purpose.basis is LawfulBasis.VITAL_INTERESTS
    ):
        return True
    answered_at = facts.consent.since(purpose.key)
    return (
        purpose.needs_consent
        and facts.consent.answer(purpose.key) is ChoiceAnswer.YES
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
    retention, starts = purpose.retention, purpose.retention.starts
    over = False
    if starts is RetentionStart.COLLECTION and facts.collected:
        for field in request.fields:
            began = facts.collected.get(field, facts.collected_at)
            if began is not None and retention.is_over(began, at):
                over = True
                yield reason(ReasonCode.RETENTION_OVER, field=field)
    else:
        began = _clock_start(starts, purpose, facts)
        # A clock that never started (no choice yet, say) cannot have run out;
        # question 8 answers that case.
        if began is not None and retention.is_over(began, at):
            over = True
            yield reason(ReasonCode.RETENTION_OVER)
    if over and facts.held_for_claim:
        yield reason(ReasonCode.KEPT_FOR_CLAIM)


def _clock_start(starts: RetentionStart, purpose: Purpose, facts: PersonFacts) -> datetime | None:
    if starts is RetentionStart.COLLECTION:
        return facts.collected_at
    if starts is RetentionStart.LAST_ACTIVITY:
        return facts.last_active_at
    return facts.consent.since(purpose.key)
