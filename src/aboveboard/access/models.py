"""What is kept of uses beside the ledger: what the log, which anybody may read, must not tell."""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class QuietRefusal(models.Model):
    """Whom a look-up that ended in nothing was about, and why it did.

    The entry of such a look-up names nobody and gives the same reason whether nobody, one or several were found: whoever
    asked can read the log. This row ties it to the one who was found, so that they see it; ``person`` is empty when nobody
    or several were. It goes with the person.
    """

    entry_id = models.BigIntegerField(primary_key=True)
    person = models.ForeignKey("vault.Person", null=True, on_delete=models.CASCADE, db_index=False, related_name="+")
    reasons = models.JSONField(help_text="codes of access.reasons")

    class Meta:
        """A person's are read together, newest first."""

        indexes: ClassVar = [
            models.Index(fields=["person", "entry_id"], name="quiet_refusal_person", condition=models.Q(person__isnull=False))
        ]

    def __str__(self) -> str:
        return f"look-up without a result, entry {self.entry_id}"
