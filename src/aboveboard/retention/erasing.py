"""Erasing one person on request: what would go, what stands against it, and doing it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from aboveboard.basics.actor import Actor
from aboveboard.basics.errors import NotFound
from aboveboard.choices import queries as choices
from aboveboard.retention.models import Hold
from aboveboard.retention.reasons import HOLD_LAW, HOLD_WORDS, HoldReason
from aboveboard.vault import actions as vault
from aboveboard.vault import aliases
from aboveboard.vault import queries as people
from aboveboard.vault.entries import ErasureReason
from aboveboard.vault.holds import is_open
from aboveboard.vault.limits import ERASED_REMEMBERED


@dataclass(frozen=True, slots=True)
class ErasurePreview:
    """What an erasure would take, without a value: the person's own number and those of records
    merged into theirs, the fields held, how many choices.

    ``holds``: why nothing can be erased now, a sentence each; empty where nothing is against it.
    """

    person_id: int
    numbers: tuple[int, ...]
    fields: tuple[str, ...]
    choices: int
    holds: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ErasureReceipt:
    """What the person can be told: the day, and the entry that proves it."""

    entry_id: int
    at: datetime

    @property
    def sentence(self) -> str:
        """The confirmation in words (GDPR Art. 12(3)), which also says what is kept and for how
        long."""
        return (
            f"On {self.at:%-d %B %Y} we erased what we held about you. Entry {self.entry_id} of "
            "our public record shows it. So that no file brings you back, we keep your addresses "
            f"and numbers as codes that nobody can read, for {ERASED_REMEMBERED.days // 365} years."
        )


def preview(number: int, *, at: datetime) -> ErasurePreview:
    """Say what erasing a person would take; nothing is opened or changed.

    Raises:
        NotFound: nobody with that number is held.
    """
    person_id = aliases.current_number(number)
    if people.person(person_id) is None:
        raise NotFound(what="person")
    numbers = aliases.numbers_of(person_id)
    open_holds = [
        row
        for row in Hold.objects.filter(person_id__in=numbers, ended_at=None).order_by("at", "id")
        if row.until is None or is_open(row.until, at)
    ]
    return ErasurePreview(
        person_id,
        tuple(numbers),
        tuple(sorted(people.held_fields(person_id))),
        len(choices.history(person_id)),
        tuple(_hold_in_words(row) for row in open_holds),
    )


def erase(number: int, reason: ErasureReason, *, by: Actor, at: datetime) -> ErasureReceipt:
    """Erase a person for good: the key first, then everything that names them.

    Raises:
        NotFound: nobody with that number is held.
        HeldByLaw: a legal hold is open on them.
    """
    return ErasureReceipt(vault.erase(number, reason=reason.value, by=by, at=at), at)


def _hold_in_words(row: Hold) -> str:
    reason = HoldReason(row.why)
    until = f" until {row.until:%-d %B %Y}" if row.until else ""
    return f"{HOLD_WORDS[reason]} ({HOLD_LAW[reason]}), reference {row.reference}{until}."
