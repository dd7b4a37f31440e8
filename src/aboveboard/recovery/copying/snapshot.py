"""What is read of the instance, besides the rows, at the moment of the snapshot."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from aboveboard.recovery.manifest import Table
from aboveboard.recovery.shelf import Part

Query = Callable[[str], Sequence[Sequence[Any]]]
Told = Callable[[str], None]
"""Told the name of each table as it is begun."""


@dataclass(frozen=True, slots=True)
class Facts:
    """As of the snapshot: migrations applied, the ledger's head, the id of the key that wraps the secrets, last numbers given out."""

    migrations: Sequence[str]
    ledger_size: int
    ledger_note: str
    root_key: str
    sequences: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Taken:
    """A finished snapshot."""

    facts: Facts
    records: Mapping[str, Table]
    keys: Mapping[str, Table]


class Database(Protocol):
    """One kind of database. Both do the same, and are held to it by the same tests."""

    def copy_out(self, records: Part, keys: Part, told: Told) -> Taken:
        """Write every table into the two parts, all as of one moment, while others go on writing."""

    def load(self, folder: str, tables: Mapping[str, Table]) -> None:
        """Put a part's rows into the tables of Django's connection, in place of whatever is in them."""

    def set_sequences(self, sequences: Mapping[str, int]) -> None:
        """Let numbering go on after the last number that was ever given out."""


def facts(query: Query, sequences: Mapping[str, int]) -> Facts:
    """Read the facts with ``query``, which sees the snapshot."""
    migrations = [f"{app}.{name}" for app, name in query("SELECT app, name FROM django_migrations ORDER BY app, name")]
    head = query("SELECT size, note FROM ledger_checkpointrow ORDER BY size DESC LIMIT 1")
    secret = query("SELECT wrapped FROM keys_instancesecret ORDER BY name LIMIT 1")
    size, note = head[0] if head else (0, "")
    # 0x01, then the four bytes that name the key that wraps it (vault/FORMAT.md).
    return Facts(migrations, size, note, bytes(secret[0][0])[1:5].hex() if secret else "", sequences)
