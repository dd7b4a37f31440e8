"""What is kept: choices, one row each, never changed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from django.db import models

from aboveboard.choices.state import ChoiceAnswer
from aboveboard.keys.rows import DecidingRow


def deciding_values(values: Iterable[object], contact: str) -> list[object]:
    """Return the values under the MAC of a choice. The way of contact stands behind them where the
    choice is about one: a row from before there were any keeps its MAC, and one of each length is
    never the other."""
    return [*values, contact] if contact else [*values]


class Choice(DecidingRow):
    """One choice of one person about one purpose, or one way of contact of it: when, on which
    channel, on what evidence, taken by whom."""

    person_id = models.BigIntegerField()
    purpose = models.CharField(max_length=100)
    contact = models.CharField(
        max_length=16,
        blank=True,
        default="",
        help_text="the way of contact it is about; empty: the purpose as a whole",
    )
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
        "contact",
    )

    def deciding_values(self) -> list[object]:
        """Return the values under the MAC, in order."""
        return deciding_values((getattr(self, name) for name in self.DECIDING[:-1]), self.contact)

    class Meta:
        """A person's choices are read together, oldest first; a restoration and the comparison with
        the log look for the row of an entry."""

        indexes: ClassVar = [
            models.Index(fields=["person_id", "at", "id"], name="choices_of_person"),
            models.Index(fields=["entry_id"], name="choices_of_entry"),
            # Few rows wait at any time, and the list of them is asked for on a first page.
            models.Index(fields=["id"], name="choices_waiting", condition=models.Q(waits=True)),
        ]
