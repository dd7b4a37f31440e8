"""The connector of an SQL database: reflection once in a process, then each verb on a connection of
its own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from threading import Lock

import sqlalchemy as sa

from aboveboard.basics import clock
from aboveboard.basics.personal import Personal
from aboveboard.connectors.contract import (
    Attachment,
    FieldSeen,
    Health,
    Identifier,
    Match,
    Record,
    SystemAnswerUnreadable,
    SystemChange,
    SystemRefused,
    SystemUnavailable,
    Verb,
)
from aboveboard.connectors.declaration import SystemDeclaration
from aboveboard.connectors.outgoing.addresses import read_rules
from aboveboard.connectors.plain import plain_value
from aboveboard.connectors.sql import changing, finding, rows
from aboveboard.connectors.sql.engine import DatabaseAccess
from aboveboard.connectors.sql.erasing import DatabaseErasure
from aboveboard.connectors.sql.plan import DatabasePlan, PlannedTable, RowValues, table_key


class SqlConnector:
    """A database, by its declaration. Shared by the threads of a process."""

    def __init__(self, declaration: SystemDeclaration) -> None:
        self.declaration = declaration
        rules = read_rules(declaration.private_addresses)
        self.access = DatabaseAccess(declaration.key, declaration.settings, rules)
        self._plan: DatabasePlan | None = None
        self._planning = Lock()

    @property
    def key(self) -> str:
        """The name of the system."""
        return self.declaration.key

    @property
    def verbs(self) -> frozenset[Verb]:
        """All but what nothing is declared for."""
        declared = self.declaration
        restricts = any(table.restrict for table in declared.settings.tables.values())
        corrects = any(
            field.category
            for collection in declared.collections.values()
            for field in collection.fields.values()
        )
        without = set()
        if not restricts:
            without.add(Verb.RESTRICT)
        if not corrects:
            without.add(Verb.CORRECT)
        return frozenset(Verb) - without

    @property
    def plan(self) -> DatabasePlan:
        """The tables as they are, reflected once in a process.

        Raises:
            SystemUnavailable, SystemRefused, SystemAnswerUnreadable: as the contract says.
        """
        with self._planning:
            if self._plan is None:
                self._plan = DatabasePlan(self.declaration, self.access)
            return self._plan

    def test(self) -> Health:
        """Reflect anew, and read no more of people than whether their tables may be read."""
        try:
            plan = DatabasePlan(self.declaration, self.access)
            with self.access.reading() as connection:
                for planned in plan.tables.values():
                    source, _ = rows.explained(planned, system=self.key)
                    statement = sa.select(sa.literal(1)).select_from(source).limit(1)
                    connection.execute(statement).first()
        except (SystemUnavailable, SystemRefused, SystemAnswerUnreadable) as error:
            return Health(False, str(error))
        with self._planning:
            self._plan = plan
        names = tuple(f"{each.name}: {each.table.fullname}" for each in plan.tables.values())
        count = len(names)
        tables = "1 table" if count == 1 else f"{count} tables"
        return Health(True, f"It answers, and {tables} may be read.", names)

    def describe(self, *, samples: int = 0) -> Iterator[FieldSeen]:
        """Yield every column of every table, those that are declared by the name of their
        collection. As they are now, and also where the declaration does not fit any more: that is
        what somebody who looks wants to see."""
        settings, metadata = self.declaration.settings, self.access.reflect()
        names = {
            table_key(rule, settings.schema): self.declaration.collections[name]
            for name, rule in settings.tables.items()
        }
        with self.access.reading() as connection:
            for key, table in metadata.tables.items():
                collection = names.get(key)
                for column in table.columns:
                    declared = collection and collection.fields.get(column.key)
                    yield FieldSeen(
                        collection.name if collection else str(table.fullname),
                        # A reflected name is a kind of text of its own, which YAML does not know.
                        str(column.key),
                        str(column.type),
                        tuple(_samples(connection, column, samples)),
                        declared.category if declared else "",
                    )

    def find(self, identifiers: Sequence[Identifier]) -> Iterator[Match]:
        """Yield the rows that are the person, by any spelling of an identifier."""
        with self.access.reading() as connection:
            yield from finding.find(connection, self.plan.people, identifiers)

    def read(self, match: Match) -> Iterator[Record | Attachment]:
        """Yield the person's row and every row that hangs on it, streamed."""
        person = self._person(match)
        with self.access.reading() as connection:
            row = self._row(connection, person, match)
            if row is None:
                return
            for planned in self.plan.of(person):
                yield from rows.records(connection, planned, row, system=self.key)

    def correct(self, match: Match, values: Mapping[str, Personal[str]]) -> SystemChange:
        """Set the columns of these categories in the person's own rows."""
        person = self._person(match)
        with self.access.writing() as connection:
            row = self._row(connection, person, match, lock=True)
            if row is None:
                return SystemChange()
            return changing.correct(connection, self.plan, person, row, values)

    def erase(self, match: Match, *, dry_run: bool = False) -> SystemChange:
        """Erase the person's rows in one transaction, or count what would go."""
        person = self._person(match)
        with self.access.reading() if dry_run else self.access.writing() as connection:
            row = self._row(connection, person, match, lock=not dry_run)
            if row is None:
                return SystemChange()
            today = clock.now().date()
            return DatabaseErasure(connection, self.plan, person, row, today, dry_run).erase()

    def restrict(self, match: Match, purpose: str | None) -> SystemChange:
        """Set the columns that are declared to stop this purpose, or all."""
        person = self._person(match)
        with self.access.writing() as connection:
            row = self._row(connection, person, match, lock=True)
            if row is None:
                return SystemChange()
            return changing.restrict(connection, self.plan, person, row, purpose)

    def _person(self, match: Match) -> PlannedTable:
        """Return the collection of people that a match is of.

        Raises:
            SystemRefused: several people have the identifier, and nobody has decided whose it is.
            SystemAnswerUnreadable: it is not declared any more.
        """
        if match.several:
            raise SystemRefused(system=self.key, reason="two people have this identifier")
        planned = self.plan.tables.get(match.collection)
        if planned is None or planned.parent is not None:
            raise SystemAnswerUnreadable(system=self.key, where=f"no people in {match.collection}")
        return planned

    def _row(
        self, connection: sa.Connection, person: PlannedTable, match: Match, *, lock: bool = False
    ) -> RowValues | None:
        key = finding.key_values(person, match.key.reveal(), system=self.key)
        columns = self.plan.columns_needed(person)
        return rows.person_row(connection, person, columns, key, lock=lock)


def _samples(
    connection: sa.Connection, column: sa.Column[object], most: int
) -> Iterator[Personal[str]]:
    if most:
        statement = sa.select(column).where(column.is_not(None)).limit(most)
        for (value,) in connection.execute(statement):
            yield Personal(str(plain_value(value))[:200])
