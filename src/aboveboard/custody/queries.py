"""Every read of devices and exports that a face, or an incident, needs."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, OuterRef, Q, Subquery, Sum

from aboveboard.accounts.queries import names
from aboveboard.basics.errors import NotFound
from aboveboard.basics.limits import PAGE_SIZE
from aboveboard.custody.models import (
    ENCRYPTED,
    Device,
    DeviceRecord,
    DeviceState,
    Export,
    ExportPerson,
)
from aboveboard.engines import limits


@dataclass(frozen=True, slots=True)
class DeviceRow:
    """A device as a list shows it. ``people`` counts the lines of all exports on it:
    someone on two counts twice."""

    id: int
    tag: str
    kind: str
    name: str
    holder_id: int | None
    holder: str
    encrypted: str
    state: DeviceState
    since: datetime
    exports: int
    people: int


def devices(
    state: DeviceState | None = None, *, holder_id: int | None = None
) -> Sequence[DeviceRow]:
    """Return devices by tag, all or those in a state, or held by one account."""
    newest = DeviceRecord.objects.filter(device=OuterRef("pk")).order_by("-id")
    left = Q(exports__made_at__isnull=False)
    rows = Device.objects.annotate(
        stands=Subquery(newest.values("state")[:1]),
        since=Subquery(newest.values("at")[:1]),
        exports_made=Count("exports", filter=left),
        people_on=Sum("exports__people", filter=left),
    )
    if state is not None:
        rows = rows.filter(stands=state)
    if holder_id is not None:
        rows = rows.filter(holder_id=holder_id)
    found = list(rows.order_by("tag"))
    holders = names([row.holder_id for row in found if row.holder_id is not None])
    return [
        DeviceRow(
            id=row.pk,
            tag=row.tag,
            kind=row.kind,
            name=row.name,
            holder_id=row.holder_id,
            holder=holders.get(row.holder_id, "") if row.holder_id is not None else "",
            encrypted=row.encrypted,
            state=DeviceState(row.stands),
            since=row.since,
            exports=row.exports_made,
            people=row.people_on or 0,
        )
        for row in found
    ]


def device(device_id: int) -> Device:
    """Return one device.

    Raises:
        NotFound: there is none.
    """
    found = Device.objects.filter(pk=device_id).first()
    if found is None:
        raise NotFound(what="device")
    return found


def device_by_tag(tag: str) -> Device:
    """Return the device with this label, read without regard to case.

    Raises:
        NotFound: there is none.
    """
    found = Device.objects.filter(tag__iexact=tag.strip()).first()
    if found is None:
        raise NotFound(what=f"device with the tag {tag.strip()}")
    return found


def records(device_id: int) -> Sequence[DeviceRecord]:
    """Return where a device has stood, oldest first."""
    return list(DeviceRecord.objects.filter(device_id=device_id).order_by("id"))


def exports(*, device_id: int | None = None, made_only: bool = True) -> Sequence[Export]:
    """Return exports, newest first, all or those on one device; those that never
    left only if asked for."""
    rows = Export.objects.select_related("device").order_by("-id")
    if device_id is not None:
        rows = rows.filter(device_id=device_id)
    if made_only:
        rows = rows.filter(made_at__isnull=False)
    return list(rows)


def newest_exports(*, before: int | None, limit: int) -> Sequence[Export]:
    """Return a page of all exports, newest first, those that never left too."""
    rows = Export.objects.select_related("device").order_by("-id")
    return list((rows if before is None else rows.filter(pk__lt=before))[:limit])


def export(export_id: int) -> Export:
    """Return one export.

    Raises:
        NotFound: there is none.
    """
    found = Export.objects.select_related("device").filter(pk=export_id).first()
    if found is None:
        raise NotFound(what="export")
    return found


def manifest_lines(export_id: int) -> Iterator[ExportPerson]:
    """Yield every line of a manifest by person id, streamed: there may be millions."""
    after = 0
    while page := export_people(export_id, after=after, limit=limits.ENGINE_BATCH):
        yield from page
        after = page[-1].person_id


def export_people(
    export_id: int, *, refused: bool | None = None, after: int = 0, limit: int = PAGE_SIZE
) -> Sequence[ExportPerson]:
    """Return a page of a manifest by person id, after person ``after``: all, those in the
    file, or those refused."""
    rows = ExportPerson.objects.filter(export_id=export_id, person_id__gt=after)
    if refused is not None:
        rows = rows.exclude(reasons="") if refused else rows.filter(reasons="")
    return list(rows.order_by("person_id")[:limit])


def manifest(export_ids: Collection[int]) -> Iterator[tuple[int, int, int]]:
    """Yield ``(person_id, categories, protected)`` for everyone in these files, as
    often as they are in one.

    What an encrypted disk or parcel holds counts as protected; whether its key went
    too is for the incident.
    """
    rows = ExportPerson.objects.filter(
        export_id__in=list(export_ids), reasons="", export__made_at__isnull=False
    )
    for person_id, categories, protection in rows.values_list(
        "person_id", "categories", "export__protection"
    ).iterator(chunk_size=limits.ENGINE_BATCH):
        yield person_id, categories, categories if protection in ENCRYPTED else 0


def files_about(person_id: int) -> Sequence[Export]:
    """Return the exports that hold something of this person, newest first."""
    rows = Export.objects.filter(
        manifest__person_id=person_id, manifest__reasons="", made_at__isnull=False
    )
    return list(rows.select_related("device").order_by("-id"))
