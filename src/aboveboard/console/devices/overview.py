"""The list of devices: one's own for everyone, all for leads."""

from __future__ import annotations

from functools import partial
from typing import Final

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_http_methods

from aboveboard.accounts.gate import actor_of, allow_staff
from aboveboard.basics import clock
from aboveboard.basics.actor import Actor
from aboveboard.basics.limits import PAGE_SIZE
from aboveboard.console.devices.pages import KEEPERS, encryption_pill, state_pill
from aboveboard.console.incidents.page import LEADS
from aboveboard.console.lists.asked import (
    AskedList,
    ColumnKind,
    ListColumn,
    ListFilter,
    ListShape,
)
from aboveboard.console.lists.page import ListPage, asked_of, csv_of, every_row, show_list
from aboveboard.custody.listing import device_page
from aboveboard.custody.queries import DeviceRow
from aboveboard.custody.terms import DeviceKind, DeviceState, EncryptionState
from aboveboard.promise.explain import mid_sentence

_FILTERS: Final = (
    ListFilter("kind", "Kind", dict(DeviceKind.choices)),
    ListFilter("state", "State", dict(DeviceState.choices)),
    ListFilter("encrypted", "Encryption", dict(EncryptionState.choices)),
)
_FIRST: Final = (ListColumn("Device", "tag"),)
_AFTER_HOLDER: Final = (
    ListColumn("Encrypted"),
    ListColumn("Exports", "exports", ColumnKind.NUMBER),
    ListColumn("Records", "records", ColumnKind.NUMBER),
    ListColumn("State"),
    ListColumn("Since", "since", ColumnKind.MOMENT),
)
ALL: Final = ListShape(
    nouns=("device", "devices"),
    columns=(*_FIRST, ListColumn("Held by"), *_AFTER_HOLDER),
    order="tag",
    filters=_FILTERS,
    search="Label, name or holder",
)
"""The list of those who see every device."""

OWN: Final = ListShape(
    nouns=("device", "devices"),
    columns=(*_FIRST, *_AFTER_HOLDER),
    order="tag",
    filters=_FILTERS,
    search="Label or name",
)
"""The list of those who see the devices that they have."""

_HEADS: Final = (
    "Label",
    "Name",
    "Kind",
    "Held by",
    "Encrypted",
    "Exports",
    "Records",
    "State",
    "Since",
)


@allow_staff
@require_http_methods(["GET", "HEAD", "POST"])
def overview(request: HttpRequest) -> HttpResponseBase:
    """List one's own devices; leads see all."""
    actor = actor_of(request)
    everything = actor.role in LEADS
    asked = asked_of(ALL if everything else OWN, request)
    if asked.csv and not asked.errors:
        return csv_of("devices", _HEADS, map(_cells, every_row(partial(_page, asked, actor))))
    rows, total = ([], 0) if asked.errors else _page(asked, actor, start=asked.start)
    asked.check_page(total)
    context = {
        "rows": [
            {
                "device": row,
                "kind": mid_sentence(row.kind.label),
                "encrypted": encryption_pill(row.encrypted),
                "state": state_pill(row.state),
            }
            for row in rows
        ],
        "everything": everything,
        "may_add": actor.role in KEEPERS,
    }
    page = ListPage(asked, total=total)
    return show_list(request, "console/devices/devices.html", page, context)


def _page(
    asked: AskedList, actor: Actor, *, start: int, limit: int = PAGE_SIZE
) -> tuple[list[DeviceRow], int]:
    # Whoever does not lead sees their own, whatever they ask for.
    own = None if actor.role in LEADS else int(actor.id)
    rows, total = device_page(
        search=asked.search,
        holder_id=own,
        kind=asked.chosen.get("kind", ""),
        state=asked.chosen.get("state", ""),
        encrypted=asked.chosen.get("encrypted", ""),
        order=asked.order,
        start=start,
        limit=limit,
    )
    return list(rows), total


def _cells(row: DeviceRow) -> tuple[object, ...]:
    return (
        row.tag,
        row.name,
        row.kind.label,
        row.holder,
        row.encrypted.label,
        row.exports,
        row.people,
        row.state.label,
        clock.to_text(row.since),
    )
