"""What ``promise`` writes to the ledger."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from aboveboard.basics.facts import Digest, Facts, RedoByHand


@dataclass(frozen=True, slots=True)
class PromiseAdopted(Facts):
    """A promise was put in force: the number of its version, and the SHA-256 of its text."""

    kind: ClassVar = "promise.adopted"
    on_restore: ClassVar = RedoByHand(
        "the ledger holds the digest of the promise, not its text: adopt the file again"
    )

    promise: int
    digest: Digest
