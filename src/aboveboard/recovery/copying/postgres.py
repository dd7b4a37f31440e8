"""PostgreSQL: one REPEATABLE READ transaction copies each table out in COPY's
binary form, a file each.

The rows go from the server to the file as they come: no program of PostgreSQL's own is
needed on this machine, and memory does not grow. Binary COPY is the same across the versions
we support (15 and later).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from django.db import connection, transaction

from aboveboard.recovery.backups import BackupPart, CannotWrite
from aboveboard.recovery.copying import tables
from aboveboard.recovery.copying.snapshot import DatabaseSnapshot, OnStep, facts
from aboveboard.recovery.manifest import CopiedTable

_BLOCK: Final = 1 << 20
# By table: a sequence keeps its name when the table gets another.
_OWNED = """
FROM pg_class t JOIN pg_depend d ON d.refobjid = t.oid AND d.refobjsubid > 0
AND d.deptype IN ('a', 'i') JOIN pg_class s ON s.oid = d.objid AND s.relkind = 'S'
"""
_SEQUENCES = f"""
SELECT t.relname, q.last_value {_OWNED}
JOIN pg_sequences q ON q.sequencename = s.relname
AND q.schemaname = s.relnamespace::regnamespace::text
WHERE q.schemaname = current_schema() AND q.last_value IS NOT NULL
"""
_SET_SEQUENCE = f"""
SELECT setval(s.oid::regclass, %s) {_OWNED} WHERE to_regclass(%s) IN (t.oid, s.oid)
"""
_COLUMNS = """
SELECT column_name FROM information_schema.columns
WHERE table_schema = current_schema() AND table_name = %s AND is_generated = 'NEVER'
ORDER BY ordinal_position
"""


class Postgres:
    """See :class:`aboveboard.recovery.copying.snapshot.CopyableDatabase`."""

    def copy_out(self, records: BackupPart, keys: BackupPart, on_step: OnStep) -> DatabaseSnapshot:
        """See the protocol.

        Raises:
            CannotWrite: the disk of the parts is full or failing.
        """
        secret = tables.keys_tables()
        made: dict[str, dict[str, CopiedTable]] = {"records": {}, "keys": {}}
        with transaction.atomic(durable=True), connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")

            def query(statement: str) -> list[tuple[object, ...]]:
                cursor.execute(statement)
                return list(cursor.fetchall())

            read = facts(query, {str(name): int(str(value)) for name, value in query(_SEQUENCES)})
            for table in tables.all_tables():
                on_step(table)
                part, name = (keys, "keys") if table in secret else (records, "records")
                made[name][table] = self._copy(part, table)
        return DatabaseSnapshot(read, made["records"], made["keys"])

    def _copy(self, part: BackupPart, table: str) -> CopiedTable:
        file = f"rows/{table}.copy"
        with connection.cursor() as cursor:
            cursor.execute(_COLUMNS, [table])
            columns = [name for (name,) in cursor.fetchall()]
            try:
                copying = cursor.copy(f"COPY {_target(table, columns)} TO STDOUT (FORMAT binary)")
                with part.create(file) as out, connection.wrap_database_errors, copying as copy:
                    for block in copy:
                        out.write(block)
            except OSError as error:
                raise CannotWrite(place=part.final.parent, why=error.strerror) from None
            return CopiedTable(file, columns, cursor.rowcount)

    def load(self, folder: str, tables: Mapping[str, CopiedTable]) -> None:
        """See the protocol. Runs inside the caller's transaction, which checks the foreign keys
        when all tables are in."""
        with connection.cursor() as cursor:
            # The tables come by name, not by dependency. Migrations of this very transaction may
            # have left a constraint immediate: Django does so when it adds a foreign key.
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
            for name in tables:  # a few rows that migrations made
                # Checked against the schema by its columns.
                cursor.execute(f"DELETE FROM {connection.ops.quote_name(name)}")  # noqa: S608
            for name, table in tables.items():
                copying = cursor.copy(
                    f"COPY {_target(name, table.columns)} FROM STDIN (FORMAT binary)"
                )
                with (
                    (Path(folder) / table.file).open("rb") as file,
                    connection.wrap_database_errors,
                    copying as copy,
                ):
                    while block := file.read(_BLOCK):
                        copy.write(block)

    def set_sequences(self, sequences: Mapping[str, int]) -> None:
        """See the protocol. Backups from before sequences were named by their table name them by
        their own name, which is taken too."""
        with connection.cursor() as cursor:
            for name, value in sequences.items():
                if value > 0:  # SQLite keeps a zero where no number was given out yet
                    cursor.execute(_SET_SEQUENCE, [value, connection.ops.quote_name(name)])


def _target(table: str, columns: Sequence[str]) -> str:
    names = ", ".join(connection.ops.quote_name(column) for column in columns)
    return f"{connection.ops.quote_name(table)} ({names})"
