"""Putting the rows of one kind of database into the other: an instance moves from SQLite to
PostgreSQL, or back.

The part says which columns a table had, not of which type. That the models say, as they were when
the backup was made: each value is read as what its field holds, and written as the other database
takes it. Everything else about a restoration is as within one kind.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any, Final

from django.db import DatabaseError, connection
from django.db.migrations.recorder import MigrationRecorder
from django.db.models import Field

from aboveboard.basics.errors import Invalid
from aboveboard.recovery.copying import postgres_file, sqlite_file
from aboveboard.recovery.copying.postgres import Postgres
from aboveboard.recovery.copying.sqlite import Sqlite
from aboveboard.recovery.copying.values import ValueKind, kind_of
from aboveboard.recovery.manifest import CopiedTable

KINDS: Final = {"sqlite": sqlite_file.rows, "postgresql": postgres_file.rows}
"""Each kind of database that a part can be of, and how its rows are read without it."""
_BATCH: Final = 1_000


class CannotMove(Invalid):
    """The rows of {table} cannot be put into the other kind of database: {why}."""

    code = "rows_cannot_move"
    next_step = (
        "Nothing was changed. Restore the backup into the kind of database that it was made from."
    )


class RowRestorer:
    """See :class:`aboveboard.recovery.copying.snapshot.CopyableDatabase`: puts rows back.

    ``source`` is the kind of database that the part was made from, ``known`` the models as they
    were then.
    """

    def __init__(self, source: str, known: Iterable[Any]) -> None:
        self._rows = KINDS[source]
        self._models: Mapping[str, Any] = {
            model._meta.db_table: model for model in (*known, MigrationRecorder.Migration)
        }

    def load(self, folder: str, tables: Mapping[str, CopiedTable]) -> None:
        """See the protocol.

        Raises:
            CannotMove: a table or column is of no kind that both databases have, or a value does
                not fit the other one.
        """
        plan = {name: self._kinds(name, table.columns) for name, table in tables.items()}
        put = _into_sqlite if connection.vendor == "sqlite" else _into_postgres

        def rows(name: str) -> Iterator[Sequence[Any]]:
            return self._rows(folder, name, tables[name], plan[name])

        put({name: table.columns for name, table in tables.items()}, rows)

    def _kinds(self, name: str, columns: Sequence[str]) -> list[ValueKind]:
        model = self._models.get(name)
        if model is None:
            raise CannotMove(table=name, why="no model says of which type its columns are")
        fields: Mapping[str, Field[Any, Any]] = {
            field.column: field for field in model._meta.concrete_fields
        }
        kinds = []
        for column in columns:
            kind = kind_of(fields[column]) if column in fields else None
            if kind is None:
                raise CannotMove(table=name, why=f"nothing says of which type {column} is")
            kinds.append(kind)
        return kinds

    def set_sequences(self, sequences: Mapping[str, int]) -> None:
        """See the protocol."""
        if connection.vendor == "postgresql":
            Postgres().set_sequences(sequences)
            return
        # Backups of PostgreSQL from before sequences were named by their table have their own name.
        named = {name.removesuffix("_id_seq"): value for name, value in sequences.items()}
        Sqlite().set_sequences(
            {name: value for name, value in named.items() if name in self._models}
        )


_Rows = Callable[[str], Iterator[Sequence[Any]]]


def _into_postgres(tables: Mapping[str, Sequence[str]], rows: _Rows) -> None:
    """Inside the caller's transaction, as ``Postgres.load``."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        for name in tables:
            # Checked against the models by its columns.
            cursor.execute(f"DELETE FROM {connection.ops.quote_name(name)}")  # noqa: S608
        for name, columns in tables.items():
            listed = ", ".join(connection.ops.quote_name(column) for column in columns)
            copying = cursor.copy(f"COPY {connection.ops.quote_name(name)} ({listed}) FROM STDIN")
            try:
                with connection.wrap_database_errors, copying as copy:
                    for row in rows(name):
                        copy.write_row(row)
            except DatabaseError as error:
                # A text that is too long, or has a zero character: SQLite takes both. The first
                # line alone: the others quote the value.
                why = str(error).splitlines()[0]
                raise CannotMove(table=name, why=why) from None


def _into_sqlite(tables: Mapping[str, Sequence[str]], rows: _Rows) -> None:
    """Not inside a transaction, as ``Sqlite.load``: it turns off the checking of references."""
    with connection.cursor() as cursor:
        try:
            cursor.execute("PRAGMA foreign_keys = OFF")
            cursor.execute("BEGIN IMMEDIATE")
            for name, columns in tables.items():
                listed = ", ".join(f'"{column}"' for column in columns)
                places = ", ".join(["%s"] * len(columns))
                # Checked against the models by its columns.
                cursor.execute(f'DELETE FROM "{name}"')  # noqa: S608
                insert = f'INSERT INTO "{name}" ({listed}) VALUES ({places})'  # noqa: S608
                batch: list[list[Any]] = []
                for row in rows(name):
                    batch.append([_for_sqlite(value) for value in row])
                    if len(batch) == _BATCH:
                        cursor.executemany(insert, batch)
                        batch.clear()
                if batch:
                    cursor.executemany(insert, batch)
            cursor.execute("COMMIT")
        finally:
            if connection.connection.in_transaction:
                cursor.execute("ROLLBACK")
            cursor.execute("PRAGMA foreign_keys = ON")


def _for_sqlite(value: Any) -> Any:
    """Return a value as Django writes it to SQLite: moments as text in UTC."""
    if isinstance(value, datetime):
        return str(value.astimezone(UTC).replace(tzinfo=None))
    if isinstance(value, date):
        return value.isoformat()
    return value
