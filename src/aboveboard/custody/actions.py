"""Changes to what is where. Who acts is always said; no ledger entry holds personal data."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction

from aboveboard.basics.actor import Actor
from aboveboard.basics.canonical import Json
from aboveboard.basics.errors import AboveboardError, Conflict, Invalid, NotFound
from aboveboard.custody.exporting import make_export
from aboveboard.custody.models import Device, DeviceKind, DeviceRecord, DeviceState, Encrypted
from aboveboard.ledger.actions import append

__all__ = ["TagTaken", "make_export", "register_device", "report_found", "report_missing", "retire"]


class TagTaken(AboveboardError):
    """There is already a device with the tag {tag}."""

    code = "tag_taken"
    next_step = "Read the label again, or change the device that has it."


def register_device(
    *,
    kind: DeviceKind,
    name: str,
    tag: str,
    encrypted: Encrypted,
    holder_id: int | None = None,
    by: Actor,
    at: datetime,
) -> Device:
    """Write down a device that will hold data.

    Raises:
        TagTaken: another device has this tag.
        BadInput: the tag or name is empty.
    """
    tag, name = tag.strip(), name.strip()
    if not tag or not name:
        raise Invalid(found="a device without a tag or a name", fix="Give both.")
    try:
        with transaction.atomic():
            device = Device.objects.create(
                tag=tag,
                kind=kind,
                name=name,
                holder_id=holder_id,
                encrypted=encrypted,
                registered_at=at,
                registered_by=by.as_json(),
            )
            _record(device, DeviceState.IN_USE, by, at, "")
            facts: dict[str, Json] = {
                "device": device.pk,
                "kind": device.kind,
                "encrypted": device.encrypted,
            }
            append("device.registered", by=by, handle=None, facts=facts, at=at)
    except IntegrityError:
        raise TagTaken(tag=tag) from None
    return device


def report_missing(device_id: int, *, note: str = "", by: Actor, at: datetime) -> Device:
    """Write down that a device is gone. Anyone of the staff may; saying so
    twice is refused, kindly.

    ``note`` is what happened in the reporter's words; it stays out of the ledger. The incident is
    opened by ``incidents.actions.report_loss``, which calls this.

    Raises:
        NotFound: there is no such device.
        Conflict: it is already reported missing, or retired.
    """
    return _move(
        device_id, DeviceState.MISSING, {DeviceState.IN_USE, DeviceState.FOUND}, note, by, at
    )


def report_found(device_id: int, *, note: str = "", by: Actor, at: datetime) -> Device:
    """Write down that a missing device is back. What happened to it meanwhile is
    for the incident to judge.

    Raises:
        NotFound: there is no such device.
        Conflict: it is not missing.
    """
    return _move(device_id, DeviceState.FOUND, {DeviceState.MISSING}, note, by, at)


def retire(device_id: int, *, note: str = "", by: Actor, at: datetime) -> Device:
    """Write down that a device is out of service and holds nothing any more.

    Raises:
        NotFound: there is no such device.
        Conflict: it is missing, or already retired.
    """
    return _move(
        device_id, DeviceState.RETIRED, {DeviceState.IN_USE, DeviceState.FOUND}, note, by, at
    )


def _move(
    device_id: int, to: DeviceState, allowed: set[DeviceState], note: str, by: Actor, at: datetime
) -> Device:
    with transaction.atomic():
        device = Device.objects.select_for_update().filter(pk=device_id).first()
        if device is None:
            raise NotFound(what="device")
        last = device.records.order_by("-id").first()
        if last is None or DeviceState(last.state) not in allowed:
            stands = DeviceState(last.state).label.lower() if last else "not registered"
            raise Conflict(why=f"{device.tag} is {stands}")
        _record(device, to, by, at, note)
        append(
            "device.reported",
            by=by,
            handle=None,
            facts={"device": device.pk, "state": to.value},
            at=at,
        )
    return device


def _record(device: Device, state: DeviceState, by: Actor, at: datetime, note: str) -> None:
    DeviceRecord.objects.create(
        device=device, state=state, at=at, by=by.as_json(), note=note.strip()
    )
