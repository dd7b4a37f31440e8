"""What is kept: every declaration of a system that was ever in force, as it was written."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from aboveboard.keys.rows import DecidingRow


class System(DecidingRow):
    """One version of the declaration of one system. The newest of a key is in force, unless it says
    that it was removed.

    ``digest``: SHA-256 of the declaration in UTF-8, lower-case hex. ``declared_by``: the actor, as
    in the ledger. The last three are what the last test said, for people.
    """

    # Never used twice: entries name a version by it.
    serial = models.AutoField(primary_key=True)
    key = models.CharField(max_length=50, db_index=True)
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=20)
    digest = models.CharField(max_length=64)
    source = models.TextField()
    declared_at = models.DateTimeField()
    declared_by = models.JSONField()
    entry_id = models.BigIntegerField(
        null=True, help_text="the ledger entry that declared it; null only while it is written"
    )
    removed_at = models.DateTimeField(null=True)
    removed_entry_id = models.BigIntegerField(null=True)
    tested_at = models.DateTimeField(null=True)
    test_ok = models.BooleanField(null=True)
    test_sentence = models.TextField(blank=True, default="")

    # The digest stands for the text, which is held against it wherever it is read.
    DECIDING: ClassVar = (
        "key",
        "kind",
        "digest",
        "declared_at",
        "entry_id",
        "removed_at",
        "removed_entry_id",
    )

    def __str__(self) -> str:
        return f"{self.key} {self.serial}"
