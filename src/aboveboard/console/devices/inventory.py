"""The inventory of another system taken in: looked at first, then taken over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from aboveboard.accounts.gate import actor_of, allow
from aboveboard.basics import clock
from aboveboard.basics.bodies import takes_file
from aboveboard.basics.errors import Invalid
from aboveboard.console.devices.forms import InventoryForm
from aboveboard.console.devices.pages import KEEPERS
from aboveboard.custody.inventory.reading import RowNote, read_inventory
from aboveboard.custody.inventory.taking_in import take_in
from aboveboard.custody.limits import INVENTORY_BYTES

_LISTED = 50
"""Lines of a kind that the page lists; the command prints all."""


@dataclass(frozen=True, slots=True)
class NoteGroup:
    """Notes of one kind: the first of them, what to do, and how many more there are."""

    notes: Sequence[RowNote]
    fix: str
    more: int


@allow(*KEEPERS)
@takes_file(INVENTORY_BYTES)
@require_http_methods(["GET", "HEAD", "POST"])
def take_in_file(request: HttpRequest) -> HttpResponse:
    """Say what a file would change, or take it over; list each row that was not taken."""
    is_post = request.method == "POST"
    form = InventoryForm(request.POST, request.FILES) if is_post else InventoryForm()
    context: dict[str, object] = {"form": form}
    if is_post and form.is_valid():
        upload = form.cleaned_data["file"]
        is_dry_run = request.POST.get("step") != "take"
        try:
            inventory = read_inventory(upload.read(), upload.name)
        except Invalid as error:
            form.add_error("file", str(error))
        else:
            taken = take_in(inventory, by=actor_of(request), at=clock.now(), dry_run=is_dry_run)
            context |= {
                "inventory": inventory,
                "taken": taken,
                "is_dry_run": is_dry_run,
                "problems": _grouped(taken.problems),
                "remarks": _grouped(taken.remarks),
            }
    return render(
        request, "console/devices/inventory.html", context, status=422 if form.errors else 200
    )


def _grouped(notes: Sequence[RowNote]) -> list[NoteGroup]:
    by_code: dict[str, list[RowNote]] = {}
    for note in notes:
        by_code.setdefault(note.code, []).append(note)
    return [
        NoteGroup(same[:_LISTED], same[0].fix, max(0, len(same) - _LISTED))
        for same in by_code.values()
    ]
