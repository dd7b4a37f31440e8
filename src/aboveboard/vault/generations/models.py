"""Which generations of the index key look-ups are made with."""

from __future__ import annotations

from django.db import models


class LookUpGenerations(models.Model):
    """One row, made by the first rotation; none means generation 0 alone.

    ``searched``: everybody is filed under it. ``also``: a newer one that every writer files
    under too, until it is whole.
    """

    id = models.SmallIntegerField(primary_key=True, default=1)
    searched = models.SmallIntegerField(default=0)
    also = models.SmallIntegerField(null=True)
