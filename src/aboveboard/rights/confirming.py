"""Having somebody confirm an address: a letter with one link, a reminder at most, another when they
or an adviser ask for it (double opt-in; ``docs/decisions/0075``).

Nobody but whoever has the link confirms: the program sends it to the address that is held and to
nobody else, it works once, and of another value it says nothing. What is sent is bounded by value
and by address, whoever asks and of whichever record (``limits``).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from math import ceil
from typing import Final

from django.db import transaction
from django.db.models import QuerySet

from aboveboard.accounts import links
from aboveboard.basics import clock
from aboveboard.basics.actor import CUSTOMER, SYSTEM, Actor
from aboveboard.basics.errors import NotFound, RateLimited
from aboveboard.basics.facts import Code, Word
from aboveboard.choices import addresses
from aboveboard.choices.confirming import confirm_address
from aboveboard.choices.queries import consent_state
from aboveboard.delivery import actions as delivery
from aboveboard.keys.actions import entry_subject
from aboveboard.ledger.actions import append
from aboveboard.outbox import jobs
from aboveboard.outbox.reference import Reference
from aboveboard.promise.queries import in_force
from aboveboard.promise.words import OWN_PAGES
from aboveboard.rights import limits
from aboveboard.rights.entries import ConfirmationAsked
from aboveboard.rights.models import AddressLetter
from aboveboard.vault import aliases
from aboveboard.vault import queries as vault
from aboveboard.vault.locking import lock_person

KIND: Final = "address.confirmation"
REMINDER: Final = "rights.address_reminder"
"""The job that reminds somebody: its reference is ``letter``, the first one."""


class LetterCause(StrEnum):
    """Why a letter is sent: somebody said yes or the address is new; nobody answered the first; the
    person or an adviser asked for another."""

    FIRST = "first"
    REMINDER = "reminder"
    AGAIN = "again"


class ConfirmationState(StrEnum):
    """What became of the link of a letter."""

    WORKS = "works"
    CONFIRMED = "confirmed"
    OVER = "over"
    """Its time is over, or the address was changed since."""
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class WaitingAddress:
    """An address that its owner has not confirmed yet: its ``field``, the keys of the ``purposes``
    that wait for it, and when the last letter was asked for, if any was."""

    field: str
    purposes: tuple[str, ...]
    asked_at: datetime | None


def waiting_addresses(person_id: int) -> list[WaitingAddress]:
    """Return what of a person waits for them to confirm an address, under the promise in force."""
    purposes = in_force().promise.purposes.values()
    waiting = addresses.waiting_fields(person_id, consent_state(person_id), purposes)
    return [
        WaitingAddress(field, tuple(keys), _last_asked(person_id, field))
        for field, keys in waiting.items()
    ]


def ask_first(ref: Reference) -> None:
    """Do the job ``choices.address_unconfirmed``: the first letter, once for each value."""
    person_id = aliases.current_number(int(str(ref["person"])))
    ask_if_waiting(person_id, str(ref["field"]), at=clock.now())


def ask_if_waiting(person_id: int, field: str, *, at: datetime) -> None:
    """Send the first letter about the value that is held, if anything waits for it and none was
    sent."""
    try:
        _ask(person_id, field, LetterCause.FIRST, by=SYSTEM, at=at)
    except NotFound:
        return  # confirmed, changed or erased meanwhile


def remind(ref: Reference) -> None:
    """Do the job ``rights.address_reminder``: once, where the value of the first letter still waits
    and nobody asked for another letter since."""
    first = AddressLetter.objects.filter(pk=int(str(ref["letter"]))).first()
    if first is None or first.collected_at != addresses.collected_at(first.person_id, first.field):
        return
    if AddressLetter.objects.filter(
        person_id=first.person_id, field=first.field, pk__gt=first.pk
    ).exists():
        return
    try:
        _ask(first.person_id, first.field, LetterCause.REMINDER, by=SYSTEM, at=clock.now())
    except NotFound:
        return


def ask_again(person_id: int, field: str, *, by: Actor, at: datetime) -> None:
    """Send another letter, because the person or an adviser asks for it.

    Raises:
        NotFound: nothing waits for that address, or nobody with that number is held.
        RateLimited: a letter was sent too short a time ago, or as many as a day or a value allow.
    """
    _ask(person_id, field, LetterCause.AGAIN, by=by, at=at)


def _ask(person_id: int, field: str, cause: LetterCause, *, by: Actor, at: datetime) -> None:
    with transaction.atomic():
        # Under their lock: of two that ask at once one comes second, and is counted.
        person_id = lock_person(person_id)
        waiting = [each.field for each in waiting_addresses(person_id)]
        collected = addresses.collected_at(person_id, field)
        subject, person = entry_subject(person_id), vault.person(person_id)
        if field not in waiting or collected is None or subject is None or person is None:
            raise NotFound(what="address to confirm")
        sent = _letters(person_id, field, collected)
        if cause is LetterCause.AGAIN:
            _check_rate(list(sent), at)
        elif sent.filter(cause=cause).exists():
            return
        facts = ConfirmationAsked(Word(field), Code(cause.value))
        row = AddressLetter.objects.create(
            person_id=person_id,
            field=field,
            collected_at=collected,
            cause=cause.value,
            made_at=at,
            expires_at=at + limits.ADDRESS_LINK_LIFE,
            entry_id=append(facts, by=by, handle=subject.handle, at=at),
        )
        batch = delivery.open_batch(KIND, {"letter": row.pk}, at=at)
        recipient = delivery.BatchRecipient(person_id, person.language, template=str(row.pk))
        delivery.queue(batch, [recipient], at=at)
        if cause is LetterCause.FIRST:
            jobs.enqueue(REMINDER, {"letter": row.pk}, due=at + limits.ADDRESS_REMINDER)


def _check_rate(sent: list[AddressLetter], at: datetime) -> None:
    day = timedelta(days=1)
    recent = sorted(row.made_at for row in sent if row.made_at > at - day)
    ends = [recent[-1] + limits.ADDRESS_LETTER_AGAIN] if recent else []
    if len(recent) >= limits.ADDRESS_LETTERS_A_DAY:
        ends.append(recent[-limits.ADDRESS_LETTERS_A_DAY] + day)
    if len(sent) >= limits.ADDRESS_LETTERS:
        ends.append(at + day)
    wait = max(((end - at).total_seconds() for end in ends), default=0)
    if wait > 0:
        raise RateLimited(seconds=ceil(wait))


def _letters(person_id: int, field: str, collected: datetime) -> QuerySet[AddressLetter]:
    """Return the letters about one value of a field, the newest first."""
    return AddressLetter.objects.filter(
        person_id=person_id, field=field, collected_at=collected
    ).order_by("-made_at")


def _last_asked(person_id: int, field: str) -> datetime | None:
    collected = addresses.collected_at(person_id, field)
    if collected is None:
        return None
    return _letters(person_id, field, collected).values_list("made_at", flat=True).first()


def link_state(token: str, *, at: datetime) -> ConfirmationState:
    """Return what the link of a letter would do now; reading changes nothing, for mail programs
    open links by themselves."""
    row = _letter(token)
    if row is None:
        return ConfirmationState.UNKNOWN
    if row.used_at is not None:
        return ConfirmationState.CONFIRMED
    return ConfirmationState.WORKS if _is_open(row, at) else ConfirmationState.OVER


def confirm(token: str, *, at: datetime) -> ConfirmationState:
    """Confirm the address that the link of a letter was sent to, once; return what became of it:
    ``CONFIRMED``, or why not."""
    row = _letter(token)
    if row is None:
        return ConfirmationState.UNKNOWN
    with transaction.atomic():
        try:
            lock_person(row.person_id)
        except NotFound:
            return ConfirmationState.OVER
        row.refresh_from_db()
        if row.used_at is not None:
            return ConfirmationState.CONFIRMED
        if not row.authentic or not _is_open(row, at):
            return ConfirmationState.OVER
        confirm_address(
            row.person_id,
            row.field,
            row.collected_at,
            channel=OWN_PAGES,
            evidence=f"letter:{row.entry_id}",
            by=CUSTOMER,
            at=at,
        )
        row.used_at = at
        row.save(update_fields=["used_at"])
    return ConfirmationState.CONFIRMED


def confirm_proved(person_id: int, field: str, *, by: Actor, at: datetime) -> None:
    """Record that the address now held was confirmed by a code that was sent there, where a purpose
    of the promise asks for that; in the transaction that stored it."""
    purposes = in_force().promise.purposes.values()
    collected = addresses.collected_at(person_id, field)
    if collected is not None and any(each.confirmed_field == field for each in purposes):
        confirm_address(
            person_id, field, collected, channel=OWN_PAGES, evidence="code:new", by=by, at=at
        )


def _letter(token: str) -> AddressLetter | None:
    row = AddressLetter.objects.filter(token_hash=links.digest(token)).first()
    return row if row is not None and row.authentic else None


def _is_open(row: AddressLetter, at: datetime) -> bool:
    # Under the number that it was sent for: of a merged record another address may be kept.
    own = aliases.current_number(row.person_id) == row.person_id
    current = addresses.collected_at(row.person_id, row.field)
    return own and row.expires_at > at and current == row.collected_at
