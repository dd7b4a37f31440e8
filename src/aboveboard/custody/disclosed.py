"""What was given to recipients: to a person, to whom their data went; to a recipient, what they
were given. Read from the manifests of the parcels that left."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from aboveboard.basics.errors import NotFound
from aboveboard.basics.limits import PAGE_SIZE
from aboveboard.custody.agreement import SharingAgreement
from aboveboard.custody.models import Export, ExportPerson
from aboveboard.custody.sharing import agreements
from aboveboard.law.categories import from_bitmap
from aboveboard.promise.model import Promise


@dataclass(frozen=True, slots=True)
class DisclosedParcel:
    """A parcel that left for a recipient. ``people`` are in it; ``entry_id`` proves it. ``digest``:
    SHA-256 of the file, hex."""

    id: int
    recipient: str
    purpose: str
    fields: tuple[str, ...]
    at: datetime
    people: int
    entry_id: int | None
    digest: str


@dataclass(frozen=True, slots=True)
class OwnDisclosure:
    """That somebody is in a parcel, and of which of its fields a value of theirs is in it: those
    whose category is on their line of the manifest."""

    parcel: DisclosedParcel
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DisclosedRow:
    """A line of a parcel, as its recipient may see it: its place among those who are in the file,
    and which categories of data are in it. Whose it is stands in the file alone."""

    row: int
    categories: tuple[str, ...]


def disclosures_of(numbers: Collection[int], promised: Promise) -> Sequence[OwnDisclosure]:
    """Return the parcels for recipients that somebody is in, the newest first. ``numbers``: every
    number of theirs. Of a purpose whose uses a law delays, or that are shown in general words
    alone, nothing is told here: the list of uses says what may be said."""
    lines = ExportPerson.objects.filter(
        person_id__in=list(numbers), reasons="", export__made_at__isnull=False
    ).exclude(export__recipient="")
    own = []
    for line in lines.select_related("export").order_by("-export__made_at", "-export_id"):
        purpose = promised.purposes.get(line.export.purpose)
        if purpose is not None and (purpose.delay or purpose.in_general):
            continue
        held = from_bitmap(line.categories)
        fields = tuple(
            key
            for key in line.export.fields
            if key in promised.fields and promised.fields[key].category in held
        )
        own.append(OwnDisclosure(_parcel(line.export), fields))
    return own


def parcels_for(
    recipient: str, *, before: int | None = None, limit: int = PAGE_SIZE
) -> Sequence[DisclosedParcel]:
    """Return a page of the parcels that left for a recipient, the newest first; those before the
    number ``before``, where it is given."""
    rows = _left_for(recipient)
    if before is not None:
        rows = rows.filter(pk__lt=before)
    return [_parcel(row) for row in rows.order_by("-pk")[:limit]]


def parcel_for(recipient: str, number: int) -> DisclosedParcel:
    """Return one.

    Raises:
        NotFound: there is none with this number, or it went to somebody else.
    """
    row = _left_for(recipient).filter(pk=number).first()
    if row is None:
        raise NotFound(what="parcel")
    return _parcel(row)


def rows_of(
    parcel: DisclosedParcel, *, after: int = 0, limit: int = PAGE_SIZE
) -> list[DisclosedRow]:
    """Return a page of the lines of a parcel, after row ``after``: those who are in the file, in
    the order of its manifest. Who was asked for and is not in it is not told."""
    if after >= parcel.people:
        return []
    lines = ExportPerson.objects.filter(export_id=parcel.id, reasons="").order_by("person_id")
    page = lines.values_list("categories", flat=True)[after : after + limit]
    return [
        DisclosedRow(after + place, tuple(sorted(from_bitmap(categories))))
        for place, categories in enumerate(page, 1)
    ]


def agreements_with(names: Collection[str]) -> Sequence[SharingAgreement]:
    """Return the agreements of the public register to which somebody with one of these names is a
    party."""
    wanted = {name.casefold() for name in names}
    return [each for each in agreements() if wanted & {party.casefold() for party in each.parties}]


def _left_for(recipient: str) -> QuerySet[Export]:
    # An empty name is a device's, and never a recipient's.
    return Export.objects.filter(recipient=recipient, made_at__isnull=False).exclude(recipient="")


def _parcel(row: Export) -> DisclosedParcel:
    return DisclosedParcel(
        row.pk,
        row.recipient,
        row.purpose,
        tuple(row.fields),
        row.made_at or row.begun_at,
        row.people,
        row.entry_id,
        row.file_digest,
    )
