"""What a declaration says of an SQL database: how it is reached, and for each table how its rows
belong to a person and what an erasure does with them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from aboveboard.basics.canonical import Json
from aboveboard.connectors.limits import SQL_TIMEOUT
from aboveboard.connectors.reading import DeclarationPart
from aboveboard.connectors.secrets import SecretReference
from aboveboard.kinds.codes import countries

DIALECTS: Final = ("postgresql", "mysql", "mariadb", "sqlite", "mssql", "oracle")
DELETE, FIELDS, KEEP, NULL, MASK = "delete", "fields", "keep", "null", "mask"
_ERASE_ROW: Final = (DELETE, FIELDS, KEEP)
_ERASE_COLUMN: Final = (NULL, MASK, KEEP)


@dataclass(frozen=True, slots=True)
class ColumnRule:
    """What is done with a column: on erasure, whether it is read, and how an identifier in it is
    compared (``exact``: stored in normal form; ``country``: of phone numbers without one)."""

    erase: str = ""
    read: bool = True
    exact: bool = False
    country: str = ""


@dataclass(frozen=True, slots=True)
class RetentionRule:
    """Why rows stay: until a day, or for ``years`` after the day in the column ``since``."""

    ground: str
    until: date | None = None
    years: int = 0
    since: str = ""


@dataclass(frozen=True, slots=True)
class RestrictionRule:
    """The column that is set, and to what, where processing for ``purpose`` is to stop; "" stands
    for every purpose."""

    column: str
    value: Json
    purpose: str = ""


@dataclass(frozen=True, slots=True)
class TableRule:
    """One table.

    Attributes:
        table, schema: as the database calls it.
        key: the columns that name a row, where there is no primary key.
        belongs_to: the collection whose row it belongs to; "" for rows that are people.
        through: its own columns, and the columns of that collection they are equal to; empty where
            the one foreign key between the two says it.
        erase: ``delete``, ``fields`` (its columns, each by its rule) or ``keep``.
        refers: names, and ways along foreign keys to a column that explains the row.
    """

    table: str
    schema: str
    key: tuple[str, ...]
    belongs_to: str
    through: Mapping[str, str]
    erase: str
    retain: RetentionRule | None
    restrict: tuple[RestrictionRule, ...]
    refers: Mapping[str, tuple[str, ...]]
    columns: Mapping[str, ColumnRule]


@dataclass(frozen=True, slots=True)
class SqlSettings:
    """How the database is reached. ``host`` is a folder where it is reached by a socket; ``tls``
    is ``verify``, ``require`` or ``off``; ``timeout`` in seconds for each statement."""

    dialect: str
    host: str
    port: int
    database: str
    user: str
    password: SecretReference | None
    tls: str
    ca: str
    schema: str
    timeout: int
    tables: Mapping[str, TableRule]


def read(part: DeclarationPart, collections: Mapping[str, DeclarationPart]) -> SqlSettings:
    """Return the settings; what is wrong is reported on the parts."""
    dialect = part.text("dialect", "which database it is", required=True, choices=DIALECTS)
    host = part.text("host", "its address, or the folder of its socket")
    if dialect and dialect != "sqlite" and not host:
        part.problem("", "`sql` has no `host`.", "Add `host:` — where it is.", code="missing")
    local = host.startswith("/") or host in ("localhost", "127.0.0.1", "::1", "")
    tables = {name: _table(name, each) for name, each in collections.items()}
    _check_ways(tables, collections)
    if not any(not table.belongs_to for table in tables.values()):
        part.problem(
            "",
            "No collection holds people.",
            "Declare the table of people under `collections:`, without `belongs_to:`.",
            code="missing",
        )
    return SqlSettings(
        dialect=dialect,
        host=host,
        port=part.number("port", "the port", default=0, least=1, most=65535),
        database=part.text("database", "its name; for sqlite the file", required=True),
        user=part.text("user", "the account of this database"),
        password=part.secret("password", "where its password is"),
        tls=part.text(
            "tls",
            "how the connection is protected",
            choices=("verify", "require", "off"),
            default="off" if local else "verify",
        ),
        ca=part.text("ca", "a file with the certificates that sign the server's"),
        schema=part.text("schema", "the schema of its tables"),
        timeout=part.number(
            "timeout", "seconds for a statement", default=SQL_TIMEOUT, least=1, most=3600
        ),
        tables=tables,
    )


def _table(name: str, part: DeclarationPart) -> TableRule:
    belongs_to = part.text("belongs_to", "the collection whose row it belongs to")
    ways = part.pairs("refers", "names, and ways along foreign keys, such as film_id.title")
    rule = TableRule(
        table=part.text("table", "the name of the table", default=name),
        schema=part.text("schema", "the schema of the table"),
        key=part.words("key", "the columns that name a row"),
        belongs_to=belongs_to,
        through=part.pairs("through", "its columns, and those of the other collection"),
        erase=part.text("erase", "what an erasure does with a row", choices=_ERASE_ROW),
        retain=_retention(part.part("retain", "why rows stay")),
        restrict=tuple(map(_restriction, part.series("restrict", "a list of columns to set"))),
        refers={each: tuple(way.split(".")) for each, way in ways.items()},
        columns={
            column: _column(each)
            for column, each in part.parts("fields", "its columns or paths, by name").items()
        },
    )
    if rule.erase == KEEP and rule.retain is None:
        part.problem(
            "erase",
            "`keep` needs a ground.",
            "Add `retain:` with a `ground:` that the person reads, or delete the rows.",
        )
    return rule


def _column(part: DeclarationPart) -> ColumnRule:
    return ColumnRule(
        erase=part.text("erase", "what an erasure does with it", choices=_ERASE_COLUMN),
        read=part.flag("read", "false where nobody gets it, such as a password", default=True),
        exact=part.flag("exact", "true where it is stored in normal form"),
        country=part.text("country", "the country of phone numbers", choices=countries()),
    )


def _retention(part: DeclarationPart) -> RetentionRule | None:
    if not part.present:
        return None
    rule = RetentionRule(
        ground=part.text("ground", "why, as a sentence that the person reads", required=True),
        until=part.day("until", "the last day"),
        years=part.number("years", "how many years", default=0, least=1, most=100),
        since=part.text("since", "the column with the day from which they count"),
    )
    if bool(rule.years) != bool(rule.since):
        part.problem("years", "`years` and `since` go together.", "Write both, or `until:`.")
    return rule


def _restriction(part: DeclarationPart) -> RestrictionRule:
    column = part.text("column", "the column that is set", required=True)
    value = part.data("value", "what it is set to")
    if isinstance(value, dict | list):
        part.problem("value", "`value` is one word or number.", "Write a single value.")
    return RestrictionRule(column, value, part.text("purpose", "a purpose of the promise"))


def _check_ways(
    tables: Mapping[str, TableRule], collections: Mapping[str, DeclarationPart]
) -> None:
    """Report a collection that belongs to none that is declared, or in the end to itself."""
    for name, table in tables.items():
        above, passed = table.belongs_to, {name}
        while above:
            if above not in tables:
                collections[name].problem(
                    "belongs_to",
                    f"`{name}` belongs to a collection that is not declared.",
                    f"Declare it, or use one of: {', '.join(tables)}.",
                )
                break
            if above in passed:
                collections[name].problem(
                    "belongs_to",
                    f"`{name}` belongs to itself in the end.",
                    "One of them holds people, and belongs to none.",
                )
                break
            passed.add(above)
            above = tables[above].belongs_to
