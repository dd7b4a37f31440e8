"""Erasing a person from a database: one transaction, in an order that keeps its constraints, set by
set; or the same counted and nothing changed. Numbered as in
:class:`DatabaseErasure`:

1. What refers comes before what it refers to; the person's own row when nothing hangs on it.
2. What the law makes the organisation keep stays, with ground and day; of it only the columns that
   the declaration names are emptied.
3. A row that other rows still refer to cannot go. If those are the person's own that stay, or of a
   table that is not declared, its columns are emptied instead, and the answer says so. If the
   person's row refers to it and so do other people's, it is theirs too, and is left alone.
4. The rest is deleted.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import sqlalchemy as sa

from aboveboard.connectors.contract import Retained, SystemChange
from aboveboard.connectors.sql.masking import column_rules, differs, emptied, is_unique
from aboveboard.connectors.sql.plan import Condition, DatabasePlan, PlannedTable, RowValues
from aboveboard.connectors.sql.settings import DELETE, FIELDS, MASK, RetentionRule

_SHARED = "Other people's records use this one too, so it stays as it is."


@dataclass
class DatabaseErasure:
    """One erasure of one person, on one connection. ``dry_run``: everything is counted only."""

    connection: sa.Connection
    plan: DatabasePlan
    person: PlannedTable
    row: RowValues
    today: date
    dry_run: bool
    changed: dict[str, int] = field(default_factory=dict)
    retained: list[Retained] = field(default_factory=list)
    messages: list[str] = field(default_factory=list)
    done: bool = True
    _staying: set[str] = field(default_factory=set)

    def erase(self) -> SystemChange:
        """Erase, and return what became of it.

        What the driver raises is for the caller to translate; nothing was changed.
        """
        order = self.plan.erase_order(self.person)  # 1
        kept_ways = {each.name: self._values_above(each) for each in order if each.shared}
        for planned in order:
            owned = kept_ways.get(planned.name, planned.owned(self.row))
            rule = planned.rule
            if rule.retain is not None:  # 2
                owned = self._retain(planned, rule.retain, owned)
                self._empty(planned, owned, only_declared=True)
                if not (rule.retain.years and rule.erase != FIELDS):
                    continue
                owned = self._expired(planned, rule.retain, kept_ways.get(planned.name))
            if rule.erase == FIELDS:
                self._empty(planned, owned, only_declared=False)
            else:
                self._delete(planned, owned)
        return SystemChange(
            {name: count for name, count in self.changed.items() if count},
            tuple(self.retained),
            tuple(dict.fromkeys(self.messages)),
            self.done,
        )

    def _values_above(self, planned: PlannedTable) -> Condition:
        """Return the condition of rows that the row above refers to, by their values: when they go,
        the row that referred to them is gone."""
        if planned.parent is None or planned.parent.parent is None:
            return planned.owned(self.row)
        above = sa.select(*(each for _, each in planned.links)).where(
            planned.parent.owned(self.row)
        )
        rows = {tuple(values) for values in self.connection.execute(above.distinct())}
        ways = [
            sa.and_(*(own == value for (own, _), value in zip(planned.links, row, strict=True)))
            for row in sorted(rows, key=str)
            if None not in row
        ]
        return sa.or_(sa.false(), *ways)

    def _retain(self, planned: PlannedTable, rule: RetentionRule, owned: Condition) -> Condition:
        """Note which rows stay and until when; return the condition of those."""
        until = rule.until
        if until is not None and until < self.today:
            self.messages.append(
                f"{planned.name}: the day until which its rows are kept is over; declare it anew."
            )
        if rule.years:
            since = planned.table.columns[rule.since]
            first = _years_before(self.today, rule.years)
            owned = sa.and_(owned, sa.or_(since.is_(None), since >= first))
            last = self.connection.execute(sa.select(sa.func.max(since)).where(owned)).scalar()
            until = None if last is None else _years_before(_day(last), -rule.years)
        count = self._count(planned, owned)
        if count:
            self.retained.append(Retained(planned.name, count, rule.ground, until))
        return owned

    def _expired(
        self, planned: PlannedTable, rule: RetentionRule, way: Condition | None
    ) -> Condition:
        since = planned.table.columns[rule.since]
        owned = planned.owned(self.row) if way is None else way
        return sa.and_(owned, since < _years_before(self.today, rule.years))

    def _delete(self, planned: PlannedTable, owned: Condition) -> None:
        """Delete the rows that nothing refers to any more (4), and empty the others (3)."""
        free = owned
        for table, by_others, by_own in self._references(planned):
            for refers, own in ((by_others, False), (by_own, True)):
                held = sa.and_(free, refers)
                free = sa.and_(free, sa.not_(refers))
                count = self._count(planned, held)
                if count and planned.shared and not own:
                    self.retained.append(Retained(planned.name, count, _SHARED))
                elif count:
                    self._empty(planned, held, only_declared=False)
                    self._explain(planned, table, count, own=own)
        if self.dry_run:
            self._add(planned, self._count(planned, free))
            return
        self._let_go_of_itself(planned, free)
        self._add(planned, self._run(sa.delete(planned.table).where(free)))

    def _explain(self, planned: PlannedTable, table: sa.Table, count: int, *, own: bool) -> None:
        self._staying.add(planned.name)
        rows = "1 row stays" if count == 1 else f"{count} rows stay"
        sentence = f"{planned.name}: {rows} without personal data, because {table.fullname} refers"
        if own:
            self.messages.append(f"{sentence} to it.")
            return
        # What is not declared was not looked at: somebody must, or it is a silence.
        self.messages.append(f"{sentence} to it and is not declared so: look what it holds.")
        self.done = False

    def _references(self, planned: PlannedTable) -> Iterator[tuple[sa.Table, Condition, Condition]]:
        """Yield each table that may refer to rows of this one when they are to go, with the
        conditions under which rows of others do, and rows of the person's own that stay."""
        for table, constraint in self.plan.references_to(planned):
            source = table.alias()
            refers = sa.and_(
                *(
                    source.c[each.parent.key] == planned.table.c[each.column.key]
                    for each in constraint.elements
                )
            )
            own = [each for each in self.plan.of(self.person) if each.table is table]
            # As numbers, since a condition over an empty column is neither true nor false.
            is_own = sa.case((sa.or_(sa.false(), *self._each_owned(own, source)), 1), else_=0)
            going = [self._going(each, source) for each in own]
            goes = sa.case((sa.or_(sa.false(), *going), 1), else_=0)
            yield (
                table,
                sa.exists().where(refers, is_own == 0),
                sa.exists().where(refers, is_own == 1, goes == 0),
            )

    def _each_owned(self, tables: Sequence[PlannedTable], source: sa.FromClause) -> list[Condition]:
        return [each.owned(self.row, source) for each in tables]

    def _going(self, planned: PlannedTable, source: sa.FromClause) -> Condition:
        """Return the condition under which a row of the person's own goes before."""
        rule = planned.rule
        if planned.name in self._staying or rule.erase not in ("", DELETE):
            return sa.false()
        if rule.retain is None:
            return planned.owned(self.row, source)
        if not rule.retain.years:
            return sa.false()
        first = _years_before(self.today, rule.retain.years)
        return sa.and_(planned.owned(self.row, source), source.c[rule.retain.since] < first)

    def _let_go_of_itself(self, planned: PlannedTable, free: Condition) -> None:
        """Let rows that go not refer to others of their table, where they may refer to none: MySQL
        looks at each row, not at the statement."""
        own = [
            element.parent
            for constraint in planned.table.foreign_key_constraints
            if constraint.referred_table is planned.table
            for element in constraint.elements
            if element.parent.nullable and not element.parent.primary_key
        ]
        if own:
            values = {column.key: None for column in own}
            self._run(sa.update(planned.table).where(free).values(values))

    def _empty(self, planned: PlannedTable, owned: Condition, *, only_declared: bool) -> None:
        rules = dict(column_rules(planned, only_declared=only_declared))
        if not rules:
            return
        left = sa.and_(
            owned, sa.or_(*(differs(planned, name, rule) for name, rule in rules.items()))
        )
        if self.dry_run:
            self._add(planned, self._count(planned, left))
            return
        # One row at a time only where a column must stay unique; else the whole set at once.
        masked = [name for name, rule in rules.items() if rule == MASK]
        if any(is_unique(planned.table, name) for name in masked) and planned.key:
            keys = self.connection.execute(sa.select(*planned.key).where(left)).all()
            pairs = [list(zip(planned.key, key, strict=True)) for key in keys]
            each = [sa.and_(*(column == value for column, value in pair)) for pair in pairs]
        else:
            each = [left]
        for condition in each:
            token = secrets.token_hex(4)
            values = {name: emptied(planned, name, rule, token) for name, rule in rules.items()}
            statement = sa.update(planned.table).where(condition).values(values)
            self._add(planned, self._run(statement))

    def _count(self, planned: PlannedTable, condition: Condition) -> int:
        statement = sa.select(sa.func.count()).select_from(planned.table).where(condition)
        return int(self.connection.execute(statement).scalar_one())

    def _run(self, statement: Any) -> int:
        return int(self.connection.execute(statement).rowcount)

    def _add(self, planned: PlannedTable, count: int) -> None:
        self.changed[planned.name] = self.changed.get(planned.name, 0) + count


def _day(value: Any) -> date:
    return value.date() if hasattr(value, "date") else date.fromisoformat(str(value)[:10])


def _years_before(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year - years)
    except ValueError:  # 29 February
        return day.replace(year=day.year - years, day=28)
