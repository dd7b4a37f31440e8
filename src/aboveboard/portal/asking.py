"""What can be asked of us about one's own data, and what becomes of it, in the words a person
reads. Pure but for the language that is switched on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise as Lazy
from django.utils.translation import gettext, gettext_lazy

from aboveboard.promise.model import Promise, Purpose
from aboveboard.retention.reasons import RestrictionReason
from aboveboard.rights.requests.terms import (
    Answer,
    PauseReason,
    RefusalGround,
    RequestEventKind,
    RequestKind,
    StepVerb,
)


@dataclass(frozen=True, slots=True)
class KindWords:
    """One kind of request: what it is called, what it does, what to write, and whether to."""

    title: Lazy | str
    what: Lazy | str
    asks: Lazy | str
    needs_words: bool = False


CASES: Final[dict[RestrictionReason, Lazy | str]] = {
    RestrictionReason.ACCURACY_CONTESTED: gettext_lazy("Something is wrong, until it is checked"),
    RestrictionReason.UNLAWFUL: gettext_lazy(
        "You should not have it, and I want it kept rather than deleted"
    ),
    RestrictionReason.NEEDED_FOR_CLAIM: gettext_lazy(
        "You no longer need it, but I do, for a legal claim"
    ),
}
"""Why somebody may have their data put on hold (GDPR Art. 18(1)(a) to (c)); the fourth case is an
objection, which brings its own."""


def objectable(promise: Promise) -> tuple[Purpose, ...]:
    """Return the purposes to which somebody can object (GDPR Art. 21(1) and (2)): advertising
    whatever it rests on."""
    purposes = promise.purposes.values()
    return tuple(each for each in purposes if each.objectable or each.direct_marketing)


KINDS: Final[dict[RequestKind, KindWords]] = {
    RequestKind.ACCESS: KindWords(
        gettext_lazy("Get a copy of your data"),
        gettext_lazy("We look in every system and send you what we hold, with what it is for."),
        gettext_lazy("Is there anything you look for in particular?"),
    ),
    RequestKind.CORRECTION: KindWords(
        gettext_lazy("Have something corrected"),
        gettext_lazy("We put it right in every system that holds it."),
        gettext_lazy("What is wrong, and what is right?"),
        needs_words=True,
    ),
    RequestKind.ERASURE: KindWords(
        gettext_lazy("Have your data deleted"),
        gettext_lazy("We delete all that no law makes us keep, and say what we keep and why."),
        gettext_lazy("Is there anything we should know?"),
    ),
    RequestKind.PORTABILITY: KindWords(
        gettext_lazy("Take your data elsewhere"),
        gettext_lazy("You get what you gave us as files that another company can read."),
        gettext_lazy("Is there anything you look for in particular?"),
    ),
    RequestKind.OBJECTION: KindWords(
        gettext_lazy("Object to a use"),
        gettext_lazy("We stop it, unless we can show you grounds that weigh more."),
        gettext_lazy("What about your situation should we know?"),
    ),
    RequestKind.RESTRICTION: KindWords(
        gettext_lazy("Have your data put on hold"),
        gettext_lazy("We store it and do almost nothing else with it until this is settled."),
        gettext_lazy("Why should we put it on hold?"),
    ),
    RequestKind.HUMAN_REVIEW: KindWords(
        gettext_lazy("Ask a person to look at a decision"),
        gettext_lazy("Somebody looks again at what a computer decided about you."),
        gettext_lazy("Which decision, and what do you want us to know?"),
        needs_words=True,
    ),
    RequestKind.STOP_ASKING: KindWords(
        gettext_lazy("No more advertising"),
        gettext_lazy("We send you no advertising and stop asking whether we may."),
        gettext_lazy("Is there anything we should know?"),
    ),
}
"""In the order in which a page lists them."""

EVENTS: Final[dict[RequestEventKind, Lazy | str]] = {
    RequestEventKind.RECEIVED: gettext_lazy("You asked"),
    RequestEventKind.CONFIRMED: gettext_lazy("We took it as a request"),
    RequestEventKind.PERSON_NAMED: gettext_lazy("We found your record"),
    RequestEventKind.PROVED: gettext_lazy("You showed that it is you"),
    RequestEventKind.REVIEWED: gettext_lazy("Somebody checked the result"),
    RequestEventKind.PAUSED: gettext_lazy("We asked you something"),
    RequestEventKind.RESUMED: gettext_lazy("We went on"),
    RequestEventKind.EXTENDED: gettext_lazy("We need longer"),
    RequestEventKind.PACK_ORDERED: gettext_lazy("We began to make your copy"),
    RequestEventKind.PART_ANSWERED: gettext_lazy("We gave you a part; the rest follows"),
    RequestEventKind.ANSWERED: gettext_lazy("We answered"),
    RequestEventKind.REFUSED: gettext_lazy("We said no"),
    RequestEventKind.WITHDRAWN: gettext_lazy("You took it back"),
}
"""What a person reads of the life of a request; what systems did stands in a table of its own."""

STAGES: Final[dict[str, Lazy | str]] = {
    "confirming": gettext_lazy("We read what you wrote."),
    "proving": gettext_lazy("We need to be sure that it is you."),
    "working": gettext_lazy("We are asking our systems."),
    "by_hand": gettext_lazy("A colleague looks where no program can."),
    "reviewing": gettext_lazy("Somebody checks the result before you get it."),
    "ready": gettext_lazy("The answer is ready and goes out to you."),
    "refused": gettext_lazy("We did not do what you asked. Our reasons are below."),
    "withdrawn": gettext_lazy("You took it back, so we do nothing more."),
    "forgotten": gettext_lazy("Your data was deleted meanwhile."),
}
"""Where a request is, by its stage; how one that was answered ended is in :data:`ANSWERS`."""

ANSWERS: Final[dict[Answer, Lazy | str]] = {
    Answer.DONE: gettext_lazy("We did what you asked."),
    Answer.PARTLY: gettext_lazy("We did most of it. What we did not do, and why, is below."),
    Answer.NOTHING_HELD: gettext_lazy("We looked in every system. We hold nothing about you."),
}

GROUNDS: Final[dict[RefusalGround, Lazy | str]] = {
    RefusalGround.NOT_PROVED: gettext_lazy("We could not be sure that it was you."),
    RefusalGround.UNFOUNDED: gettext_lazy("There was no basis for the request."),
    RefusalGround.EXCESSIVE: gettext_lazy("The same was asked again and again."),
    RefusalGround.COMPELLING_GROUNDS: gettext_lazy("We have grounds that weigh more."),
    RefusalGround.LEGAL_DUTY: gettext_lazy("A law makes us keep it."),
    RefusalGround.LEGAL_CLAIMS: gettext_lazy("We need it for a legal claim."),
    RefusalGround.ACCURATE: gettext_lazy("We found that what we hold is right."),
    RefusalGround.OTHERS_RIGHTS: gettext_lazy("It would harm somebody else."),
    RefusalGround.NOT_APPLICABLE: gettext_lazy("The law gives no such right here."),
}

PAUSES: Final[dict[PauseReason, Lazy | str]] = {
    PauseReason.IDENTITY: gettext_lazy("We wait for something that shows who you are."),
    PauseReason.CLARIFICATION: gettext_lazy("We wait for your answer to a question."),
    PauseReason.FEE: gettext_lazy("We wait for a fee that we told you of."),
}

STEPS: Final[dict[StepVerb, tuple[Lazy | str, Lazy | str]]] = {
    StepVerb.FIND: (gettext_lazy("look for you"), gettext_lazy("looked for you")),
    StepVerb.READ: (gettext_lazy("copy what is there"), gettext_lazy("copied what is there")),
    StepVerb.DRY_RUN: (gettext_lazy("count what is there"), gettext_lazy("counted what is there")),
    StepVerb.CORRECT: (gettext_lazy("correct it"), gettext_lazy("corrected it")),
    StepVerb.ERASE: (gettext_lazy("delete it"), gettext_lazy("deleted it")),
    StepVerb.RESTRICT: (gettext_lazy("put it on hold"), gettext_lazy("put it on hold")),
}
"""What is still to do at a system, and what was done."""


def state_in_words(stage: str, answer: str) -> str:
    """Return where a request is, in a sentence; ``answer``: the code it was closed with, or ""."""
    if stage == "answered":
        return str(ANSWERS[Answer(answer)]) if answer else gettext("We answered.")
    return str(STAGES[stage])
