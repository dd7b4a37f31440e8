"""An e-mail address that was replaced, by a file or by hand: kept sealed until the person was told
at both addresses, so that nobody turns their sign-in codes to somebody else unseen.

The job is ``rights``', which writes the words.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from aboveboard.access.former import open_former
from aboveboard.basics.personal import Personal
from aboveboard.intake.models import FormerAddress
from aboveboard.outbox import jobs
from aboveboard.vault import queries as vault

ADDRESS_CHANGED: Final = "intake.address_changed"
"""The job that tells somebody: its reference is ``former``."""


@dataclass(frozen=True, slots=True)
class ChangedAddress:
    """What it takes to tell somebody: both addresses, and the language they read."""

    person_id: int
    field: str
    before: Personal[str]
    now: Personal[str] | None
    language: str


def store_former(person_id: int, replaced: Mapping[str, bytes], *, at: datetime) -> None:
    """Keep what ``vault.changing.replace`` returned, and have the person told; in its
    transaction."""
    for field, sealed in replaced.items():
        row = FormerAddress.objects.create(person_id=person_id, field=field, sealed=sealed, at=at)
        # By a number and in the same transaction: the outbox holds no address, and nobody is told
        # of a change that was undone.
        jobs.enqueue(ADDRESS_CHANGED, {"former": row.pk})


def open_changed_address(number: int, *, at: datetime) -> ChangedAddress | None:
    """Open one; None when the person was told or erased meanwhile."""
    row = FormerAddress.objects.filter(id=number).first()
    person = vault.person(row.person_id) if row is not None else None
    if row is None or person is None:
        return None
    # What is held now is read when the mail is written, since it may have changed again.
    both = open_former(row.person_id, row.field, bytes(row.sealed), at=at)
    return (
        None if both is None else ChangedAddress(row.person_id, row.field, *both, person.language)
    )


def delete_former(number: int) -> None:
    """Let one go: the person was told at both addresses."""
    FormerAddress.objects.filter(id=number).delete()
