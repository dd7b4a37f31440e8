"""The tables of notices: a batch for everyone in a count, the decisions about it, and what a
colleague asked to be changed."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from aboveboard.incidents.terms import BatchStep, RequestOutcome
from aboveboard.keys.rows import DecidingRow


class NoticeBatch(DecidingRow):
    """Notices prepared for everyone in one count. Nothing is sent before a second person approved.

    The row decides what is written to whom: under its MAC are the words, who prepared them, and the
    batch of ``delivery`` that an approval opened.
    """

    incident = models.ForeignKey(
        "incidents.Incident", on_delete=models.PROTECT, related_name="batches"
    )
    exposure = models.ForeignKey("incidents.Exposure", on_delete=models.PROTECT, related_name="+")
    texts = models.CharField(
        max_length=64, help_text="digest of the texts the approver read: others are not sent"
    )
    least_severity = models.PositiveSmallIntegerField(
        help_text="people of this band or above are told"
    )
    people = models.BigIntegerField()
    details = models.JSONField(help_text="what was done, in the lead's words, by language")
    prepared_at = models.DateTimeField()
    prepared_by = models.JSONField(help_text="the actor")
    delivery_batch = models.BigIntegerField(
        null=True, unique=True, help_text="delivery's batch, once approved"
    )
    entry_id = models.BigIntegerField(
        null=True, help_text="the ledger entry that says that it was prepared"
    )
    approved_entry_id = models.BigIntegerField(
        null=True, help_text="the ledger entry that says that it was approved"
    )

    DECIDING: ClassVar = (
        "incident_id",
        "exposure_id",
        "texts",
        "least_severity",
        "people",
        "details",
        "prepared_by",
        "delivery_batch",
        "entry_id",
        "approved_entry_id",
    )


class BatchRecord(DecidingRow):
    """A decision about a batch. The newest is where it stands; without any it
    waits for a second person. It decides whether the batch is sent."""

    batch = models.ForeignKey(NoticeBatch, on_delete=models.PROTECT, related_name="records")
    step = models.CharField(max_length=12, choices=BatchStep.choices)
    at = models.DateTimeField()
    by = models.JSONField(help_text="the actor")
    note = models.TextField(blank=True)
    entry_id = models.BigIntegerField(null=True, help_text="the ledger entry that says so")

    DECIDING: ClassVar = ("batch_id", "step", "at", "entry_id")

    class Meta:
        """A batch is approved once."""

        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["batch"], condition=Q(step="approved"), name="incidents_approved_once"
            ),
        ]


class ChangeRequest(DecidingRow):
    """A colleague who read a batch asked whoever prepared it for changes. While one is open nobody
    may approve; it ends when it is answered or withdrawn. ``words`` and ``answer`` are sealed
    (``notices.changes``)."""

    batch = models.ForeignKey(NoticeBatch, on_delete=models.PROTECT, related_name="change_requests")
    at = models.DateTimeField()
    by = models.JSONField(help_text="the actor")
    words = models.BinaryField(help_text="what is to be changed, sealed")
    entry_id = models.BigIntegerField(help_text="the ledger entry that says so")
    closed_at = models.DateTimeField(null=True)
    closed_by = models.JSONField(null=True, help_text="the actor")
    outcome = models.CharField(
        max_length=10, choices=RequestOutcome.choices, blank=True, default=""
    )
    answer = models.BinaryField(null=True, help_text="what it was answered, sealed")
    closed_entry_id = models.BigIntegerField(
        null=True, help_text="the ledger entry that says that it was answered or withdrawn"
    )

    DECIDING: ClassVar = (
        "batch_id",
        "at",
        "by",
        "entry_id",
        "closed_at",
        "outcome",
        "closed_entry_id",
    )

    class Meta:
        """One is open for a batch at a time."""

        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["batch"],
                condition=Q(closed_at__isnull=True),
                name="incidents_changes_open_once",
            ),
        ]
