"""What is kept of drafts, of what-ifs and of who was told. Nothing here decides: what was proposed,
and by whom, the log says; whom a letter is for is worked out at each sending."""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class Draft(models.Model):
    """A promise that is being written. It is closed once it was adopted or given up."""

    name = models.CharField(max_length=200)
    created_at = models.DateTimeField()
    created_by = models.JSONField(help_text="the actor")
    proposed_entry = models.BigIntegerField(
        null=True, help_text="the ledger entry that proposed one of its texts last"
    )
    closed_at = models.DateTimeField(null=True)
    adopted_serial = models.IntegerField(null=True, help_text="the version that it became")

    def __str__(self) -> str:
        return f"draft {self.pk}"


class DraftRevision(models.Model):
    """A text that a draft had. Rows are only added: to undo is to add an earlier text again."""

    draft = models.ForeignKey(Draft, on_delete=models.CASCADE, related_name="revisions")
    number = models.PositiveIntegerField()
    source = models.TextField()
    digest = models.CharField(max_length=64)
    at = models.DateTimeField()
    actor = models.JSONField(help_text="who saved it")

    class Meta:
        """A draft's are numbered from 1."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["draft", "number"], name="draft_revision_once")
        ]

    def __str__(self) -> str:
        return f"draft {self.draft_id}, text {self.number}"


class Weighing(models.Model):
    """A what-if over everybody held, of one text of a draft: how far it is, and what came of it.
    ``counts`` holds counts alone."""

    draft = models.ForeignKey(Draft, on_delete=models.CASCADE, related_name="weighings")
    digest = models.CharField(max_length=64)
    against = models.IntegerField(help_text="the version that it is compared with")
    asked_at = models.DateTimeField()
    done = models.BigIntegerField(default=0)
    total = models.BigIntegerField(default=0)
    finished_at = models.DateTimeField(null=True)
    counts = models.JSONField(null=True)

    def __str__(self) -> str:
        return f"what-if of draft {self.draft_id}"


class Announcement(models.Model):
    """Telling everybody whom a version concerns: which, the batch of letters, and how far it is."""

    serial = models.IntegerField(unique=True)
    before = models.IntegerField()
    at = models.DateTimeField()
    actor = models.JSONField(help_text="who had it told")
    batch = models.BigIntegerField(help_text="the batch of letters, of delivery")
    reviewed = models.BigIntegerField(default=0, help_text="people gone through")
    asked_again = models.BigIntegerField(default=0, help_text="yeses that ended")
    finished_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"announcement of version {self.serial}"
