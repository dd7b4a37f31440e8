"""Devices and exports as lists that are searched, filtered and ordered."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from django.db.models import F, Q

from aboveboard.accounts.queries import names
from aboveboard.basics.limits import PAGE_SIZE
from aboveboard.custody.models import Device, Export
from aboveboard.custody.queries import (
    DeviceRow,
    ExportRow,
    annotated_devices,
    device_rows,
    export_rows,
)

DEVICE_ORDERS: Final = {
    "tag": "tag",
    "exports": "exports_made",
    "records": "people_on",
    "since": "since",
}
"""By what devices are ordered: label, exports, people on them, since when they stand as they do."""


def device_page(
    *,
    search: str = "",
    kind: str = "",
    state: str = "",
    encrypted: str = "",
    holder_id: int | None = None,
    order: str = "tag",
    start: int = 0,
    limit: int = PAGE_SIZE,
) -> tuple[Sequence[DeviceRow], int]:
    """Return ``limit`` devices from the one at place ``start`` on, and how many there are.

    ``search``: part of the label, the name, or the name of who has it; ``order``: one of
    :data:`DEVICE_ORDERS`, with ``-`` where the greatest is first.
    """
    rows = annotated_devices()
    wanted = {"kind": kind, "stands": state, "encrypted": encrypted}
    rows = rows.filter(**{name: value for name, value in wanted.items() if value})
    if holder_id is not None:
        rows = rows.filter(holder_id=holder_id)
    if search:
        rows = rows.filter(pk__in=_matching_devices(search.strip().casefold()))
    by = F(DEVICE_ORDERS[order.removeprefix("-")])
    falling = order.startswith("-")
    # What is on no device counts as nothing there, which is the least.
    first = by.desc(nulls_last=True) if falling else by.asc(nulls_first=True)
    return device_rows(rows.order_by(first, "tag")[start : start + limit]), rows.count()


def _matching_devices(wanted: str) -> list[int]:
    rows = list(Device.objects.values_list("pk", "tag", "name", "holder_id"))
    holders = names({holder_id for *_, holder_id in rows if holder_id is not None})
    # Compared here and not by the database: SQLite takes É and é for two letters.
    return [
        pk
        for pk, tag, name, holder_id in rows
        if any(wanted in text.casefold() for text in (tag, name, holders.get(holder_id or 0, "")))
    ]


EXPORT_ORDERS: Final = {"begun": "pk", "people": "people", "file": "file_name"}
"""By what exports are ordered: when they were begun, people in them, the name of the file."""


def export_page(
    *,
    search: str = "",
    recipient: str = "",
    made: bool | None = None,
    protection: str = "",
    order: str = "-begun",
    start: int = 0,
    limit: int = PAGE_SIZE,
) -> tuple[Sequence[ExportRow], int]:
    """Return ``limit`` exports from the one at place ``start`` on, those that never left too, and
    how many there are.

    ``search``: part of the name of the file, or of the label of its device; ``recipient``: of the
    promise, or ``-`` for those that went to a device; ``order``: one of :data:`EXPORT_ORDERS`, with
    ``-`` where the greatest is first.
    """
    rows = Export.objects.all()
    if search:
        text = search.strip()
        rows = rows.filter(Q(file_name__icontains=text) | Q(device__tag__icontains=text))
    if recipient:
        rows = rows.filter(recipient="" if recipient == "-" else recipient)
    if made is not None:
        rows = rows.filter(made_at__isnull=not made)
    if protection:
        rows = rows.filter(protection=protection)
    sign = "-" if order.startswith("-") else ""
    ordered = rows.order_by(f"{sign}{EXPORT_ORDERS[order.removeprefix('-')]}", "-pk")
    return export_rows(ordered[start : start + limit]), rows.count()


def recipients() -> list[str]:
    """Return to whom exports went or were to go, as the promise names them, by that name."""
    rows = Export.objects.exclude(recipient="").order_by("recipient")
    return list(rows.values_list("recipient", flat=True).distinct())
