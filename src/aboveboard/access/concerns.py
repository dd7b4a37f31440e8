"""A person says that a use of their data seems wrong: written down, and handed to the privacy lead.

Only a code and the number of the entry are kept. What people would type into a free box may be
anything about anyone, and the ledger must hold no personal data.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from math import ceil

from django.db import transaction

from aboveboard.access import limits
from aboveboard.access.entries import ConcernRaised
from aboveboard.access.queries import is_about
from aboveboard.basics.actor import Actor
from aboveboard.basics.errors import NotFound, RateLimited
from aboveboard.basics.facts import Code
from aboveboard.keys.actions import entry_subject
from aboveboard.keys.entries_about import entries_about
from aboveboard.ledger import queries as ledger
from aboveboard.ledger.actions import append
from aboveboard.outbox.actions import post_gathered
from aboveboard.vault.locking import lock_person

KIND = ConcernRaised.kind
"""Kind of the ledger entry, and of the message that notifies the privacy lead."""


class TooManyConcerns(RateLimited):
    """You have told us {count} times within a day."""

    code = "too_many_concerns"
    next_step = "We are looking into it. If there is more, write to us, or tell us here tomorrow."


class Concern(StrEnum):
    """What seems wrong about a use."""

    UNKNOWN_TEAM = "unknown-team"
    NO_CONTACT = "no-contact"
    AGAINST_CHOICE = "against-choice"
    TOO_MUCH = "too-much"
    OTHER = "other"


def raise_concern(
    person_id: int, about: int | None, concern: Concern, *, by: Actor, at: datetime
) -> int:
    """Write down that the person finds a use wrong, notify the privacy lead, and return the entry's
    id.

    ``about`` is the id of the use's entry, or None when it is about the list as a whole.

    Raises:
        NotFound: nobody with that id is held, or the entry is not about them.
        TooManyConcerns: they raised ``limits.CONCERNS_A_DAY`` within a day.
    """
    with transaction.atomic():
        # Locked, so that of many at once each counts those before it.
        person_id = lock_person(person_id)
        subject = entry_subject(person_id)
        if subject is None:
            raise NotFound(what="person")
        # The same error as for a number that nobody has: whose an entry is, only that person may
        # learn.
        if about is not None and not is_about(person_id, ledger.entry(about)):
            raise NotFound(what="ledger entry")
        _within_a_day(person_id, at)
        raised = ConcernRaised(about, Code(concern.value))
        entry_id = append(raised, by=by, handle=subject.handle, at=at)
        post_gathered(KIND, {"entry": entry_id}, every=limits.CONCERN_DIGEST)
    return entry_id


def _within_a_day(person_id: int, at: datetime) -> None:
    """Refuse one more where they raised as many as they may."""
    last = entries_about(person_id, kinds=[KIND], limit=limits.CONCERNS_A_DAY)
    day = timedelta(days=1)
    if len(last) == limits.CONCERNS_A_DAY and at - last[-1].at < day:
        wait = last[-1].at + day - at
        raise TooManyConcerns(count=len(last), seconds=ceil(wait.total_seconds()))


def concerns_of(person_id: int) -> Sequence[ledger.LedgerEntry]:
    """Return the concerns this person raised, newest first."""
    return entries_about(person_id, kinds=[KIND])
