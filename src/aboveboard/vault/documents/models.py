"""The chunks of documents. Which is whose, and what it is called, is sealed
in the person's record."""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class AttachmentChunk(models.Model):
    """One sealed chunk (``FORMAT.md``). ``attachment`` is a random number that only the
    record's descriptor knows.

    No foreign key: when two records are merged one number stops being a person, and
    its documents must stay.
    """

    person_id = models.BigIntegerField()
    field = models.CharField(max_length=255)
    attachment = models.BinaryField(max_length=16)
    number = models.IntegerField()
    sealed = models.BinaryField()

    class Meta:
        """Read in order; found by person and field to be erased."""

        app_label = "vault"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["attachment", "number"], name="vault_attachment_chunk")
        ]
        indexes: ClassVar = [
            models.Index(fields=["person_id", "field"], name="vault_attachment_person")
        ]
