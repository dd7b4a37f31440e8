"""What is kept of authorities to act, and of who died. A row is filled in when it is approved and
when it ends, and never edited otherwise."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from aboveboard.keys.rows import DecidingRow
from aboveboard.representation.terms import Capacity


class Death(DecidingRow):
    """That a person died: who recorded it, on which paper, who approved it; and, where the report
    was wrong, who took it back."""

    person_id = models.BigIntegerField(db_index=True)
    reference = models.CharField(
        max_length=80, help_text="the number of the paper, without personal data"
    )
    at = models.DateTimeField()
    actor = models.JSONField(help_text="who recorded it: kind, id, role, team")
    entry_id = models.BigIntegerField(help_text="the ledger entry that proves it")
    approved_at = models.DateTimeField(null=True)
    approved_actor = models.JSONField(null=True)
    approved_entry_id = models.BigIntegerField(null=True)
    ended_at = models.DateTimeField(null=True, help_text="when the report was taken back")
    ended_actor = models.JSONField(null=True)
    ended_entry_id = models.BigIntegerField(null=True)

    DECIDING: ClassVar = (
        "person_id",
        "at",
        "actor",
        "entry_id",
        "approved_at",
        "approved_actor",
        "approved_entry_id",
        "ended_at",
        "ended_entry_id",
    )


class Representation(DecidingRow):
    """Who may act for whom: as what, for what, from when until when, on which evidence; who
    recorded it, who approved it, and how it ended."""

    person_id = models.BigIntegerField(db_index=True, help_text="for whom somebody acts")
    representative_id = models.BigIntegerField(
        null=True, db_index=True, help_text="who acts; null: somebody who is not held here"
    )
    capacity = models.CharField(
        max_length=16, choices=[(each.value, each.value) for each in Capacity]
    )
    powers = models.JSONField(help_text="what it allows, in order")
    reference = models.CharField(
        max_length=80, help_text="the number of the paper, without personal data"
    )
    document = models.CharField(
        max_length=64, blank=True, default="", help_text="the field that holds the paper"
    )
    by_court = models.BooleanField(default=False)
    since = models.DateTimeField()
    until = models.DateTimeField(null=True, help_text="when it lapses; null: when it is ended")
    at = models.DateTimeField()
    actor = models.JSONField(help_text="who recorded it: kind, id, role, team")
    entry_id = models.BigIntegerField(help_text="the ledger entry that proves it")
    approved_at = models.DateTimeField(null=True)
    approved_actor = models.JSONField(null=True)
    approved_entry_id = models.BigIntegerField(null=True)
    ended_at = models.DateTimeField(null=True)
    ended_actor = models.JSONField(null=True)
    ended_entry_id = models.BigIntegerField(null=True)

    DECIDING: ClassVar = (
        "person_id",
        "representative_id",
        "capacity",
        "powers",
        "by_court",
        "since",
        "until",
        "at",
        "actor",
        "entry_id",
        "approved_at",
        "approved_actor",
        "approved_entry_id",
        "ended_at",
        "ended_entry_id",
    )
