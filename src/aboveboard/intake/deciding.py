"""The rows of imports that decide: who is kept out, and which values no file replaces."""

from __future__ import annotations

from typing import Final

from aboveboard.basics.package import DecidingTable, NotNeeded
from aboveboard.intake.models import ErasedPerson, FieldNote, HeldBackRow
from aboveboard.keys.rows import DecidingRow


def _authenticate(model: type[DecidingRow]) -> None:
    """Give rows from before there were MACs theirs: nothing is there to hold them against."""
    for row in model._base_manager.filter(mac=None).iterator():
        model._base_manager.filter(pk=row.pk).update(mac=row.new_mac())


DECIDING: Final = (
    DecidingTable(
        table="intake.ErasedPerson",
        since="intake.0006_row_macs",
        named_in=(),
        speaks_of=NotNeeded(
            "nothing may lead from what is remembered of an erasure to its entry "
            "(docs/decisions/0029)"
        ),
        upgraded=lambda: _authenticate(ErasedPerson),
    ),
    DecidingTable(
        table="intake.HeldBackRow",
        since="intake.0007_held_back_rows",
        named_in=(),
        speaks_of=NotNeeded(
            "it ends with the import that has the row, or by itself, and neither is an entry; "
            "nothing may lead from what is remembered of an erasure to the log "
            "(docs/decisions/0029)"
        ),
        upgraded=lambda: _authenticate(HeldBackRow),
    ),
    DecidingTable(
        table="intake.FieldNote",
        since="intake.0006_row_macs",
        named_in=(),
        speaks_of=NotNeeded(
            "that a file differs is no entry; a correction and an erasure of fields have theirs, "
            "about the record"
        ),
        upgraded=lambda: _authenticate(FieldNote),
    ),
)
