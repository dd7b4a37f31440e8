"""The floor of a use over HTTP: the same server, one row stored durably, a fixed answer."""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Callable, Iterable
from typing import Any

from aboveboard.access.limits import USE_BATCH

_local = threading.local()
_URL = os.environ.get("ABOVEBOARD_DATABASE_URL", "")


def _connection() -> Any:
    if not hasattr(_local, "connection"):
        if _URL:
            import psycopg

            _local.connection = psycopg.connect(_URL, autocommit=True)
            _local.connection.execute("CREATE TABLE IF NOT EXISTS floor_http (body bytea)")
        else:
            # As bare as it can be.
            file = os.path.join(os.environ["ABOVEBOARD_HOME"], "floor.sqlite3")  # noqa: PTH118
            _local.connection = sqlite3.connect(file, isolation_level=None, timeout=30)
            _local.connection.execute("PRAGMA journal_mode=WAL")
            _local.connection.execute("PRAGMA synchronous=FULL")
            _local.connection.execute("CREATE TABLE IF NOT EXISTS floor_http (body BLOB)")
    return _local.connection


def application(environ: dict[str, Any], start_response: Callable[..., object]) -> Iterable[bytes]:
    """Store one row and answer; below ``/batch`` as many as a batch has
    people, in one transaction."""
    mark = "%s" if _URL else "?"
    if environ["PATH_INFO"] == "/batch":
        environ["wsgi.input"].read()
        rows = ", ".join([f"({mark})"] * USE_BATCH)
        _connection().execute(f"INSERT INTO floor_http VALUES {rows}", [b"x" * 320] * USE_BATCH)
        answer = b'{"outcomes": [' + b", ".join([b'{"values": {}, "entry": 1}'] * USE_BATCH) + b"]}"
    else:
        _connection().execute(f"INSERT INTO floor_http VALUES ({mark})", (b"x" * 320,))
        answer = b'{"values": {}, "entry": 1}'
    start_response(
        "200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(answer)))]
    )
    return [answer]
