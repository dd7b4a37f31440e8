"""What ``adoption`` writes to the ledger."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from aboveboard.basics.facts import Digest, Facts, NothingToRestore


@dataclass(frozen=True, slots=True)
class PromiseProposed(Facts):
    """A draft was proposed for adoption: its number, and the SHA-256 of its text. Somebody else has
    to adopt it."""

    kind: ClassVar = "promise.proposed"
    on_restore: ClassVar = NothingToRestore("what was proposed may be proposed again")

    draft: int
    digest: Digest


@dataclass(frozen=True, slots=True)
class ChangeAnnounced(Facts):
    """Everybody whom a version of the promise concerns is written to."""

    kind: ClassVar = "promise.announced"
    on_restore: ClassVar = NothingToRestore("what was queued after the backup is queued again")

    promise: int
    before: int
