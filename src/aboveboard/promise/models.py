"""What is kept: every promise that was ever in force, as it was written,
and who adopted it when."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from aboveboard.keys.rows import DecidingRow


class PromiseVersion(DecidingRow):
    """One adopted promise. Rows are only added; the last that the log adopted is in force.

    ``digest``: SHA-256 of the source in UTF-8, lower-case hex. ``adopted_by``: the
    actor, as in the ledger.
    """

    # Never used twice: entries and receipts name a promise by it.
    serial = models.AutoField(primary_key=True)
    digest = models.CharField(max_length=64)
    name = models.CharField(max_length=200)
    source = models.TextField()
    adopted_at = models.DateTimeField()
    adopted_by = models.JSONField()
    entry_id = models.BigIntegerField(
        null=True, help_text="the ledger entry that adopted it; null: from before rows named it"
    )

    # The digest stands for the text, which is held against it wherever it is read.
    DECIDING: ClassVar = ("digest", "name", "adopted_at", "entry_id")

    def __str__(self) -> str:
        return f"promise {self.serial}"
