"""What is kept of requests: the request, its events, the work at each system, and codes; and the
letters by which addresses are confirmed.

A request and its events decide what is disclosed and erased, so each row has a MAC and names its
entry. What somebody said is sealed under the request's own key (``key``), which is wrapped under
the key of the person, or of the instance where nobody is held; it goes with the pack.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from aboveboard.keys.rows import DecidingRow


class RightsRequest(DecidingRow):
    """One request of one person.

    ``key_of`` is the person under whose key ``key`` is wrapped; null: under the instance's.
    ``stage``, ``due_at``, ``next_at`` and ``closed_at`` are written from the events with each of
    them, so that a queue is one read; they decide nothing. ``next_at`` is when the worker looks at
    it again by itself; null while nothing is due by itself.
    """

    kind = models.CharField(max_length=16, help_text="a code of rights.requests.terms")
    person_id = models.BigIntegerField(null=True, db_index=True)
    asker = models.CharField(max_length=12)
    channel = models.CharField(max_length=12)
    jurisdiction = models.CharField(max_length=12, blank=True, default="")
    language = models.CharField(max_length=12, default="en")
    sensitive = models.BooleanField(default=False, help_text="special categories are held of them")
    received_at = models.DateTimeField()
    entry_id = models.BigIntegerField(unique=True)
    actor = models.JSONField(help_text="who wrote it down: kind, id, role, team")
    forgotten = models.BooleanField(default=False, help_text="the person was erased while open")
    key = models.BinaryField(default=b"", help_text="wrapped; empty: destroyed")
    key_of = models.BigIntegerField(null=True)
    details = models.BinaryField(default=b"", help_text="sealed under the request's key")
    stage = models.CharField(max_length=12)
    due_at = models.DateTimeField()
    next_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)

    DECIDING: ClassVar = (
        "kind",
        "person_id",
        "asker",
        "channel",
        "jurisdiction",
        "sensitive",
        "received_at",
        "entry_id",
        "forgotten",
    )

    class Meta:
        """The queue without what is closed; what the worker has to look at, without the rest."""

        indexes: ClassVar = [
            models.Index(
                fields=["due_at", "id"],
                name="rights_open",
                condition=models.Q(closed_at__isnull=True),
            ),
            models.Index(
                fields=["next_at"],
                name="rights_next",
                condition=models.Q(next_at__isnull=False),
            ),
            models.Index(
                fields=["closed_at"],
                name="rights_closed",
                condition=models.Q(closed_at__isnull=False),
            ),
        ]


class RequestEventRow(DecidingRow):
    """One event of a request: never edited or deleted. ``words`` is what the person is told or
    what staff wrote about it, sealed under the request's key."""

    request = models.ForeignKey(RightsRequest, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=20)
    at = models.DateTimeField()
    actor = models.JSONField()
    code = models.CharField(max_length=40, blank=True, default="")
    system = models.CharField(max_length=80, blank=True, default="")
    verb = models.CharField(max_length=12, blank=True, default="")
    until = models.DateTimeField(null=True)
    facts = models.JSONField(default=dict, help_text="systems, codes and counts")
    words = models.BinaryField(default=b"")
    entry_id = models.BigIntegerField(unique=True)

    DECIDING: ClassVar = (
        "request_id",
        "kind",
        "at",
        "code",
        "system",
        "verb",
        "until",
        "facts",
        "entry_id",
    )


class RequestStep(models.Model):
    """The work at one system: how often it was tried, and when it is tried again. What became of
    it is an event.

    ``matches`` is what ``find`` gave, sealed under the request's key; ``error`` a code.
    """

    request = models.ForeignKey(RightsRequest, on_delete=models.CASCADE, related_name="+")
    system = models.CharField(max_length=80)
    verb = models.CharField(max_length=12)
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.CharField(max_length=64, blank=True, default="")
    next_try_at = models.DateTimeField(null=True)
    begun_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)
    matches = models.BinaryField(default=b"")

    class Meta:
        """One row for each system and verb."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["request", "system", "verb"], name="rights_step_once"),
        ]


class AddressLetter(DecidingRow):
    """A letter with a link by which somebody confirms an address: which value of which field it is
    about (``collected_at``), and the digest of the link's token, empty until it is sent.

    ``address``: a digest of where it went, under a key of the instance, so that nobody is written
    to again and again by different records.
    """

    person_id = models.BigIntegerField()
    field = models.CharField(max_length=64)
    collected_at = models.DateTimeField()
    cause = models.CharField(max_length=8, help_text="a code of rights.confirming.LetterCause")
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    token_hash = models.CharField(max_length=64, blank=True, default="", db_index=True)
    address = models.BinaryField(max_length=32, default=b"")
    used_at = models.DateTimeField(null=True)
    entry_id = models.BigIntegerField(help_text="the ledger entry that says that it was asked for")

    DECIDING: ClassVar = (
        "person_id",
        "field",
        "collected_at",
        "expires_at",
        "token_hash",
        "used_at",
        "entry_id",
    )

    class Meta:
        """Those about one person are read together, and those to one address of a day counted."""

        indexes: ClassVar = [
            models.Index(fields=["person_id", "field"], name="rights_letter_person"),
            models.Index(fields=["address", "made_at"], name="rights_letter_address"),
        ]


class RequestCode(models.Model):
    """A one-time code: its digest, and how often it was tried. ``digest`` is an HMAC under a key of
    the instance, bound to the request and the use. ``made_by``: the member of staff to whom it was
    shown, who cannot use it."""

    request = models.ForeignKey(RightsRequest, on_delete=models.CASCADE, related_name="+")
    use = models.CharField(max_length=12)
    strength = models.CharField(max_length=24, blank=True, default="", help_text="the evidence")
    digest = models.BinaryField(max_length=32)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    made_by = models.CharField(
        max_length=80, blank=True, default="", help_text="whom it was shown to, as kind:id"
    )
    used_at = models.DateTimeField(null=True)

    class Meta:
        """Those of one request are read together; what is over is found to be deleted."""

        indexes: ClassVar = [models.Index(fields=["expires_at"], name="rights_code_expiry")]
