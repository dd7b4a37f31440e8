"""What is kept of a campaign: what was asked, by whom, and how far it is. Nobody who is in it."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from aboveboard.keys.rows import DecidingRow


class Campaign(DecidingRow):
    """A campaign. As whom the worker decides, for what and where it goes, is under the MAC.

    ``token``: of the sealed list; empty where everybody held is taken. ``columns``: which hold
    which field, and which say whose a row is.
    """

    purpose = models.CharField(max_length=64)
    channel = models.CharField(max_length=32)
    recipient = models.CharField(max_length=80)
    age_keys = models.JSONField(help_text="the public keys of age that the parcel is sealed to")
    actor = models.JSONField(help_text="as whom it is decided: kind, id, role, team")
    token = models.CharField(max_length=32, blank=True, default="")
    file_name = models.CharField(max_length=200, blank=True, default="")
    file_digest = models.CharField(max_length=64, blank=True, default="")
    headers = models.JSONField(default=list)
    columns = models.JSONField(default=dict)
    made_at = models.DateTimeField()
    state = models.CharField(max_length=8)
    total = models.BigIntegerField(default=0)
    done = models.BigIntegerField(default=0)
    allowed = models.BigIntegerField(default=0)
    left_out = models.JSONField(default=dict)
    failure = models.CharField(max_length=300, blank=True, default="")
    export_id = models.BigIntegerField(null=True)
    fetched_at = models.DateTimeField(null=True)
    gone_at = models.DateTimeField(null=True, help_text="when the list and the parcel went")

    DECIDING: ClassVar = (
        "purpose",
        "channel",
        "recipient",
        "age_keys",
        "actor",
        "token",
        "file_digest",
        "columns",
        "made_at",
    )

    class Meta:
        """The newest first, of whoever made them."""

        indexes: ClassVar = [models.Index(fields=["-id"], name="campaigns_newest")]
