"""How the numbers that lead to people are compared, declared."""

from __future__ import annotations

from typing import Final

from aboveboard.basics.package import DecidingTable, NotNeeded

DECIDING: Final = (
    DecidingTable(
        table="vault.Alias",
        speaks_of=NotNeeded("the merge that made it has the entry, and is compared with it"),
        named_in=(),
    ),
)
