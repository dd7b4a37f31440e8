"""Devices: who carries what, whether it is encrypted, and whose data is on it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from aboveboard.accounts.gate import actor_of, allow, allow_staff
from aboveboard.basics import clock
from aboveboard.basics.actor import Actor, Role
from aboveboard.basics.errors import AboveboardError
from aboveboard.console.devices.exports import Pill, manifest_page, told
from aboveboard.console.devices.forms import DeviceForm, WordsForm
from aboveboard.console.incidents.page import LEADS
from aboveboard.custody import actions, queries
from aboveboard.custody.queries import DeviceRow
from aboveboard.custody.terms import HELD, DeviceKind, DeviceState, Disposal, Encrypted
from aboveboard.promise.queries import in_force

KEEPERS = (Role.ADMINISTRATOR, Role.INCIDENT_LEAD)
_TONES = {Encrypted.YES: "kept", Encrypted.NO: "act", Encrypted.UNKNOWN: "look"}
_STATES = {
    DeviceState.IN_USE: "plain",
    DeviceState.MISSING: "act",
    DeviceState.FOUND: "look",
    DeviceState.RETIRED: "plain",
}
_CHANGES: Final[dict[str, Callable[..., DeviceRow]]] = {
    "found": actions.report_found,
    "retired": partial(actions.retire, how=Disposal.WIPED),
}


@allow_staff
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """List one's own devices; whoever leads sees all."""
    actor = actor_of(request)
    everything = actor.role in LEADS
    found = queries.devices() if everything else queries.devices(holder_id=int(actor.id))
    rows = [
        {
            "device": row,
            "kind": row.kind.label,
            "encrypted": _encrypted(row.encrypted),
            "state": _state(row.state),
        }
        for row in found
    ]
    return render(
        request,
        "console/devices/devices.html",
        {"rows": rows, "everything": everything, "may_register": actor.role in KEEPERS},
    )


@allow_staff
@require_safe
def one(request: HttpRequest, device_id: int) -> HttpResponse:
    """Show one device: what is on it, and where it has stood."""
    return _show(request, _seen_by(actor_of(request), device_id))


@allow(*KEEPERS)
@require_http_methods(["GET", "HEAD", "POST"])
def register(request: HttpRequest) -> HttpResponse:
    """Write down a device that will hold data."""
    form = DeviceForm(
        request.POST if request.method == "POST" else None, initial={"encrypted": Encrypted.UNKNOWN}
    )
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        holder = int(said["holder"]) if said["holder"] else None
        try:
            device = actions.register_device(
                kind=DeviceKind(said["kind"]),
                name=said["name"],
                tag=said["tag"],
                encrypted=Encrypted(said["encrypted"]),
                holder_id=holder,
                by=actor_of(request),
                at=clock.now(),
            )
        except AboveboardError as error:
            form.add_error("tag", str(error))
        else:
            return HttpResponseRedirect(reverse("console:device", args=[device.id]))
    return render(
        request, "console/devices/register.html", {"form": form}, status=422 if form.errors else 200
    )


@allow(*KEEPERS)
@require_http_methods(["POST"])
def change(request: HttpRequest, device_id: int, change: str) -> HttpResponse:
    """Write down that a missing device is back, or that one is out of service."""
    if change not in _CHANGES:
        raise Http404
    device, form = queries.device(device_id), WordsForm(request.POST)
    if form.is_valid():
        try:
            _CHANGES[change](
                device_id, note=form.cleaned_data["note"], by=actor_of(request), at=clock.now()
            )
        except AboveboardError as error:
            form.add_error(None, str(error))
        else:
            return HttpResponseRedirect(reverse("console:device", args=[device_id]))
    return _show(request, device, form)


@allow(*LEADS)
@require_safe
def export(request: HttpRequest, device_id: int, export_id: int) -> HttpResponse:
    """List the people on one export: its manifest, those refused with the reasons."""
    found = queries.export(export_id)
    if found.device_id != device_id:
        raise Http404
    return manifest_page(request, found)


def _show(request: HttpRequest, device: DeviceRow, form: WordsForm | None = None) -> HttpResponse:
    actor, records = actor_of(request), queries.device_history(device.id)
    promise = in_force().promise
    context = {
        "device": device,
        "holder": device.holder,
        "encrypted": _encrypted(device.encrypted),
        "state": _state(device.state),
        "records": [
            {"record": record, "words": record.state.label} for record in reversed(records)
        ],
        "exports": [told(each, promise) for each in queries.exports(device_id=device.id)],
        "form": form or WordsForm(),
        "may_keep": actor.role in KEEPERS,
        "may_list": actor.role in LEADS,
        "may_lose": device.state in HELD,
        "is_missing": device.state is DeviceState.MISSING,
    }
    return render(
        request, "console/devices/device.html", context, status=422 if form and form.errors else 200
    )


def _seen_by(actor: Actor, device_id: int) -> DeviceRow:
    """Return a device that this member of staff carries, or any for whoever leads."""
    device = queries.device(device_id)
    if actor.role not in LEADS and device.holder_id != int(actor.id):
        raise Http404
    return device


def _encrypted(value: Encrypted) -> Pill:
    return Pill(value.label.lower(), _TONES[value])


def _state(state: DeviceState) -> Pill:
    return Pill(state.label.lower(), _STATES[state])
