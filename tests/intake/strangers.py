"""A row that is held back, for tests of what is done with one."""

from __future__ import annotations

from aboveboard.basics import clock
from aboveboard.intake.limits import HELD_BACK_KEPT
from aboveboard.intake.models import ErasedPerson, HeldBackRow, ImportRun
from aboveboard.vault import blind
from aboveboard.vault.limits import ERASED_REMEMBERED


def held_back_row(line: int = 7) -> HeldBackRow:
    """Return one that waits, of a file that was imported just now, beside a fresh erasure."""
    at = clock.now()
    day = at.date()
    erased = ErasedPerson.objects.create(
        erased_on=day, by_number_only=False, objections=[], ends_on=day + ERASED_REMEMBERED
    )
    run = ImportRun.objects.create(
        file_digest="0" * 64, file_name="customers.csv", started_at=at, finished_at=at
    )
    return HeldBackRow.objects.create(
        digest=erased.pk.to_bytes(32, "big"),
        erased=erased,
        kind=blind.KIND_NUMBERS["phone"],
        run=run,
        line=line,
        seen_at=at,
        ends_on=day + HELD_BACK_KEPT,
    )
