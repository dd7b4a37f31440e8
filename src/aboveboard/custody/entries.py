"""What custody writes to the ledger. Devices are known by their numbers: names and labels may
name a person."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from aboveboard.basics.facts import (
    Code,
    Digest,
    Facts,
    RedoByHand,
    RepeatOnRestore,
    SealedFact,
    Word,
    named_fact,
)


@dataclass(frozen=True, slots=True)
class DeviceRegistered(Facts):
    """A device that will hold data was added."""

    kind: ClassVar = "device.registered"
    on_restore: ClassVar = RedoByHand(
        "the ledger does not hold what a device is called: register it again"
    )

    device: int
    encrypted: Code
    device_kind: Code = named_fact("kind")


@dataclass(frozen=True, slots=True)
class DeviceReported(Facts):
    """A device was reported missing, or found again."""

    kind: ClassVar = "device.reported"
    on_restore: ClassVar = RedoByHand("the ledger does not hold what was said: report it again")

    device: int
    state: Code


@dataclass(frozen=True, slots=True)
class DeviceHandedOver(Facts):
    """A device went to another member of staff, or to nobody. ``holder``: the account."""

    kind: ClassVar = "device.handed-over"
    on_restore: ClassVar = RepeatOnRestore("the device is with whom it was handed to")

    device: int
    holder: int | None


@dataclass(frozen=True, slots=True)
class DeviceEncryption(Facts):
    """Whether a device is encrypted changed, or became known. ``state`` and ``source``: see
    :mod:`aboveboard.custody.terms`."""

    kind: ClassVar = "device.encryption"
    on_restore: ClassVar = RepeatOnRestore("what was known of its encryption is known again")

    device: int
    state: Code
    source: Code


@dataclass(frozen=True, slots=True)
class DeviceRetired(Facts):
    """A device left service. ``how``: a :class:`~aboveboard.custody.terms.DeviceDisposal`."""

    kind: ClassVar = "device.retired"
    on_restore: ClassVar = RepeatOnRestore("the device is out of service again")

    device: int
    how: Code


@dataclass(frozen=True, slots=True)
class ExportMade(Facts):
    """A file of people's data was made. ``file``: its SHA-256, sealed with a
    key that stands in the manifest; ``recipient`` is "" where it went
    on a device."""

    kind: ClassVar = "export.made"
    on_restore: ClassVar = RedoByHand(
        "the ledger does not hold who was in the file: treat it as holding everybody it could"
    )

    export: int
    device: int | None
    recipient: Word
    purpose: Word
    fields: tuple[Word, ...]
    protection: Code
    people: int
    refused: int
    file: SealedFact


@dataclass(frozen=True, slots=True)
class SharingRegisterChanged(Facts):
    """The register of agreements to share data is another: how many there are, and the SHA-256 of
    it as CSV."""

    kind: ClassVar = "sharing.changed"
    on_restore: ClassVar = RedoByHand(
        "the ledger holds the digest of the register, not its text: take the file in again"
    )

    agreements: int
    digest: Digest
