"""Finding the person that a use is about, by what they said of themselves, without
telling who is known here.

Whoever asks learns that somebody is known only with a grant, or when the purpose itself works with
what they named (``docs/decisions/0017-a-look-up-tells-nothing.md``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from aboveboard.basics.actor import Actor
from aboveboard.basics.errors import Conflict, NotFound
from aboveboard.choices import actions as choices
from aboveboard.choices.models import Choice
from aboveboard.choices.state import Answer
from aboveboard.ledger.actions import append
from aboveboard.promise.model import Promise
from aboveboard.promise.queries import in_force
from aboveboard.vault import queries as vault


class NoOneFound(NotFound):
    """Nobody whom this may show is known by that."""

    code = "no_one_found"
    next_step = "Check the spelling, or ask them for their customer number."


class SeveralFound(Conflict):
    """More than one person is known by that."""

    code = "several_found"
    next_step = "Ask them for their customer number or e-mail address."


@dataclass(frozen=True, slots=True, repr=False)
class Sought:
    """What somebody said of themselves: an e-mail address, phone or customer number. Never
    printed: it is personal data.

    A phone without ``country`` is tried in each country we trade in.
    """

    kind: str
    value: str
    country: str | None = None


def find(promise: Promise, sought: Sought) -> list[int]:
    """Return everyone known by what was said, rising. One statement, however many there are."""
    return find_each(promise, [sought])[0]


def find_each(promise: Promise, soughts: Sequence[Sought]) -> list[list[int]]:
    """Return everyone known by each of what was said, rising. One statement for each kind,
    however many there are."""
    return vault.find_each([(one.kind, one.value, _regions(promise, one)) for one in soughts])


def _regions(promise: Promise, sought: Sought) -> list[str | None]:
    if sought.kind == "phone" and sought.country is None:
        return [None, *promise.organisation.trades_in]
    return [sought.country]


def told(promise: Promise, purpose: str, kind: str) -> bool:
    """Whether the purpose may be told that nobody, or several, are known by that: it works
    with such a field itself."""
    found = promise.purposes.get(purpose)
    return found is not None and any(promise.fields[field].kind == kind for field in found.fields)


def choose_for(
    sought: Sought,
    purpose: str,
    answer: Answer,
    *,
    channel: str,
    evidence: str,
    by: Actor,
    at: datetime,
) -> Choice:
    """Record a choice of the one person known by what they said. What can be wrong
    whoever they are is said first.

    A yes or no is somebody's own word, so it cannot be taken from nobody: this tells when nobody,
    or several, are known by that, and a miss is written down (entry ``choice.missed``) as a hit is,
    so that trying people out shows.

    Raises:
        NoOneFound, SeveralFound: there is not exactly one.
        NoChoiceHere, ChannelUnknown, EvidenceRefused: as :func:`aboveboard.choices.actions.choose`.
    """
    adopted = in_force()
    choices.check(adopted.promise, purpose, channel=channel, evidence=evidence, by=by)
    found = find(adopted.promise, sought)
    if len(found) == 1:
        return choices.choose(
            found[0], purpose, answer, channel=channel, evidence=evidence, by=by, at=at
        )
    with transaction.atomic():
        append(
            "choice.missed",
            by=by,
            handle=None,
            facts={"purpose": purpose, "channel": channel, "promise": adopted.serial},
            at=at,
        )
    raise missing(found)


def missing(found: Sequence[int]) -> NoOneFound | SeveralFound:
    """Return what is said when there is not exactly one."""
    return SeveralFound() if found else NoOneFound()
