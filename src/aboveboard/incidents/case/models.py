"""The tables of a case."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from aboveboard.incidents.terms import CaseRole, CustodyAct, OutsideOutcome, TaskOutcome
from aboveboard.keys.rows import DecidingRow


class CaseTask(models.Model):
    """One thing that there is to do about an incident: from its playbook, or added by hand. It is
    open until somebody ends it. ``reason`` is sealed (``case.sealing``)."""

    incident = models.ForeignKey(
        "incidents.Incident", on_delete=models.PROTECT, related_name="tasks"
    )
    step = models.CharField(
        max_length=40, blank=True, help_text="its key in playbooks.yaml; empty: added by hand"
    )
    title = models.CharField(max_length=160)
    why = models.CharField(max_length=400, blank=True)
    role = models.CharField(max_length=16, choices=CaseRole.choices)
    due_at = models.DateTimeField(null=True)
    added_at = models.DateTimeField()
    added_by = models.JSONField(help_text="the actor")
    assignee_id = models.BigIntegerField(null=True, help_text="the account of staff that has it")
    ended_at = models.DateTimeField(null=True)
    ended_by = models.JSONField(null=True, help_text="the actor")
    outcome = models.CharField(max_length=12, choices=TaskOutcome.choices, blank=True, default="")
    reason = models.BinaryField(null=True, help_text="why it is not needed, sealed")
    entry_id = models.BigIntegerField(null=True, help_text="the ledger entry that ended it")


class RoleHolder(models.Model):
    """Somebody has a role in an incident, since when, until another took it over. ``note`` is
    sealed (``case.sealing``)."""

    incident = models.ForeignKey(
        "incidents.Incident", on_delete=models.PROTECT, related_name="role_holders"
    )
    role = models.CharField(max_length=16, choices=CaseRole.choices)
    account_id = models.BigIntegerField(help_text="the account of staff")
    at = models.DateTimeField()
    by = models.JSONField(help_text="the actor")
    note = models.BinaryField(null=True, help_text="what was handed over with it, sealed")
    entry_id = models.BigIntegerField(help_text="the ledger entry that says so")
    ended_at = models.DateTimeField(null=True)

    class Meta:
        """A role has one holder at a time."""

        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["incident", "role"],
                condition=Q(ended_at=None),
                name="incidents_role_once",
            )
        ]


class CaseDecision(models.Model):
    """Something was decided about an incident, and who approved it. ``words`` and ``reason`` are
    sealed (``case.sealing``)."""

    incident = models.ForeignKey(
        "incidents.Incident", on_delete=models.PROTECT, related_name="decisions"
    )
    at = models.DateTimeField()
    by = models.JSONField(help_text="the actor")
    words = models.BinaryField(help_text="what was decided, sealed")
    reason = models.BinaryField(help_text="why, sealed")
    entry_id = models.BigIntegerField(help_text="the ledger entry that says so")
    approved_at = models.DateTimeField(null=True)
    approved_by = models.JSONField(null=True, help_text="the actor")
    approved_entry_id = models.BigIntegerField(
        null=True, help_text="the ledger entry that says that it was approved"
    )


class EvidenceFile(models.Model):
    """A file that is evidence of a case, sealed in the incident's folder (``case.evidence``)."""

    incident = models.ForeignKey(
        "incidents.Incident", on_delete=models.PROTECT, related_name="evidence_files"
    )
    token = models.CharField(max_length=32, unique=True, help_text="of its file, and of its key")
    name = models.BinaryField(help_text="what it was called, sealed")
    size = models.BigIntegerField(help_text="bytes")
    digest = models.CharField(max_length=64, help_text="SHA-256, hex")
    digest_key = models.BinaryField(
        max_length=32, help_text="checks the digest as the entry has it, sealed"
    )
    at = models.DateTimeField()
    by = models.JSONField(help_text="the actor")
    entry_id = models.BigIntegerField(help_text="the ledger entry that says so")


class CustodyStep(models.Model):
    """Something was done with a file that is evidence: who, when, and why, sealed."""

    evidence = models.ForeignKey(EvidenceFile, on_delete=models.PROTECT, related_name="custody")
    at = models.DateTimeField()
    by = models.JSONField(help_text="the actor")
    act = models.CharField(max_length=12, choices=CustodyAct.choices)
    to_id = models.BigIntegerField(null=True, help_text="the account that has it since")
    reason = models.BinaryField(help_text="why, sealed")
    entry_id = models.BigIntegerField(help_text="the ledger entry that says so")


class CommunicationsFreeze(DecidingRow):
    """Nothing about an incident goes out, until somebody lifts it. The row decides that. ``reason``
    and ``lifted_reason`` are sealed (``case.sealing``)."""

    incident = models.ForeignKey(
        "incidents.Incident", on_delete=models.PROTECT, related_name="freezes"
    )
    at = models.DateTimeField()
    by = models.JSONField(help_text="the actor")
    reason = models.BinaryField(help_text="why, sealed")
    entry_id = models.BigIntegerField(help_text="the ledger entry that says so")
    lifted_at = models.DateTimeField(null=True)
    lifted_by = models.JSONField(null=True, help_text="the actor")
    lifted_reason = models.BinaryField(null=True, help_text="why it was lifted, sealed")
    lifted_entry_id = models.BigIntegerField(
        null=True, help_text="the ledger entry that says that it was lifted"
    )

    DECIDING: ClassVar = ("incident_id", "at", "entry_id", "lifted_at", "lifted_entry_id")

    class Meta:
        """One is in force at a time."""

        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["incident"], condition=Q(lifted_at=None), name="incidents_freeze_once"
            )
        ]


class ClosingReview(models.Model):
    """What somebody wrote when an incident was closed: why it happened, what was learned, and what
    changed. ``words`` is sealed (``case.sealing``). The newest is that of the closing."""

    incident = models.ForeignKey(
        "incidents.Incident", on_delete=models.PROTECT, related_name="closing_reviews"
    )
    at = models.DateTimeField()
    by = models.JSONField(help_text="the actor")
    words = models.BinaryField(help_text="the cause, the lessons and what changed, sealed")
    entry_id = models.BigIntegerField(help_text="the ledger entry that says so")


class OutsideReport(models.Model):
    """Somebody who does not work here says that something is wrong. Nobody knows who they are:
    ``words`` and ``contact`` are sealed (``case.sealing``), and go when it is ended."""

    at = models.DateTimeField()
    words = models.BinaryField(null=True, help_text="what they wrote, sealed")
    contact = models.BinaryField(null=True, help_text="where they can be reached, sealed")
    entry_id = models.BigIntegerField(help_text="the ledger entry that it came in")
    outcome = models.CharField(max_length=8, choices=OutsideOutcome.choices, blank=True, default="")
    ended_at = models.DateTimeField(null=True)
    ended_by = models.JSONField(null=True, help_text="the actor")
    ended_entry_id = models.BigIntegerField(null=True, help_text="the ledger entry that ended it")
    reason = models.BinaryField(null=True, help_text="why it was closed, sealed")
    incident = models.ForeignKey(
        "incidents.Incident", on_delete=models.PROTECT, null=True, related_name="outside_reports"
    )
