"""Which generations of the index key are written and searched, so that no look-up is missed
while one replaces another.

Writers ask :func:`written_generations` in the transaction that stores: it holds back a change until
they have committed. Readers guess from what this process saw last, and the statement that looks up
says whether the guess was right (``vault.queries.find_each``).
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from typing import Final

from django.db import connection, transaction

from aboveboard.keys.queries import instance_secret
from aboveboard.vault.models import IndexGenerations

_LOCK: Final = zlib.crc32(b"aboveboard.vault.generations")
"""PostgreSQL advisory locks are named by numbers; this is ours."""
_FORMER_TABLE: Final = "vault_lookupgenerations"
"""Its name before the 10th migration of this package."""


@dataclass(frozen=True, slots=True)
class Generations:
    """The generation that everybody is filed under, and the one that is being built, if any."""

    searched: int = 0
    also: int | None = None
    kept: bool = False
    """Whether the database has a row that says so: a secret that is missing then is gone, and must
    not be made."""

    @property
    def written(self) -> tuple[int, ...]:
        """The generations to file people under; the one that is searched comes first."""
        return (self.searched,) if self.also is None else (self.searched, self.also)


_known: Generations | None = None


def current() -> Generations:
    """Return which are in use, from the database."""
    global _known
    row = IndexGenerations.objects.filter(pk=1).first()
    current = Generations() if row is None else Generations(row.searched, row.also, kept=True)
    if _known is not None and _known != current:
        # A process that lives long lets go of a key that was destroyed.
        instance_secret.cache_clear()
    _known = current
    return current


def recall_from_any_version() -> Generations:
    """Return which are in use in a database that an earlier version may have left, and let this
    process know them: the table had another name once, or there was none."""
    global _known
    there = set(connection.introspection.table_names())
    named = [name for name in (IndexGenerations._meta.db_table, _FORMER_TABLE) if name in there]
    row = None
    if named:
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT searched, also FROM {named[0]} WHERE id = 1"  # noqa: S608 - of the two
            )
            row = cursor.fetchone()
    _known = Generations() if row is None else Generations(row[0], row[1], kept=True)
    return _known


def guess() -> Generations:
    """Return which were in use when this process last asked the database."""
    return _known or current()


def forget() -> None:
    """Let this process forget what it saw: the database behind it becomes another one."""
    global _known
    _known = None


def written_generations() -> tuple[int, ...]:
    """Return the generations to file under, the searched one first; they stay those
    until the transaction ends.

    Ask after the people are held and before the ledger is written to: everybody
    takes locks in this order.
    """
    # Shared: writers do not wait for each other, only a change of the generations waits for all of
    # them.
    _lock("pg_advisory_xact_lock_shared")
    return current().written


def change_generations(searched: int, also: int | None) -> None:
    """Change which are searched and written, once every writer that knows the former ones has
    committed."""
    exclude_writers()
    IndexGenerations.objects.update_or_create(pk=1, defaults={"searched": searched, "also": also})


def exclude_writers() -> None:
    """Wait for every writer to commit, and let none begin until this transaction ends."""
    _lock("pg_advisory_xact_lock")


def _lock(function: str) -> None:
    # SQLite needs no lock of its own: its transactions begin IMMEDIATE, and one writes at a time.
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("the generations are fixed for one transaction: use transaction.atomic")
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {function}(%s)", [_LOCK])
