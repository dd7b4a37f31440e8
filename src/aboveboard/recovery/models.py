"""What is kept: backups that were made, and restorations with how far they came."""

from __future__ import annotations

from django.db import models


class Backup(models.Model):
    """A backup that was finished. It says where and when, for ``doctor``; the ledger
    says that it was made."""

    name = models.CharField(max_length=80)
    made_at = models.DateTimeField()
    size = models.BigIntegerField(help_text="bytes of both parts")
    entries = models.BigIntegerField(help_text="entries in the ledger's tree")
    seconds = models.FloatField()


class Restoration(models.Model):
    """This database came out of a backup. Until ``finished_at`` is set, what happened since is not
    repeated and nothing serves."""

    backup = models.CharField(max_length=80)
    backup_made_at = models.DateTimeField()
    keys_made_at = models.DateTimeField(help_text="of the part with the keys, which may be newer")
    entries = models.BigIntegerField(
        help_text="entries in the ledger's tree when the backup was made"
    )
    index = models.CharField(max_length=16, help_text="which index key the look-ups are made with")
    vkeys = models.JSONField(
        default=list, help_text="the keys that a log of this instance may be signed with"
    )
    loaded_at = models.DateTimeField()
    ingested_at = models.DateTimeField(
        null=True, help_text="since when the entries that came after are in this database"
    )
    log = models.CharField(
        max_length=200, blank=True, help_text="where they came from; empty: without a log"
    )
    finished_at = models.DateTimeField(null=True)
    report = models.JSONField(
        default=list, help_text="a row for each kind of entry: how many, what was done, why not"
    )


class RowComparison(models.Model):
    """What the last comparison of the rows that decide with the log came to; there is one row.
    ``token`` is of the round that goes on, ``compared_at`` when it last went on or ended."""

    token = models.BigIntegerField(default=0)
    compared_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    rows = models.BigIntegerField(default=0, help_text="how many rows there were")
    differing = models.BigIntegerField(default=0, help_text="how many differences")
    findings = models.JSONField(default=list, help_text="the first of them, as sentences")


class InstalledVersion(models.Model):
    """A version of the program that this database was first served or upgraded by; the newest row
    is the one that it is now of."""

    version = models.CharField(max_length=40)
    installed_at = models.DateTimeField()
    changes = models.IntegerField(help_text="changes of the database that it made then")
