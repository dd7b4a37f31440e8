"""What is kept: sealed boxes, keyed digests, and the few coarse facets that
sets are computed over."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from aboveboard.identity.models import MergedPerson
from aboveboard.retention.models import Hold, Restriction, Sweep, SweepRow
from aboveboard.vault.documents.models import AttachmentChunk

__all__ = [
    "AttachmentChunk",
    "BlindIndex",
    "Hold",
    "ImportProblem",
    "ImportRun",
    "LookUpGenerations",
    "MergedPerson",
    "Person",
    "Restriction",
    "SealedRecord",
    "Sweep",
    "SweepRow",
]


class Person(models.Model):
    """Someone whose data is held. The facets are coarse on purpose: which law, which
    language, since when."""

    id = models.BigIntegerField(primary_key=True)
    jurisdiction = models.CharField(
        max_length=12,
        help_text="ISO 3166 of residence, with the state where law differs: GB, US-CA",
    )
    language = models.CharField(max_length=8)
    collected_at = models.DateTimeField()
    last_active_at = models.DateTimeField()
    held_until = models.DateTimeField(
        null=True, help_text="end of the longest open legal hold (keeping.models.Hold); null: none"
    )
    restricted_since = models.DateTimeField(
        null=True, help_text="when the latest open restriction was placed; null: none"
    )
    restricted_until = models.DateTimeField(
        null=True, help_text="end of the longest open restriction; null: none"
    )


class SealedRecord(models.Model):
    """One person's fields, each in its own box (``FORMAT.md``)."""

    person = models.OneToOneField(Person, on_delete=models.CASCADE, primary_key=True)
    boxes = models.BinaryField()


class BlindIndex(models.Model):
    """One way to find a person: the keyed digest of an e-mail, phone or customer number."""

    kind = models.SmallIntegerField()
    digest = models.BinaryField()
    person = models.ForeignKey(Person, on_delete=models.CASCADE, db_index=True)
    generation = models.SmallIntegerField(default=0, db_default=0, help_text="of the index key")

    class Meta:
        """A value finds a person once."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["digest", "kind", "person"], name="blind_index_once")
        ]


class ImportRun(models.Model):
    """One import of a file, so that what was loaded and what was not can be listed, and one
    that was stopped goes on."""

    file_digest = models.CharField(max_length=64)
    mapping_digest = models.CharField(max_length=64, blank=True, default="")
    file_name = models.CharField(max_length=200)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    resumed = models.IntegerField(
        default=0, help_text="how often it went on after it had been stopped"
    )
    resumed_at = models.DateTimeField(null=True)
    bytes_done = models.BigIntegerField(default=0, help_text="where in the file the next row is")
    lines_done = models.BigIntegerField(default=0)
    first_person_id = models.BigIntegerField(
        default=0, help_text="people with this id or a later one may be of this run"
    )
    rows = models.BigIntegerField(default=0)
    loaded = models.BigIntegerField(default=0)
    already_held = models.BigIntegerField(default=0)
    refused = models.BigIntegerField(default=0)


class ImportProblem(models.Model):
    """A row that was not loaded, and why. It never holds what the row said."""

    run = models.ForeignKey(ImportRun, on_delete=models.CASCADE)
    line = models.BigIntegerField()
    field = models.CharField(max_length=64, blank=True)
    code = models.CharField(max_length=40)
    sentence = models.CharField(max_length=300)


class LookUpGenerations(models.Model):
    """One row, made by the first rotation; none means generation 0 alone.

    ``searched``: everybody is filed under it. ``also``: a newer one that every writer files
    under too, until it is whole.
    """

    id = models.SmallIntegerField(primary_key=True, default=1)
    searched = models.SmallIntegerField(default=0)
    also = models.SmallIntegerField(null=True)
