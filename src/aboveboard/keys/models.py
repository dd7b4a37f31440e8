"""What is kept: wrapped keys, never a key in the clear."""

from __future__ import annotations

from django.db import models


class PersonKey(models.Model):
    """The data key of one person, wrapped. No row: no key, and the person's record is noise."""

    person_id = models.BigIntegerField(primary_key=True)
    wrapped = models.BinaryField()


class InstanceSecret(models.Model):
    """A secret of the whole instance (blind-index key, ledger seed, session key), wrapped."""

    name = models.CharField(max_length=40, primary_key=True)
    wrapped = models.BinaryField()
    made_at = models.DateTimeField(auto_now_add=True)
