"""What the ledger keeps: entries, every checkpoint it ever signed, and each change of
the key it signs with."""

from __future__ import annotations

from django.db import models

from aboveboard.ledger.format.entry import HANDLE_CHARS, KIND_CHARS


class Entry(models.Model):
    """One entry. ``body`` is the truth; the other columns repeat it for look-up
    and are checked against it.

    ``leaf_index`` is empty until the entry is in the tree, at most a second after it is durable.
    """

    id = models.BigAutoField(primary_key=True)
    leaf_index = models.BigIntegerField(null=True)
    at = models.DateTimeField()
    kind = models.CharField(max_length=KIND_CHARS)
    handle = models.CharField(max_length=HANDLE_CHARS, null=True)
    body = models.BinaryField()
    leaf_hash = models.BinaryField(max_length=32)

    class Meta:
        """Looked up by person, by waiting for a place, and by place; each index
        holds only such rows."""

        indexes = [
            models.Index(
                fields=["handle", "id"],
                name="ledger_entry_handle",
                condition=models.Q(handle__isnull=False),
            ),
            models.Index(
                fields=["id"],
                name="ledger_entry_waiting",
                condition=models.Q(leaf_index__isnull=True),
            ),
            # The promise in force is the last that was adopted; among millions of uses it would
            # take long to find.
            models.Index(
                fields=["id"],
                name="ledger_entry_adopted",
                condition=models.Q(kind="promise.adopted"),
            ),
            # Why a use came out as it did was asked later: such an entry has the handle of the one
            # that it is about, so whoever has asked for a person's handles once looks here again.
            models.Index(
                fields=["id"],
                name="ledger_entry_explained",
                condition=models.Q(kind="explain.asked", handle__isnull=False),
            ),
            # Uses that name nobody until a law lets them be shown: few, and tried one by one.
            models.Index(
                fields=["id"],
                name="ledger_entry_sealed",
                condition=models.Q(kind="use.sealed", handle__isnull=True),
            ),
            # The newest commitment to the index of handles.
            models.Index(
                fields=["id"],
                name="ledger_entry_committed",
                condition=models.Q(kind="ledger.handles-committed"),
            ),
        ]

        constraints = [
            models.UniqueConstraint(
                fields=["leaf_index"],
                name="ledger_entry_place",
                condition=models.Q(leaf_index__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return f"entry {self.pk}"


class CheckpointRow(models.Model):
    """One signed checkpoint: the tree's size and root, and the signed note that is published.

    ``at`` says when it was signed; it is not part of what is signed (C2SP
    tlog-checkpoint has no time).
    """

    size = models.BigIntegerField(primary_key=True)
    root = models.BinaryField(max_length=32)
    note = models.TextField()
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"checkpoint of {self.size} entries"


class KeyChange(models.Model):
    """From ``at`` on, the log is signed with the key of this generation. The first key,
    generation 1, has no row.

    Who changed it stands in the entry ``entry_id``. The secret is in ``keys``,
    under the generation's name.
    """

    generation = models.PositiveIntegerField(primary_key=True)
    vkey = models.TextField()
    entry_id = models.BigIntegerField()
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"signing key {self.generation}"


class WitnessRow(models.Model):
    """What one witness said when it was last asked. ``name`` is its key's name and id;
    ``lines`` its newest cosignature.

    ``size`` is what it cosigned last and ``cosigned_at`` when, by its own clock. ``problem`` is
    empty when all is well; ``refuses`` says that it saw another log under our name.
    """

    name = models.CharField(max_length=300, primary_key=True)
    size = models.BigIntegerField(default=0)
    lines = models.TextField(default="")
    cosigned_at = models.DateTimeField(null=True)
    asked_at = models.DateTimeField()
    problem = models.TextField(default="")
    refuses = models.BooleanField(default=False)

    def __str__(self) -> str:
        return f"witness {self.name}"
