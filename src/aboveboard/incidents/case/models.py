"""The tables of a case."""

from __future__ import annotations

from django.db import models

from aboveboard.incidents.terms import CaseRole, TaskOutcome


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
