"""Batches, and in each a row for every person it must reach."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from aboveboard.basics.ids import new_id
from aboveboard.delivery.post.models import PrintLetter, PrintParcel
from aboveboard.delivery.terms import (
    Channel,
    ContactLimitReason,
    CorrespondenceReason,
    DispatchState,
    EndpointPause,
    FailureReason,
    WebhookState,
)
from aboveboard.keys.rows import DecidingRow

__all__ = [
    "Batch",
    "BatchTally",
    "Correspondence",
    "Dispatch",
    "PrintLetter",
    "PrintParcel",
    "WebhookAttempt",
    "WebhookEndpoint",
    "WebhookMessage",
]


class Batch(models.Model):
    """What is sent, once for all the people in it: the kind names the
    renderer, the ref what to render.

    ``mail_domain`` is fixed when the batch is opened: Message-IDs derive from it, and must be
    the same on a second try. ``paused_at`` is set while nobody may send from it, with who
    stopped it. ``channels``: the order in which somebody who was not reached by one is written to
    by the next.
    """

    id = models.BigIntegerField(primary_key=True, default=new_id)
    kind = models.CharField(max_length=64)
    ref = models.JSONField()
    mail_domain = models.CharField(max_length=255)
    created_at = models.DateTimeField()
    paused_at = models.DateTimeField(null=True, blank=True)
    paused_by = models.JSONField(null=True, blank=True)
    channels = models.JSONField(default=list)

    class Meta:
        """More than one batch are batches."""

        verbose_name_plural = "batches"

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"


class ChannelWait(models.Model):
    """How a channel fares, whatever is sent on it; one that nothing befell has no row.

    ``trouble`` is a code for why it took nothing ``failures`` times on end, and ``retry_at`` when
    it is asked again. ``spent_until``: where it has a rate, the moment by which what left would
    have left one by one at that rate.
    """

    channel = models.CharField(max_length=8, primary_key=True, choices=Channel.choices)
    trouble = models.CharField(max_length=64, default="", blank=True)
    failures = models.PositiveIntegerField(default=0)
    retry_at = models.DateTimeField(null=True, blank=True)
    spent_until = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.channel


class ChannelPause(DecidingRow):
    """Whether somebody stopped a channel, for every batch. ``entry_id`` names the newest entry
    about it; ``paused_at`` is null once it goes on."""

    channel = models.CharField(max_length=8, primary_key=True, choices=Channel.choices)
    paused_at = models.DateTimeField(null=True, blank=True)
    actor = models.JSONField(help_text="who stopped it, or let it go on")
    entry_id = models.BigIntegerField(help_text="the ledger entry that proves it")

    DECIDING: ClassVar = ("paused_at", "entry_id")

    def __str__(self) -> str:
        return self.channel


class BatchTally(models.Model):
    """How many dispatches of a batch are on a channel in a state for a reason, in one of some
    shards that are added up (:mod:`aboveboard.delivery.tallies`). ``first_sent_at`` and
    ``last_sent_at``: of those that were sent."""

    batch = models.ForeignKey(Batch, on_delete=models.PROTECT, db_index=False)
    channel = models.CharField(max_length=8, choices=Channel.choices)
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
                fields=["batch", "channel", "state", "reason", "shard"],
                name="delivery_tallied_once",
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


class ContactLimit(DecidingRow):
    """That somebody is not written to by every channel. ``why``: a ``ContactLimitReason``; where it
    is a risk, ``channels`` are the only ones that are safe, else those that are not wanted.
    ``sealed``: why they are at risk, under their key. The row goes when it ends, and with the
    person."""

    person_id = models.BigIntegerField(db_index=True)
    why = models.CharField(
        max_length=12, choices=[(why.value, why.value) for why in ContactLimitReason]
    )
    channels = models.JSONField()
    sealed = models.BinaryField(null=True)
    at = models.DateTimeField()
    actor = models.JSONField(help_text="who recorded it: kind, id, role, team")
    entry_id = models.BigIntegerField(help_text="the ledger entry that proves it")

    DECIDING: ClassVar = ("person_id", "why", "channels", "sealed", "at", "entry_id")

    def __str__(self) -> str:
        return f"contact limit {self.pk}"


class Dispatch(models.Model):
    """One notice to one person on one channel.

    ``claimed_by`` names the worker's one claim, ``claimed_at`` when it took or last renewed it: a
    claim older than ``limits.DELIVERY_LEASE`` is abandoned. ``reason`` is a code: why it failed or
    was skipped, or, while queued, why the last try did not succeed. ``smtp_code`` is the last reply
    code of the mail server for this message, 0 if it never said any. ``receipt`` is what became of
    it after it left (``receipts.ReceiptKind``), "" while nobody said; ``follows_id`` the dispatch
    that did not reach the person and in whose place this one is.
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
    receipt = models.CharField(max_length=12, default="", db_default="", blank=True)
    receipt_at = models.DateTimeField(null=True, blank=True)
    follows_id = models.BigIntegerField(null=True, blank=True)

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
                fields=["batch", "channel", "due_at", "id"],
                name="delivery_due",
                condition=Q(state="queued"),
            ),
            models.Index(
                fields=["batch", "channel", "claimed_at"],
                name="delivery_in_hand",
                condition=Q(state="sending"),
            ),
        ]

    def __str__(self) -> str:
        return f"dispatch {self.id}"


