"""The rows of declared systems, as they stand: which are connected now, and the text of each."""

from __future__ import annotations

import hashlib

from aboveboard.basics.errors import Damaged
from aboveboard.connectors.models import System


class SystemRowDamaged(Damaged):
    """The row {serial} of a connected system is not what was declared: it was changed in the
    database."""

    code = "system_row_damaged"
    next_step = "Restore the database, or declare the system again: aboveboard systems add FILE"


def digest_of(text: str) -> str:
    """Return the SHA-256 of a declaration in UTF-8, lower-case hex."""
    return hashlib.sha256(text.encode()).hexdigest()


def current_rows() -> list[System]:
    """Return the newest row of every system that is not removed, by key, without its text.

    Raises:
        SystemRowDamaged: the newest row of a system is not as this program wrote it.
    """
    newest: dict[str, System] = {}
    for row in System.objects.defer("source").order_by("serial"):
        newest[row.key] = row
    for row in newest.values():
        if not row.authentic:
            raise SystemRowDamaged(serial=row.serial)
    return [row for _, row in sorted(newest.items()) if row.removed_entry_id is None]


def source_of(serial: int, digest: str) -> tuple[str, str]:
    """Return the key and the text of a version.

    Raises:
        SystemRowDamaged: the text is not what was declared.
    """
    row: System = System.objects.get(pk=serial)
    if not row.authentic or row.digest != digest or digest_of(row.source) != digest:
        raise SystemRowDamaged(serial=serial)
    return row.key, row.source
