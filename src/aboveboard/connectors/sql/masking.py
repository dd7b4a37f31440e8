"""What stands in a column afterwards: nothing where the database allows it, else words and numbers
that say of nobody anything. Pure, but for the random part that keeps unique columns unique."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa

from aboveboard.connectors.contract import EMAIL
from aboveboard.connectors.sql.finding import python_type
from aboveboard.connectors.sql.plan import Condition, PlannedTable
from aboveboard.connectors.sql.settings import KEEP, MASK, NULL

ERASED: Final = "erased"
"""What stands where words stood; in a column that is unique it goes on with random letters."""
_DAY: Final = date(1900, 1, 1)
_PLAIN: Final[dict[type, Any]] = {
    bool: False,
    bytes: b"",
    date: _DAY,
    datetime: datetime(1900, 1, 1, tzinfo=UTC),
    time: time(0),
    float: 0.0,
    Decimal: Decimal(0),
    int: 0,
    UUID: UUID(int=0),
    dict: {},
    list: [],
}


def column_rules(planned: PlannedTable, *, only_declared: bool) -> Iterator[tuple[str, str]]:
    """Yield which columns are emptied and how: as the declaration says of each, else (unless
    ``only_declared``) what has a category or is an identifier: ``null`` where the column may be
    empty, ``mask`` where not. Columns that join tables stay unless the declaration names them."""
    joining = {
        column.key for key in planned.table.foreign_key_constraints for column in key.columns
    } | {column.key for column in planned.table.primary_key}
    joining |= {column.key for column in planned.key}
    for name, declared in planned.declared.fields.items():
        rule = planned.rule.columns[name].erase
        personal = bool(declared.category or declared.identifier)
        if not rule and personal and not only_declared and name not in joining:
            rule = NULL if planned.table.columns[name].nullable else MASK
        if rule and rule != KEEP:
            yield name, rule


def emptied(planned: PlannedTable, name: str, rule: str, token: str) -> Any:
    """Return what a column is set to; ``token``: random letters, for columns that are unique."""
    column = planned.table.columns[name]
    if rule == NULL:
        return None
    of = python_type(column)
    if isinstance(column.type, sa.Enum):
        return column.type.enums[0]
    if of is datetime and not getattr(column.type, "timezone", False):
        return _PLAIN[datetime].replace(tzinfo=None)
    unique = is_unique(planned.table, name)
    if of is int and unique:
        return -int(token, 16) % 2**31
    if of is UUID and unique:
        return UUID(hex=(token * 8)[:32])
    if of in _PLAIN:
        return _PLAIN[of]
    words = f"{ERASED}-{token}" if unique else ERASED
    if planned.declared.fields[name].identifier == EMAIL:
        words += "@erased.invalid"
    # Cut where the column is short: the random letters come first in importance.
    length = getattr(column.type, "length", None)
    return words if not length or len(words) <= length else (token if unique else words)[:length]


def differs(planned: PlannedTable, name: str, rule: str) -> Condition:
    """Return the condition under which a column is not emptied yet, so that a second erasure finds
    nothing left to do."""
    column = planned.table.columns[name]
    if rule == NULL:
        return column.is_not(None)
    value = emptied(planned, name, rule, "0" * 8)
    if isinstance(value, str) and not isinstance(column.type, sa.Enum):
        return column.not_like(f"{value[: len(ERASED)]}%")
    if isinstance(value, dict | list):
        return sa.cast(column, sa.String) != str(value)
    if isinstance(value, int) and not isinstance(value, bool) and is_unique(planned.table, name):
        return column >= 0
    return sa.true() if is_unique(planned.table, name) else column != value


def is_unique(table: sa.Table, name: str) -> bool:
    """Whether two rows may not have the same value in a column, by itself or with others."""
    indexed = [index.columns for index in table.indexes if index.unique]
    constrained = [
        each.columns
        for each in table.constraints
        if isinstance(each, sa.UniqueConstraint | sa.PrimaryKeyConstraint)
    ]
    return any(name in {column.key for column in columns} for columns in indexed + constrained)
