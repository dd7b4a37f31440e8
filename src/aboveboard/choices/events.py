"""What other systems are notified of about choices."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from aboveboard.basics.canonical import Json
from aboveboard.basics.facts import SEALED_HEX, SealedFact, Word
from aboveboard.basics.package import EventAbout, EventType
from aboveboard.choices.boundaries import is_boundary
from aboveboard.choices.confirmation import confirmed_field, is_confirmation
from aboveboard.choices.entries import ChoiceMade, ObjectionMet
from aboveboard.choices.state import ChoiceAnswer
from aboveboard.choices.third_parties import is_third_party, party_and_purpose
from aboveboard.promise.model import LawfulBasis, Purpose

_CHOICE: Final = {
    "purpose": "the key of the purpose in the promise",
    "contact": "the way of contact that the answer is about; null: all of the purpose",
    "channel": "the channel on which they said so",
    "promise": "the number of the promise that was in force",
}
_GIVEN: Final = _CHOICE | {
    "unconfirmed": "the field whose address is not confirmed yet: until `address.confirmed`, the "
    "yes counts for no e-mail; null: nothing is missing",
}
_BOUNDARY: Final = {
    "boundary": "`role:` and the key of a role, `team:` and 16 hex digits of the SHA-256 of its "
    "name, or `keep:` and the key of a purpose",
    "keep": "how long that is kept at most, as an ISO 8601 period; null for the others",
}
_THIRD_PARTY: Final = {
    "third_party": "the key of the recipient in the promise",
    "purpose": "the key of the purpose in the promise",
    "until": "the last day on which it is let in (ISO 8601); null where it was ended",
}


def _choice(facts: ChoiceMade) -> Mapping[str, Json]:
    return {
        "purpose": facts.purpose,
        "contact": facts.contact,
        "channel": facts.channel,
        "promise": facts.promise,
    }


def _given_choice(facts: ChoiceMade) -> Mapping[str, Json]:
    return {**_choice(facts), "unconfirmed": facts.unconfirmed}


def _confirmed(facts: ChoiceMade) -> Mapping[str, Json]:
    return {"field": confirmed_field(facts.purpose), "channel": facts.channel}


def _boundary(facts: ChoiceMade) -> Mapping[str, Json]:
    return {"boundary": facts.purpose, "keep": facts.contact}


def _example(purpose: str, answer: ChoiceAnswer, contact: str = "") -> ChoiceMade:
    sealed = SealedFact("0" * SEALED_HEX)
    whole = Word(contact) if contact else None
    return ChoiceMade(Word(purpose), answer, Word("portal"), sealed, 3, whole)


def _third_party(facts: ChoiceMade) -> Mapping[str, Json]:
    party, purpose = party_and_purpose(facts.purpose)
    return {"third_party": party, "purpose": purpose, "until": facts.contact}


def _is_yes(facts: ChoiceMade) -> bool:
    return facts.answer is ChoiceAnswer.YES and ":" not in facts.purpose


def _is_no(facts: ChoiceMade) -> bool:
    return facts.answer is ChoiceAnswer.NO and not is_boundary(facts.purpose)


def _is_set(facts: ChoiceMade) -> bool:
    return is_boundary(facts.purpose) and not is_third_party(facts.purpose)


GIVEN: Final = EventType(
    name="choice.given",
    says="A person said yes to a purpose, or took their objection back.",
    about=EventAbout.PERSON,
    fields=_GIVEN,
    data=_given_choice,
    fits=_is_yes,
    example=_example("personal-offers", ChoiceAnswer.YES, "email"),
)
WITHDRAWN: Final = EventType(
    name="choice.withdrawn",
    says="A person said no to a purpose that needs their consent. Stop using their data for it.",
    about=EventAbout.PERSON,
    fields=_CHOICE,
    data=_choice,
    fits=_is_no,
    example=_example("personal-offers", ChoiceAnswer.NO),
)
OBJECTED: Final = EventType(
    name="choice.objected",
    says="A person objected to a purpose that needs no consent. Stop using their data for it.",
    about=EventAbout.PERSON,
    fields=_CHOICE,
    data=_choice,
    fits=_is_no,
    example=_example("improve-service", ChoiceAnswer.NO),
)
MET: Final = EventType(
    name="choice.objection_met",
    says="An objection was met with compelling grounds, or taken back. The use may go on.",
    about=EventAbout.PERSON,
    fields=_CHOICE,
    data=_choice,
    example=ObjectionMet(
        Word("improve-service"),
        ChoiceAnswer.MET,
        Word("portal"),
        SealedFact("0" * SEALED_HEX),
        3,
    ),
)
BOUNDARY_SET: Final = EventType(
    name="boundary.set",
    says="A person kept a role or team out of their record, or asked for a shorter time.",
    about=EventAbout.PERSON,
    fields=_BOUNDARY,
    data=_boundary,
    fits=lambda facts: facts.answer is ChoiceAnswer.NO and _is_set(facts),
    example=_example("keep:personal-offers", ChoiceAnswer.NO, "P6M"),
)
BOUNDARY_LIFTED: Final = EventType(
    name="boundary.lifted",
    says="A person took back what they had set around their record.",
    about=EventAbout.PERSON,
    fields=_BOUNDARY,
    data=_boundary,
    fits=lambda facts: facts.answer is ChoiceAnswer.YES and _is_set(facts),
    example=_example("role:adviser", ChoiceAnswer.YES),
)
LET_IN: Final = EventType(
    name="third_party.let_in",
    says="A person let a third party read their data themselves, for a purpose and a time.",
    about=EventAbout.PERSON,
    fields=_THIRD_PARTY,
    data=_third_party,
    fits=lambda facts: facts.answer is ChoiceAnswer.YES and is_third_party(facts.purpose),
    example=_example("third:debt-adviser:get-advice", ChoiceAnswer.YES, "2026-12-31"),
)
ENDED: Final = EventType(
    name="third_party.ended",
    says="A person ended the access of a third party. What ends by its date sends no notice.",
    about=EventAbout.PERSON,
    fields=_THIRD_PARTY,
    data=_third_party,
    fits=lambda facts: facts.answer is ChoiceAnswer.NO and is_third_party(facts.purpose),
    example=_example("third:debt-adviser:get-advice", ChoiceAnswer.NO),
)
CONFIRMED: Final = EventType(
    name="address.confirmed",
    says="A person confirmed that an e-mail address is theirs. A yes that waited for it counts.",
    about=EventAbout.PERSON,
    fields={
        "field": "the key of the field of the promise",
        "channel": "the channel on which they did",
    },
    data=_confirmed,
    fits=lambda facts: is_confirmation(facts.purpose),
    example=_example("address:email", ChoiceAnswer.YES, "1764601234567890"),
)
EVENTS: Final = (
    GIVEN,
    WITHDRAWN,
    OBJECTED,
    MET,
    BOUNDARY_SET,
    BOUNDARY_LIFTED,
    LET_IN,
    ENDED,
    CONFIRMED,
)


def event_of(made: ChoiceMade, purpose: Purpose | None) -> EventType:
    """Return which event a choice is. ``purpose``: what it is about, as the promise has it."""
    if is_third_party(made.purpose):
        return ENDED if made.answer is ChoiceAnswer.NO else LET_IN
    if is_confirmation(made.purpose):
        return CONFIRMED
    if is_boundary(made.purpose):
        return BOUNDARY_SET if made.answer is ChoiceAnswer.NO else BOUNDARY_LIFTED
    if made.answer is ChoiceAnswer.YES:
        return GIVEN
    consent = purpose is None or purpose.basis is LawfulBasis.CONSENT
    return WITHDRAWN if consent else OBJECTED
