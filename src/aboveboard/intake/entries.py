"""What ``intake`` writes to the ledger."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from aboveboard.basics.facts import Facts, Redo, SealedFact


@dataclass(frozen=True, slots=True)
class PeopleImported(Facts):
    """A batch of people was loaded: how many, the SHA-256 of their file
    (sealed, with a key of the import), the version of the promise
    whose fields they have, and the number of the import.
    """

    kind: ClassVar = "people.imported"
    on_restore: ClassVar = Redo("the ledger does not hold who was imported: import the file again")

    people: int
    file: SealedFact
    promise: int
    run: int
