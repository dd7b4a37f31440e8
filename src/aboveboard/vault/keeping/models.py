"""What is kept of holds and restrictions. A row is added, and filled in once when it ends; never edited, never deleted.

Only the erasure of the person takes their rows, because a row ties the person to entries of the ledger.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from aboveboard.vault.keeping.reasons import HoldReason, RestrictionReason

_OPEN = models.Q(ended_at__isnull=True)


class _Kept(models.Model):
    """Why something about a person stands: since when, who said so, on what ground, until when, and how it ended."""

    person_id = models.BigIntegerField(db_index=True)
    reference = models.CharField(max_length=80, help_text="a case or letter number, without personal data")
    at = models.DateTimeField()
    actor = models.JSONField(help_text="who did it: kind, id, role, team")
    entry_id = models.BigIntegerField(help_text="the ledger entry that proves it")
    until = models.DateTimeField(null=True, help_text="when it ends by itself; null: when somebody ends it")
    ended_at = models.DateTimeField(null=True)
    ended_reference = models.CharField(max_length=80, blank=True, default="")
    ended_actor = models.JSONField(null=True)
    ended_entry_id = models.BigIntegerField(null=True)

    class Meta:
        """Shared by the two tables below."""

        abstract = True


class Hold(_Kept):
    """A legal hold: while it stands, nothing of this person's data is erased."""

    why = models.CharField(max_length=20, choices=[(reason.value, reason.value) for reason in HoldReason])

    class Meta(_Kept.Meta):
        """One open hold for one case."""

        constraints: ClassVar = [models.UniqueConstraint(fields=["person_id", "reference"], condition=_OPEN, name="vault_hold_once")]


class Restriction(_Kept):
    """A restriction of processing (GDPR Art. 18): while it stands, the data is stored and all but not used.

    ``ended_reference`` says how the person was told before it ended (Art. 18(3)).
    """

    why = models.CharField(max_length=20, choices=[(reason.value, reason.value) for reason in RestrictionReason])

    class Meta(_Kept.Meta):
        """One open restriction for one case."""

        constraints: ClassVar = [models.UniqueConstraint(fields=["person_id", "reference"], condition=_OPEN, name="vault_restriction_once")]
