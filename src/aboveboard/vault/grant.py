"""A grant: the only thing that opens a record, and only ``access`` can make one.

The mint is handed out once per process, to the first who claims it; ``access`` claims it when it
is imported, and a house test shows that nobody else asks. A grant says whose record, which fields,
and which ledger entry proves it; it works for ``limits.GRANT_LIFE`` after that entry was written.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from aboveboard.basics.errors import Refused


class GrantRefused(Refused):
    """This record was not opened: {why}."""

    code = "grant_refused"


class Mint:
    """The right to make grants."""

    __slots__ = ()


_MINT = Mint()
_claimed = False


def claim_mint() -> Mint:
    """Return the mint, the first time; raise RuntimeError after that."""
    global _claimed
    if _claimed:
        raise RuntimeError("the mint of grants belongs to `access` alone")
    _claimed = True
    return _MINT


@dataclass(frozen=True, slots=True)
class Grant:
    """Permission to open ``fields`` of one person's record, proved by the ledger entry
    ``entry_id``."""

    mint: Mint
    person_id: int
    fields: frozenset[str]
    entry_id: int
    expires_at: datetime

    def __post_init__(self) -> None:
        # By identity: a mint that somebody made themselves is equal to nothing.
        if self.mint is not _MINT:
            raise GrantRefused(why="this grant was not made by the decision")
