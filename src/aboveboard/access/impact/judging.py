"""Whether one person's own choices, restriction and retention allow a purpose, under two promises
at once. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from aboveboard.access.decision import personal
from aboveboard.access.decision.facts import PersonFacts
from aboveboard.access.use import UseRequest
from aboveboard.basics.actor import CUSTOMER, SYSTEM
from aboveboard.promise.model import Period, Promise, Purpose


@dataclass(frozen=True, slots=True)
class PurposePair:
    """One purpose under both promises; None where one of them does not have it."""

    key: str
    old: Purpose | None
    new: Purpose | None

    def purposes(self) -> tuple[Purpose, ...]:
        """Return the purposes there are."""
        return tuple(purpose for purpose in (self.old, self.new) if purpose is not None)

    def needs_field_dates(self) -> bool:
        """Whether a field's own age decides, or whether its value was confirmed: then people are
        gone through one by one."""
        return any(purpose.needs_field_dates for purpose in self.purposes())

    def differs(self) -> bool:
        """Whether anything that a use depends on differs; other words for the same do not."""
        return self.old is None or self.new is None or _matters(self.old) != _matters(self.new)

    def contact_by_ways(self) -> dict[tuple[str, str], str]:
        """Return a channel for each pair of ways of contact that one is under both promises: people
        are decided about alike on all channels of a pair. Empty where it is no way of contact."""
        return {
            contacts_of(self.old, self.new, channel): channel
            for purpose in self.purposes()
            for channel in purpose.channels
        }

    def fields(self) -> tuple[str, ...]:
        """Return the fields that either uses."""
        return tuple(
            dict.fromkeys(field for purpose in self.purposes() for field in purpose.fields)
        )


def contacts_of(old: Purpose | None, new: Purpose | None, channel: str) -> tuple[str, str]:
    """Return which way of contact a channel is under both promises."""
    return (old.contact_of(channel) if old else "", new.contact_of(channel) if new else "")


def _matters(purpose: Purpose) -> tuple[object, ...]:
    keeps = (str(purpose.retention.keep), purpose.retention.starts)
    sets = (frozenset(purpose.fields), frozenset(purpose.roles), frozenset(purpose.channels))
    contacts = frozenset(purpose.contacts)
    how = (
        purpose.basis,
        purpose.when_restricted,
        purpose.direct_marketing,
        purpose.confirmed_field,
    )
    return (*how, *keeps, *sets, contacts)


def purpose_pairs(old: Promise, new: Promise) -> list[PurposePair]:
    """Return every purpose of either promise."""
    return [
        PurposePair(key, old.purposes.get(key), new.purposes.get(key))
        for key in dict.fromkeys([*new.purposes, *old.purposes])
    ]


def is_allowed(
    purpose: Purpose | None,
    facts: PersonFacts,
    field: str,
    channel: str,
    at: datetime,
    *,
    own: bool,
) -> bool:
    """Whether the person's side of the decision lets the purpose be: by the
    decision's own questions. ``field`` is read only where each has a clock of its own, ``channel``
    only where it is a way of contact: any of the same way stands for it."""
    if purpose is None:
        return False
    # The person's side asks only whether it is themself, so any other actor stands for all.
    request = UseRequest(CUSTOMER if own else SYSTEM, purpose.key, (field,), channel)
    return next(personal.refusals(purpose, request, facts, at), None) is None


def uncertain_interval(keep: Period, at: datetime) -> tuple[datetime, datetime]:
    """Return the bounds between which it must be computed exactly whether a retention is over;
    before: over, after: not.

    A calendar period is of no fixed length, so the bounds lie apart: by a day or two for a
    year, by three for a month.
    """
    return _subtract(at, keep.longest()), _subtract(at, keep.shortest())


def _subtract(at: datetime, by: timedelta) -> datetime:
    try:
        return at - by
    except OverflowError:
        return datetime.min.replace(tzinfo=at.tzinfo)
