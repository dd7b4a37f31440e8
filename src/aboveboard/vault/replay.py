"""Repeating erasures in a restored database, from their ledger entries. No entry is written: it is
there."""

from __future__ import annotations

from django.db import transaction

from aboveboard.basics.package import NotHeld, RecordedEntry
from aboveboard.promise.queries import last_known
from aboveboard.vault.actions import delete_person, notify_before_erasure
from aboveboard.vault.entries import ErasureDone, FieldErased
from aboveboard.vault.field_erasure import remove_fields


def repeat_erasure(entry: RecordedEntry[ErasureDone]) -> None:
    """Erase the person again.

    Raises:
        NotHeld: they are not in what was restored.
    """
    if entry.person_id is None:
        raise NotHeld(what="person")
    with transaction.atomic():
        # The memory of an erasure that the backup is older than is made again too.
        notify_before_erasure(entry.person_id, reason=entry.facts.reason, at=entry.at)
        delete_person(entry.person_id)


def repeat_field_erasure(entry: RecordedEntry[FieldErased]) -> None:
    """Erase the fields again.

    Raises:
        NotHeld: the person is not in what was restored.
        RecordDamaged: their record is sealed with an older key than the one that is held.
    """
    if entry.person_id is None:
        raise NotHeld(what="person")
    # The promise adopted since may not be here yet: nobody repeats that before this.
    adopted = last_known()
    fields = adopted.promise.fields if adopted else {}
    kinds = {key: field.kind_and_format for key, field in fields.items()}
    remove_fields(entry.person_id, entry.facts.fields, kinds=kinds)
