"""The small card for somebody who is served at this moment: what the purpose allows of their data,
and on which channels they may be contacted for what. One record, so the same on every channel.

The data is a use as any other, with its entry; nothing is shown beside it where the use is refused.
What is said of other purposes is the decision itself, for those that whoever asks may act for.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from aboveboard.access.context_reasons import ContextReason, ReasonWording
from aboveboard.access.decision.decide import decide
from aboveboard.access.decision.facts import DecisionFacts, DecisionMoment
from aboveboard.access.decision.gather import gather
from aboveboard.access.use import UseRequest, UseResult
from aboveboard.choices.queries import history
from aboveboard.choices.state import ChoiceRecord
from aboveboard.promise.model import Purpose
from aboveboard.promise.queries import in_force
from aboveboard.vault import queries as vault


@dataclass(frozen=True, slots=True)
class ContactAnswer:
    """Whether the person may be contacted for a purpose through a channel now. ``contact`` is which
    way of contact the channel is, empty where it is none; ``why`` says so to the person."""

    purpose: str
    title: str
    channel: str
    contact: str
    may: bool
    why: ContextReason


@dataclass(frozen=True, slots=True)
class ContextCard:
    """What whoever serves somebody sees.

    Attributes:
        result: the use, with its values and its entry.
        language: the language to speak to them in.
        answers: about each purpose of the asker's that leaves the person a choice.
        choices: their newest choice on each topic of these: what, where and when, and how that is
            said to them.
        reasons: why each value is shown, by its field.
    """

    result: UseResult
    language: str
    answers: tuple[ContactAnswer, ...]
    choices: tuple[tuple[ChoiceRecord, ContextReason], ...]
    reasons: Mapping[str, ContextReason]


def context_card(result: UseResult, request: UseRequest, *, at: datetime) -> ContextCard | None:
    """Return the card that goes with a use that was allowed; None where it was refused, or the
    person was erased since."""
    person_id = result.person_id
    facets = None if person_id is None or not result.allowed else vault.person(person_id)
    if person_id is None or facets is None:
        return None
    promised = in_force().promise.in_language(facets.language)
    purposes = [purpose for purpose in promised.purposes.values() if _concerns(purpose, request)]
    facts = DecisionFacts(gather([person_id], purposes, at).facts[person_id], DecisionMoment(at))
    say = ReasonWording(promised, facets.language)
    answers = [answer for purpose in purposes for answer in _answers(say, purpose, request, facts)]
    choices = [(choice, say.of_choice(choice)) for choice in _newest(person_id, purposes)]
    origins, shown = vault.provenance(person_id), promised.purposes[request.purpose]
    # A value that nobody holds has no origin, and needs no reason.
    reasons = {
        key: say.of_field(shown, key, origins.get(key))
        for key, value in result.values.items()
        if value is not None
    }
    return ContextCard(result, facets.language, tuple(answers), tuple(choices), reasons)


def _concerns(purpose: Purpose, request: UseRequest) -> bool:
    """Whether whoever asks acts for the purpose, and the person has a choice about it."""
    scope = request.scope
    within = scope is None or purpose.key in scope.purposes
    return within and request.actor.role in purpose.roles and purpose.leaves_choice


def _answers(
    say: ReasonWording, purpose: Purpose, request: UseRequest, facts: DecisionFacts
) -> Iterator[ContactAnswer]:
    for channel in purpose.channels:
        if request.scope is not None and channel not in request.scope.channels:
            continue
        asked = UseRequest(request.actor, purpose.key, purpose.fields, channel, scope=request.scope)
        against = [each.code for each in decide(say.promised, asked, facts).reasons]
        yield ContactAnswer(
            purpose.key,
            str(purpose.title),
            channel,
            purpose.contact_of(channel),
            may=not against,
            why=say.of_contact(purpose, channel, against),
        )


def _newest(person_id: int, purposes: list[Purpose]) -> Iterator[ChoiceRecord]:
    known, seen = {purpose.key for purpose in purposes}, set()
    for choice in history(person_id):
        if choice.purpose in known and not choice.waits and choice.topic not in seen:
            seen.add(choice.topic)
            yield choice
