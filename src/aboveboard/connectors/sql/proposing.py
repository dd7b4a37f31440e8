"""A declaration to begin with, from what a database says of itself: which table holds people (by
the names of its columns), what hangs on it (by foreign keys, else by names), what explains a row,
and what may be erased. A person reads it, mends it and adds it; nothing is connected by it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

import sqlalchemy as sa
import yaml

from aboveboard.basics.errors import Invalid, NotFound
from aboveboard.connectors.contract import SystemRefused
from aboveboard.connectors.limits import SQL_PROPOSED_DEPTH, SQL_TIMEOUT
from aboveboard.connectors.outgoing.addresses import read_rules, resolve, system_resolver
from aboveboard.connectors.secrets import FORMS, SecretReference
from aboveboard.connectors.sql.engine import DatabaseAccess
from aboveboard.connectors.sql.finding import python_type
from aboveboard.connectors.sql.names import (
    PersonalColumnGuess,
    guess_column,
    people_score,
    refers_by_name,
    singular,
)
from aboveboard.connectors.sql.settings import SqlSettings, TableRule

_DIALECTS: Final = {
    "postgres": "postgresql",
    "postgresql": "postgresql",
    "mysql": "mysql",
    "mariadb": "mariadb",
    "sqlite": "sqlite",
    "mssql": "mssql",
    "oracle": "oracle",
}
_TITLES: Final = ("title", "name", "label", "description")
_HEAD: Final = Path(__file__).with_name("proposal.txt")
"""The comment that a proposal begins with."""


def settings_of(
    url: str, *, password: SecretReference | None, schema: str, tls: str
) -> SqlSettings:
    """Return how the database of an address is reached.

    Raises:
        Invalid: the address is of no database that is known, or has a password in it.
    """
    try:
        parsed = sa.make_url(url)
        dialect = _DIALECTS[parsed.drivername.partition("+")[0]]
    except (sa.exc.ArgumentError, KeyError):
        known = ", ".join(sorted(set(_DIALECTS.values())))
        raise Invalid(
            found="an address of no known database",
            fix=f"Write it as postgresql://USER@HOST/DATABASE; known are {known}.",
        ) from None
    if parsed.password is not None:
        raise Invalid(
            found="an address with a password in it, which others on this machine can read",
            fix=f"Leave it out, name where it is with --password ({FORMS}), and change it.",
        )
    host = str(parsed.query.get("unix_socket") or parsed.query.get("host") or parsed.host or "")
    local = host.startswith("/") or host in ("localhost", "127.0.0.1", "::1", "")
    rule = TableRule("", "", (), "", {}, "", None, (), {}, {})
    return SqlSettings(
        dialect=dialect,
        host=host,
        port=parsed.port or 0,
        database=parsed.database or "",
        user=parsed.username or "",
        password=password,
        tls=tls or ("off" if local else "verify"),
        ca="",
        schema=schema,
        timeout=SQL_TIMEOUT,
        # One rule, for the one schema that is looked at.
        tables={"": rule},
    )


def propose(settings: SqlSettings, *, key: str) -> str:
    """Return a declaration of a database, as YAML with comments.

    Raises:
        NotFound: no table looks as if it held people.
        SystemUnavailable, SystemRefused, SystemAnswerUnreadable: as the contract says.
    """
    # Who proposes it typed where it is.
    private = [settings.host] if settings.host and not settings.host.startswith("/") else []
    access = DatabaseAccess(key, settings, read_rules(private))
    tables = [table for table in access.reflect().tables.values() if table.primary_key.columns]
    proposal = _Proposal(tables)
    head = {
        "system": key,
        "name": f"The database {Path(settings.database).stem}",
        "kind": "sql",
        "why": "Say here, in a sentence that customers read, why you have this system.",
        "source": "Say here where its data come from.",
        "owner": "Say here which team answers for it.",
        "data_subjects": ["customer"],
        **({"addresses": {"private": private}} if is_inside(key, private) else {}),
        "sql": _reached(settings),
        "collections": proposal.collections(),
    }
    notes = "".join(f"# - {note}\n" for note in proposal.notes)
    written = yaml.safe_dump(_plain(head), sort_keys=False, allow_unicode=True, width=100)
    return _HEAD.read_text("utf-8") + notes + written


def _plain(value: object) -> object:
    """Return a value with plain words: SQLAlchemy's names are a kind of their own, which YAML does
    not write."""
    if isinstance(value, dict):
        return {str(name): _plain(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    return str(value) if isinstance(value, str) else value


def _reached(settings: SqlSettings) -> dict[str, object]:
    reached = {
        "dialect": settings.dialect,
        "host": settings.host,
        "port": settings.port,
        "database": settings.database,
        "user": settings.user,
        "password": settings.password.text if settings.password else "",
        "schema": settings.schema,
    }
    return {name: value for name, value in reached.items() if value}


def is_inside(key: str, hosts: list[str]) -> bool:
    """Whether a host has an address that a declaration has to name."""
    try:
        for host in hosts:
            resolve(key, host, 0, read_rules([]), system_resolver)
    except SystemRefused:
        return True
    return False


class _Proposal:
    """What is proposed of some tables. ``notes``: what a person should look at."""

    def __init__(self, tables: list[sa.Table]) -> None:
        self.notes: list[str] = []
        self._tables = tables
        scores = {table: people_score(table) for table in tables}
        people = sorted((t for t in tables if scores[t] > 0), key=lambda t: -scores[t])
        if not people:
            raise NotFound(what="table that looks as if it held people")
        self._person, self._others = people[0], people[1:]
        self._above: dict[sa.Table, tuple[sa.Table | None, dict[str, str]]] = {
            self._person: (None, {})
        }
        self._hang_below(self._person, 1)
        self._hang_above()
        for other in self._others:
            if other not in self._above:
                self.notes.append(
                    f"{other.fullname} seems to hold people too: add it without belongs_to if they "
                    "are customers."
                )

    def collections(self) -> dict[str, object]:
        """Return the collections."""
        return {table.name: self._collection(table) for table in self._above}

    def _hang_below(self, above: sa.Table, depth: int) -> None:
        """Take every table with a key to this one, and then those with a key to them."""
        below = []
        for table in self._tables:
            # Another table of people is never gone into: its rows are somebody else's.
            if table in self._above or table in self._others:
                continue
            through = list(_joining_columns(table, above))
            if not through:
                continue
            if len(through) > 1:
                self.notes.append(
                    f"{table.fullname} refers to {above.name} by several columns: choose which of "
                    "them make a row that person's."
                )
            by_names = not any(each.referred_table is above for each in _keys(table))
            needed = len(through) > 1 or by_names
            self._above[table] = (above, through[0] if needed else {})
            below.append(table)
        if depth < SQL_PROPOSED_DEPTH:
            for table in below:
                self._hang_below(table, depth + 1)

    def _hang_above(self) -> None:
        """Take what the person's row refers to and looks personal, such as an address."""
        for key in _keys(self._person):
            table = key.referred_table
            personal = [guess for column in table.columns if (guess := guess_column(column))]
            if table in self._above or table in self._others or table is self._person:
                continue
            if any(guess.category.startswith("user.contact") for guess in personal):
                self._above[table] = (self._person, {})

    def _collection(self, table: sa.Table) -> dict[str, object]:
        above, through = self._above[table]
        collection: dict[str, object] = {}
        if table.schema:
            collection["schema"] = table.schema
        if above is not None:
            collection["belongs_to"] = above.name
            if through:
                collection["through"] = through
        if refers := dict(self._refers(table)):
            collection["refers"] = refers
        fields = {}
        for column in table.columns:
            guess = guess_column(column)
            if guess is not None:
                fields[column.key] = _field(guess, is_person=above is None)
        own_key = list(table.primary_key.columns)
        if above is None and len(own_key) == 1:
            fields.setdefault(own_key[0].key, {"identifier": "customer_number"})
        if fields:
            collection["fields"] = fields
        return collection

    def _refers(self, table: sa.Table) -> Iterator[tuple[str, str]]:
        """Yield a name and a way for each thing that a row of the table refers to and that has a
        title: two steps at most."""
        for step, target in _single_keys(table):
            if target in self._above or target in self._others or target is table:
                continue
            if title := _title(target):
                yield f"{singular(target.name)}_{title}", f"{step}.{title}"
                continue
            for second, further in _single_keys(target):
                title = _title(further)
                if title and further not in self._above and further not in self._others:
                    yield f"{singular(further.name)}_{title}", f"{step}.{second}.{title}"


