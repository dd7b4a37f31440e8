"""What is kept of an incident: facts, dated states, counts, what is due, and who approved what.

No table here holds personal data of customers but the file of an exposure set, which holds ids.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from aboveboard.basics.ids import reference
from aboveboard.incidents.case.models import (
    CaseDecision,
    CaseTask,
    ClosingReview,
    CommunicationsFreeze,
    CustodyStep,
    EvidenceFile,
    OutsideReport,
    RoleHolder,
)
from aboveboard.incidents.notices.models import BatchRecord, ChangeRequest, NoticeBatch
from aboveboard.incidents.terms import (
    Certainty,
    IncidentKind,
    IncidentState,
    LossKind,
    SourceWay,
)

# With those of notices: Django finds the tables of a package through this module.
__all__ = [
    "AffectedEstimate",
    "AffectedList",
    "AffectedPerson",
    "Assessment",
    "BatchRecord",
    "CaseDecision",
    "CaseTask",
    "ChangeRequest",
    "ClosingReview",
    "CommunicationsFreeze",
    "CustodyStep",
    "DutyDone",
    "DutyRecord",
    "Evidence",
    "EvidenceFile",
    "Exposure",
    "Incident",
    "NotNotified",
    "NoticeBatch",
    "OutsideReport",
    "RoleHolder",
    "SettledLine",
    "StateRecord",
    "TimelineEvent",
    "UnreadRow",
]


class Incident(models.Model):
    """Something was lost. The four moments start the law's clocks (``law.terms.BreachTimes``)."""

    number = models.PositiveIntegerField(unique=True)
    kind = models.CharField(max_length=12, choices=IncidentKind.choices)
    loss = models.CharField(
        max_length=16,
        choices=LossKind.choices,
        default="",
        help_text="what was lost; empty: an earlier version opened it",
    )
    title = models.CharField(max_length=120)
    occurred_at = models.DateTimeField(null=True, help_text="when it happened, if known")
    discovered_at = models.DateTimeField(help_text="when someone here first saw a sign of it")
    aware_at = models.DateTimeField(help_text="when we were reasonably sure that data was lost")
    determined_at = models.DateTimeField(
        null=True, help_text="when we had worked out that notice is due"
    )
    opened_at = models.DateTimeField()
    reported_by = models.JSONField(help_text="the actor")
    reported_in_seconds = models.PositiveIntegerField(
        null=True, help_text="how long the report took to write"
    )
    device = models.ForeignKey(
        "custody.Device", on_delete=models.PROTECT, null=True, related_name="+"
    )
    published_at = models.DateTimeField(
        null=True, help_text="since when it stands on the trust centre"
    )
    circumstances = models.JSONField(default=dict, help_text="answers to circumstances.yaml")
    moments = models.JSONField(default=dict, help_text="other moments that start clocks, by key")
    sectors = models.JSONField(default=dict, help_text="sectors not declared, by key: yes or no")
    part_of = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        related_name="parts",
        help_text="the incident that it was joined to",
    )
    groups = models.JSONField(default=list, help_text="groups of people judged by themselves")
    veris = models.JSONField(
        default=dict, help_text="the VERIS record it was brought in from, if any"
    )
    veris_digest = models.CharField(
        max_length=64, default="", db_index=True, help_text="SHA-256 of that record, hex"
    )

    def __str__(self) -> str:
        """Return the reference people say aloud, ``INC-0042``."""
        return self.reference

    @property
    def reference(self) -> str:
        """``INC-0042``."""
        return reference("INC", self.number)


class StateRecord(models.Model):
    """An incident came into a state: when, and who said so. The newest is where it stands."""

    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="states")
    state = models.CharField(max_length=12, choices=IncidentState.choices)
    at = models.DateTimeField()
    by = models.JSONField(help_text="the actor")
    note = models.TextField(blank=True)


class TimelineEvent(models.Model):
    """One thing that happened, in a sentence. ``public``: may stand on the
    trust centre as it is."""

    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="timeline")
    at = models.DateTimeField(help_text="when it happened")
    recorded_at = models.DateTimeField()
    by = models.JSONField(help_text="the actor")
    code = models.CharField(max_length=40)
    sentence = models.CharField(max_length=400)
    public = models.BooleanField(default=False)


