"""What goes into a pack, besides the records themselves: who made it, for what request, and what
each system is. Pure and frozen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from aboveboard.basics import ids
from aboveboard.basics.canonical import Json
from aboveboard.basics.personal import Personal
from aboveboard.law.rules import authorities
from aboveboard.promise.model import Promise
from aboveboard.rights.pack.portable import LeftOut


class SystemAnswer(StrEnum):
    """What came of asking a system."""

    HELD = "held"
    NOTHING = "nothing"
    BY_HAND = "by_hand"
    """Somebody looked it up, and what they handed in is in the pack."""
    MISSING = "missing"
    """It could not be asked in time: the person is told, and gets it later."""


@dataclass(frozen=True, slots=True)
class PackSystem:
    """One system that was asked, as its declaration describes it.

    Attributes:
        key: its name in the declaration; names its folder in the pack.
        name: what people call it.
        what: what it is, a sentence.
        purposes: keys of the promise, what it is used for (GDPR Art. 15(1)(a)).
        origin: where the data came from, a sentence; "" where the person gave it (15(1)(g)).
        answer: what came of asking.
        asked_at: when.
        note: what else the person should know, a sentence without personal data.
        why: why it is there, a sentence of its declaration; "" where the purposes say it.
        fields: keys of the promise, what kinds of data it holds (15(1)(b)); none: those of the
            purposes.
    """

    key: str
    name: str
    what: str = ""
    purposes: tuple[str, ...] = ()
    origin: str = ""
    answer: SystemAnswer = SystemAnswer.HELD
    asked_at: datetime | None = None
    note: str = ""
    why: str = ""
    fields: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AutomatedDecision:
    """A decision that a machine makes, or helps to make (GDPR Arts 15(1)(h) and 22): what it is,
    the logic involved, what follows from it, and how to have a person look at it, each a sentence
    in the person's language. ``alone``: whether nobody looks before it takes effect."""

    title: str
    logic: str
    consequences: str
    alone: bool = True
    review: str = ""


@dataclass(frozen=True, slots=True)
class PackFacts:
    """What a pack says besides the records.

    Attributes:
        promise: the one in force.
        language: of the person: en, fr or de.
        request: the number of the request.
        received_on: the day it was received.
        made_at: when the pack was made.
        authority: where they can complain, by name; "" where we know none for their place.
        systems: all that were asked, those that hold nothing too.
        automated: decisions that a machine makes, or helps to make.
        contact: their own details by data category, for the vCard.
        address: the lines of their postal address, where the pack goes on paper.
        portable: whether it is to be taken elsewhere (Art. 20), and holds what may be alone.
        left_out: of such a one, what it does not hold, and why.
    """

    promise: Promise
    language: str
    request: int
    received_on: date
    made_at: datetime
    authority: str
    systems: tuple[PackSystem, ...]
    automated: tuple[AutomatedDecision, ...] = ()
    contact: tuple[tuple[str, Personal[str]], ...] = ()
    address: tuple[Personal[str], ...] = ()
    portable: bool = False
    left_out: tuple[LeftOut, ...] = ()

    @property
    def reference(self) -> str:
        """How people call the request: ``REQ-0042``."""
        return ids.reference("REQ", self.request)


@dataclass(frozen=True, slots=True)
class PackRecord:
    """A record as it stands in a pack: ``blacked_out`` are the paths in it whose value, or part of
    it, is somebody else's and was taken out."""

    collection: str
    values: Personal[Mapping[str, Json]]
    blacked_out: tuple[str, ...] = ()


def complaint_authority(jurisdiction: str) -> str:
    """Return the name of the authority where somebody can complain (GDPR Arts 15(1)(f) and 77), by
    the place where they live; "" where we know none."""
    try:
        return authorities.authority_for(jurisdiction).title
    except KeyError:
        return ""
