"""Reaching a database: one pool for each system in a process, secrets fetched for each connection,
read-only where nothing is to be changed, and errors that hold none of its answers.

Every connection goes through the one door outwards: the name is resolved once and every address
judged (``connectors.outgoing``). PostgreSQL is given the addresses beside the name, which TLS
checks; MySQL and MariaDB a socket that is connected already. The drivers of SQL Server and Oracle
take neither: there the name is judged before each connection.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any, Final, cast
from urllib.parse import quote

import sqlalchemy as sa
from sqlalchemy import event, exc

from aboveboard.connectors.contract import (
    SystemAnswerUnreadable,
    SystemRefused,
    SystemUnavailable,
)
from aboveboard.connectors.limits import SQL_CONNECT_WAIT, SQL_POOL
from aboveboard.connectors.outgoing import sockets
from aboveboard.connectors.outgoing.addresses import (
    OutgoingRules,
    Resolver,
    read_host,
    resolve,
    system_resolver,
)
from aboveboard.connectors.secrets import SecretNotThere
from aboveboard.connectors.sql.settings import SqlSettings

_DRIVERS: Final = {
    "postgresql": ("postgresql+psycopg", "psycopg"),
    "mysql": ("mysql+pymysql", "aboveboard[mysql]"),
    "mariadb": ("mariadb+pymysql", "aboveboard[mysql]"),
    "sqlite": ("sqlite", "pysqlite"),
    "mssql": ("mssql+pyodbc", "pyodbc, and Microsoft's ODBC driver"),
    "oracle": ("oracle+oracledb", "oracledb"),
}
"""SQLAlchemy's names, and what to install for each."""
_MYSQL: Final = ("mysql", "mariadb")
_MYSQL_PORT: Final = 3306


