"""Repeating one change from its ledger entry. The entry is there already, so none is written."""

from __future__ import annotations

from django.db import transaction

from aboveboard.basics.package import NotHeld, Recorded
from aboveboard.ledger.format.entry import EntryBody
from aboveboard.recovery.restoring.rules import declared, repeats


def repeat(entry: EntryBody, person_id: int | None) -> None:
    """Make the change that ``entry`` records, if it is not made. ``person_id`` is
    whom its handle stands for.

    Raises:
        NotHeld: what it is about is not in what was restored.
        FactsMalformed: the entry was written by another version, in another form.
        RecordDamaged: the person's record is of an older key.
        Conflict: the package refuses it, such as to close the last administrator.
    """
    if entry.handle is not None and person_id is None:
        raise NotHeld(what="person")
    facts = declared()[entry.kind].from_json(entry.facts)
    recorded = Recorded(entry.id, entry.at, entry.actor, facts, person_id)
    with transaction.atomic():
        repeats()[entry.kind](recorded)
