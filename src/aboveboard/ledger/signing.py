"""Which key signs. Keys come in generations, and a change of key is an entry of
the log that it changes.

The package holds no secret: the caller of ``sequence`` brings the signers. Here is stored which
generation is the newest, so that a process that still holds the old key cannot sign after the
change.
"""

from __future__ import annotations

from typing import Final

from aboveboard.basics.errors import Conflict
from aboveboard.ledger.models import CheckpointRow, Entry, KeyChange

HANDOVER: Final = "handover"
"""The folder, below the log's, of the checkpoints that an old and a new key signed both:
``handover/2`` for the second key."""


class SigningKeyChanged(Conflict):
    """The ledger's signing key was changed meanwhile."""

    code = "signing_key_changed"
    next_step = "Nothing was signed with the old key. Try again."


def generation() -> int:
    """Return which key signs now, counted from 1."""
    newest = KeyChange.objects.order_by("-generation").values_list("generation", flat=True).first()
    return newest or 1


def check_newest(vkey: str) -> None:
    """Check that ``vkey`` may sign. Called under the lock on the tree, so that the answer
    holds until the signature.

    Raises:
        SigningKeyChanged: another key has taken its place.
    """
    newest = KeyChange.objects.order_by("-generation").values_list("vkey", flat=True).first()
    # Without a row the first key signs: it is the only one that there has ever been.
    if newest is not None and newest != vkey:
        raise SigningKeyChanged


def is_handing_over(size: int) -> bool:
    """Whether the entry of the newest change of key stands at place ``size`` or later, or waits.

    Until it is under a checkpoint, the old key signs beside the new one.
    """
    newest = KeyChange.objects.order_by("-generation").values_list("entry_id", flat=True).first()
    if newest is None:
        return False
    # None: the entry waits, or does not exist any more, and then nothing covers the change either.
    place = Entry.objects.filter(pk=newest).values_list("leaf_index", flat=True).first()
    return place is None or place >= size


def handover(number: int) -> str | None:
    """Return the first signed checkpoint that covers the change to key
    ``number``, if there is one yet."""
    change = KeyChange.objects.filter(generation=number).first()
    place = (
        Entry.objects.filter(pk=change.entry_id).values_list("leaf_index", flat=True).first()
        if change
        else None
    )
    if place is None:
        return None
    return (
        CheckpointRow.objects.filter(size__gt=place)
        .order_by("size")
        .values_list("note", flat=True)
        .first()
    )
