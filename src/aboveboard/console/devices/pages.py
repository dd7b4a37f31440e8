"""One device: whether it is encrypted, and whose data is on it; adding one, handing one over, and
taking one out of service. The list of them is ``overview``."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from aboveboard.accounts.gate import actor_of, allow, allow_staff
from aboveboard.basics import clock
from aboveboard.basics.actor import Actor, Role
from aboveboard.basics.errors import AboveboardError, NotFound
from aboveboard.console.devices.exports import ExportPill, in_words, manifest_page
from aboveboard.console.devices.forms import (
    DeviceForm,
    DeviceNoteForm,
    EncryptionForm,
    HandOverForm,
    RetireForm,
)
from aboveboard.console.incidents.page import LEADS
from aboveboard.custody import actions, queries
from aboveboard.custody.queries import DeviceRow, DeviceStep, HandoverRow
from aboveboard.custody.terms import HELD, DeviceDisposal, DeviceKind, DeviceState, EncryptionState
from aboveboard.promise.queries import in_force

KEEPERS = (Role.ADMINISTRATOR, Role.INCIDENT_LEAD)
_TONES = {
    EncryptionState.YES: "kept",
    EncryptionState.SUSPENDED: "act",
    EncryptionState.UNFINISHED: "act",
    EncryptionState.NO: "act",
    EncryptionState.UNKNOWN: "look",
}
_STATES = {
    DeviceState.IN_USE: "",
    DeviceState.MISSING: "act",
    DeviceState.FOUND: "look",
    DeviceState.RETIRED: "",
}


@dataclass(frozen=True, slots=True)
class DeviceChange:
    """Something that can be done to a device in one of ``states``: what the link offers, what the
    page asks and says, what its button does."""

    key: str
    states: Iterable[DeviceState]
    form: type[DeviceNoteForm]
    do: Callable[[DeviceRow, Any, Actor, datetime], object]
    offer: str
    asks: str
    means: str
    does: str


def _hand_over(device: DeviceRow, form: HandOverForm, by: Actor, at: datetime) -> None:
    actions.hand_over(device.id, to=form.holder_id(), note=form.cleaned_data["note"], by=by, at=at)


def _state_encryption(device: DeviceRow, form: EncryptionForm, by: Actor, at: datetime) -> None:
    state = EncryptionState(form.cleaned_data["encrypted"])
    actions.record_encryption(device.id, state, by=by, at=at)


def _retire(device: DeviceRow, form: RetireForm, by: Actor, at: datetime) -> None:
    how = DeviceDisposal(form.cleaned_data["how"])
    actions.retire(device.id, how=how, note=form.cleaned_data["note"], by=by, at=at)


def _report_found(device: DeviceRow, form: DeviceNoteForm, by: Actor, at: datetime) -> None:
    actions.report_found(device.id, note=form.cleaned_data["note"], by=by, at=at)


CHANGES: Final = {
    change.key: change
    for change in (
        DeviceChange(
            "hand-over",
            HELD,
            HandOverForm,
            _hand_over,
            "Hand it over",
            "Who has it from now on?",
            "What is on it stays on it.",
            "Hand it over",
        ),
        DeviceChange(
            "encryption",
            HELD,
            EncryptionForm,
            _state_encryption,
            "Say whether it is encrypted",
            "Is it encrypted?",
            "What left on it before is judged as it was then.",
            "Save",
        ),
        DeviceChange(
            "retire",
            HELD,
            RetireForm,
            _retire,
            "Take it out of service",
            "Take it out of service?",
            "Do this only when no customers’ data is left on it.",
            "Take it out of service",
        ),
        DeviceChange(
            "found",
            (DeviceState.MISSING,),
            DeviceNoteForm,
            _report_found,
            "It has been found",
            "Has it been found?",
            "The incident stays open until an incident lead closes it.",
            "Mark as found",
        ),
    )
}


@allow_staff
@require_safe
def device(request: HttpRequest, device_id: int) -> HttpResponse:
    """Show one device: what is on it, who had it, and what can be done."""
    actor = actor_of(request)
    shown, promise = _visible_device(actor, device_id), in_force().promise
    steps: list[DeviceStep | HandoverRow] = [
        *queries.device_history(device_id),
        *queries.handovers(device_id),
    ]
    # Newest first; of one moment, what was added first stands last.
    steps.sort(key=lambda step: step.at)
    steps.reverse()
    context = {
        "device": shown,
        "holder": _holder(shown),
        "encrypted": encryption_pill(shown.encrypted),
        "proof": queries.encryption_proof(device_id),
        "state": state_pill(shown.state),
        "history": [
            {"at": step.at, "words": _step_in_words(step), "note": step.note} for step in steps
        ],
        "exports": [in_words(each, promise) for each in queries.exports_on(device_id)],
        "changes": [each for each in CHANGES.values() if shown.state in each.states]
        if actor.role in KEEPERS
        else [],
        "may_list": actor.role in LEADS,
        "may_report": shown.state in HELD,
    }
    return render(request, "console/devices/device.html", context)


@allow(*KEEPERS)
@require_http_methods(["GET", "HEAD", "POST"])
def add(request: HttpRequest) -> HttpResponse:
    """Add a device that will hold data."""
    form = DeviceForm(
        request.POST if request.method == "POST" else None,
        initial={"encrypted": EncryptionState.UNKNOWN},
    )
    if form.is_valid():
        answers = form.cleaned_data
        try:
            added = actions.register_device(
                kind=DeviceKind(answers["kind"]),
                name=answers["name"],
                tag=answers["tag"],
                encrypted=EncryptionState(answers["encrypted"]),
                holder_id=int(answers["holder"]) if answers["holder"] else None,
                by=actor_of(request),
                at=clock.now(),
            )
        except AboveboardError as error:
            form.add_error("tag", str(error))
        else:
            messages.success(request, f"{added.tag} added")
            return HttpResponseRedirect(reverse("console:device", args=[added.id]))
    return render(
        request, "console/devices/add.html", {"form": form}, status=422 if form.errors else 200
    )


@allow(*KEEPERS)
@require_http_methods(["GET", "HEAD", "POST"])
def change(request: HttpRequest, device_id: int, change: str) -> HttpResponse:
    """Ask about one change of a device, and make it."""
    if change not in CHANGES:
        raise Http404
    changed, wanted = queries.device(device_id), CHANGES[change]
    form = wanted.form(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            wanted.do(changed, form, actor_of(request), clock.now())
        # A device that is not there is a 404; what somebody can mend is said in the form.
        except NotFound:
            raise
        except AboveboardError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, f"{changed.tag}: saved")
            return HttpResponseRedirect(reverse("console:device", args=[device_id]))
    context = {"device": changed, "holder": _holder(changed), "change": wanted, "form": form}
    return render(
        request, "console/devices/change.html", context, status=422 if form.errors else 200
    )


@allow(*LEADS)
@require_safe
def export(request: HttpRequest, device_id: int, export_id: int) -> HttpResponse:
    """List the people on one export: its manifest, those refused with the reasons."""
    exported = queries.export(export_id)
    # The manifest must be of the device in the address, or it would be read under another one's
    # name.
    if exported.device_id != device_id:
        raise Http404
    return manifest_page(request, exported)


def _visible_device(actor: Actor, device_id: int) -> DeviceRow:
    """Return a device that this member of staff has, or any for leads."""
    device = queries.device(device_id)
    # 404: which devices there are, and who has them, is nobody else's business.
    if actor.role not in LEADS and device.holder_id != int(actor.id):
        raise Http404
    return device


def _step_in_words(step: DeviceStep | HandoverRow) -> str:
    if isinstance(step, HandoverRow):
        return (
            f"Handed over to {step.holder or 'a former colleague'}"
            if step.holder_id
            else "Put away: nobody has it"
        )
    if step.how is not None:
        return f"{step.state.label}: {step.how.label.lower()}"
    return "Added" if step.state is DeviceState.IN_USE else step.state.label


def _holder(device: DeviceRow) -> str:
    return f"held by {device.holder}" if device.holder else "held by nobody"


def encryption_pill(value: EncryptionState) -> ExportPill:
    """Return whether a finder can read what is on a device."""
    words = "encryption not known" if value is EncryptionState.UNKNOWN else value.label.lower()
    return ExportPill(words, _TONES[value])


def state_pill(state: DeviceState) -> ExportPill:
    """Return where a device stands."""
    return ExportPill(state.label.lower(), _STATES[state])