class Evidence(models.Model):
    """A leaked file as evidence: its SHA-256, size and mapping. Nothing of what it says is kept."""

    incident = models.OneToOneField(Incident, on_delete=models.PROTECT, related_name="evidence")
    file_name = models.CharField(max_length=200)
    size = models.BigIntegerField(help_text="bytes")
    digest = models.CharField(max_length=64, help_text="SHA-256, hex")
    digest_key = models.BinaryField(
        null=True, max_length=32, help_text="checks the digest as the entry has it, sealed"
    )
    sealed_at = models.DateTimeField()
    columns = models.JSONField(help_text="what each column was taken for, in order")
    readable = models.BigIntegerField(help_text="lines that could be read")
    unread = models.BigIntegerField(help_text="lines that could not; each is listed")


class UnreadRow(models.Model):
    """A line of a leaked file that could not be read, and why, of an incident that an earlier
    version opened: since then they are in a file (``leaks.unread``). It never holds what the line
    said."""

    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="unread_rows")
    line = models.BigIntegerField()
    reason = models.CharField(max_length=40, help_text="a code of leaks.reading.UnreadReason")

    class Meta:
        """A line is unread once."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["incident", "line"], name="incidents_unread_once")
        ]


class SettledLine(models.Model):
    """Somebody said whose a line of a leaked file is, of those whom it fits: a row for each of
    them, or one without a number where it is nobody's."""

    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="settled_lines")
    line = models.BigIntegerField()
    person_id = models.BigIntegerField(null=True)
    at = models.DateTimeField()
    by = models.JSONField(help_text="the actor")

    class Meta:
        """Somebody is named once for a line."""

        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["incident", "line", "person_id"], name="incidents_settled_once"
            )
        ]


class TakenBack(models.Model):
    """What was said of whom a loss affects may be taken back, with a reason. It stays."""

    withdrawn_at = models.DateTimeField(null=True, help_text="since when it no longer counts")
    withdrawn_by = models.JSONField(null=True, help_text="the actor")
    withdrawn_reason = models.BinaryField(null=True, help_text="why, sealed (case.sealing)")
    withdrawn_entry_id = models.BigIntegerField(
        null=True, help_text="the ledger entry that says that it was"
    )

    class Meta:
        """Part of other tables."""

        abstract = True


class AffectedList(TakenBack):
    """A source of whom a loss affects that is neither a device nor a file: who each is, is in
    ``AffectedPerson`` or in files; of what was typed nothing is kept but line numbers."""

    way = models.CharField(max_length=12, choices=SourceWay.choices, default=SourceWay.LIST)
    certainty = models.PositiveSmallIntegerField(
        choices=Certainty.choices, default=Certainty.CERTAIN, help_text="at most, of anybody on it"
    )
    evidence = models.JSONField(default=dict, help_text="what it rests on, by its way")
    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="affected_lists")
    categories = models.BigIntegerField(help_text="what was exposed of them, a bitmap")
    protected = models.BigIntegerField(default=0, help_text="what of it was protected, a bitmap")
    people = models.PositiveIntegerField(help_text="how many of our customers it names")
    unmatched = models.JSONField(help_text="numbers of the lines that name nobody we know")
    shared = models.JSONField(help_text="numbers of the lines that fit several people")
    at = models.DateTimeField()
    by = models.JSONField(help_text="the actor")
    login = models.JSONField(
        null=True, help_text="the stolen login that it is of, and how often that did what"
    )
    file_name = models.CharField(
        max_length=80,
        blank=True,
        default="",
        help_text="of the files that say who is on it, if they do",
    )


class AffectedPerson(models.Model):
    """Somebody is on a list of people whom a loss affects."""

    affected_list = models.ForeignKey(
        AffectedList, on_delete=models.CASCADE, related_name="listed_people"
    )
    person_id = models.BigIntegerField()
    certainty = models.PositiveSmallIntegerField(
        choices=Certainty.choices, default=Certainty.CERTAIN
    )

    class Meta:
        """Somebody is on a list once."""

        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["affected_list", "person_id"], name="incidents_affected_once"
            )
        ]


