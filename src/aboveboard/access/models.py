"""What is kept of uses beside the ledger: what the log, which anybody may read, must not
disclose."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from aboveboard.keys.rows import DecidingRow


class QuietRefusal(models.Model):
    """Whom a look-up that ended in nothing was about, and why it did.

    The entry of such a look-up names nobody and gives the same reason whether nobody, one or
    several were found: the asker can read the log. This row ties it to the one who was found,
    so that they see it, with the key of the reference that the asker gave; ``person`` is empty when
    nobody or several were. It goes with the person.
    """

    entry_id = models.BigIntegerField(primary_key=True)
    person = models.ForeignKey(
        "vault.Person", null=True, on_delete=models.CASCADE, db_index=False, related_name="+"
    )
    reasons = models.JSONField(help_text="codes of access.reasons")
    reference_key = models.BinaryField(
        null=True, max_length=32, help_text="checks the entry's sealed reference"
    )

    class Meta:
        """A person's are read together, newest first."""

        indexes: ClassVar = [
            # The rows of nobody stand in it too: were they left out, it would take less time to
            # find nobody than to find somebody.
            models.Index(fields=["person", "entry_id"], name="quiet_refusal_person")
        ]

    def __str__(self) -> str:
        return f"look-up without a result, entry {self.entry_id}"


class UseIndex(models.Model):
    """The index of the uses of one person's data, sealed under their key (``use_index``).

    The ledger says all of it to whoever has that key: the row may be deleted at any time.
    """

    person = models.OneToOneField(
        "vault.Person", primary_key=True, on_delete=models.CASCADE, related_name="+"
    )
    sealed = models.BinaryField()

    def __str__(self) -> str:
        return f"index of the uses of {self.person_id}"


class EmergencyUse(DecidingRow):
    """A use in an emergency that was granted: who asked, why, until when it may be shown again,
    and its review. The row decides whose fields are shown again, to whom and until when.

    ``person`` is empty once they are erased. ``words`` is what the asker wrote for the reviewers,
    sealed under the person's key; it goes with the key.
    """

    entry_id = models.BigIntegerField(unique=True)
    person = models.ForeignKey(
        "vault.Person", null=True, on_delete=models.SET_NULL, related_name="+"
    )
    actor = models.JSONField(help_text="who asked: kind, id, role, team")
    account_id = models.BigIntegerField()
    why = models.CharField(max_length=24, help_text="a code of access.emergency.reasons")
    fields = models.JSONField(help_text="names of the fields")
    reference = models.CharField(max_length=80, blank=True)
    words = models.BinaryField()
    at = models.DateTimeField()
    until = models.DateTimeField()
    review_due = models.DateTimeField()
    reviewed_at = models.DateTimeField(null=True)
    reviewed_by = models.JSONField(null=True)
    verdict = models.CharField(max_length=16, blank=True, default="")

    DECIDING: ClassVar = (
        "entry_id",
        "person_id",
        "actor",
        "account_id",
        "why",
        "fields",
        "at",
        "until",
        "review_due",
        "reviewed_at",
        "reviewed_by",
        "verdict",
    )

    class Meta:
        """What waits for its review is found without reading what is done."""

        indexes: ClassVar = [
            models.Index(
                fields=["review_due"],
                name="emergency_to_review",
                condition=models.Q(reviewed_at__isnull=True),
            ),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="emergency_review_is_whole",
                condition=models.Q(reviewed_at__isnull=True, reviewed_by__isnull=True, verdict="")
                | models.Q(reviewed_at__isnull=False, reviewed_by__isnull=False)
                & ~models.Q(verdict=""),
            )
        ]

    def __str__(self) -> str:
        return f"emergency use, entry {self.entry_id}"


class EmergencyAsked(models.Model):
    """That an account asked, granted or refused: what it may ask for in a day
    is counted from these."""

    account_id = models.BigIntegerField()
    at = models.DateTimeField()

    class Meta:
        """Counted by account, newest first."""

        indexes: ClassVar = [models.Index(fields=["account_id", "at"], name="emergency_asked")]

    def __str__(self) -> str:
        return f"emergency asked by account {self.account_id}"


class RaisedConcern(DecidingRow):
    """That a person finds a use wrong: about which entry, by when it is to be answered, who answers
    it, and the answer. The row decides who may answer, and what the person is shown as our answer.

    ``words`` is what the person wrote and ``answer_words`` what they were answered, sealed under
    their key. The row goes with the person.
    """

    entry_id = models.BigIntegerField(unique=True)
    person = models.ForeignKey(
        "vault.Person", on_delete=models.CASCADE, db_index=False, related_name="+"
    )
    about = models.BigIntegerField(null=True, help_text="the entry; empty: the list as a whole")
    concern = models.CharField(max_length=24, help_text="a code of access.concerns.terms")
    words = models.BinaryField()
    at = models.DateTimeField()
    due_at = models.DateTimeField()
    owner_id = models.BigIntegerField(null=True, help_text="the account of who answers")
    assigned_entry_id = models.BigIntegerField(null=True)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.JSONField(null=True)
    verdict = models.CharField(max_length=16, blank=True, default="")
    answer_words = models.BinaryField(default=b"")
    answer_entry_id = models.BigIntegerField(null=True)

    DECIDING: ClassVar = (
        "entry_id",
        "person_id",
        "about",
        "concern",
        "at",
        "due_at",
        "owner_id",
        "assigned_entry_id",
        "answered_at",
        "answered_by",
        "verdict",
        "answer_entry_id",
    )

    class Meta:
        """A person's are read together; the queue without what is answered, and the other way
        round."""

        indexes: ClassVar = [
            models.Index(fields=["person", "entry_id"], name="concern_person"),
            models.Index(
                fields=["due_at", "id"],
                name="concern_open",
                condition=models.Q(answered_at__isnull=True),
            ),
            models.Index(
                fields=["answered_at", "id"],
                name="concern_answered",
                condition=models.Q(answered_at__isnull=False),
            ),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="concern_answer_is_whole",
                condition=models.Q(answered_at__isnull=True, answered_by__isnull=True, verdict="")
                | models.Q(answered_at__isnull=False, answered_by__isnull=False)
                & ~models.Q(verdict=""),
            )
        ]

    def __str__(self) -> str:
        return f"concern, entry {self.entry_id}"
