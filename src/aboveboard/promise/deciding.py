"""How the rows of promises are compared with the log, declared."""

from __future__ import annotations

from typing import Final

from aboveboard.basics.package import DecidingTable, RecordedEntry
from aboveboard.promise.entries import PromiseAdopted
from aboveboard.promise.models import PromiseVersion


def _differs(row: PromiseVersion, entry: RecordedEntry[PromiseAdopted]) -> str:
    return "" if row.digest == entry.facts.digest else "digest"


DECIDING: Final = (
    DecidingTable(
        table="promise.PromiseVersion",
        speaks_of={PromiseAdopted: lambda entry: ("serial", entry.facts.promise)},
        differs=_differs,
    ),
)
