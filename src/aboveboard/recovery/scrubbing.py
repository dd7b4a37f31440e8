"""Getting the bytes of destroyed keys out of the database's own files, as far
as the database lets us.

SQLite writes zeros over what is deleted (``secure_delete``), but its write-ahead log still has
the pages as they were until it is checkpointed and truncated. PostgreSQL marks a deleted row dead;
VACUUM lets its place be written over, and until something is, the bytes stay
(``docs/decisions/0012`` says what to do about that).
"""

from __future__ import annotations

from django.db import connection

from aboveboard.recovery.copying import tables


def scrub() -> bool:
    """Checkpoint and truncate SQLite's write-ahead log, or vacuum PostgreSQL's tables of keys.
    False: somebody was reading; try later.

    Nobody waits for it for longer than a moment. Must not run inside a transaction.
    """
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA busy_timeout")
            (patience,) = cursor.fetchone()
            # TRUNCATE waits for every reader; nobody who is being served may wait for it in turn.
            cursor.execute("PRAGMA busy_timeout = 1000")
            try:
                cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
                busy, _, _ = cursor.fetchone()
            finally:
                cursor.execute(f"PRAGMA busy_timeout = {int(patience)}")
            return not busy
        for table in sorted(tables.keys_tables()):
            cursor.execute(f"VACUUM {connection.ops.quote_name(table)}")
    return True
