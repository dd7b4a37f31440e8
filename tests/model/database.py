"""A database for each life: the instance's own SQLite file, or on the PostgreSQL server of this run
a copy of the one that was prepared."""

from __future__ import annotations

import os
from urllib.parse import urlsplit, urlunsplit

import psycopg


class Databases:
    """Makes one database after the other; on SQLite there is nothing to make."""

    def __init__(self, server: str | None) -> None:
        self._server = server
        self._name = f"aboveboard_life_{os.getpid()}"
        self._prepared = f"{self._name}_prepared"

    def new(self) -> str | None:
        """Return the address of an empty database, or None on SQLite."""
        if self._server is None:
            return None
        self.drop()
        self._execute(f"CREATE DATABASE {self._name}")
        return urlunsplit(urlsplit(self._server)._replace(path=f"/{self._name}"))

    def prepared(self) -> None:
        """Put the database that was made last away, as what each life begins with."""
        self._execute(f"DROP DATABASE IF EXISTS {self._prepared} WITH (FORCE)")
        self._execute(f"ALTER DATABASE {self._name} RENAME TO {self._prepared}")

    def again(self) -> None:
        """Make a copy of what was prepared, at the address that it was made at."""
        self.drop()
        self._execute(f"CREATE DATABASE {self._name} TEMPLATE {self._prepared}")

    def drop(self) -> None:
        """Remove the database of the life with everything in it."""
        self._execute(f"DROP DATABASE IF EXISTS {self._name} WITH (FORCE)")

    def drop_all(self) -> None:
        """Remove what was prepared, too."""
        self.drop()
        self._execute(f"DROP DATABASE IF EXISTS {self._prepared} WITH (FORCE)")

    def _execute(self, statement: str) -> None:
        if self._server is not None:
            with psycopg.connect(self._server, autocommit=True) as connection:
                connection.execute(statement)  # type: ignore[arg-type]  # a name of ours
