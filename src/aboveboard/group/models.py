"""What is kept: the organisations that are read, who linked which, and, at an organisation that is
asked, who lets which portal show their uses."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from aboveboard.keys.rows import DecidingRow


class OtherOrganisation(DecidingRow):
    """Another organisation whose uses this portal shows. The newest of a key is meant, unless it
    says that it was removed.

    ``address``: its origin, without a slash at the end. ``secret``: of our client there, sealed; it
    works until ``secret_until``. ``landing``: what its page for links wants to see, signed by it.
    ``verifier``: the key of its ledger. ``field``: by which field both know people, "" where each
    links themselves. ``inside``: networks and names inside that may be spoken to. The last three
    are how it was when it was last asked, for people.
    """

    serial = models.AutoField(primary_key=True)
    key = models.SlugField(max_length=40, db_index=True)
    name = models.CharField(max_length=200)
    address = models.CharField(max_length=300)
    client_id = models.CharField(max_length=40)
    secret = models.BinaryField()
    secret_until = models.DateTimeField()
    landing = models.CharField(max_length=600)
    verifier = models.CharField(max_length=300)
    field = models.CharField(max_length=60, blank=True, default="")
    inside = models.JSONField(default=list)
    declared_at = models.DateTimeField()
    entry_id = models.BigIntegerField(
        null=True, help_text="the ledger entry that declared it; null only while it is written"
    )
    removed_at = models.DateTimeField(null=True)
    removed_entry_id = models.BigIntegerField(null=True)
    reached_at = models.DateTimeField(null=True)
    failed_at = models.DateTimeField(null=True)
    failure = models.CharField(max_length=20, blank=True, default="")

    DECIDING: ClassVar = (
        "key",
        "name",
        "address",
        "client_id",
        "secret",
        "secret_until",
        "landing",
        "verifier",
        "field",
        "inside",
        "declared_at",
        "entry_id",
        "removed_at",
        "removed_entry_id",
    )

    def __str__(self) -> str:
        return f"{self.key} {self.serial}"


class OwnLink(models.Model):
    """That somebody has their uses at another organisation shown here. ``sealed``: the subject of
    the link, under their key, or empty where both know them by a field."""

    person_id = models.BigIntegerField(db_index=True)
    organisation = models.ForeignKey(OtherOrganisation, on_delete=models.PROTECT)
    sealed = models.BinaryField()
    at = models.DateTimeField()
    until = models.DateTimeField()
    entry_id = models.BigIntegerField(help_text="the ledger entry that proves it")

    class Meta:
        """Somebody links an organisation once."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["person_id", "organisation"], name="group_linked_once"),
        ]


class ShownLink(DecidingRow):
    """That somebody lets another portal show their uses here. ``digest``: of the subject by which
    it names them. ``client_id``: the portal's client. ``until``: it ends by itself then."""

    person_id = models.BigIntegerField(db_index=True)
    client_id = models.BigIntegerField()
    digest = models.CharField(max_length=64, unique=True)
    at = models.DateTimeField()
    until = models.DateTimeField()
    entry_id = models.BigIntegerField(
        null=True, help_text="the ledger entry that proves it; null only while it is written"
    )

    DECIDING: ClassVar = ("person_id", "client_id", "digest", "at", "until", "entry_id")