def _field(guess: PersonalColumnGuess, *, is_person: bool) -> dict[str, object]:
    field: dict[str, object] = {}
    if guess.identifier and is_person:
        field["identifier"] = guess.identifier
    if guess.category:
        field["category"] = guess.category
    if guess.secret:
        field["read"] = False
    return field


def _keys(table: sa.Table) -> Iterator[sa.ForeignKeyConstraint]:
    yield from sorted(table.foreign_key_constraints, key=lambda key: str(list(key.column_keys)))


def _joining_columns(table: sa.Table, above: sa.Table) -> Iterator[dict[str, str]]:
    """Yield by which columns a table may hang on another: foreign keys; where it has none at all,
    a column that is named after the other table."""
    by_key = [key for key in _keys(table) if key.referred_table is above]
    for key in by_key:
        yield {each.parent.key: each.column.key for each in key.elements}
    target = list(above.primary_key.columns)
    if by_key or list(_keys(table)) or len(target) != 1 or table is above:
        return
    for column in table.columns:
        named = refers_by_name(column.key, above.name, target[0].key)
        if named and python_type(column) is python_type(target[0]):
            yield {column.key: target[0].key}


def _single_keys(table: sa.Table) -> Iterator[tuple[str, sa.Table]]:
    for key in _keys(table):
        if len(key.elements) == 1:
            yield key.elements[0].parent.key, key.referred_table


def _title(table: sa.Table) -> str:
    names: Mapping[str, str] = {column.key.lower(): column.key for column in table.columns}
    for title in _TITLES:
        for name, written in names.items():
            if name == title or name.replace("_", "").endswith(f"{singular(table.name)}{title}"):
                return written
    return ""


def key_of(settings: SqlSettings) -> str:
    """Return a key for a system: the name of its database, as a key is written."""
    plain = re.sub(r"[^a-z0-9_-]+", "-", Path(settings.database).stem.lower()).strip("-_0123456789")
    return plain[:50] or "database"
