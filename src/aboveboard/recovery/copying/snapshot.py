"""What is read of the instance, besides the rows, at the moment of the snapshot."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from aboveboard.recovery.backups import BackupPart
from aboveboard.recovery.manifest import CopiedTable

Query = Callable[[str], Sequence[Sequence[Any]]]
OnStep = Callable[[str], None]
"""Called with the name of each table, or other step, as it is begun."""


@dataclass(frozen=True, slots=True)
class SnapshotFacts:
    """As of the snapshot: migrations applied, the ledger's head, what root keys are needed,
    last numbers given out."""

    migrations: Sequence[str]
    ledger_size: int
    ledger_note: str
    root_keys: Sequence[str]
    sequences: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class DatabaseSnapshot:
    """A finished snapshot."""

    facts: SnapshotFacts
    records: Mapping[str, CopiedTable]
    keys: Mapping[str, CopiedTable]


class CopyableDatabase(Protocol):
    """One kind of database. Both do the same, and are held to it by the same tests."""

    def copy_out(self, records: BackupPart, keys: BackupPart, on_step: OnStep) -> DatabaseSnapshot:
        """Write every table into the two parts, all as of one moment, while
        others go on writing."""

    def load(self, folder: str, tables: Mapping[str, CopiedTable]) -> None:
        """Put a part's rows into the tables of Django's connection, in place
        of whatever is in them."""

    def set_sequences(self, sequences: Mapping[str, int]) -> None:
        """Let numbering go on after the last number that was ever given out."""


def facts(query: Query, sequences: Mapping[str, int]) -> SnapshotFacts:
    """Read the facts with ``query``, which sees the snapshot: the packages' own queries may see a
    later moment."""
    migrations = [
        f"{app}.{name}"
        for app, name in query("SELECT app, name FROM django_migrations ORDER BY app, name")
    ]
    # By table names, not through models: the connection that has the snapshot is not Django's.
    head = query("SELECT size, note FROM ledger_checkpointrow ORDER BY size DESC LIMIT 1")
    wrapping = query("SELECT provider, wrapped FROM keys_wrappingkey ORDER BY provider, id")
    size, note = head[0] if head else (0, "")
    return SnapshotFacts(
        migrations,
        size,
        note,
        sorted({_root_key(provider, bytes(wrapped)) for provider, wrapped in wrapping}),
        sequences,
    )


def _root_key(provider: str, wrapped: bytes) -> str:
    """What must be there to unwrap: the provider, and of a key in a file its id (``keys``:
    0x01, then four bytes)."""
    return f"{provider} {wrapped[1:5].hex()}" if wrapped[:1] == b"\x01" else provider
