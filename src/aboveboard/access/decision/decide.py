"""The decision: may this actor use these fields of this person, for this purpose,
through this channel, now?

Pure and total: the same promise, request and facts always give the same answer, whatever the order
of fields, purposes or choices. Denied unless every question below is answered with yes; all reasons
are given, not the first. The questions, numbered as in the code
(``docs/explanation/how-a-use-is-decided.md`` says what law each comes from):

1. Is the person held at all?
2. Is it asked about a moment at which this promise is in force, and that has come?
3. Does the promise have the purpose?
4. May this role act for it?
5. May it be done through this channel?
6. If a program asks: is it within what the program was given leave for?
7. Does the purpose need each of the fields?
8. Lawful basis and choices: consent given and not withdrawn; no objection where one can be made.
9. If use is restricted: is this purpose one of the exceptions?
10. Is it within retention, or kept for a legal claim and used for that?

2 to 7 need nobody looked up (:func:`against_anyone`). A grant is all or nothing: whoever asks for
one field too many is told which, and asks again.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from aboveboard.access.decision import personal, promised
from aboveboard.access.decision.facts import UNKNOWN_PERSON, Facts
from aboveboard.access.decision.personal import chosen_against
from aboveboard.access.decision.request import ANY_SCOPE, Request, Scope
from aboveboard.access.reasons import Code, Reason, reason
from aboveboard.promise.model import Promise

__all__ = [
    "ANY_SCOPE",
    "UNKNOWN_PERSON",
    "Facts",
    "Permitted",
    "Refusal",
    "Request",
    "Scope",
    "against_anyone",
    "chosen_against",
    "decide",
    "decide_person",
]


@dataclass(frozen=True, slots=True)
class Permitted:
    """Yes: for exactly these fields."""

    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Refusal:
    """No, for each of these reasons, in a fixed order."""

    reasons: tuple[Reason, ...]


_NOT_HELD = reason(Code.PERSON_UNKNOWN)


def decide(promise: Promise, request: Request, facts: Facts) -> Permitted | Refusal:
    """Return leave for exactly the fields asked for, or every reason against it."""
    return decide_person(promise, request, facts, against_anyone(promise, request))


def against_anyone(promise: Promise, request: Request) -> tuple[Reason, ...]:
    """Return the reasons against a request that hold whoever it is about (2 to
    7), in a fixed order."""
    return _ordered(promised.against(promise, request))


def decide_person(
    promise: Promise, request: Request, facts: Facts, already: tuple[Reason, ...]
) -> Permitted | Refusal:
    """Decide about one person where ``already`` is what :func:`against_anyone` said of the request:
    once for a whole batch."""
    purpose = promise.purposes.get(request.purpose)
    found = list(already)
    if not facts.held:  # 1
        found.append(_NOT_HELD)
    if purpose is not None:
        found.extend(personal.against(purpose, request, facts))
    return Refusal(_ordered(found)) if found else Permitted(tuple(sorted(set(request.fields))))


def _ordered(reasons: Iterable[Reason]) -> tuple[Reason, ...]:
    return tuple(sorted(set(reasons)))
