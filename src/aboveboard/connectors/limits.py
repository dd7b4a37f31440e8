"""The limits of this package: each with its unit, its default and its source."""

from __future__ import annotations

from typing import Final

DECLARATION_BYTES: Final = 256 * 1024
"""Largest declaration of a system that is read, in bytes. Our choice: a system with 1,000 declared
columns has a third of it."""

SECRET_BYTES: Final = 64 * 1024
"""Largest secret that is read from a file or from Vault, in bytes. Our choice: a key in PEM has
3,000."""

SECRET_WAIT: Final = 5
"""Longest that Vault may take to answer, in seconds. Our choice: a step is tried again anyway."""

SQL_TIMEOUT: Final = 60
"""Longest that a statement may take in another system's database, in seconds, unless its
declaration says otherwise. Our choice: longer than a walk through a million rows."""

SQL_CONNECT_WAIT: Final = 5
"""Longest that a database may take to answer a connection, in seconds. Our choice: a step that
fails is tried again."""

SQL_POOL: Final = 5
"""Connections that a process keeps open to one database. Our choice: as many as the worker does
steps at once."""

SQL_MATCHES: Final = 1000
"""Most rows that one identifier is compared with. Our choice: more people than that behind one
value is no identifier."""

SQL_ROWS: Final = 1000
"""Rows that are fetched at once. Our choice: a megabyte of ordinary rows."""

SQL_LARGE_ROWS: Final = 10
"""Rows that are fetched at once from a table with files in it."""

SQL_INLINE_BYTES: Final = 4096
"""Most bytes that are shown as a value; more are a file. Our choice: keys and digests are shorter,
pictures longer."""

SQL_PROPOSED_DEPTH: Final = 3
"""How far below a person's row a proposal follows foreign keys, in tables. Our choice: order, line
of an order, and what hangs on that."""

FILE_JSON_BYTES: Final = 64 * 1024 * 1024
"""Largest JSON file that is read, in bytes: it is read whole. NDJSON has no bound."""

FILE_SNIFF_BYTES: Final = 64 * 1024
"""How much of a file tells its encoding and delimiter, in bytes. Our choice: a long heading."""
