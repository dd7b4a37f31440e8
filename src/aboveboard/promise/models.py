"""What is kept: every promise that was ever in force, as it was written,
and who adopted it when."""

from __future__ import annotations

from django.db import models


class PromiseVersion(models.Model):
    """One adopted promise. Rows are only added; the highest serial is in force.

    ``digest``: SHA-256 of the source in UTF-8, lower-case hex. ``adopted_by``: the
    actor, as in the ledger.
    """

    serial = models.AutoField(primary_key=True)
    digest = models.CharField(max_length=64)
    name = models.CharField(max_length=200)
    source = models.TextField()
    adopted_at = models.DateTimeField()
    adopted_by = models.JSONField()

    def __str__(self) -> str:
        return f"promise {self.serial}"
