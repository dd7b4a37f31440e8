"""What is kept: devices and their dated states, exports and their manifests."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from aboveboard.custody.terms import (
    DeviceDisposal,
    DeviceKind,
    DeviceState,
    EncryptionSource,
    EncryptionState,
    ExportProtection,
    FileForm,
)


class Device(models.Model):
    """Something that holds data and can be carried away. ``tag`` is what
    people read on its label."""

    tag = models.CharField(max_length=40, unique=True)
    kind = models.CharField(max_length=8, choices=DeviceKind.choices)
    name = models.CharField(max_length=120)
    holder_id = models.BigIntegerField(
        null=True, help_text="the account of the member of staff who carries it"
    )
    encrypted = models.CharField(max_length=8, choices=EncryptionState.choices)
    serial = models.CharField(
        max_length=80, blank=True, db_index=True, help_text="by which inventories know it"
    )
    registered_at = models.DateTimeField()
    registered_by = models.JSONField(help_text="the actor")

    def __str__(self) -> str:
        """Return the label."""
        return self.tag


class DeviceRecord(models.Model):
    """A device came into a state: who said so and when. The newest record is where it stands.

    ``how``: how it left service, where it did so since hand-overs and disposals are recorded.
    """

    device = models.ForeignKey(Device, on_delete=models.PROTECT, related_name="records")
    state = models.CharField(max_length=8, choices=DeviceState.choices)
    how = models.CharField(max_length=10, choices=DeviceDisposal.choices, blank=True)
    at = models.DateTimeField()
    by = models.JSONField(help_text="the actor")
    note = models.TextField(blank=True, help_text="what the person said happened")

    class Meta:
        """Read by device, newest last."""

        indexes: ClassVar = [models.Index(fields=["device", "id"], name="custody_records")]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="custody_only_retired_has_how", condition=Q(how="") | Q(state="retired")
            )
        ]


class EncryptionRecord(models.Model):
    """Whether a device is encrypted, who or what said so, since when, and when it was last said.
    The newest is where it stands, and stands in ``Device.encrypted`` too."""

    device = models.ForeignKey(Device, on_delete=models.PROTECT, related_name="encryption_records")
    state = models.CharField(max_length=8, choices=EncryptionState.choices)
    source = models.CharField(max_length=12, choices=EncryptionSource.choices)
    since = models.DateTimeField()
    confirmed_at = models.DateTimeField()
    by = models.JSONField(help_text="the actor")

    class Meta:
        """Read by device, newest last."""

        indexes: ClassVar = [models.Index(fields=["device", "id"], name="custody_encryption")]


class Handover(models.Model):
    """A device went to a member of staff, or to nobody: who said so and when. The newest says who
    has it, and stands in ``Device.holder_id`` too."""

    device = models.ForeignKey(Device, on_delete=models.PROTECT, related_name="handovers")
    holder_id = models.BigIntegerField(
        null=True, help_text="the account of the member of staff who has it"
    )
    at = models.DateTimeField()
    by = models.JSONField(help_text="the actor")
    note = models.TextField(blank=True, help_text="what the person said")

    class Meta:
        """Read by device, newest last."""

        indexes: ClassVar = [models.Index(fields=["device", "id"], name="custody_handovers")]


class Export(models.Model):
    """A file of people's data that was made, and its manifest. It left when
    ``made_at`` is set, not before."""

    device = models.ForeignKey(Device, on_delete=models.PROTECT, null=True, related_name="exports")
    recipient = models.CharField(
        max_length=80, blank=True, help_text="a recipient of the promise, when it goes to one"
    )
    purpose = models.CharField(max_length=80)
    fields = models.JSONField(help_text="names of the promise's fields, in column order")
    protection = models.CharField(max_length=8, choices=ExportProtection.choices)
    begun_at = models.DateTimeField()
    by = models.JSONField(help_text="the actor")
    made_at = models.DateTimeField(null=True)
    file_name = models.CharField(max_length=200)
    file_digest = models.CharField(max_length=64, blank=True, help_text="SHA-256 of the file, hex")
    file_key = models.BinaryField(
        null=True, max_length=32, help_text="checks the digest as the entry has it, sealed"
    )
    people = models.BigIntegerField(default=0)
    refused = models.BigIntegerField(default=0)
    form = models.CharField(max_length=8, choices=FileForm.choices, default=FileForm.CSV)
    pseudonyms = models.BooleanField(default=False, help_text="whether a pseudonym begins each row")
    age_keys = models.JSONField(
        default=list, help_text="the public keys of age that the file is sealed to"
    )
    entry_id = models.BigIntegerField(null=True, help_text="the ledger entry that says it was made")

    class Meta:
        """An export goes to a device or to a recipient; one that left has its digest."""

        constraints: ClassVar = [
            models.CheckConstraint(
                name="custody_export_goes_somewhere",
                condition=Q(device__isnull=False, recipient="")
                | (Q(device__isnull=True) & ~Q(recipient="")),
            ),
            models.CheckConstraint(
                name="custody_export_left_whole",
                condition=Q(made_at__isnull=True) | ~Q(file_digest=""),
            ),
        ]


class ExportPerson(models.Model):
    """One line of a manifest: what of this person is in the file, or why nothing is."""

    export = models.ForeignKey(Export, on_delete=models.CASCADE, related_name="manifest")
    person_id = models.BigIntegerField()
    categories = models.BigIntegerField(
        help_text="bitmap of the categories that are in the file of them"
    )
    reasons = models.CharField(
        max_length=300,
        blank=True,
        help_text="codes of the refusal, with spaces; empty when they are in the file",
    )

    class Meta:
        """A person is on a manifest once."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["export", "person_id"], name="custody_person_once"),
            models.CheckConstraint(
                name="custody_refused_is_not_in", condition=Q(reasons="") | Q(categories=0)
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["person_id"], name="custody_person")]


class SharedUnder(models.Model):
    """An agreement to share data, as the public register says it: no personal data, and nothing is
    decided by it."""

    number = models.PositiveIntegerField(unique=True)
    values = models.JSONField(help_text="the fields of custody.agreement")

    def __str__(self) -> str:
        return f"sharing agreement {self.number}"
