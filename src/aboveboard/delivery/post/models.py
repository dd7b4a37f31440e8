"""The tables of letters: parcels for the print house, and in each the letters."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from aboveboard.delivery.terms import LetterState


class PrintParcel(models.Model):
    """Letters of one batch in a sealed file for the print house. One without ``made_at`` never
    left. ``export``: custody's number of it, whose manifest says who is in it."""

    id = models.AutoField(primary_key=True)
    batch = models.ForeignKey(
        "delivery.Batch", on_delete=models.PROTECT, related_name="print_parcels"
    )
    begun_at = models.DateTimeField()
    made_at = models.DateTimeField(null=True, default=None)
    export = models.BigIntegerField(null=True, default=None)
    letters = models.PositiveIntegerField(default=0)
    pages = models.PositiveIntegerField(default=0)
    acknowledged_at = models.DateTimeField(null=True, default=None)
    acknowledged_by = models.JSONField(null=True, default=None, help_text="the actor")

    class Meta:
        """Listed by batch, those that left."""

        indexes: ClassVar = [models.Index(fields=["batch", "id"], name="delivery_parcels")]

    def __str__(self) -> str:
        return f"parcel {self.pk}"


class PrintLetter(models.Model):
    """A letter in a parcel. ``number`` counts them there from 1; ``reason``: what the print house
    says of one that did not get there, as a code."""

    parcel = models.ForeignKey(PrintParcel, on_delete=models.PROTECT, related_name="in_it")
    dispatch = models.ForeignKey("delivery.Dispatch", on_delete=models.PROTECT, related_name="+")
    number = models.PositiveIntegerField()
    pages = models.PositiveSmallIntegerField()
    country = models.CharField(max_length=2, blank=True)
    state = models.CharField(max_length=8, choices=LetterState.choices, default=LetterState.SEALED)
    on = models.DateField(null=True, default=None, help_text="the day the print house says it was")
    reason = models.CharField(max_length=64, blank=True, default="")

    class Meta:
        """A dispatch is in one parcel at a time: printed again only once the letter that was is
        spoiled, or came back."""

        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["dispatch"],
                condition=~Q(state__in=("spoiled", "returned")),
                name="delivery_letter_once",
            ),
            models.UniqueConstraint(fields=["parcel", "number"], name="delivery_letter_numbered"),
        ]
        indexes: ClassVar = [models.Index(fields=["parcel", "state"], name="delivery_letters")]

    def __str__(self) -> str:
        return f"letter {self.parcel_id}-{self.number}"
