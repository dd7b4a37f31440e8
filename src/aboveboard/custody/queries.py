"""Every read of devices and exports that a face, or an incident, needs."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery, Sum

from aboveboard.accounts.queries import names
from aboveboard.basics.errors import NotFound
from aboveboard.basics.limits import PAGE_SIZE
from aboveboard.custody.models import (
    Device,
    DeviceRecord,
    EncryptionRecord,
    Export,
    ExportPerson,
    Handover,
)
from aboveboard.custody.terms import (
    ENCRYPTED,
    HELD,
    DeviceDisposal,
    DeviceKind,
    DeviceState,
    EncryptionSource,
    EncryptionState,
    ExportProtection,
    FileForm,
)
from aboveboard.engines import limits
from aboveboard.vault.aliases import current_numbers


@dataclass(frozen=True, slots=True)
class DeviceRow:
    """A device. ``holder``: the name of the account that has it, or "". ``people`` counts the
    lines of all exports on it: someone on two counts twice."""

    id: int
    tag: str
    kind: DeviceKind
    name: str
    holder_id: int | None
    holder: str
    encrypted: EncryptionState
    state: DeviceState
    since: datetime
    exports: int
    people: int

    def __str__(self) -> str:
        """Return the label."""
        return self.tag


@dataclass(frozen=True, slots=True)
class DeviceStep:
    """A device came into a state: when, who said so in the actor's JSON, what they said, and how
    it left service."""

    state: DeviceState
    how: DeviceDisposal | None
    at: datetime
    by: dict[str, str]
    note: str


@dataclass(frozen=True, slots=True)
class HandoverRow:
    """A device went to somebody, or to nobody (None): when, who said so, and what they said."""

    holder_id: int | None
    holder: str
    at: datetime
    by: dict[str, str]
    note: str


@dataclass(frozen=True, slots=True)
class ExportRow:
    """A file of people's data. ``made_at`` is None while it has not left; then it has no digest,
    and ``entry_id`` is None too."""

    id: int
    device_id: int | None
    device_tag: str
    recipient: str
    purpose: str
    fields: tuple[str, ...]
    protection: ExportProtection
    begun_at: datetime
    made_at: datetime | None
    file_name: str
    file_digest: str
    file_key: str
    people: int
    refused: int
    form: FileForm
    pseudonyms: bool
    age_keys: tuple[str, ...]
    entry_id: int | None


@dataclass(frozen=True, slots=True)
class ManifestLine:
    """A person asked for: the bitmap of what is in the file of them, or the codes of why nothing
    is, with spaces."""

    person_id: int
    categories: int
    reasons: str


def devices(
    state: DeviceState | None = None, *, holder_id: int | None = None
) -> Sequence[DeviceRow]:
    """Return devices by label: all, or those in a state, or those of one account."""
    rows = annotated_devices()
    if state is not None:
        rows = rows.filter(stands=state)
    if holder_id is not None:
        rows = rows.filter(holder_id=holder_id)
    return device_rows(rows.order_by("tag"))


def devices_assigned_to(account_id: int) -> Sequence[DeviceRow]:
    """Return the devices that a member of staff has: not those missing or out of service."""
    return [row for row in devices(holder_id=account_id) if row.state in HELD]


def device(device_id: int) -> DeviceRow:
    """Return one device.

    Raises:
        NotFound: there is none.
    """
    rows = device_rows(annotated_devices().filter(pk=device_id))
    if not rows:
        raise NotFound(what="device")
    return rows[0]


def device_by_tag(tag: str) -> DeviceRow:
    """Return the device with this label, read without regard to case.

    Raises:
        NotFound: there is none.
    """
    rows = device_rows(annotated_devices().filter(tag__iexact=tag.strip()))
    if not rows:
        raise NotFound(what=f"device with the label {tag.strip()}")
    return rows[0]


def device_history(device_id: int) -> Sequence[DeviceStep]:
    """Return the states that a device came into, oldest first."""
    return [
        DeviceStep(
            state=DeviceState(row.state),
            how=DeviceDisposal(row.how) if row.how else None,
            at=row.at,
            by=row.by,
            note=row.note,
        )
        for row in DeviceRecord.objects.filter(device_id=device_id).order_by("id")
    ]


def handovers(device_id: int) -> Sequence[HandoverRow]:
    """Return who had a device, oldest first."""
    rows = list(Handover.objects.filter(device_id=device_id).order_by("id"))
    holders = names([row.holder_id for row in rows if row.holder_id is not None])
    return [
        HandoverRow(
            holder_id=row.holder_id,
            holder=holders.get(row.holder_id, "") if row.holder_id is not None else "",
            at=row.at,
            by=row.by,
            note=row.note,
        )
        for row in rows
    ]


def exports(*, made_only: bool = True) -> Sequence[ExportRow]:
    """Return all exports, newest first; those that never left only if asked for."""
    rows = Export.objects.order_by("-id")
    if made_only:
        rows = rows.filter(made_at__isnull=False)
    return export_rows(rows)


@dataclass(frozen=True, slots=True)
class EncryptionProof:
    """What is known of a device's encryption: since when, who or what said so, and when it was last
    said."""

    state: EncryptionState
    source: EncryptionSource
    since: datetime
    confirmed_at: datetime


def encryption_proof(device_id: int) -> EncryptionProof | None:
    """Return what is known of a device's encryption; None for one that was registered before that
    was kept."""
    row = EncryptionRecord.objects.filter(device_id=device_id).order_by("-id").first()
    if row is None:
        return None
    return EncryptionProof(
        EncryptionState(row.state), EncryptionSource(row.source), row.since, row.confirmed_at
    )


def exports_on(device_id: int) -> Sequence[ExportRow]:
    """Return the exports on one device, newest first, those alone that left.

    Apart from :func:`exports`: a device that nobody named must never mean every export there is.
    """
    return export_rows(
        Export.objects.filter(device_id=device_id, made_at__isnull=False).order_by("-id")
    )


def export(export_id: int) -> ExportRow:
    """Return one export.

    Raises:
        NotFound: there is none.
    """
    rows = export_rows(Export.objects.filter(pk=export_id))
    if not rows:
        raise NotFound(what="export")
    return rows[0]


def manifest_lines(export_id: int) -> Iterator[ManifestLine]:
    """Yield every line of a manifest by person id, streamed: there may be millions."""
    after = 0
    while page := export_people(export_id, after=after, limit=limits.ENGINE_BATCH):
        yield from page
        after = page[-1].person_id


def export_people(
    export_id: int, *, refused: bool | None = None, after: int = 0, limit: int = PAGE_SIZE
) -> Sequence[ManifestLine]:
    """Return a page of a manifest by person id, after person ``after``: all, those in the
    file, or those refused."""
    rows = ExportPerson.objects.filter(export_id=export_id, person_id__gt=after)
    if refused is not None:
        rows = rows.exclude(reasons="") if refused else rows.filter(reasons="")
    lines = rows.order_by("person_id").values_list("person_id", "categories", "reasons")
    return [ManifestLine(*line) for line in lines[:limit]]


def manifest(export_ids: Collection[int]) -> Iterator[tuple[int, int, int]]:
    """Yield ``(person_id, categories, protected)`` for everyone in these files, as
    often as they are in one.

    A line keeps the number that a person had then; yielded is the one that they have now, so that
    whoever was merged since is found in a snapshot, and counted once.

    What an encrypted disk or parcel holds counts as protected; whether its key went
    too is for the incident.
    """
    rows = ExportPerson.objects.filter(
        export_id__in=list(export_ids), reasons="", export__made_at__isnull=False
    )
    lines = rows.values_list("person_id", "categories", "export__protection").iterator(
        chunk_size=limits.ENGINE_BATCH
    )
    while batch := list(islice(lines, limits.ENGINE_BATCH)):
        # Asked for each batch and not for each line: a manifest may have millions.
        now = current_numbers([person_id for person_id, _, _ in batch])
        for person_id, categories, protection in batch:
            yield now[person_id], categories, categories if protection in ENCRYPTED else 0


def annotated_devices() -> QuerySet[Any]:
    """Return all devices, each with where it stands, since when, and what is on it."""
    newest = DeviceRecord.objects.filter(device=OuterRef("pk")).order_by("-id")
    left = Q(exports__made_at__isnull=False)
    return Device.objects.annotate(
        stands=Subquery(newest.values("state")[:1]),
        since=Subquery(newest.values("at")[:1]),
        exports_made=Count("exports", filter=left),
        people_on=Sum("exports__people", filter=left),
    )


def device_rows(rows: QuerySet[Any]) -> list[DeviceRow]:
    """Return rows of :func:`annotated_devices` as others see them."""
    listed = rows.values_list(
        "pk",
        "tag",
        "kind",
        "name",
        "holder_id",
        "encrypted",
        "stands",
        "since",
        "exports_made",
        "people_on",
    )
    devices = list(listed)
    holders = names([row[4] for row in devices if row[4] is not None])
    return [
        DeviceRow(
            id=pk,
            tag=tag,
            kind=DeviceKind(kind),
            name=name,
            holder_id=holder_id,
            holder=holders.get(holder_id, "") if holder_id is not None else "",
            encrypted=EncryptionState(encrypted),
            state=DeviceState(state),
            since=since,
            exports=exports_made,
            people=people or 0,
        )
        for pk, tag, kind, name, holder_id, encrypted, state, since, exports_made, people in devices
    ]


def export_rows(rows: QuerySet[Export]) -> list[ExportRow]:
    """Return rows as others see them."""
    return [
        ExportRow(
            id=row.pk,
            device_id=row.device_id,
            device_tag=row.device.tag if row.device else "",
            recipient=row.recipient,
            purpose=row.purpose,
            fields=tuple(row.fields),
            protection=ExportProtection(row.protection),
            begun_at=row.begun_at,
            made_at=row.made_at,
            file_name=row.file_name,
            file_digest=row.file_digest,
            file_key=bytes(row.file_key).hex() if row.file_key else "",
            people=row.people,
            refused=row.refused,
            form=FileForm(row.form),
            pseudonyms=row.pseudonyms,
            age_keys=tuple(row.age_keys),
            entry_id=row.entry_id,
        )
        for row in rows.select_related("device")
    ]
