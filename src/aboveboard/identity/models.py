"""What is kept of merges: who became whom, which value came from where, and, for a time, what is
needed to undo it."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from aboveboard.keys.rows import DecidingRow

_MERGED = models.Q(split_at__isnull=True)


class MergedPerson(DecidingRow):
    """Another record was found to be of this person. Ended by being filled in, never by being
    deleted, but for an erasure.

    ``merged_boxes``: the merged record as it was; ``replaced_boxes``: the values of the kept record
    that it replaced. Both are the undo data, sealed under the merged record's own key, which stays
    in ``keys`` for that; both are null when the time for undoing is over. ``state``: which record
    each field came from, and what each other package needs to undo its part; no personal data.
    """

    person_id = models.BigIntegerField(
        db_index=True, help_text="the person as they are known from then on"
    )
    merged_id = models.BigIntegerField(help_text="the number that leads to them since")
    reference = models.CharField(max_length=80, help_text="a case number, without personal data")
    at = models.DateTimeField()
    actor = models.JSONField(help_text="who did it: kind, id, role, team")
    entry_id = models.BigIntegerField(help_text="the ledger entry that proves it")
    merged_boxes = models.BinaryField(null=True)
    replaced_boxes = models.BinaryField(null=True)
    state = models.JSONField()
    split_at = models.DateTimeField(null=True)
    split_actor = models.JSONField(null=True)
    split_reference = models.CharField(max_length=80, blank=True, default="")
    split_entry_id = models.BigIntegerField(null=True)

    DECIDING: ClassVar = (
        "person_id",
        "merged_id",
        "at",
        "entry_id",
        "split_at",
        "split_entry_id",
        # Which rows a split gives back: the program puts its MAC to each of them.
        "state",
    )

    class Meta:
        """A number leads to one person."""

        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["merged_id"], condition=_MERGED, name="identity_merged_once"
            )
        ]