class AffectedEstimate(TakenBack):
    """About how many people of a place a loss affects who are on no list, and what was exposed of
    them. ``assumed``: nobody said so yet; it is the worse reading until somebody does."""

    incident = models.ForeignKey(
        Incident, on_delete=models.PROTECT, related_name="affected_estimates"
    )
    jurisdiction = models.CharField(max_length=12)
    people = models.PositiveIntegerField()
    categories = models.BigIntegerField(help_text="a bitmap")
    protected = models.BigIntegerField(default=0, help_text="what of it was protected, a bitmap")
    assumed = models.BooleanField(default=False)
    at = models.DateTimeField()
    by = models.JSONField(help_text="the actor")


class Exposure(models.Model):
    """A finished count. The newest is the one that stands; its Parquet files are in
    the incident's folder."""

    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="exposures")
    counted_at = models.DateTimeField()
    file_name = models.CharField(max_length=80)
    file_digest = models.CharField(max_length=64, help_text="SHA-256 of the Parquet file, hex")
    people = models.BigIntegerField()
    matched_lines = models.BigIntegerField(default=0)
    ambiguous_lines = models.BigIntegerField(default=0)
    stranger_lines = models.BigIntegerField(default=0)
    unread_lines = models.BigIntegerField(default=0)
    doubtful = models.BigIntegerField(
        default=0, help_text="people who are in it only because a line fits several"
    )
    seconds = models.FloatField(help_text="wall time of the computation")
    cells = models.JSONField(help_text="engines.listing.summary, as lists")
    exports = models.JSONField(
        null=True,
        help_text=(
            "the exports of a lost device, or the lists of affected people, that were counted; "
            "null: not written down then"
        ),
    )


class Assessment(models.Model):
    """A judgement over a count and the circumstances of that moment. The newest
    is the one that stands."""

    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="assessments")
    exposure = models.ForeignKey(Exposure, on_delete=models.PROTECT, related_name="assessments")
    at = models.DateTimeField()
    by = models.JSONField(help_text="the actor")
    risk = models.CharField(
        max_length=12, blank=True, help_text="law.risk.Risk; empty when nobody was exposed"
    )
    notify_authority = models.BooleanField()
    notify_people = models.BooleanField()
    reasons = models.JSONField(help_text="sentences")
    severities = models.JSONField(help_text="what each combination scored, with its reasons")
    offers = models.JSONField(default=list, help_text="sectors that would bring duties")


class DutyRecord(models.Model):
    """Someone must be told: one row of ``law.duties.due``, as last worked out."""

    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="duties")
    position = models.PositiveSmallIntegerField(help_text="the order in which to act")
    duty_id = models.CharField(max_length=80)
    jurisdiction = models.CharField(max_length=12)
    recipient_type = models.CharField(max_length=40)
    required = models.CharField(max_length=12, help_text="law.terms.Required")
    people = models.BigIntegerField()
    due_at = models.DateTimeField(null=True)
    facts = models.JSONField(help_text="the whole law.terms.DutyDue")
    worked_out_at = models.DateTimeField()
    dropped_at = models.DateTimeField(
        null=True, help_text="since when the law, as the facts stand, no longer asks this"
    )

    class Meta:
        """A duty stands once for each place."""

        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["incident", "duty_id", "jurisdiction"], name="incidents_duty_once"
            )
        ]


class DutyDone(models.Model):
    """A duty was done: when, by whom, and the evidence."""

    duty = models.OneToOneField(DutyRecord, on_delete=models.PROTECT, related_name="done")
    at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    by = models.JSONField(help_text="the actor")
    reference = models.CharField(
        max_length=120, blank=True, help_text="such as the authority's case number"
    )
    note = models.TextField(blank=True)


class NotNotified(models.Model):
    """Somebody decided that whoever a duty names is not notified: why, and where that can be read
    (GDPR Art. 33(5)). ``words`` is sealed (``incidents.not_notifying``). One that was taken back
    stays."""

    duty = models.ForeignKey(DutyRecord, on_delete=models.PROTECT, related_name="not_notified")
    at = models.DateTimeField(help_text="when it was decided")
    recorded_at = models.DateTimeField()
    by = models.JSONField(help_text="the actor")
    words = models.BinaryField(help_text="the reason and the evidence, sealed")
    entry_id = models.BigIntegerField(help_text="the ledger entry that says so")
    withdrawn_at = models.DateTimeField(null=True, help_text="since when it no longer holds")

    class Meta:
        """One holds for a duty at a time."""

        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["duty"],
                condition=Q(withdrawn_at=None),
                name="incidents_not_notified_once",
            )
        ]
