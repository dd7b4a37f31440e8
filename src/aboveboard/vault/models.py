"""The tables of the vault: sealed boxes, keyed digests, and the few coarse facets that sets are
computed over."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from aboveboard.keys.rows import DecidingRow
from aboveboard.vault.documents.models import AttachmentChunk

__all__ = [
    "Alias",
    "AttachmentChunk",
    "BlindIndex",
    "IndexGenerations",
    "Person",
    "SealedRecord",
]


class Person(models.Model):
    """Someone whose data is held. The facets are coarse on purpose: which law, which language,
    since when.

    The three last are written by ``retention`` from its own rows, so that neither a use nor an
    erasure needs to ask for those.
    """

    id = models.BigIntegerField(primary_key=True)
    jurisdiction = models.CharField(
        max_length=12,
        help_text="ISO 3166 of residence, with the state where law differs: GB, US-CA",
    )
    language = models.CharField(max_length=8)
    collected_at = models.DateTimeField()
    last_active_at = models.DateTimeField()
    held_until = models.DateTimeField(
        null=True, help_text="end of the longest open legal hold; null: none"
    )
    restricted_since = models.DateTimeField(
        null=True, help_text="when the latest open restriction was placed; null: none"
    )
    restricted_until = models.DateTimeField(
        null=True, help_text="end of the longest open restriction; null: none"
    )
    open_mac = models.BinaryField(
        max_length=32, null=True, help_text="MAC of the three before; null: there was never any"
    )


class SealedRecord(models.Model):
    """One person's fields, each in its own box (``FORMAT.md``)."""

    person = models.OneToOneField(Person, on_delete=models.CASCADE, primary_key=True)
    boxes = models.BinaryField()


class BlindIndex(models.Model):
    """One way to find a person: the keyed digest of an e-mail, phone or customer number.

    A row has no number of its own: counted up, it would say in which order people came.
    """

    pk = models.CompositePrimaryKey("digest", "kind", "person")
    kind = models.SmallIntegerField()
    digest = models.BinaryField()
    person = models.ForeignKey(Person, on_delete=models.CASCADE, db_index=True)
    generation = models.SmallIntegerField(default=0, db_default=0, help_text="of the index key")


class Alias(DecidingRow):
    """A number that leads to a person, since the record that had it was merged into theirs.

    Whatever names the old number still finds them. The rest says how the merged record was filed,
    so that it can be again; it holds no value, and goes when the merge is undone or closed.
    """

    merged_id = models.BigIntegerField(primary_key=True)
    person_id = models.BigIntegerField(db_index=True, help_text="the person it leads to")
    at = models.DateTimeField(help_text="since when")
    facets = models.JSONField(help_text="the merged person's facets, and when the other began")
    look_ups = models.JSONField(
        help_text="what the merged record was filed under: kind number, digest in hex, whether it "
        "found the other too, generation of the index key"
    )

    DECIDING: ClassVar = ("person_id", "at")


class IndexGenerations(models.Model):
    """One row, made by the first rotation; none means generation 0 alone.

    ``searched``: everybody is filed under it. ``also``: a newer one that every writer files
    under too, until it is whole.
    """

    id = models.SmallIntegerField(primary_key=True, default=1)
    searched = models.SmallIntegerField(default=0)
    also = models.SmallIntegerField(null=True)
