"""How the rows of systems are compared with the log, declared."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from aboveboard.basics.package import DecidingTable, RecordedEntry
from aboveboard.connectors.entries import SystemChanged, SystemDeclared, SystemRemoved
from aboveboard.connectors.models import System
from aboveboard.connectors.rows import digest_of


def _differs(
    row: System, entry: RecordedEntry[SystemDeclared | SystemChanged | SystemRemoved]
) -> str:
    facts = entry.facts
    if row.key != facts.system:
        return "key"
    if isinstance(facts, SystemRemoved):
        return "" if row.removed_entry_id == entry.id and row.removed_at else "removed_at"
    if row.entry_id != entry.id:
        return "entry_id"
    if row.kind != facts.of_kind:
        return "kind"
    return "" if row.digest == facts.digest else "digest"


def _check() -> Iterator[str]:
    for row in System.objects.order_by("serial"):
        if digest_of(row.source) != row.digest:
            yield f"connectors.System {row.serial}: its text is not what was declared."


DECIDING: Final = (
    DecidingTable(
        table="connectors.System",
        speaks_of={
            SystemDeclared: lambda entry: ("serial", entry.facts.version),
            SystemChanged: lambda entry: ("serial", entry.facts.version),
            SystemRemoved: lambda entry: ("serial", entry.facts.version),
        },
        named_in=("entry_id", "removed_entry_id"),
        differs=_differs,
        check=_check,
        since="connectors.0001_initial",
    ),
)
