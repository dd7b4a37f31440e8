"""The ledger entries of merges. Merges and splits are written under the handles of both records.

``merged`` is the number of the entry that says the two were merged.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from aboveboard.basics.facts import (
    Facts,
    NothingToRestore,
    OnRestore,
    RedoByHand,
    SealedFact,
    optional_fact,
)


@dataclass(frozen=True, slots=True)
class PeopleMerged(Facts):
    """Two records were found to be of one person; ``fields``: how many the one record has now."""

    kind: ClassVar[str] = "people.merged"
    on_restore: ClassVar[OnRestore] = RedoByHand(
        "the two records are apart again, as they were: merge them again"
    )

    reference: SealedFact
    fields: int


@dataclass(frozen=True, slots=True)
class PeopleSplit(Facts):
    """A merge was undone."""

    kind: ClassVar[str] = "people.split"
    on_restore: ClassVar[OnRestore] = RedoByHand("the record is one again: split it again")

    merged: int
    reference: SealedFact


@dataclass(frozen=True, slots=True)
class MergeClosed(Facts):
    """A merge can no longer be undone: its undo data was destroyed."""

    kind: ClassVar[str] = "people.merge-closed"
    on_restore: ClassVar[OnRestore] = NothingToRestore(
        "the undo data went with the merge it belonged to"
    )

    merged: int


@dataclass(frozen=True, slots=True)
class PeopleDistinguished(Facts):
    """Somebody said that two records are not of one person; or took that back: ``ends`` is the
    entry that said so. It names neither of the two."""

    kind: ClassVar[str] = "people.distinguished"
    on_restore: ClassVar[OnRestore] = RedoByHand(
        "the ledger does not say of which two records: look through the possible duplicates again"
    )

    ends: int | None = optional_fact()
