"""Every read of connected systems that others need; ``registry`` has their connectors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from aboveboard.connectors.models import System
from aboveboard.connectors.rows import current_rows, source_of


@dataclass(frozen=True, slots=True)
class SystemRecord:
    """A connected system, for lists: its version, since when, and what the last test said.

    ``test_ok``: None where it was never tested.
    """

    version: int
    key: str
    name: str
    kind: str
    declared_at: datetime
    tested_at: datetime | None
    test_ok: bool | None
    test_sentence: str


def systems() -> Sequence[SystemRecord]:
    """Return every connected system, by key.

    Raises:
        SystemRowDamaged: the row of one is not as this program wrote it.
    """
    return [record_of(row) for row in current_rows()]


def source(version: int) -> str:
    """Return a version of a declaration as it was written. It has no secret in it.

    Raises:
        SystemRowDamaged: it is not what was declared.
    """
    row: System = System.objects.get(pk=version)
    return source_of(version, row.digest)[1]


def record_of(row: System) -> SystemRecord:
    """Return what is shown of a row, for this package alone."""
    return SystemRecord(
        row.serial,
        row.key,
        row.name,
        row.kind,
        row.declared_at,
        row.tested_at,
        row.test_ok,
        row.test_sentence,
    )
