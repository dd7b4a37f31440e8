"""Parcels of letters, and how far the letters in each are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.db.models import Count, QuerySet

from aboveboard.basics.errors import NotFound
from aboveboard.basics.limits import PAGE_SIZE
from aboveboard.custody import queries as custody
from aboveboard.delivery.post import print_house
from aboveboard.delivery.post.models import PrintLetter, PrintParcel
from aboveboard.delivery.post.parcels import parcel_path
from aboveboard.delivery.terms import LetterState


@dataclass(frozen=True, slots=True)
class ParcelRow:
    """A parcel that was made. ``states`` counts its letters; ``sha256`` is of the sealed file;
    ``is_here``: whether the file still waits to be fetched."""

    number: int
    batch_id: int
    made_at: datetime
    export: int
    recipient: str
    letters: int
    pages: int
    sha256: str
    acknowledged_at: datetime | None
    states: dict[LetterState, int]
    is_here: bool

    @property
    def file_name(self) -> str:
        """What the file is called."""
        return parcel_path(self.number).name


@dataclass(frozen=True, slots=True)
class LetterProgress:
    """How many letters of a batch are where, and how many parcels the print house has not
    acknowledged."""

    parcels: int
    unacknowledged: int
    letters: int
    pages: int
    states: dict[LetterState, int]


def parcels(
    batch_id: int | None = None, *, after: int = 0, limit: int = PAGE_SIZE
) -> Sequence[ParcelRow]:
    """Return a page of parcels by number, of a batch or of all."""
    rows = _parcels_of(batch_id).filter(pk__gt=after).order_by("pk")[:limit]
    return [_row(row) for row in rows]


def parcel(number: int) -> ParcelRow:
    """Return one parcel.

    Raises:
        NotFound: none with that number was made.
    """
    row = PrintParcel.objects.filter(pk=number, made_at__isnull=False).first()
    if row is None:
        raise NotFound(what="parcel of letters")
    return _row(row)


def parcel_file(number: int) -> Path:
    """Return the sealed file of a parcel.

    Raises:
        NotFound: there is none, or the print house has it and it was removed here.
    """
    path = parcel_path(parcel(number).number)
    if not path.is_file():
        raise NotFound(what="file of this parcel")
    return path


def progress(batch_id: int | None = None) -> LetterProgress:
    """Return how far the letters of a batch are, or all letters."""
    rows = _parcels_of(batch_id)
    letters = PrintLetter.objects.filter(parcel__in=rows)
    totals = list(rows.values_list("letters", "pages", "acknowledged_at"))
    return LetterProgress(
        parcels=len(totals),
        unacknowledged=sum(1 for row in totals if row[2] is None),
        letters=sum(row[0] for row in totals),
        pages=sum(row[1] for row in totals),
        states=_states(letters),
    )


def is_set_up() -> bool:
    """Whether the settings name a print house."""
    return print_house.is_set_up()


def _parcels_of(batch_id: int | None) -> QuerySet[PrintParcel]:
    rows = PrintParcel.objects.filter(made_at__isnull=False)
    return rows if batch_id is None else rows.filter(batch_id=batch_id)


def _states(letters: QuerySet[PrintLetter]) -> dict[LetterState, int]:
    counted = letters.order_by().values_list("state").annotate(letters=Count("id"))
    counts = dict(counted)
    return {state: counts[state] for state in LetterState if state in counts}


def _row(row: PrintParcel) -> ParcelRow:
    if row.made_at is None or row.export is None:
        raise NotFound(what="parcel of letters")
    export = custody.export(row.export)
    return ParcelRow(
        number=row.pk,
        batch_id=row.batch_id,
        made_at=row.made_at,
        export=row.export,
        recipient=export.recipient,
        letters=row.letters,
        pages=row.pages,
        sha256=export.file_digest,
        acknowledged_at=row.acknowledged_at,
        states=_states(PrintLetter.objects.filter(parcel=row)),
        is_here=parcel_path(row.pk).is_file(),
    )
