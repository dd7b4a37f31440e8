"""What is kept of imports: how far each has come, and the rows that it did not load."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from aboveboard.intake.changes import HeldBackState, NoteState
from aboveboard.keys.rows import DecidingRow


class ImportRun(models.Model):
    """One import of a file, so that what was loaded and what was not can be listed, and one
    that was stopped goes on."""

    file_digest = models.CharField(max_length=64)
    file_key = models.BinaryField(
        null=True, max_length=32, help_text="checks the digest as its entries have it, sealed"
    )
    mapping_digest = models.CharField(max_length=64, blank=True, default="")
    file_name = models.CharField(max_length=200)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    resumed = models.IntegerField(
        default=0, help_text="how often it went on after it had been stopped"
    )
    resumed_at = models.DateTimeField(null=True)
    bytes_done = models.BigIntegerField(default=0, help_text="where in the file the next row is")
    lines_done = models.BigIntegerField(default=0)
    people_range = models.BigIntegerField(
        default=0, help_text="beginning of the range that this run draws people's numbers from"
    )
    rows = models.BigIntegerField(default=0)
    loaded = models.BigIntegerField(default=0)
    already_held = models.BigIntegerField(default=0)
    refused = models.BigIntegerField(default=0)
    changed = models.BigIntegerField(default=0, help_text="people of whom a value was taken over")
    asked = models.BigIntegerField(default=0, help_text="people of whom somebody must decide")
    left_out = models.BigIntegerField(default=0, help_text="people who were erased")
    objecting = models.BigIntegerField(
        default=0, help_text="people loaded with the objections of a record like theirs"
    )


class ImportProblem(models.Model):
    """A row that was not loaded, or not as it stands, and why. It never holds what the row said.

    ``refused``: the row is to be corrected and imported again; else it says what became of it.
    """

    run = models.ForeignKey(ImportRun, on_delete=models.CASCADE)
    line = models.BigIntegerField()
    field = models.CharField(max_length=64, blank=True)
    code = models.CharField(max_length=40)
    sentence = models.CharField(max_length=300)
    refused = models.BooleanField(default=True)


class ErasedPerson(DecidingRow):
    """What is kept of somebody who was erased, so that no file brings them back and what they
    objected to stands (GDPR Art. 17(1), 21; docs/decisions/0029). It ends by itself.

    ``by_number_only``: they were erased because the time was over, not because they asked, so a
    new relationship under a new number is not held back.
    """

    erased_on = models.DateField(help_text="a day: a moment would tie it to the ledger's entry")
    by_number_only = models.BooleanField()
    objections = models.JSONField(help_text="keys of purposes that they had said no to")
    ends_on = models.DateField(db_index=True)
    readmitted_at = models.DateTimeField(null=True, help_text="when somebody let them in again")
    readmitted_by = models.JSONField(null=True)
    reference_key = models.BinaryField(null=True, help_text="checks the reference in the entry")
    reference = models.CharField(max_length=80, blank=True, default="")

    DECIDING: ClassVar = ("erased_on", "by_number_only", "objections", "ends_on", "readmitted_at")


class ErasedIdentifier(models.Model):
    """A keyed digest of something that an erased person could be recognised by. The key is the
    instance's own, so the digest cannot be guessed; nothing leads from it to a person's number."""

    erased = models.ForeignKey(ErasedPerson, on_delete=models.CASCADE)
    kind = models.SmallIntegerField()
    digest = models.BinaryField()

    class Meta:
        """Found by digest."""

        indexes: ClassVar = [models.Index(fields=["digest"], name="intake_erased_digest")]


class HeldBackRow(DecidingRow):
    """A row of a file that may be of another person than the one who was erased, and what somebody
    decided about it. It never holds what the row said, and ends by itself.

    ``digest``: keyed, of the erasure and of everything that the row can be recognised by. ``kind``:
    the number of the one kind that both share. ``line`` is where it stands in the file of ``run``.
    """

    digest = models.BinaryField(unique=True)
    erased = models.ForeignKey(ErasedPerson, on_delete=models.CASCADE)
    kind = models.SmallIntegerField()
    state = models.CharField(
        max_length=10,
        choices=[(state.value, state.value) for state in HeldBackState],
        default=HeldBackState.WAITING.value,
    )
    run = models.ForeignKey(ImportRun, on_delete=models.CASCADE)
    line = models.BigIntegerField()
    seen_at = models.DateTimeField(help_text="when a file had it last")
    ends_on = models.DateField(db_index=True)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.JSONField(null=True)
    reference_key = models.BinaryField(null=True, help_text="checks the reference in the entry")
    reference = models.CharField(max_length=80, blank=True, default="")

    DECIDING: ClassVar = ("digest", "erased_id", "state", "ends_on")

    class Meta:
        """Those that wait are found without the rest."""

        indexes: ClassVar = [
            models.Index(
                fields=["id"], name="intake_held_back", condition=models.Q(state="waiting")
            )
        ]


class FormerAddress(models.Model):
    """An e-mail address that was replaced, sealed under the person's key, until they were told at
    it; then the row goes."""

    person_id = models.BigIntegerField(db_index=True)
    field = models.CharField(max_length=64)
    sealed = models.BinaryField(help_text="a record of one field, in the vault's format")
    at = models.DateTimeField()


class FieldNote(DecidingRow):
    """What is known of one field of one person where a file differs from what is held, or may.

    ``digest``: of what the file said, keyed; never the value. ``line`` is where it stands in the
    file of ``run``, for whoever must decide.
    """

    person_id = models.BigIntegerField()
    field = models.CharField(max_length=64)
    state = models.CharField(
        max_length=10, choices=[(state.value, state.value) for state in NoteState]
    )
    digest = models.BinaryField(default=b"")
    at = models.DateTimeField()
    run = models.ForeignKey(ImportRun, on_delete=models.SET_NULL, null=True)
    line = models.BigIntegerField(default=0)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.JSONField(null=True)

    DECIDING: ClassVar = ("person_id", "field", "state", "digest")

    class Meta:
        """One for each field; those that wait are found without the rest."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["person_id", "field"], name="intake_note_once")
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["id"], name="intake_notes_asked", condition=models.Q(state="asked")
            )
        ]
