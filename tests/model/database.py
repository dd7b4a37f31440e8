"""A database for each life: the instance's own SQLite file, or a new one on the PostgreSQL
server of this run."""

from __future__ import annotations

import os
from urllib.parse import urlsplit, urlunsplit

import psycopg


class Databases:
    """Makes one database after the other; on SQLite there is nothing to make."""

    def __init__(self, server: str | None) -> None:
        self._server = server
        self._name = f"aboveboard_life_{os.getpid()}"

    def new(self) -> str | None:
        """Return the address of an empty database, or None on SQLite."""
        if self._server is None:
            return None
        self.drop()
        self._execute(f"CREATE DATABASE {self._name}")
        return urlunsplit(urlsplit(self._server)._replace(path=f"/{self._name}"))

    def drop(self) -> None:
        """Remove it with everything in it."""
        if self._server is not None:
            self._execute(f"DROP DATABASE IF EXISTS {self._name} WITH (FORCE)")

    def _execute(self, statement: str) -> None:
        if self._server is not None:
            with psycopg.connect(self._server, autocommit=True) as connection:
                connection.execute(statement)  # type: ignore[arg-type]  # a name of ours
