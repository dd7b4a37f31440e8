"""By which channels somebody may be written to: people at risk, to whom a letter is a danger
because of who else opens it, and people who asked for no more texts.

A mark of risk names the channels that are safe, so that a channel that comes later is not; the
others name the one that is not wanted. Whoever has no channel left is listed for a call by a person
(:func:`.fallback.to_call`). A row that this program did not write lets nobody be written to by it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import transaction

from aboveboard.basics.actor import SYSTEM, Actor
from aboveboard.basics.errors import Invalid, NotFound
from aboveboard.basics.facts import Code
from aboveboard.basics.personal import Personal
from aboveboard.delivery.entries import ContactLimited, ContactLimitEnded
from aboveboard.delivery.models import ContactLimit
from aboveboard.delivery.terms import Channel, ContactLimitReason
from aboveboard.keys.actions import entry_subject
from aboveboard.ledger.actions import append
from aboveboard.vault import aliases, changing, prepared
from aboveboard.vault import queries as vault
from aboveboard.vault.locking import lock_person
from aboveboard.vault.origin import ValueOrigin

FIELD: Final = "contact_reason"
"""The name under which the reason is sealed; no field of the promise."""

UNSAFE: Final = "not-safe"
"""The reason on a notice that would have gone by a channel that is not safe for its reader."""

# By hand: asked of every few hundred who are written to, and almost nobody has a row.
_LIMITED: Final = f"""
    SELECT person_id FROM {ContactLimit._meta.db_table} WHERE person_id {{some}}
"""  # noqa: S608 - the table is our own; ids are parameters

STOPPED: Final = "asked-to-stop"
"""The reason on a text message to somebody who answered STOP."""


class ContactLimitRefused(Invalid):
    """This cannot be recorded: {found}."""

    code = "contact_limit_refused"
    next_step = "{fix}"


@dataclass(frozen=True, slots=True)
class ContactLimits:
    """What is recorded about one person. ``safe``: None where nobody marked them as at risk."""

    safe: frozenset[Channel] | None
    barred: frozenset[Channel]
    since: datetime | None

    def skipped_for(self, channel: Channel) -> str:
        """Return the reason for which nothing goes by a channel, or "" where it may."""
        if self.safe is not None and channel not in self.safe:
            return UNSAFE
        return STOPPED if channel in self.barred else ""


def protect(
    person_id: int, safe: Collection[Channel], *, reason: str, by: Actor, at: datetime
) -> None:
    """Mark somebody as at risk: nothing goes to them but by these channels; by none, a person calls
    them. It takes the place of an earlier mark; the same mark again changes nothing.

    Raises:
        NotFound: nobody with that number is held.
        ContactLimitRefused: there is no reason.
    """
    if not reason.strip():
        raise ContactLimitRefused(
            found="it needs a reason", fix="Say why, in a few words. It is sealed."
        )
    with transaction.atomic():
        person_id = lock_person(person_id)
        if entry_subject(person_id) is None:
            raise NotFound(what="person")
        if _says_same(person_id, safe, reason.strip()):
            return
        _end(person_id, ContactLimitReason.AT_RISK, None, by=by, at=at)
        sealed = changing.seal_copy(person_id, FIELD, reason.strip(), ValueOrigin(0, at, "", ""))
        _record(person_id, ContactLimitReason.AT_RISK, sorted(set(safe)), sealed, by=by, at=at)


def _says_same(person_id: int, safe: Collection[Channel], reason: str) -> bool:
    """Whether this is recorded already. A row that this program did not write says nothing."""
    rows = list(ContactLimit.objects.filter(person_id=person_id, why=ContactLimitReason.AT_RISK))
    if len(rows) != 1 or not rows[0].authentic or rows[0].sealed is None:
        return False
    if set(rows[0].channels) != {each.value for each in safe}:
        return False
    return changing.says_same(person_id, FIELD, bytes(rows[0].sealed), reason)


def end_protection(person_id: int, *, by: Actor, at: datetime) -> None:
    """Take the mark back: every channel may be used again that is not barred.

    Raises:
        NotFound: nobody marked them.
    """
    with transaction.atomic():
        person_id = lock_person(person_id)
        if not _end(person_id, ContactLimitReason.AT_RISK, None, by=by, at=at):
            raise NotFound(what="mark")


def bar(person_id: int, channel: Channel, *, by: Actor, at: datetime) -> None:
    """Use a channel no more for somebody, who asked for it. What is recorded already has no second
    entry."""
    why = ContactLimitReason.STOPPED
    with transaction.atomic():
        person_id = lock_person(person_id)
        rows = ContactLimit.objects.filter(person_id=person_id, why=why)
        if entry_subject(person_id) is None or any(channel in row.channels for row in rows):
            return
        _record(person_id, why, [channel], None, by=by, at=at)


def unbar(person_id: int, channel: Channel, *, by: Actor, at: datetime) -> None:
    """Use a channel again for somebody, as they asked."""
    with transaction.atomic():
        person_id = lock_person(person_id)
        _end(person_id, ContactLimitReason.STOPPED, channel, by=by, at=at)


def take_reply(number: Personal[str], *, stops: bool, starts: bool, at: datetime) -> int:
    """Keep to what somebody answered to a text message; return how many people have that number."""
    people = vault.find("phone", number.reveal()) if stops or starts else []
    for person_id in people:
        if stops:
            bar(person_id, Channel.SMS, by=SYSTEM, at=at)
        else:
            unbar(person_id, Channel.SMS, by=SYSTEM, at=at)
    return len(people)


def limits_of(person_ids: Collection[int]) -> dict[int, ContactLimits]:
    """Return what is recorded about each of these people, by the number that was asked for; most
    have nothing. A number that was merged is the person's whom it leads to."""
    if not person_ids:
        return {}
    now = aliases.current_numbers(person_ids)
    some = [person for (person,) in prepared.ask(_LIMITED, set(now.values()))]
    rows: dict[int, list[ContactLimit]] = defaultdict(list)
    for row in ContactLimit.objects.filter(person_id__in=some):
        rows[row.person_id].append(row)
    limits = {person: _combined(each) for person, each in rows.items()}
    return {asked: limits[person] for asked, person in now.items() if person in limits}