class WebhookEndpoint(DecidingRow):
    """Where another system is notified, and of what. ``entry_id`` names the newest entry about it.

    ``secrets``: those that sign, newest first, sealed (``webhooks.secrets``). ``networks``: inside
    networks that it may be in; ``plain_http``: whether it may be spoken to there without TLS.
    ``failing_since``: since when nothing arrived; ``resting_until``: it was slow, and waits.
    """

    # Never used twice: entries and references name it.
    serial = models.AutoField(primary_key=True)
    name = models.CharField(max_length=100)
    url = models.CharField(max_length=500)
    events = models.JSONField()
    networks = models.JSONField(default=list)
    plain_http = models.BooleanField(default=False)
    secrets = models.BinaryField(default=b"")
    made_at = models.DateTimeField()
    made_by = models.JSONField()
    paused_at = models.DateTimeField(null=True, default=None)
    paused_why = models.CharField(
        max_length=10, choices=EndpointPause.choices, default="", blank=True
    )
    removed_at = models.DateTimeField(null=True, default=None)
    entry_id = models.BigIntegerField(null=True, help_text="null only while it is written")
    failing_since = models.DateTimeField(null=True, default=None)
    resting_until = models.DateTimeField(null=True, default=None)

    DECIDING: ClassVar = (
        "name",
        "url",
        "events",
        "networks",
        "plain_http",
        "secrets",
        "paused_at",
        "paused_why",
        "removed_at",
        "entry_id",
    )

    class Meta:
        """A name is of one that is there; a removed one leaves it to another."""

        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["name"],
                condition=Q(removed_at__isnull=True),
                name="delivery_webhook_named_once",
            ),
        ]

    def __str__(self) -> str:
        return f"webhook endpoint {self.serial}"


class WebhookMessage(DecidingRow):
    """One event on its way to one endpoint. ``event_id`` is the same for each endpoint and each
    attempt: the number of the entry, or of a test. ``person`` is what stands there for whom it is
    about (``vault.references``), "" for nobody; ``entry_id`` is the ledger entry that everything it
    says is read from."""

    id = models.BigIntegerField(primary_key=True, default=new_id)
    endpoint = models.ForeignKey(WebhookEndpoint, on_delete=models.PROTECT)
    event_id = models.BigIntegerField()
    type = models.CharField(max_length=64)
    at = models.DateTimeField()
    entry_id = models.BigIntegerField()
    person = models.CharField(max_length=64, default="", blank=True)
    state = models.CharField(
        max_length=8, choices=WebhookState.choices, default=WebhookState.QUEUED
    )
    reason = models.CharField(max_length=16, choices=FailureReason.choices, default="", blank=True)
    due_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    claimed_by = models.CharField(max_length=96, default="", blank=True)
    lease_until = models.DateTimeField(null=True, default=None)
    done_at = models.DateTimeField(null=True, default=None)

    # Not how far it is: a message that is sent twice does no harm, one that is made up does.
    DECIDING: ClassVar = ("endpoint_id", "event_id", "type", "at", "entry_id", "person")

    class Meta:
        """An event goes to an endpoint once."""

        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["event_id", "type", "endpoint"], name="delivery_webhook_once_each"
            ),
            models.CheckConstraint(
                name="delivery_webhook_not_sent_why",
                condition=~Q(state__in=("failed", "skipped")) | ~Q(reason=""),
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["due_at", "id"], name="delivery_webhook_due", condition=Q(state="queued")
            ),
            models.Index(fields=["endpoint", "state", "id"], name="delivery_webhook_listed"),
            models.Index(
                fields=["person"], name="delivery_webhook_person", condition=~Q(person="")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.id}"


class WebhookAttempt(models.Model):
    """One attempt at a message: the status that was answered (0 if none), how many milliseconds it
    took, and why it failed. Nothing of what was answered is kept."""

    message = models.ForeignKey(WebhookMessage, on_delete=models.CASCADE)
    at = models.DateTimeField()
    status = models.PositiveSmallIntegerField(default=0)
    milliseconds = models.PositiveIntegerField(default=0)
    reason = models.CharField(max_length=16, choices=FailureReason.choices, default="", blank=True)

    def __str__(self) -> str:
        return f"attempt {self.pk}"
