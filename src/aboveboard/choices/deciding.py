"""How the rows of choices are compared with the log, declared."""

from __future__ import annotations

from typing import Final

from aboveboard.basics.package import DecidingTable, RecordedEntry
from aboveboard.choices.entries import ChoiceMade, ChoiceWaits, ObjectionMet
from aboveboard.choices.models import Choice


def _differs(row: Choice, entry: RecordedEntry[ChoiceMade]) -> str:
    recorded = {
        "purpose": entry.facts.purpose,
        "contact": entry.facts.contact or "",
        "answer": entry.facts.answer.value,
        "channel": entry.facts.channel,
        "promise_serial": entry.facts.promise,
        "waits": isinstance(entry.facts, ChoiceWaits),
        "actor": entry.by.as_json(),
    }
    return next((name for name, value in recorded.items() if getattr(row, name) != value), "")


DECIDING: Final = (
    DecidingTable(
        table="choices.Choice",
        speaks_of={
            ChoiceMade: lambda entry: ("entry_id", entry.id),
            ChoiceWaits: lambda entry: ("entry_id", entry.id),
            ObjectionMet: lambda entry: ("entry_id", entry.id),
        },
        differs=_differs,
    ),
)
