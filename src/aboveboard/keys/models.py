"""What is kept: wrapped keys, never a key in the clear."""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class WrappingKey(models.Model):
    """A key that wraps people's keys and the instance's secrets, itself wrapped by the
    provider of the root key.

    One row for each provider that can open it: two while the keys move from one to
    another. ``retired_at`` is set when a newer one wraps from then on; the rows go when
    nothing is wrapped by it any more.
    """

    key_id = models.BigIntegerField(
        help_text="the four bytes in the head of what it wraps, as an unsigned number"
    )
    provider = models.CharField(max_length=500)
    wrapped = models.BinaryField()
    made_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True)

    class Meta:
        """A provider keeps each key once."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["key_id", "provider"], name="wrapping_key_once")
        ]


class PersonKey(models.Model):
    """The data key of one person, wrapped. No row: no key, and the person's record is noise.

    ``handles``: the person's handles sealed under their own key (``vault/FORMAT.md``); null means
    those computed from it. ``entries``: how many entries of the ledger have a handle of theirs.
    """

    person_id = models.BigIntegerField(primary_key=True)
    wrapped = models.BinaryField()
    handles = models.BinaryField(null=True)
    # Loads write rows by COPY and name the other columns alone.
    entries = models.BigIntegerField(default=0, db_default=0)


class InstanceSecret(models.Model):
    """A secret of the whole instance (blind-index key, ledger seed, session key), wrapped."""

    name = models.CharField(max_length=40, primary_key=True)
    wrapped = models.BinaryField()
    made_at = models.DateTimeField(auto_now_add=True)


class Rotation(models.Model):
    """One rotation of keys: who began it, how far it has come, when it ended. Unfinished, it
    goes on where it stopped.

    ``kind``: ``root``, ``people`` or ``index``. ``step`` is the step of its procedure that
    it is at; ``reached`` is the last person done in that step; ``names`` are the ids or
    names of the keys it leads to.
    """

    kind = models.CharField(max_length=10)
    begun_at = models.DateTimeField()
    begun_by = models.CharField(max_length=80)
    finished_at = models.DateTimeField(null=True)
    step = models.CharField(max_length=20)
    reached = models.BigIntegerField(default=-(2**63))
    done = models.BigIntegerField(default=0)
    names = models.JSONField(default=dict)

    class Meta:
        """One of a kind at a time: a second that is begun while one runs is
        refused by the database."""

        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["kind"], condition=models.Q(finished_at=None), name="one_rotation_of_a_kind"
            ),
        ]
