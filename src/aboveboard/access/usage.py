"""Telling a person's uses to another portal that shows them the lists of several organisations (the
Estonian usage protocol, "Kasutusteabe esitamise protokoll" 1.6).

Whoever is given such a list learns what happens to somebody, so it is a disclosure of its own: an
entry about the person is durable before the list leaves, and says whether somebody acted for them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from aboveboard.access import lookup
from aboveboard.access.entries import UsageDisclosed
from aboveboard.access.queries import indexed_uses, records_of
from aboveboard.access.use import Subject, UseRecord
from aboveboard.access.use_index.columns import UseFilter
from aboveboard.basics.actor import Actor
from aboveboard.keys.actions import entry_subject
from aboveboard.keys.handles import NamelessHandle
from aboveboard.ledger import actions as ledger
from aboveboard.promise.model import Promise


@dataclass(frozen=True, slots=True)
class UsageQuestion:
    """Whose uses are asked for, by whom (``asker``, as the other portal knows them), and which:
    from and until when, how many are passed over, and how many are wanted at most."""

    subject: Subject
    asker: str
    since: datetime | None
    until: datetime | None
    offset: int
    limit: int

    @property
    def acting(self) -> bool:
        """Whether somebody else asks than whom the uses are about."""
        return self.asker != self.subject.value


@dataclass(frozen=True, slots=True)
class DisclosedUsage:
    """The uses that were asked for, the newest first, and how many there are in all. ``is_known``:
    whether there is exactly one such person; nobody else is told that."""

    uses: Sequence[UseRecord]
    total: int
    is_known: bool


def _person_of(promise: Promise, subject: Subject) -> int | None:
    if subject.person_id is not None:
        return subject.person_id
    matches = lookup.find(promise, subject)
    return matches[0] if len(matches) == 1 else None


def disclose_usage(
    promise: Promise, question: UsageQuestion, *, by: Actor, at: datetime
) -> DisclosedUsage:
    """Write down that the list is asked for, and return it: the person's own looks are not in it,
    nor what a law forbids to tell. Somebody who is not held, and several people whom one value
    finds, have an empty list."""
    # Durable: the entry must not be rolled back after the list has left.
    with transaction.atomic(durable=True):
        person_id = _person_of(promise, question.subject)
        about = entry_subject(person_id) if person_id is not None else None
        subject = about or NamelessHandle()
        facts = UsageDisclosed(acting=question.acting, asker=subject.seal(question.asker))
        ledger.append(facts, by=by, handle=subject.handle, at=at)
    uses = indexed_uses(person_id) if person_id is not None else None
    if uses is None or person_id is None:
        return DisclosedUsage([], 0, is_known=False)
    chosen = uses.matching(UseFilter(since=question.since, until=question.until))
    newest_first = chosen.entry_ids[::-1]
    page = newest_first[question.offset : question.offset + question.limit]
    records = sorted(records_of(person_id, page), key=lambda record: record.at, reverse=True)
    return DisclosedUsage(records, len(chosen), is_known=True)