class DatabaseAccess:
    """The way into one database."""

    def __init__(
        self,
        key: str,
        settings: SqlSettings,
        rules: OutgoingRules,
        *,
        resolver: Resolver = system_resolver,
    ) -> None:
        self.key = key
        self.settings = settings
        self._rules, self.resolver = rules, resolver

    @cached_property
    def engine(self) -> sa.Engine:
        """The pool. Nothing is connected to before it is used.

        Raises:
            SystemRefused: the driver of this database is not installed.
        """
        settings = self.settings
        driver, package = _DRIVERS[settings.dialect]
        try:
            engine = sa.create_engine(
                self._url(driver),
                connect_args=_connect_args(settings),
                hide_parameters=True,
                pool_pre_ping=settings.dialect != "sqlite",
                pool_recycle=300,
                # A file is opened anew each time: it may have been replaced.
                **(
                    {"poolclass": sa.pool.NullPool}
                    if settings.dialect == "sqlite"
                    else {"pool_size": SQL_POOL}
                ),
            )
        except ImportError:
            reason = f"the driver is not installed; install {package} beside Aboveboard"
            raise SystemRefused(system=self.key, reason=reason) from None
        event.listen(engine, "do_connect", self._connect)
        return engine

    def _url(self, driver: str) -> sa.URL:
        settings = self.settings
        if settings.dialect == "sqlite":
            # As a URI, so that a file that is not there is not made.
            place = quote(str(Path(settings.database).absolute()))
            return sa.URL.create(
                driver, database=f"file:{place}", query={"mode": "rw", "uri": "true"}
            )
        by_socket = settings.host.startswith("/")
        return sa.URL.create(
            driver,
            username=settings.user or None,
            host=None if by_socket else settings.host,
            port=settings.port or None,
            database=settings.database,
        )

    def _connect(
        self, dialect: Any, record: object, args: tuple[Any, ...], parameters: dict[str, Any]
    ) -> object | None:
        """Judge where a connection goes, and add what it needs; None where the driver makes it.

        Raises:
            SystemUnavailable, SystemRefused: as :mod:`aboveboard.connectors.outgoing`.
        """
        settings = self.settings
        if settings.dialect == "sqlite":
            return None
        # Here and not in the URL: the pool lives as long as the process, and prints its URL.
        if settings.password is not None:
            parameters["password"] = settings.password.fetch().reveal()
        if settings.host.startswith("/"):
            return None
        host = read_host(self.key, settings.host)
        if settings.dialect in _MYSQL:
            port = settings.port or _MYSQL_PORT
            reached = sockets.connect(
                self.key, host, port, self._rules, tls=False, resolver=self.resolver
            )
            connection = dialect.loaded_dbapi.connect(*args, **parameters, defer_connect=True)
            connection.connect(reached)
            return cast("object", connection)
        addresses = resolve(self.key, host, settings.port, self._rules, self.resolver)
        if settings.dialect == "postgresql":
            parameters["host"] = ",".join([host] * len(addresses))
            parameters["hostaddr"] = ",".join(map(str, addresses))
        return None

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """Give a connection that can change nothing, with a view of one moment where the database
        has it.

        Raises:
            SystemUnavailable, SystemRefused, SystemAnswerUnreadable: as the contract says.
        """
        with self.translating(), self.engine.connect() as connection:
            dialect = self.settings.dialect
            if dialect == "postgresql":
                connection = connection.execution_options(
                    isolation_level="REPEATABLE READ", postgresql_readonly=True
                )
            elif dialect in _MYSQL:
                connection.exec_driver_sql("SET TRANSACTION READ ONLY")
            elif dialect == "sqlite":
                connection.exec_driver_sql("PRAGMA query_only=ON")
            try:
                yield connection
            finally:
                connection.rollback()
                if dialect == "sqlite":
                    connection.exec_driver_sql("PRAGMA query_only=OFF")

    @contextmanager
    def writing(self) -> Iterator[sa.Connection]:
        """Give a connection in one transaction, which ends with the block: committed, or undone
        where anything is raised.

        Raises:
            SystemUnavailable, SystemRefused, SystemAnswerUnreadable: as the contract says.
        """
        with self.translating(), self.engine.connect() as connection:
            if self.settings.dialect == "sqlite":
                # SQLite looks at references only where it is told to.
                connection.exec_driver_sql("PRAGMA foreign_keys=ON")
                connection.commit()
            with connection.begin():
                yield connection

    @contextmanager
    def translating(self) -> Iterator[None]:
        """Turn what a driver raises into the errors of the contract. Its text is left behind: it
        may hold a row, or an address with a password.

        Raises:
            SystemUnavailable, SystemRefused, SystemAnswerUnreadable: as the contract says.
        """
        try:
            yield
        except SecretNotThere as error:
            raise SystemRefused(system=self.key, reason=str(error)) from None
        except exc.IntegrityError:
            reason = "a constraint of the database forbids it; nothing was changed"
            raise SystemRefused(system=self.key, reason=reason) from None
        except exc.ProgrammingError:
            reason = "its account may not do this, or a table is not as declared"
            raise SystemRefused(system=self.key, reason=reason) from None
        except exc.NoSuchTableError as error:
            raise SystemAnswerUnreadable(system=self.key, where=f"table {error}") from None
        except (exc.DBAPIError, exc.TimeoutError, OSError):
            raise SystemUnavailable(system=self.key) from None
        except exc.SQLAlchemyError as error:
            raise SystemAnswerUnreadable(system=self.key, where=type(error).__name__) from None

    def reflect(self) -> sa.MetaData:
        """Return every table of the schemas that are declared, with its keys.

        Raises:
            SystemUnavailable, SystemRefused, SystemAnswerUnreadable: as the contract says.
        """
        settings, metadata = self.settings, sa.MetaData()
        schemas = {table.schema or settings.schema or None for table in settings.tables.values()}
        with self.reading() as connection, warnings.catch_warnings():
            # Columns of types that SQLAlchemy does not know are read as they are.
            warnings.simplefilter("ignore", exc.SAWarning)
            for schema in schemas:
                metadata.reflect(connection, schema=schema, views=True)
            for name in _inherited(connection) if settings.dialect == "postgresql" else ():
                # Its rows are rows of the table that it inherits from, and are met there.
                if name in metadata.tables:
                    metadata.remove(metadata.tables[name])
        return metadata


_INHERITED: Final = sa.text(
    "SELECT CASE WHEN pg_table_is_visible(c.oid) THEN c.relname ELSE n.nspname || '.' || c.relname"
    " END FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid"
    " JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'p')"
)


def _inherited(connection: sa.Connection) -> list[str]:
    return [str(name) for (name,) in connection.execute(_INHERITED)]


def _connect_args(settings: SqlSettings) -> Mapping[str, Any]:
    if settings.dialect == "postgresql":
        arguments: dict[str, Any] = {
            "connect_timeout": SQL_CONNECT_WAIT,
            "options": f"-c statement_timeout={settings.timeout * 1000}",
            "sslmode": {"verify": "verify-full", "require": "require", "off": "disable"}[
                settings.tls
            ],
        }
        if settings.host.startswith("/"):
            arguments["host"] = settings.host
        if settings.tls == "verify":
            arguments["sslrootcert"] = settings.ca or "system"
        return arguments
    if settings.dialect in _MYSQL:
        arguments = {
            "connect_timeout": SQL_CONNECT_WAIT,
            "read_timeout": settings.timeout,
            "write_timeout": settings.timeout,
        }
        if settings.host.startswith("/"):
            arguments["unix_socket"] = settings.host
        elif settings.tls != "off":
            verify = settings.tls == "verify"
            ca = {"ca": settings.ca} if settings.ca else {}
            arguments["ssl"] = {
                **ca,
                "verify_mode": "required" if verify else "none",
                "check_hostname": verify,
            }
        return arguments
    return {"timeout": settings.timeout} if settings.dialect == "sqlite" else {}
