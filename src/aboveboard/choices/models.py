"""What is kept: choices, one row each, never changed."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from aboveboard.choices.state import ChoiceAnswer
from aboveboard.keys.rows import DecidingRow


class Choice(DecidingRow):
    """One choice of one person about one purpose: when, on which channel, on what
    evidence, taken by whom."""

    person_id = models.BigIntegerField()
    purpose = models.CharField(max_length=64)
    answer = models.CharField(
        max_length=3, choices=[(answer.value, answer.value) for answer in ChoiceAnswer]
    )
    channel = models.CharField(max_length=32)
    evidence = models.CharField(
        max_length=80,
        help_text="a reference, such as the digest of the words shown or a call's number",
    )
    at = models.DateTimeField()
    promise_serial = models.IntegerField()
    actor = models.JSONField(help_text="who recorded it: kind, id, role, team")
    waits = models.BooleanField(
        default=False,
        help_text="a yes that others recorded after the person's own no: it counts for nothing",
    )
    entry_id = models.BigIntegerField(help_text="the ledger entry that proves it")

    # ``channel`` and ``evidence`` say how it came about, and decide nothing.
    DECIDING: ClassVar = (
        "person_id",
        "purpose",
        "answer",
        "at",
        "promise_serial",
        "actor",
        "waits",
        "entry_id",
    )

    class Meta:
        """A person's choices are read together, oldest first; a restoration and the comparison with
        the log look for the row of an entry."""

        indexes: ClassVar = [
            models.Index(fields=["person_id", "at", "id"], name="choices_of_person"),
            models.Index(fields=["entry_id"], name="choices_of_entry"),
            # Few rows wait at any time, and the list of them is asked for on a first page.
            models.Index(fields=["id"], name="choices_waiting", condition=models.Q(waits=True)),
        ]
