"""What ``website`` writes into the ledger."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from aboveboard.basics.facts import Digest, Facts, NothingToRestore, OnRestore


@dataclass(frozen=True, slots=True)
class VisitorChoicesKept(Facts):
    """Choices of the website's visitors were kept: how many, and the SHA-256 over all of them, so
    that none can be changed or added later. Each has a random number of 128 bits, so nothing can be
    guessed from the digest."""

    kind: ClassVar[str] = "website.chosen"
    on_restore: ClassVar[OnRestore] = NothingToRestore(
        "what visitors chose decides nothing here; their browsers keep it themselves"
    )

    count: int
    digest: Digest
