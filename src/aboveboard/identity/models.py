"""What is kept of merges: who became whom, which value came from where, and, for a time, what is
needed to undo it; which records may be of one person, and which somebody said are not."""

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


class DuplicateScan(models.Model):
    """All records were compared once. The newest is the one whose pairs are shown."""

    at = models.DateTimeField()
    people = models.BigIntegerField(help_text="how many records were compared")
    seconds = models.FloatField(help_text="wall time of the comparison")


class CandidatePair(models.Model):
    """Two records that may be of one person. Pairs that hang together have one ``group``. Numbers
    alone: what they share is a code."""

    scan = models.ForeignKey(DuplicateScan, on_delete=models.CASCADE)
    group = models.IntegerField()
    first_id = models.BigIntegerField(db_index=True)
    second_id = models.BigIntegerField(db_index=True)
    score = models.PositiveSmallIntegerField(help_text="0 to 100")
    reasons = models.JSONField(help_text="codes of scoring.SharedTrait and scoring.Opposing")
    decided_at = models.DateTimeField(
        null=True, help_text="since when they are merged, or are said not to be one person"
    )

    class Meta:
        """A pair stands once in a scan."""

        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["scan", "first_id", "second_id"], name="identity_pair_once"
            )
        ]
        indexes: ClassVar = [models.Index(fields=["scan", "group"], name="identity_grouped")]


class SharedValue(models.Model):
    """A value that was not compared: more than a handful of people share it, or it has the form of
    one that is nobody's. The value itself is not kept; ``person_id`` is one who has it."""

    scan = models.ForeignKey(DuplicateScan, on_delete=models.CASCADE)
    trait = models.CharField(max_length=20, help_text="scoring.SharedTrait")
    people = models.BigIntegerField()
    placeholder = models.BooleanField(help_text="it has the form of one that is nobody's")
    person_id = models.BigIntegerField(db_index=True)


class DistinctPeople(DecidingRow):
    """Somebody said that two records are not of one person. Ended by being filled in."""

    first_id = models.BigIntegerField(db_index=True, help_text="the lower number of the two")
    second_id = models.BigIntegerField(db_index=True)
    at = models.DateTimeField()
    actor = models.JSONField(help_text="who said so: kind, id, role, team")
    entry_id = models.BigIntegerField(help_text="the ledger entry that proves it")
    ended_at = models.DateTimeField(null=True)
    ended_actor = models.JSONField(null=True)
    ended_entry_id = models.BigIntegerField(null=True)

    DECIDING: ClassVar = (
        "first_id",
        "second_id",
        "at",
        "entry_id",
        "ended_at",
        "ended_entry_id",
    )

    class Meta:
        """It is said once of two people until it is taken back."""

        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["first_id", "second_id"],
                condition=models.Q(ended_at__isnull=True),
                name="identity_distinct_once",
            )
        ]
