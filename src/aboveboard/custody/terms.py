"""The words of custody: kinds of device, where one stands, what protects what is on it."""

from __future__ import annotations

from django.db import models


class DeviceKind(models.TextChoices):
    """What can be lost."""

    LAPTOP = "laptop", "Laptop"
    STICK = "stick", "USB stick"
    DISC = "disc", "Disc"
    PAPER = "paper", "Paper"
    PHONE = "phone", "Phone"
    SERVER = "server", "Server"
    TABLET = "tablet", "Tablet"
    DESKTOP = "desktop", "Desktop computer"
    BACKUP = "backup", "Backup"
    OTHER = "other", "Something else"


class EncryptionState(models.TextChoices):
    """Whether a finder can read what is on a device. All but ``YES`` count as readable.

    ``SUSPENDED``: encrypted, but its key lies beside it (BitLocker with protection off).
    ``UNFINISHED``: it is being encrypted or decrypted, or that was interrupted.
    """

    YES = "yes", "Encrypted"
    SUSPENDED = "paused", "Encrypted, protection off"
    UNFINISHED = "partly", "Encryption not finished"
    NO = "no", "Not encrypted"
    UNKNOWN = "unknown", "Not known"


class EncryptionSource(models.TextChoices):
    """Who or what says whether a device is encrypted."""

    HAND = "hand", "A person"
    FLEET = "fleet", "Fleet"
    OSQUERY = "osquery", "osquery"
    INTUNE = "intune", "Microsoft Intune"
    JAMF = "jamf", "Jamf Pro"
    SNIPE_IT = "snipe-it", "Snipe-IT"
    TABLE = "table", "A table"


class DeviceState(models.TextChoices):
    """Where a device stands."""

    IN_USE = "in_use", "In use"
    MISSING = "missing", "Missing"
    FOUND = "found", "Found again"
    RETIRED = "retired", "Retired"


HELD = frozenset({DeviceState.IN_USE, DeviceState.FOUND})
"""The states in which somebody has the device: it can be handed over, lost or retired."""


class DeviceDisposal(models.TextChoices):
    """How a device left service."""

    RETURNED = "returned", "Returned to its owner"
    WIPED = "wiped", "Wiped"
    DESTROYED = "destroyed", "Destroyed"


class ExportProtection(models.TextChoices):
    """What keeps a lost export unreadable: nothing, the encryption of the disk it is on, or its
    own."""

    NONE = "none", "Not protected"
    DISK = "disk", "On an encrypted disk"
    PARCEL = "parcel", "An encrypted parcel"


ENCRYPTED = frozenset({ExportProtection.DISK, ExportProtection.PARCEL})
"""Protections that are encryption: whether the key went too is for the incident."""


class FileForm(models.TextChoices):
    """How the rows of an export are written."""

    CSV = "csv", "Comma-separated, with a header line"
    NDJSON = "ndjson", "A JSON object a line"
    LETTERS = "letters", "Letters to print, with their list"
