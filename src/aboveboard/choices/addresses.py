"""Which address of somebody is confirmed, and what waits for that."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from aboveboard.choices.confirmation import value_topic
from aboveboard.choices.state import ChoiceAnswer, ChoiceEvent, ConsentState
from aboveboard.promise.model import Contact, Purpose
from aboveboard.vault import queries as vault

UNCONFIRMED: Final = "choices.address_unconfirmed"
"""The job that asks somebody to confirm an address: its reference is ``person`` and ``field``. It
is ``rights``', which writes the letter."""


def collected_at(person_id: int, field: str) -> datetime | None:
    """Return when the value that is held in a field was collected; None where none is."""
    origin, person = vault.provenance(person_id).get(field), vault.person(person_id)
    if origin is None or person is None:
        return None
    return origin.collected_at or person.collected_at


def confirmed(person_id: int, field: str, consent: ConsentState) -> ChoiceEvent | None:
    """Return the confirmation of the value that is held in a field now; None where there is none,
    or nothing is held."""
    collected = collected_at(person_id, field)
    if collected is None or consent.unproven:
        return None
    return consent.last.get(value_topic(field, collected))


def waiting_fields(
    person_id: int, consent: ConsentState, purposes: Iterable[Purpose]
) -> dict[str, list[str]]:
    """Return which purposes wait until the person confirms an address: by its field, the keys of
    those that they said yes to for e-mail. An address that is not held waits for nothing."""
    waiting: dict[str, list[str]] = {}
    for purpose in purposes:
        field = purpose.must_confirm(Contact.EMAIL)
        agreed = consent.answer(purpose.key, Contact.EMAIL) is ChoiceAnswer.YES
        if field and agreed:
            waiting.setdefault(field, []).append(purpose.key)
    return {
        field: keys
        for field, keys in waiting.items()
        if (collected := collected_at(person_id, field)) is not None
        and value_topic(field, collected) not in consent.last
    }
