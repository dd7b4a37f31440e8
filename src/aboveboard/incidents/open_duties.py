"""Duties that bind and are not done: what keeps an incident from being closed, and what is closed
over by decision."""

from __future__ import annotations

from typing import Final

from django.db.models import Q, QuerySet

from aboveboard.incidents.models import DutyRecord, Incident, NotNotified

_LEFT_OUT: Final = Q(pk__in=NotNotified.objects.filter(withdrawn_at=None).values("duty_id"))
"""Duties on which somebody decided that nobody is notified."""


def to_do(incident: Incident) -> list[str]:
    """Return the duties that bind, are not done, and on which nobody decided: each with its number
    and whom to notify."""
    return [
        f"{row.pk} ({who(row)}, {row.facts['jurisdiction_name']})"
        for row in _binding(incident).exclude(_LEFT_OUT)
    ]


def left_out(incident: Incident) -> list[str]:
    """Return whom a duty that binds names and who, by decision, is not notified."""
    return [who(row) for row in _binding(incident).filter(_LEFT_OUT)]


def _binding(incident: Incident) -> QuerySet[DutyRecord]:
    rows = DutyRecord.objects.filter(incident=incident, dropped_at=None, required="yes", done=None)
    return rows.order_by("position")


def who(duty: DutyRecord) -> str:
    """Return whom a duty names."""
    return str(duty.facts.get("authority") or duty.facts.get("recipient", ""))
