"""What is kept of holds, restrictions and sweeps. A row of the first two is filled in once when it
ends, never edited or deleted.

Only the erasure of the person takes their rows, because a row ties the person
to entries of the ledger.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from aboveboard.keys.rows import DecidingRow
from aboveboard.retention.reasons import HoldReason, RestrictionReason

_OPEN = models.Q(ended_at__isnull=True)


class _RetentionDecision(DecidingRow):
    """Why something about a person stands: since when, who said so, on what ground, until
    when, and how it ended."""

    person_id = models.BigIntegerField(db_index=True)
    reference = models.CharField(
        max_length=80, help_text="a case or letter number, without personal data"
    )
    at = models.DateTimeField()
    actor = models.JSONField(help_text="who did it: kind, id, role, team")
    entry_id = models.BigIntegerField(help_text="the ledger entry that proves it")
    until = models.DateTimeField(
        null=True, help_text="when it ends by itself; null: when somebody ends it"
    )
    ended_at = models.DateTimeField(null=True)
    ended_reference = models.CharField(max_length=80, blank=True, default="")
    ended_actor = models.JSONField(null=True)
    ended_entry_id = models.BigIntegerField(null=True)

    DECIDING: ClassVar = (
        "person_id",
        "why",
        "at",
        "until",
        "entry_id",
        "ended_at",
        "ended_entry_id",
    )

    class Meta:
        """Shared by the two tables below."""

        abstract = True


class Hold(_RetentionDecision):
    """A legal hold: while it stands, nothing of this person's data is erased."""

    why = models.CharField(
        max_length=20, choices=[(reason.value, reason.value) for reason in HoldReason]
    )

    class Meta(_RetentionDecision.Meta):
        """One open hold for one case."""

        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["person_id", "reference"], condition=_OPEN, name="retention_hold_once"
            )
        ]


class Restriction(_RetentionDecision):
    """A restriction of processing (GDPR Art. 18): while it stands, the data is
    stored and all but not used.

    ``ended_reference`` says how the person was told before it ended (Art. 18(3)).
    """

    why = models.CharField(
        max_length=20, choices=[(reason.value, reason.value) for reason in RestrictionReason]
    )

    class Meta(_RetentionDecision.Meta):
        """One open restriction for one case."""

        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["person_id", "reference"],
                condition=_OPEN,
                name="retention_restriction_once",
            )
        ]


class Sweep(models.Model):
    """One review of everybody's fields against the promise, and the erasure
    that followed it, if any.

    ``reached`` is the last person looked at, so that a review goes on where it was stopped;
    ``digest`` binds the rows reviewed so far, in order, and after the review names it: what is
    erased is what was reviewed.
    """

    promise_serial = models.IntegerField()
    begun_at = models.DateTimeField(help_text="the moment that every rule was asked about")
    begun_by = models.JSONField(help_text="the actor")
    reached = models.BigIntegerField(default=-1)
    people_reviewed = models.BigIntegerField(default=0)
    counts = models.JSONField(
        default=dict, help_text="what was found, as retention.sweep.counting writes it"
    )
    digest = models.CharField(max_length=64, help_text="SHA-256, hex")
    reviewed_at = models.DateTimeField(null=True)
    erasing_at = models.DateTimeField(null=True, help_text="when somebody first told it to erase")
    erasing_by = models.JSONField(null=True, help_text="the actor")
    erased_at = models.DateTimeField(null=True, help_text="when the last row was done")


class SweepRow(models.Model):
    """Of one person, the fields whose purposes have all lapsed, each with its purposes and
    why; and what became of it.

    ``outcome`` is empty while it waits; else ``fields``, ``person``, or a code for why it was left.
    Whoever was erased whole has no number here any more.
    """

    sweep = models.ForeignKey(Sweep, on_delete=models.CASCADE, db_index=False)
    person_id = models.BigIntegerField(null=True, db_index=True)
    fields = models.JSONField(help_text="field: purpose: why it lapsed")
    whole = models.BooleanField(
        help_text="nothing else is held of them: they would be erased whole"
    )
    bound = models.CharField(max_length=64, help_text="SHA-256 of the row as it was reviewed, hex")
    outcome = models.CharField(max_length=20, default="", blank=True)
    at = models.DateTimeField(null=True, help_text="when it was done or left")

    class Meta:
        """Read by sweep in the order of review; what waits is found without the rest."""

        indexes: ClassVar = [
            models.Index(fields=["sweep", "id"], name="retention_sweep_rows"),
            models.Index(
                fields=["sweep", "id"],
                name="retention_sweep_waiting",
                condition=models.Q(outcome=""),
            ),
        ]
