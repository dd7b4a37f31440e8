"""What is kept of imports: how far each has come, and the rows that it did not load."""

from __future__ import annotations

from django.db import models


class ImportRun(models.Model):
    """One import of a file, so that what was loaded and what was not can be listed, and one
    that was stopped goes on."""

    file_digest = models.CharField(max_length=64)
    file_key = models.BinaryField(
        null=True, max_length=32, help_text="checks the digest as its entries have it, sealed"
    )
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
