"""Correcting and restricting in a database: by the data category that the declaration gives a
column, and by the columns that it says are set."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

import sqlalchemy as sa

from aboveboard.basics.personal import Personal
from aboveboard.connectors.contract import SystemChange
from aboveboard.connectors.sql.finding import python_type
from aboveboard.connectors.sql.plan import DatabasePlan, PlannedTable, RowValues


def correct(
    connection: sa.Connection,
    plan: DatabasePlan,
    person: PlannedTable,
    row: RowValues,
    values: Mapping[str, Personal[str]],
) -> SystemChange:
    """Set every column of these categories in the person's own rows, where it differs.

    What the driver raises is for the caller to translate; nothing was changed.
    """
    changed: dict[str, int] = {}
    messages = []
    for category, value in values.items():
        columns = list(_columns(plan, person, category))
        if not columns:
            messages.append(f"No column is declared as {category}: look whether it is held there.")
        for planned, column in columns:
            if planned.shared and _is_shared(connection, plan, planned, row):
                messages.append(f"{planned.name}: other people's records use it too.")
                continue
            try:
                new = _converted(column, value.reveal())
            except (ValueError, InvalidOperation):
                messages.append(f"{planned.name}.{column.key} does not take this value.")
                continue
            differs = sa.or_(column != new, column.is_(None))
            statement = sa.update(planned.table).where(planned.owned(row), differs)
            count = connection.execute(statement.values({column.key: new})).rowcount
            if count:
                changed[planned.name] = changed.get(planned.name, 0) + int(count)
    return SystemChange(changed, messages=tuple(dict.fromkeys(messages)), done=not messages)


def restrict(
    connection: sa.Connection,
    plan: DatabasePlan,
    person: PlannedTable,
    row: RowValues,
    purpose: str | None,
) -> SystemChange:
    """Set the columns that are declared for a purpose; all of them where ``purpose`` is None.

    What the driver raises is for the caller to translate; nothing was changed.
    """
    changed: dict[str, int] = {}
    declared = False
    for planned in plan.of(person):
        for rule in planned.rule.restrict:
            if purpose is not None and rule.purpose not in ("", purpose):
                continue
            declared = True
            column = planned.table.columns[rule.column]
            differs = (
                column.is_not(None)
                if rule.value is None
                else sa.or_(column != rule.value, column.is_(None))
            )
            statement = sa.update(planned.table).where(planned.owned(row), differs)
            count = connection.execute(statement.values({column.key: rule.value})).rowcount
            if count:
                changed[planned.name] = changed.get(planned.name, 0) + int(count)
    if declared:
        return SystemChange(changed)
    about = "any purpose" if purpose is None else purpose
    return SystemChange(
        messages=(f"Nothing is declared that stops the use for {about}: see to it there.",),
        done=False,
    )


def _columns(
    plan: DatabasePlan, person: PlannedTable, category: str
) -> Iterator[tuple[PlannedTable, sa.Column[Any]]]:
    for planned in plan.of(person):
        for name, declared in planned.declared.fields.items():
            if declared.category == category and not declared.others:
                yield planned, planned.table.columns[name]


def _is_shared(
    connection: sa.Connection, plan: DatabasePlan, planned: PlannedTable, row: RowValues
) -> bool:
    """Whether more than one row refers to a row that a person's row refers to."""
    references = 0
    for table, constraint in plan.references_to(planned):
        source = table.alias()
        joined = [
            source.c[each.parent.key] == planned.table.c[each.column.key]
            for each in constraint.elements
        ]
        statement = (
            sa.select(sa.func.count())
            .select_from(planned.table.join(source, sa.and_(*joined)))
            .where(planned.owned(row))
        )
        references += int(connection.execute(statement).scalar_one())
    return references > 1


def _converted(column: sa.Column[Any], text: str) -> Any:
    """Return a value in the type of a column.

    Raises:
        ValueError, ArithmeticError: the column does not take it.
    """
    of = python_type(column)
    length = getattr(column.type, "length", None)
    if of in (str, object):
        if length and len(text) > length:
            raise ValueError
        return text
    if of is bool:
        if text.lower() not in _BOOLEAN:
            raise ValueError
        return _BOOLEAN[text.lower()]
    if of is datetime:
        return datetime.fromisoformat(text)
    if of is date:
        return date.fromisoformat(text)
    if of in (int, float, Decimal):
        return of(text)
    raise ValueError


_BOOLEAN = {"true": True, "false": False}
