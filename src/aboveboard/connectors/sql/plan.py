"""Which rows are a person's: the tables of a database as it is, joined as the declaration says.

A collection without ``belongs_to`` holds people. Every other one hangs on another, by the one
foreign key between the two or by the columns that are declared; so the rows of a person are those
that lead to their row, and no way leads on to the rows of somebody else. A table that the person's
row refers to (an address, say) may be theirs as well, and is left alone where others refer to it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from aboveboard.connectors.contract import SystemAnswerUnreadable
from aboveboard.connectors.declaration import DeclaredCollection, SystemDeclaration
from aboveboard.connectors.sql.engine import DatabaseAccess
from aboveboard.connectors.sql.settings import SqlSettings, TableRule

RowValues = Mapping[str, Any]
"""The values of a row that others hang on, by the name of the column."""
Condition = sa.ColumnElement[bool]


@dataclass(frozen=True, eq=False)
class PlannedTable:
    """A collection, resolved.

    Attributes:
        links: its own column, and the column of ``parent`` that it is equal to.
        shared: the row above refers to it, so rows of other people may as well.
    """

    name: str
    table: sa.Table
    rule: TableRule
    declared: DeclaredCollection
    key: tuple[sa.Column[Any], ...]
    parent: PlannedTable | None
    links: tuple[tuple[sa.Column[Any], sa.Column[Any]], ...]
    shared: bool

    def owned(self, person: RowValues, seen: sa.FromClause | None = None) -> Condition:
        """Return the condition under which a row (of ``seen``, an alias of the table) hangs on a
        person's row."""
        source = self.table if seen is None else seen
        if self.parent is None:
            return sa.and_(*(source.c[each.key] == person[each.key] for each in self.key))
        if self.parent.parent is None:
            # By the values themselves, so that the database can use an index.
            values = [(source.c[own.key], person[above.key]) for own, above in self.links]
            if any(value is None for _, value in values):
                return sa.false()
            return sa.and_(*(column == value for column, value in values))
        above_row = self.parent.table.alias()
        joined = [source.c[own.key] == above_row.c[above.key] for own, above in self.links]
        return sa.exists().where(*joined, self.parent.owned(person, above_row))


class DatabasePlan:
    """Every collection of a declaration, and the tables that are there beside them."""

    def __init__(self, declaration: SystemDeclaration, access: DatabaseAccess) -> None:
        self._settings: SqlSettings = declaration.settings
        self._key = declaration.key
        self.metadata = access.reflect()
        self.tables: dict[str, PlannedTable] = {}
        for name in declaration.collections:
            self._resolve(name, declaration)

    @property
    def people(self) -> list[PlannedTable]:
        """The collections that hold people."""
        return [each for each in self.tables.values() if each.parent is None]

    def of(self, person: PlannedTable) -> list[PlannedTable]:
        """Return a collection of people and everything that hangs on it, what is above first."""
        return [each for each in self.tables.values() if self._root(each) is person]

    def columns_needed(self, person: PlannedTable) -> list[sa.Column[Any]]:
        """Return the columns of a person's row by which others are found."""
        needed = dict.fromkeys(person.key)
        for each in self.of(person):
            if each.parent is person:
                needed.update(dict.fromkeys(above for _, above in each.links))
        return list(needed)

    def references_to(
        self, target: PlannedTable
    ) -> Iterator[tuple[sa.Table, sa.ForeignKeyConstraint]]:
        """Yield every table with a foreign key to this one that would stop a deletion."""
        for table in self.metadata.tables.values():
            for constraint in table.foreign_key_constraints:
                stops = (constraint.ondelete or "").upper() in ("", "NO ACTION", "RESTRICT")
                if stops and constraint.referred_table is target.table:
                    yield table, constraint

    def erase_order(self, person: PlannedTable) -> list[PlannedTable]:
        """Return what hangs on a person so that what refers comes before what it refers to."""
        tables, order, entered = self.of(person), [], set[str]()

        def place(each: PlannedTable) -> None:
            if each.name in entered:
                return
            entered.add(each.name)
            for other in tables:
                refers = any(fk.referred_table is each.table for fk in _keys_of(other))
                hangs = other.parent is each and not other.shared
                if other is not each and (refers or hangs):
                    place(other)
            order.append(each)

        for each in tables:
            place(each)
        return order

    def _root(self, planned: PlannedTable) -> PlannedTable:
        while planned.parent is not None:
            planned = planned.parent
        return planned

    def _resolve(self, name: str, declaration: SystemDeclaration) -> PlannedTable:
        if name in self.tables:
            return self.tables[name]
        rule = self._settings.tables[name]
        parent = self._resolve(rule.belongs_to, declaration) if rule.belongs_to else None
        table = self._table(name, rule)
        collection = declaration.collections[name]
        for column in (*collection.fields, *rule.key, *(each.column for each in rule.restrict)):
            self._column(name, table, column)
        key = tuple(self._column(name, table, column) for column in rule.key) or tuple(
            table.primary_key.columns
        )
        if not key and parent is None:
            raise self._unreadable(f"collections.{name}.key: the table has no primary key")
        links, shared = self._links(name, table, rule, parent)
        planned = PlannedTable(name, table, rule, collection, key, parent, links, shared)
        self.tables[name] = planned
        return planned

    def _table(self, name: str, rule: TableRule) -> sa.Table:
        wanted = table_key(rule, self._settings.schema)
        table = self.metadata.tables.get(wanted)
        if table is None:
            raise self._unreadable(f"collections.{name}: there is no table {wanted}")
        return table

    def _column(self, name: str, table: sa.Table, column: str) -> sa.Column[Any]:
        if column not in table.columns:
            raise self._unreadable(f"collections.{name}: there is no column {column}")
        return table.columns[column]

    def _links(
        self, name: str, table: sa.Table, rule: TableRule, parent: PlannedTable | None
    ) -> tuple[tuple[tuple[sa.Column[Any], sa.Column[Any]], ...], bool]:
        if parent is None:
            return (), False
        down = [
            tuple((each.parent, each.column) for each in constraint.elements)
            for constraint in table.foreign_key_constraints
            if constraint.referred_table is parent.table
        ]
        up = [
            tuple((each.column, each.parent) for each in constraint.elements)
            for constraint in parent.table.foreign_key_constraints
            if constraint.referred_table is table
        ]
        if rule.through:
            links = tuple(
                (self._column(name, table, own), self._column(name, parent.table, above))
                for own, above in rule.through.items()
            )
            unique = {own for own, _ in links} >= set(table.primary_key.columns) != set()
            return links, unique and set(links) not in [set(each) for each in down]
        if len(down) + len(up) != 1:
            raise self._unreadable(
                f"collections.{name}.through: {len(down) + len(up)} foreign keys join it to "
                f"{parent.name}"
            )
        return (*down, *up)[0], not down

    def _unreadable(self, where: str) -> SystemAnswerUnreadable:
        return SystemAnswerUnreadable(system=self._key, where=where)


def table_key(rule: TableRule, schema: str) -> str:
    """Return the name of a declared table among those that were reflected; ``schema`` is the
    database's."""
    own = rule.schema or schema
    return f"{own}.{rule.table}" if own else rule.table


def _keys_of(planned: PlannedTable) -> Iterator[sa.ForeignKeyConstraint]:
    yield from planned.table.foreign_key_constraints
