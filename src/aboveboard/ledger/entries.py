"""The entries that the ledger writes about itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from aboveboard.basics.facts import Facts, OnRestore, RepeatOnRestore, VerifierKey


@dataclass(frozen=True, slots=True)
class SigningKeyReplaced(Facts):
    """From this entry on, the log is signed with the key ``new``. ``generation`` counts its keys
    from 1."""

    kind: ClassVar[str] = "ledger.key-changed"
    on_restore: ClassVar[OnRestore] = RepeatOnRestore("the log continues with the new signing key")

    generation: int
    old: VerifierKey
    new: VerifierKey
