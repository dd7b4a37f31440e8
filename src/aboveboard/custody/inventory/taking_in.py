"""An inventory compared with the register: new devices are added, and what it knows of others is
taken over. It may be taken in again and again; nothing is added twice."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction

from aboveboard.accounts.queries import staff_member
from aboveboard.basics.actor import Actor
from aboveboard.basics.errors import AboveboardError, NotFound
from aboveboard.custody import actions
from aboveboard.custody.inventory.reading import Inventory, InventoryRow, RowNote
from aboveboard.custody.models import Device, EncryptionRecord
from aboveboard.custody.queries import devices
from aboveboard.custody.terms import HELD, DeviceKind, DeviceState, EncryptionState


@dataclass(slots=True)
class TakenIn:
    """What came of an inventory: labels of devices that were added, whose encryption changed, whose
    holder changed, and how many were as they stand. ``problems`` were not taken; ``remarks`` are to
    be looked at. ``confirmed``: devices that are known to be as the file says, and of when it says
    so. ``silent``: devices of which the file says nothing about encryption, and of which
    it is not known otherwise either."""

    added: list[str] = field(default_factory=list)
    encryption: list[tuple[str, EncryptionState]] = field(default_factory=list)
    handed_over: list[str] = field(default_factory=list)
    confirmed: list[tuple[int, datetime]] = field(default_factory=list)
    unchanged: int = 0
    silent: int = 0
    problems: list[RowNote] = field(default_factory=list)
    remarks: list[RowNote] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Known:
    """What the register has of a device, read for all at once."""

    id: int
    tag: str
    serial: str
    state: DeviceState
    encrypted: EncryptionState
    holder_id: int | None = None
    has_record: bool = True


class _Register:
    """Every device, by serial number and by label."""

    def __init__(self, devices: Iterable[_Known]) -> None:
        self._by_serial: dict[str, _Known] = {}
        self._by_tag: dict[str, _Known] = {}
        for each in devices:
            self._by_tag[each.tag.casefold()] = each
            if each.serial:
                self._by_serial[each.serial.casefold()] = each

    @classmethod
    def read(cls) -> _Register:
        """Read it."""
        recorded = {*EncryptionRecord.objects.values_list("device_id", flat=True).distinct()}
        serials = dict(Device.objects.exclude(serial="").values_list("pk", "serial"))
        return cls(
            _Known(
                row.id,
                row.tag,
                serials.get(row.id, ""),
                row.state,
                row.encrypted,
                row.holder_id,
                row.id in recorded,
            )
            for row in devices()
        )

    def find(self, row: InventoryRow) -> _Known | None:
        """Return the device that a row is about: by its serial number, else by its label.

        Raises:
            TagTaken: the label is that of a device with another serial number.
        """
        if row.serial and (known := self._by_serial.get(row.serial.casefold())):
            return known
        known = self._by_tag.get(row.tag.casefold())
        if known is not None and known.serial and row.serial:
            raise actions.TagTaken(tag=row.tag)
        return known


def take_in(inventory: Inventory, *, by: Actor, at: datetime, dry_run: bool = False) -> TakenIn:
    """Take over what an inventory says. ``dry_run``: say what would come of it, and change nothing.

    A row that the register refuses is a problem; the others are taken. Nothing is taken out of
    service and nothing is reported missing by a file: a remark says who would have to.
    """
    taken = TakenIn(problems=[*inventory.problems], remarks=[*inventory.remarks])
    register = _Register.read()
    for row in inventory.rows:
        try:
            # A transaction each: a long file must not keep everybody else waiting.
            with transaction.atomic():
                _take_row(row, inventory, register, taken, by, at)
                if dry_run:
                    transaction.set_rollback(True)
        except AboveboardError as error:
            taken.problems.append(
                RowNote(row.line, error.code, str(error), "Mend it in the inventory.")
            )
    if not dry_run:
        actions.confirm_encryption(taken.confirmed)
    taken.problems.sort(key=lambda note: note.line)
    taken.remarks.sort(key=lambda note: note.line)
    return taken


def _take_row(
    row: InventoryRow,
    inventory: Inventory,
    register: _Register,
    taken: TakenIn,
    by: Actor,
    at: datetime,
) -> None:
    known = register.find(row)
    seen_at = min(row.seen_at or at, at)
    changed = False
    if known is None:
        added = actions.register_device(
            kind=row.kind or DeviceKind.OTHER,
            name=row.name,
            tag=row.tag,
            serial=row.serial,
            encrypted=row.encrypted or EncryptionState.UNKNOWN,
            source=inventory.source,
            by=by,
            at=at,
        )
        taken.added.append(row.tag)
        known, changed = _Known(added.id, added.tag, row.serial, added.state, added.encrypted), True
    else:
        if row.serial and not known.serial:
            Device.objects.filter(pk=known.id, serial="").update(serial=row.serial)
        if row.encrypted is known.encrypted and known.has_record:
            taken.confirmed.append((known.id, seen_at))
        elif row.encrypted is not None and actions.record_encryption(
            known.id, row.encrypted, source=inventory.source, by=by, at=seen_at
        ):
            taken.encryption.append((known.tag, row.encrypted))
            changed = True
    if row.encrypted is None and known.encrypted is EncryptionState.UNKNOWN:
        taken.silent += 1
    changed = _hand_over(row, known, taken, by, at) or changed
    taken.unchanged += not changed
    _remark_state(row, known, taken)


def _hand_over(row: InventoryRow, known: _Known, taken: TakenIn, by: Actor, at: datetime) -> bool:
    """Give the device to whom the inventory names, where that is one of the staff; who has it stays
    where the inventory names nobody."""
    if not row.holder or known.state not in HELD:
        return False
    try:
        member = staff_member(row.holder)
    except NotFound:
        member = None
    if member is None or not member.is_active:
        taken.remarks.append(
            RowNote(
                row.line,
                "holder_unknown",
                f"nobody on the staff has the address that {known.tag} is checked out to",
                "Invite them, or hand it over here.",
            )
        )
        return False
    if member.id == known.holder_id:
        return False
    actions.hand_over(known.id, to=member.id, by=by, at=at)
    taken.handed_over.append(known.tag)
    return True


def _remark_state(row: InventoryRow, known: _Known, taken: TakenIn) -> None:
    if row.state == "lost" and known.state is not DeviceState.MISSING:
        taken.remarks.append(
            RowNote(
                row.line,
                "said_lost",
                f"the inventory calls {known.tag} lost, and nobody has reported it",
                "Report it now if it is: Report a loss.",
            )
        )
    if row.state == "gone" and known.state in HELD:
        taken.remarks.append(
            RowNote(
                row.line,
                "said_gone",
                f"the inventory calls {known.tag} out of service",
                "Take it out of service here once nothing is left on it.",
            )
        )
    if known.state is DeviceState.RETIRED and not row.state:
        taken.remarks.append(
            RowNote(
                row.line,
                "in_use_again",
                f"{known.tag} is out of service here, and in use in the inventory",
                "Look who has it.",
            )
        )