def protected_people() -> list[int]:
    """Return everybody who is marked as at risk."""
    rows = ContactLimit.objects.filter(why=ContactLimitReason.AT_RISK)
    return list(rows.order_by("person_id").values_list("person_id", flat=True).distinct())


def _combined(rows: Iterable[ContactLimit]) -> ContactLimits:
    safe: frozenset[Channel] | None = None
    barred: set[Channel] = set()
    since: datetime | None = None
    for row in rows:
        channels = frozenset(Channel(each) for each in row.channels if each in Channel.values)
        if not row.authentic:
            # What it said is not known. Somebody may be in danger: the worse reading is no channel.
            safe = frozenset()
        elif row.why == ContactLimitReason.AT_RISK:
            safe = channels if safe is None else safe & channels
            since = row.at if since is None else min(since, row.at)
        else:
            barred |= channels
    return ContactLimits(safe, frozenset(barred), since)


def _record(
    person_id: int,
    why: ContactLimitReason,
    channels: list[Channel],
    sealed: bytes | None,
    *,
    by: Actor,
    at: datetime,
) -> None:
    subject = entry_subject(person_id)
    codes = tuple(Code(each.value) for each in channels)
    entry = ContactLimited(why=Code(why.value), channels=codes)
    ContactLimit.objects.create(
        person_id=person_id,
        why=why,
        channels=[each.value for each in channels],
        sealed=sealed,
        at=at,
        actor=by.as_json(),
        entry_id=append(entry, by=by, handle=subject.handle if subject else None, at=at),
    )


def _end(
    person_id: int, why: ContactLimitReason, channel: Channel | None, *, by: Actor, at: datetime
) -> int:
    ended = 0
    for row in ContactLimit.objects.filter(person_id=person_id, why=why).order_by("id"):
        if channel is not None and channel not in row.channels:
            continue
        subject = entry_subject(person_id)
        entry = ContactLimitEnded(why=Code(row.why), ends=row.entry_id)
        append(entry, by=by, handle=subject.handle if subject else None, at=at)
        row.delete()
        ended += 1
    return ended
