"""The ledger entries of this package."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from aboveboard.basics.facts import Code, Digest, Facts, NothingToRestore, optional_fact


@dataclass(frozen=True, slots=True)
class BackupMade(Facts):
    """A backup was made. ``records`` and ``keys``: SHA-256 of each part's manifest; ``size``:
    entries in the ledger's tree at its moment."""

    kind: ClassVar = "backup.made"
    on_restore: ClassVar = NothingToRestore("a backup changes nothing")

    records: Digest
    keys: Digest
    size: int


@dataclass(frozen=True, slots=True)
class RestoreDone(Facts):
    """A restoration was finished. ``entries``: entries in the backup's tree; ``log``: whether
    there was a log of what came after; the others count the lines of the report by outcome."""

    kind: ClassVar = "restore.done"
    on_restore: ClassVar = NothingToRestore(
        "what it repeated, the entries after the backup repeat again"
    )

    backup: Code
    entries: int
    log: bool
    repeated: int
    nothing_to_do: int
    not_repeated: int


@dataclass(frozen=True, slots=True)
class RowsAuthenticated(Facts):
    """The rows from before there were MACs were compared with the log, and got theirs; ``refused``
    did not say what the log says. Once in the life of each table. ``tables``: which; where it is
    left out, those that had MACs first."""

    kind: ClassVar = "rows.authenticated"
    on_restore: ClassVar = NothingToRestore(
        "a restored database is asked again whether its rows have MACs"
    )

    rows: int
    refused: int
    tables: tuple[Code, ...] | None = optional_fact()


@dataclass(frozen=True, slots=True)
class InstanceUpgraded(Facts):
    """Another version of the program took over. ``former`` is left out where it is not known;
    ``changes``: of the database, that it made then."""

    kind: ClassVar = "instance.upgraded"
    on_restore: ClassVar = NothingToRestore("the program that restores brings its own version")

    version: Code
    changes: int
    former: Code | None = optional_fact()
