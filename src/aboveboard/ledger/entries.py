"""The entries that the ledger writes about itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from aboveboard.basics.facts import (
    Digest,
    Facts,
    NothingToRestore,
    OnRestore,
    Particulars,
    RepeatOnRestore,
    VerifierKey,
)


@dataclass(frozen=True, slots=True)
class SigningKeyReplaced(Facts):
    """From this entry on, the log is signed with the key ``new``. ``generation`` counts its keys
    from 1."""

    kind: ClassVar[str] = "ledger.key-changed"
    on_restore: ClassVar[OnRestore] = RepeatOnRestore("the log continues with the new signing key")

    generation: int
    old: VerifierKey
    new: VerifierKey


@dataclass(frozen=True, slots=True)
class CommittedRun(Particulars):
    """One run of the index of handles: up to which place in the tree it goes, how many records it
    has, and their root. It begins where the one before ends."""

    end: int
    records: int
    root: Digest


@dataclass(frozen=True, slots=True)
class HandlesCommitted(Facts):
    """Which entries have which handle, from the log's beginning to the end of the last run: so that
    a person's list can be proved to be whole (``format/handle_index.py``)."""

    kind: ClassVar[str] = "ledger.handles-committed"
    on_restore: ClassVar[OnRestore] = NothingToRestore("it follows from the log")

    runs: tuple[CommittedRun, ...]
