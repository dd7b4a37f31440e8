"""Batches, and in each a row for every person it must reach."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from aboveboard.basics.ids import new_id
from aboveboard.delivery.terms import Channel, CorrespondenceReason, DispatchState
from aboveboard.keys.rows import DecidingRow


class Batch(models.Model):
    """What is sent, once for all the people in it: the kind names the
    renderer, the ref what to render.

    ``mail_domain`` is fixed when the batch is opened: Message-IDs derive from it, and must be
    the same on a second try. ``paused_at`` is set while nobody may send from it, with who
    stopped it. ``trouble`` is a code for why the mail server took nothing of it, with
    ``retry_at``, until it does.
    """

    id = models.BigIntegerField(primary_key=True, default=new_id)
    kind = models.CharField(max_length=64)
    ref = models.JSONField()
    mail_domain = models.CharField(max_length=255)
    created_at = models.DateTimeField()
    paused_at = models.DateTimeField(null=True, blank=True)
    paused_by = models.JSONField(null=True, blank=True)
    trouble = models.CharField(max_length=64, default="", blank=True)
    retry_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        """More than one batch are batches."""

        verbose_name_plural = "batches"

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"


class BatchTally(models.Model):
    """How many dispatches of a batch are in a state for a reason, in one of some shards that are
    added up (:mod:`aboveboard.delivery.tallies`). ``first_sent_at`` and ``last_sent_at``: of those
    that were sent."""

    batch = models.ForeignKey(Batch, on_delete=models.PROTECT, db_index=False)
    state = models.CharField(max_length=8, choices=DispatchState.choices)
    reason = models.CharField(max_length=64, default="", blank=True)
    shard = models.PositiveSmallIntegerField()
    count = models.BigIntegerField()
    first_sent_at = models.DateTimeField(null=True, blank=True)
    last_sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        """More than one tally are tallies."""

        verbose_name_plural = "batch tallies"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["batch", "state", "reason", "shard"], name="delivery_tallied_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.batch_id} {self.state} {self.reason}"


class Correspondence(DecidingRow):
    """Whom to write to instead of a person, or that nobody is to be written to. ``why``: a
    ``CorrespondenceReason``. ``sealed``: the other's address, under the person's key; null: nobody
    is written to. The row goes when the instruction ends, and with the person."""

    person_id = models.BigIntegerField(unique=True)
    why = models.CharField(
        max_length=20, choices=[(why.value, why.value) for why in CorrespondenceReason]
    )
    sealed = models.BinaryField(null=True)
    at = models.DateTimeField()
    actor = models.JSONField(help_text="who recorded it: kind, id, role, team")
    entry_id = models.BigIntegerField(help_text="the ledger entry that proves it")

    DECIDING: ClassVar = ("person_id", "why", "sealed", "at", "entry_id")


class Dispatch(models.Model):
    """One notice to one person on one channel.

    ``claimed_by`` names the worker's one claim, ``claimed_at`` when it took or last renewed it: a
    claim older than ``limits.DELIVERY_LEASE`` is abandoned. ``reason`` is a code: why it failed or
    was skipped, or, while queued, why the last try did not succeed. ``smtp_code`` is the last reply
    code of the mail server for this message, 0 if it never said any.
    """

    id = models.BigIntegerField(primary_key=True, default=new_id)
    batch = models.ForeignKey(Batch, on_delete=models.PROTECT, db_index=False)
    person_id = models.BigIntegerField()
    template = models.CharField(max_length=64, default="", blank=True)
    channel = models.CharField(max_length=8, choices=Channel.choices)
    language = models.CharField(max_length=16)
    state = models.CharField(
        max_length=8, choices=DispatchState.choices, default=DispatchState.QUEUED
    )
    reason = models.CharField(max_length=64, default="", blank=True)
    due_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    claimed_by = models.CharField(max_length=96, default="", blank=True)
    claimed_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    smtp_code = models.PositiveSmallIntegerField(default=0)

    class Meta:
        """A person stands once in a batch on each channel."""

        verbose_name_plural = "dispatches"
        constraints: ClassVar = [
            # Queueing the same person again after a crash changes nothing.
            models.UniqueConstraint(
                fields=["person_id", "batch", "channel"], name="delivery_once_each"
            ),
            models.CheckConstraint(
                name="delivery_sent_when", condition=~Q(state="sent") | Q(sent_at__isnull=False)
            ),
            models.CheckConstraint(
                name="delivery_not_sent_why",
                condition=~Q(state__in=("failed", "skipped")) | ~Q(reason=""),
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["batch", "state", "reason", "id"], name="delivery_listed"),
            models.Index(
                fields=["batch", "due_at", "id"], name="delivery_due", condition=Q(state="queued")
            ),
            models.Index(
                fields=["batch", "claimed_at"],
                name="delivery_in_hand",
                condition=Q(state="sending"),
            ),
        ]

    def __str__(self) -> str:
        return f"dispatch {self.id}"
