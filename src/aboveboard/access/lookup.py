"""Finding the person that a use is about, by what they said of themselves, without disclosing who
is known here.

Whoever asks learns that somebody is known only with a grant, or when the purpose itself works with
what they named (``docs/decisions/0017-a-look-up-tells-nothing.md``).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from aboveboard.access.entries import ChoiceMissed, known_word
from aboveboard.access.use import Subject
from aboveboard.basics.actor import Actor
from aboveboard.basics.errors import Conflict, NotFound
from aboveboard.basics.facts import Word
from aboveboard.choices import actions as choices
from aboveboard.choices.state import ChoiceAnswer, ChoiceRecord
from aboveboard.ledger.actions import append
from aboveboard.promise.model import Promise
from aboveboard.promise.queries import in_force
from aboveboard.vault import queries as vault
from aboveboard.vault.references import REFERENCE, find_by_reference


class NoOneFound(NotFound):
    """No matching customer that you may see."""

    code = "no_one_found"
    next_step = "Check the spelling, or ask them for their customer number."


class SeveralFound(Conflict):
    """More than one customer matches."""

    code = "several_found"
    next_step = "Ask them for their customer number or e-mail address."


def find(promise: Promise, subject: Subject) -> list[int]:
    """Return everyone known by what the subject said, in ascending order. One statement, however
    many there are."""
    return find_each(promise, [subject])[0]


def find_one(promise: Promise, subject: Subject) -> int:
    """Return the one person known by what the subject said.

    Raises:
        NoOneFound, SeveralFound: there is not exactly one.
    """
    matches = find(promise, subject)
    if len(matches) != 1:
        raise no_single_match(matches)
    return matches[0]


def find_each(promise: Promise, subjects: Sequence[Subject]) -> list[list[int]]:
    """Return everyone known by what each subject said, in ascending order. One statement for each
    kind, however many there are; two more for each that a notification to another system named."""
    by_identifier = iter(
        vault.find_each(
            [
                (subject.kind, subject.value, _regions(promise, subject))
                for subject in subjects
                if subject.kind != REFERENCE
            ]
        )
    )
    return [
        find_by_reference(subject.value) if subject.kind == REFERENCE else next(by_identifier)
        for subject in subjects
    ]


def _regions(promise: Promise, subject: Subject) -> list[str | None]:
    if subject.kind == "phone" and subject.country is None:
        return [None, *promise.organisation.trades_in]
    return [subject.country]


def may_disclose_matches(promise: Promise, purpose: str, kind: str) -> bool:
    """Whether the purpose may know that nobody, or several, are known by such an identifier: it
    works with such a field itself."""
    known = promise.purposes.get(purpose)
    return known is not None and any(promise.fields[field].kind == kind for field in known.fields)


def record_choice(
    subject: Subject,
    purpose: str,
    answer: ChoiceAnswer,
    *,
    channel: str,
    evidence: str,
    contact: str = "",
    writes: bool = True,
    by: Actor,
    at: datetime,
) -> ChoiceRecord:
    """Record a choice of the one person known by what they said. What is wrong regardless of the
    person is said first.

    A yes or no is somebody's own word, so it cannot be taken from nobody: this says when nobody, or
    several, are known by that, and a miss is written down (entry ``choice.missed``) as a hit is, so
    that trying people out shows.

    Raises:
        NoOneFound, SeveralFound: there is not exactly one.
        NoChoiceHere, ChannelUnknown, ContactUnknown, EvidenceRefused: as
            :func:`aboveboard.choices.actions.choose`.
    """
    adopted = in_force()
    promised = adopted.promise
    choices.check(promised, purpose, channel=channel, evidence=evidence, by=by)
    choices.check_contact(promised.purposes[purpose], contact, answer)
    matches = find(promised, subject)
    if len(matches) == 1:
        return choices.choose(
            matches[0],
            purpose,
            answer,
            channel=channel,
            evidence=evidence,
            contact=contact,
            writes=writes,
            by=by,
            at=at,
        )
    with transaction.atomic():
        missed = ChoiceMissed(Word(purpose), known_word(channel, promised.channels), adopted.serial)
        append(missed, by=by, handle=None, at=at)
    raise no_single_match(matches)


def no_single_match(matches: Sequence[int]) -> NoOneFound | SeveralFound:
    """Return the error for when there is not exactly one match."""
    return SeveralFound() if matches else NoOneFound()
