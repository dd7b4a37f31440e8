"""Changes to what is where. Who acts is always said; no ledger entry holds personal data."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import OuterRef, Subquery

from aboveboard.accounts import queries as accounts
from aboveboard.basics import clock
from aboveboard.basics.actor import Actor
from aboveboard.basics.errors import Conflict, Invalid, NotFound
from aboveboard.basics.facts import Code
from aboveboard.basics.limits import PAGE_SIZE
from aboveboard.basics.package import NotHeld, RecordedEntry
from aboveboard.custody import queries
from aboveboard.custody.entries import (
    DeviceEncryption,
    DeviceHandedOver,
    DeviceRegistered,
    DeviceReported,
    DeviceRetired,
)
from aboveboard.custody.exporting import make_export
from aboveboard.custody.models import Device, DeviceRecord, EncryptionRecord, Handover
from aboveboard.custody.queries import DeviceRow
from aboveboard.custody.terms import (
    HELD,
    DeviceDisposal,
    DeviceKind,
    DeviceState,
    EncryptionSource,
    EncryptionState,
)
from aboveboard.ledger.actions import append

__all__ = [
    "TagTaken",
    "hand_over",
    "make_export",
    "record_encryption",
    "register_device",
    "report_found",
    "report_missing",
    "retire",
]


class TagTaken(Conflict):
    """There is already a device with the label {tag}."""

    code = "tag_taken"
    next_step = "Check the label, or change the device that has it."


def register_device(
    *,
    kind: DeviceKind,
    name: str,
    tag: str,
    encrypted: EncryptionState,
    holder_id: int | None = None,
    serial: str = "",
    source: EncryptionSource = EncryptionSource.HAND,
    by: Actor,
    at: datetime,
) -> DeviceRow:
    """Add a device that will hold data. ``serial``: by which inventories know it; ``source``: who
    or what says whether it is encrypted.

    Raises:
        TagTaken: another device has this label.
        Invalid: the label or name is empty.
    """
    tag, name = tag.strip(), name.strip()
    if not tag or not name:
        raise Invalid(found="a device without a label or a name", fix="Give both.")
    try:
        with transaction.atomic():
            device = Device.objects.create(
                tag=tag,
                kind=kind,
                name=name,
                holder_id=holder_id,
                encrypted=encrypted,
                serial=serial.strip(),
                registered_at=at,
                registered_by=by.as_json(),
            )
            # A first state is written too: where a device stands is its newest record, and one
            # without any would stand nowhere.
            _record(device.pk, DeviceState.IN_USE, by, at)
            _record_state_of_encryption(device, encrypted, source, by, at)
            if holder_id is not None:
                _assign(device, holder_id, by, at)
            append(
                DeviceRegistered(
                    device=device.pk, device_kind=Code(kind.value), encrypted=Code(encrypted.value)
                ),
                by=by,
                handle=None,
                at=at,
            )
    # Asked of the database and not looked up before: two people may register one label at once.
    except IntegrityError:
        raise TagTaken(tag=tag) from None
    return queries.device(device.pk)


def hand_over(
    device_id: int, *, to: int | None, note: str = "", by: Actor, at: datetime
) -> DeviceRow:
    """Assign a device to another member of staff, or to nobody: ``to`` is their account.

    ``note`` stays out of the ledger.

    Raises:
        NotFound: there is no such device, or no such account.
        Conflict: the device is missing or retired, they have it already, or their account is
            closed.
    """
    with transaction.atomic():
        device = _lock_device(device_id)
        _check_state(device, HELD)
        if device.holder_id == to:
            who = "nobody holds" if to is None else "that person already holds"
            raise Conflict(why=f"{who} {device.tag}")
        if to is not None:
            # Asked of the account and not of the form: whoever left must not be the one who has a
            # laptop.
            _check_can_hold(to)
        _assign(device, to, by, at, note)
        append(DeviceHandedOver(device=device.pk, holder=to), by=by, handle=None, at=at)
    return queries.device(device_id)


def record_encryption(
    device_id: int,
    state: EncryptionState,
    *,
    source: EncryptionSource = EncryptionSource.HAND,
    by: Actor,
    at: datetime,
) -> bool:
    """Record whether a device is encrypted, as ``source`` says of ``at``; return whether that is
    another state than was known. The same state is confirmed, and one that is older than what is
    known changes nothing. What left on the device before is judged as it was then.

    Raises:
        NotFound: there is no such device.
    """
    with transaction.atomic():
        device = _lock_device(device_id)
        last = device.encryption_records.order_by("-id").first()
        if last is not None and at < last.confirmed_at:
            return False
        if last is not None and last.state == state:
            last.confirmed_at = at
            last.save(update_fields=["confirmed_at"])
            return False
        if last is None and device.encrypted == state:
            # Registered before such records were kept.
            _write_encryption(device, state, source, by, at)
            return False
        _write_encryption(device, state, source, by, at)
        append(
            DeviceEncryption(device=device.pk, state=Code(state.value), source=Code(source.value)),
            by=by,
            handle=None,
            at=clock.now(),
        )
    return True


def confirm_encryption(confirmed: Iterable[tuple[int, datetime]]) -> None:
    """Record of many devices that they were seen to be as they are known to be, and when."""
    by_moment: dict[datetime, list[int]] = {}
    for device_id, at in confirmed:
        by_moment.setdefault(at, []).append(device_id)
    newest = EncryptionRecord.objects.filter(device=OuterRef("device")).order_by("-id")
    rows = EncryptionRecord.objects.filter(pk=Subquery(newest.values("pk")[:1]))
    for at, device_ids in by_moment.items():
        for start in range(0, len(device_ids), PAGE_SIZE):
            some = device_ids[start : start + PAGE_SIZE]
            rows.filter(device__in=some, confirmed_at__lt=at).update(confirmed_at=at)


def report_missing(device_id: int, *, note: str = "", by: Actor, at: datetime) -> DeviceRow:
    """Record that a device is missing. Any member of staff may report it.

    ``note`` is what happened in the reporter's words; it stays out of the ledger. The incident is
    opened by ``incidents.actions.report_loss``, which calls this.

    Raises:
        NotFound: there is no such device.
        Conflict: it is already reported missing, or retired.
    """
    return _report(device_id, DeviceState.MISSING, HELD, note, by, at)


def report_found(device_id: int, *, note: str = "", by: Actor, at: datetime) -> DeviceRow:
    """Record that a missing device is back. What happened to it meanwhile is for the incident to
    judge.

    Raises:
        NotFound: there is no such device.
        Conflict: it is not missing.
    """
    return _report(device_id, DeviceState.FOUND, {DeviceState.MISSING}, note, by, at)


def retire(
    device_id: int, *, how: DeviceDisposal, note: str = "", by: Actor, at: datetime
) -> DeviceRow:
    """Record that a device left service and holds nothing any more, and ``how`` that came about.

    Raises:
        NotFound: there is no such device.
        Conflict: it is missing, or already retired.
    """
    with transaction.atomic():
        device = _lock_device(device_id)
        _check_state(device, HELD)
        _record(device.pk, DeviceState.RETIRED, by, at, note, how)
        append(DeviceRetired(device=device.pk, how=Code(how.value)), by=by, handle=None, at=at)
    return queries.device(device_id)


def repeat_hand_over(recorded: RecordedEntry[DeviceHandedOver]) -> None:
    """Repeat a hand-over in a restored database.

    Raises:
        NotHeld: the device was registered after the backup.
    """
    with transaction.atomic():
        # By the number that the entry has: a device registered after the backup is not here, and
        # the restoration says so.
        device = _restored_device(recorded.facts.device)
        if device.holder_id != recorded.facts.holder:
            _assign(device, recorded.facts.holder, recorded.by, recorded.at)


def repeat_encryption(recorded: RecordedEntry[DeviceEncryption]) -> None:
    """Repeat what became known of a device's encryption in a restored database.

    Raises:
        NotHeld: the device was registered after the backup.
    """
    with transaction.atomic():
        device = _restored_device(recorded.facts.device)
        state = EncryptionState(recorded.facts.state)
        if device.encrypted != state:
            source = EncryptionSource(recorded.facts.source)
            _write_encryption(device, state, source, recorded.by, recorded.at)


def repeat_retire(recorded: RecordedEntry[DeviceRetired]) -> None:
    """Retire a device again in a restored database.

    Raises:
        NotHeld: the device was registered after the backup.
    """
    with transaction.atomic():
        device = _restored_device(recorded.facts.device)
        if _state(device) is not DeviceState.RETIRED:
            how = DeviceDisposal(recorded.facts.how)
            _record(device.pk, DeviceState.RETIRED, recorded.by, recorded.at, how=how)


def _report(
    device_id: int,
    to: DeviceState,
    allowed: Collection[DeviceState],
    note: str,
    by: Actor,
    at: datetime,
) -> DeviceRow:
    with transaction.atomic():
        device = _lock_device(device_id)
        _check_state(device, allowed)
        _record(device.pk, to, by, at, note)
        append(DeviceReported(device=device.pk, state=Code(to.value)), by=by, handle=None, at=at)
    return queries.device(device_id)


def _restored_device(device_id: int) -> Device:
    try:
        return _lock_device(device_id)
    except NotFound:
        raise NotHeld(what="device") from None


def _lock_device(device_id: int) -> Device:
    """Lock a device, so that two people cannot move it on from one state at once: its newest
    record is read only after this."""
    device = Device.objects.select_for_update().filter(pk=device_id).first()
    if device is None:
        raise NotFound(what="device")
    return device


def _state(device: Device) -> DeviceState:
    last = device.records.order_by("-id").first()
    return DeviceState(last.state) if last else DeviceState.IN_USE


def _check_state(device: Device, allowed: Collection[DeviceState]) -> None:
    state = _state(device)
    if state not in allowed:
        raise Conflict(why=f"{device.tag} is {state.label.lower()}")


def _check_can_hold(account_id: int) -> None:
    if not accounts.staff_member_by_id(account_id).is_active:
        raise Conflict(why="this account is closed")


def _assign(device: Device, to: int | None, by: Actor, at: datetime, note: str = "") -> None:
    """Write the hand-over, and who has the device now, which is asked far more often."""
    Handover.objects.create(device=device, holder_id=to, at=at, by=by.as_json(), note=note.strip())
    device.holder_id = to
    device.save(update_fields=["holder_id"])


def _write_encryption(
    device: Device, state: EncryptionState, source: EncryptionSource, by: Actor, at: datetime
) -> None:
    """Write what is known from now on, and the state that is asked far more often."""
    _record_state_of_encryption(device, state, source, by, at)
    device.encrypted = state
    device.save(update_fields=["encrypted"])


def _record_state_of_encryption(
    device: Device, state: EncryptionState, source: EncryptionSource, by: Actor, at: datetime
) -> None:
    EncryptionRecord.objects.create(
        device=device, state=state, source=source, since=at, confirmed_at=at, by=by.as_json()
    )


def _record(
    device_id: int,
    state: DeviceState,
    by: Actor,
    at: datetime,
    note: str = "",
    how: DeviceDisposal | None = None,
) -> None:
    DeviceRecord.objects.create(
        device_id=device_id,
        state=state,
        how=how.value if how else "",
        at=at,
        by=by.as_json(),
        note=note.strip(),
    )
