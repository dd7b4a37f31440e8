"""SQLite: both parts are attached to one reading connection, and filled
inside one transaction of it.

A reader of a write-ahead log sees one moment and holds up no writer. The parts need no journal:
they are thrown away when anything goes wrong.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Final

from django.db import connection

from aboveboard.recovery.backups import BackupPart, CannotWrite
from aboveboard.recovery.copying import tables
from aboveboard.recovery.copying.snapshot import DatabaseSnapshot, OnStep, facts
from aboveboard.recovery.manifest import CopiedTable

FILE: Final = "rows.sqlite3"


class Sqlite:
    """See :class:`aboveboard.recovery.copying.snapshot.CopyableDatabase`."""

    def copy_out(self, records: BackupPart, keys: BackupPart, on_step: OnStep) -> DatabaseSnapshot:
        """See the protocol.

        Raises:
            CannotWrite: the disk of the parts is full or failing.
        """
        name = str(connection.settings_dict["NAME"])
        source = name if name.startswith("file:") else Path(name).as_uri() + "?mode=rw"
        with closing(
            sqlite3.connect(source, uri=True, isolation_level=None, timeout=30)
        ) as database:
            for part, alias in ((records, "records"), (keys, "keys")):
                (part.folder / FILE).touch(mode=0o600)
                database.execute(
                    "ATTACH ? AS " + alias, [(part.folder / FILE).as_uri() + "?mode=rw"]
                )
                database.execute(f"PRAGMA {alias}.journal_mode = OFF")
                # The part flushes the whole file itself.
                database.execute(f"PRAGMA {alias}.synchronous = OFF")
            taken = self._copied(database, records, on_step)
        for part in (records, keys):
            part.add_file(FILE)
        return taken

    def _copied(
        self, database: sqlite3.Connection, records: BackupPart, on_step: OnStep
    ) -> DatabaseSnapshot:
        secret = tables.keys_tables()
        made: dict[str, dict[str, CopiedTable]] = {"records": {}, "keys": {}}
        names = tables.all_tables()
        try:
            # Deferred: the first SELECT fixes the moment, and nobody who writes waits for us.
            database.execute("BEGIN")
            read = facts(
                lambda statement: database.execute(statement).fetchall(), _sequences(database)
            )
            for table in names:
                on_step(table)
                part = "keys" if table in secret else "records"
                database.execute(
                    f'CREATE TABLE {part}."{table}" '  # noqa: S608 - as below
                    f'AS SELECT * FROM main."{table}"'
                )
                (count,) = database.execute(
                    f'SELECT count(*) FROM {part}."{table}"'  # noqa: S608 - our own tables' names
                ).fetchone()
                columns = [row[1] for row in database.execute(f'PRAGMA main.table_info("{table}")')]
                made[part][table] = CopiedTable(FILE, columns, count)
            database.execute("COMMIT")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorname.startswith(
                ("SQLITE_FULL", "SQLITE_IOERR_WRITE", "SQLITE_IOERR_TRUNCATE")
            ):
                raise CannotWrite(
                    place=records.final.parent, why="the disk is full or failing"
                ) from None
            raise
        return DatabaseSnapshot(read, made["records"], made["keys"])

    def load(self, folder: str, tables: Mapping[str, CopiedTable]) -> None:
        """See the protocol. Must not run inside a transaction: SQLite attaches nothing there."""
        with connection.cursor() as cursor:
            cursor.execute(
                "ATTACH %s AS part", [(Path(folder) / FILE).resolve().as_uri() + "?mode=ro"]
            )
            try:
                # The tables come by name, not by dependency: checked once, when all are in. The
                # pragma does nothing inside a transaction, so it stands before BEGIN.
                cursor.execute("PRAGMA foreign_keys = OFF")
                cursor.execute("BEGIN IMMEDIATE")
                for name, table in tables.items():
                    listed = ", ".join(f'"{column}"' for column in table.columns)
                    # Names out of a manifest that was checked against the schema.
                    cursor.execute(f'DELETE FROM main."{name}"')  # noqa: S608
                    cursor.execute(
                        f'INSERT INTO main."{name}" ({listed}) '  # noqa: S608 - as above
                        f'SELECT {listed} FROM part."{name}"'
                    )
                cursor.execute("COMMIT")
            finally:
                if connection.connection.in_transaction:
                    cursor.execute("ROLLBACK")
                cursor.execute("DETACH part")
                cursor.execute("PRAGMA foreign_keys = ON")

    def set_sequences(self, sequences: Mapping[str, int]) -> None:
        """See the protocol."""
        with connection.cursor() as cursor:
            for name, value in sequences.items():
                cursor.execute(
                    "UPDATE sqlite_sequence SET seq = max(seq, %s) WHERE name = %s", [value, name]
                )
                if not cursor.rowcount:
                    cursor.execute(
                        "INSERT INTO sqlite_sequence (name, seq) VALUES (%s, %s)", [name, value]
                    )


def _sequences(database: sqlite3.Connection) -> dict[str, int]:
    rows = database.execute(
        "SELECT name, max(seq) FROM main.sqlite_sequence GROUP BY name"
    ).fetchall()
    left_out = tables.excluded_tables()
    return {name: value for name, value in rows if name not in left_out}
