"""Reading what hangs on a person's row: one statement for each table, fetched in pieces, so that a
person with a million rows takes no more memory than one with ten."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

import sqlalchemy as sa

from aboveboard.basics.canonical import Json
from aboveboard.basics.personal import Personal
from aboveboard.connectors.contract import Attachment, Record, SystemAnswerUnreadable
from aboveboard.connectors.limits import SQL_INLINE_BYTES, SQL_LARGE_ROWS, SQL_ROWS
from aboveboard.connectors.plain import plain_value
from aboveboard.connectors.sql.plan import PlannedTable, RowValues

_CHUNK: Final = 64 * 1024


def person_row(
    connection: sa.Connection,
    person: PlannedTable,
    columns: list[sa.Column[Any]],
    key: RowValues,
    *,
    lock: bool = False,
) -> RowValues | None:
    """Return the columns of a person's row by which others are found; None if it is gone."""
    statement = sa.select(*columns).where(
        *(person.table.c[name] == value for name, value in key.items())
    )
    if lock and connection.dialect.name not in ("sqlite", "mssql"):
        statement = statement.with_for_update()
    row = connection.execute(statement).first()
    if row is None:
        return None
    return {column.key: value for column, value in zip(columns, row, strict=True)}


def records(
    connection: sa.Connection, planned: PlannedTable, person: RowValues, *, system: str
) -> Iterator[Record | Attachment]:
    """Yield the rows of one collection that hang on a person's row, and the files in them.

    Raises:
        SystemAnswerUnreadable: a way of ``refers`` leads nowhere.
    """
    rules = planned.rule.columns
    columns = {
        column.key: column
        for column in planned.table.columns
        if column.key not in rules or rules[column.key].read
    }
    source, reached = explained(planned, system=system)
    chosen = [*columns.values(), *reached.values()]
    names = [*columns, *reached]
    large = any(isinstance(column.type, sa.LargeBinary) for column in columns.values())
    statement = (
        sa.select(*(column.label(f"c{place}") for place, column in enumerate(chosen)))
        .select_from(source)
        .where(planned.owned(person))
    )
    if planned.key:
        statement = statement.order_by(*planned.key)
    streamed = connection.execution_options(
        stream_results=True, yield_per=SQL_LARGE_ROWS if large else SQL_ROWS
    )
    others = planned.declared.others
    with streamed.execute(statement) as rows:
        for row in rows:
            values: dict[str, Personal[Json]] = {}
            for name, value in zip(names, row, strict=True):
                if isinstance(value, bytes | memoryview) and len(value) > SQL_INLINE_BYTES:
                    yield _attachment(planned.name, name, bytes(value))
                else:
                    values[name] = Personal(plain_value(value))
            yield Record(planned.name, values, others & values.keys())


def explained(
    planned: PlannedTable, *, system: str
) -> tuple[sa.FromClause, Mapping[str, sa.ColumnElement[Any]]]:
    """Return the table joined with what explains its rows, and the columns of that: what a row
    refers to (a film) is not the person's, and only the columns that are named are read.

    Raises:
        SystemAnswerUnreadable: a way leads nowhere.
    """
    source: sa.FromClause = planned.table
    reached: dict[str, sa.ColumnElement[Any]] = {}
    joined: dict[tuple[str, ...], tuple[sa.Table, sa.FromClause]] = {}
    for name, way in planned.rule.refers.items():
        table, alias = planned.table, planned.table
        for place, step in enumerate(way[:-1]):
            before = way[: place + 1]
            if before not in joined:
                keys = list(table.columns[step].foreign_keys) if step in table.columns else []
                if len(keys) != 1:
                    raise SystemAnswerUnreadable(
                        system=system, where=f"collections.{planned.name}.refers.{name}: {step}"
                    )
                target = keys[0].column.table
                joined[before] = (target, target.alias())
                source = source.outerjoin(
                    joined[before][1],
                    alias.c[step] == joined[before][1].c[keys[0].column.key],
                )
            table, alias = joined[before]  # type: ignore[assignment]
        if way[-1] not in alias.c:
            raise SystemAnswerUnreadable(
                system=system, where=f"collections.{planned.name}.refers.{name}: {way[-1]}"
            )
        reached[name] = alias.c[way[-1]]
    return source, reached


def _attachment(collection: str, name: str, content: bytes) -> Attachment:
    chunks = [content[at : at + _CHUNK] for at in range(0, len(content), _CHUNK)]
    return Attachment(collection, Personal(name), "application/octet-stream", chunks)
