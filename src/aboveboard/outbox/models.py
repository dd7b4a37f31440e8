"""Messages that wait, are being handled, are done, or have failed for a reason."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from aboveboard.basics.ids import new_id


class Message(models.Model):
    """One thing to do, caused by one change. Waiting until ``done_at`` or ``failed_at`` is set.

    ``lease_until`` in the future means that ``claimed_by`` is at it; in the past, that it died.
    ``failed_reason`` is a code: of the last failed attempt while the message still waits, and of
    the final one once ``failed_at`` is set.
    """

    id = models.BigIntegerField(primary_key=True, default=new_id)
    kind = models.CharField(max_length=64)
    ref = models.JSONField()
    created_at = models.DateTimeField()
    due_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    claimed_by = models.CharField(max_length=96, default="", blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)
    failed_at = models.DateTimeField(null=True, blank=True)
    failed_reason = models.CharField(max_length=64, default="", blank=True)

    class Meta:
        """What waits is found without reading what is done."""

        indexes: ClassVar = [
            models.Index(
                fields=["kind", "due_at", "id"],
                name="outbox_waiting",
                condition=models.Q(done_at__isnull=True, failed_at__isnull=True),
            ),
            models.Index(
                fields=["kind", "id"],
                name="outbox_failed",
                condition=models.Q(failed_at__isnull=False),
            ),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="outbox_done_or_failed",
                condition=models.Q(done_at__isnull=True) | models.Q(failed_at__isnull=True),
            ),
            models.CheckConstraint(
                name="outbox_failed_for_a_reason",
                condition=models.Q(failed_at__isnull=True) | ~models.Q(failed_reason=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"


class EventListener(models.Model):
    """A kind of event that somebody listens to; of others nothing is written."""

    type = models.CharField(max_length=64, primary_key=True)

    def __str__(self) -> str:
        return self.type
