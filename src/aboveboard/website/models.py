"""What is kept: what visitors of the website chose, one row each, never changed."""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class VisitorChoice(models.Model):
    """One visitor's answers at one moment. Decides nothing: it is evidence, and what a person is
    shown before they make it their own."""

    visitor = models.CharField(max_length=32, help_text="a random number of 128 bits, of a browser")
    at = models.DateTimeField()
    promise_serial = models.IntegerField(help_text="the version of the notice that was shown")
    revision = models.CharField(max_length=8)
    language = models.CharField(max_length=8)
    answers = models.JSONField(help_text="yes or no, by purpose")
    how = models.CharField(max_length=8, help_text="by which button")
    gpc = models.BooleanField(help_text="whether the browser sent Global Privacy Control")
    site = models.CharField(max_length=120, help_text="the origin of the page")
    proved = models.BooleanField(help_text="whether the browser did its work")
    batch = models.BigIntegerField(
        null=True, help_text="the ledger entry whose digest it is under; none yet, or unproved"
    )

    class Meta:
        """A visitor's rows are counted and shown; a batch is checked; what is old is deleted."""

        indexes: ClassVar = [
            models.Index(fields=["visitor"], name="website_of_visitor"),
            models.Index(fields=["proved", "at"], name="website_by_age"),
            models.Index(fields=["batch"], name="website_of_batch"),
        ]
