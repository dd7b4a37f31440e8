"""Repeating one change from its ledger entry. The entry is there already, so none is written."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from django.db import transaction

from aboveboard.basics.package import NotHeld, Recorded
from aboveboard.choices import actions as choices
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
    if entry.kind in (known := declared()):
        if entry.handle is not None and person_id is None:
            raise NotHeld(what="person")
        facts = known[entry.kind].from_json(entry.facts)
        recorded = Recorded(entry.id, entry.at, entry.actor, facts, person_id)
        with transaction.atomic():
            repeats()[entry.kind](recorded)
    else:
        _HOW[entry.kind](entry, person_id)


def _choice(entry: EntryBody, person_id: int | None) -> None:
    if person_id is None:
        raise NotHeld(what="person")
    choices.replay(person_id, entry.id, entry.facts, by=entry.actor, at=entry.at)


_HOW: Final[dict[str, Callable[[EntryBody, int | None], None]]] = {
    "choice.made": _choice,
}
