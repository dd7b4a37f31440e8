"""The words of incidents: how the data was lost, where an incident stands, what was decided about a
batch of notices."""

from __future__ import annotations

from django.db import models


class IncidentKind(models.TextChoices):
    """How the data was lost."""

    LOST_DEVICE = "lost_device", "A lost device"
    LEAKED_FILE = "leaked_file", "A leaked file"
    OTHER = "other", "Something else"


class IncidentState(models.TextChoices):
    """Where an incident stands. ``told``: everyone who must be notified has been."""

    OPEN = "open", "Open"
    CONTAINED = "contained", "Contained"
    NOTIFIED = "told", "Everyone notified"
    CLOSED = "closed", "Closed"


class BatchStep(models.TextChoices):
    """What was decided about a batch of notices."""

    APPROVED = "approved", "Approved"
    SENT_BACK = "sent_back", "Sent back"
    STOPPED = "stopped", "Stopped"
    RESUMED = "resumed", "Resumed"


class RequestOutcome(models.TextChoices):
    """How a request to change a batch of notices ended."""

    ANSWERED = "answered", "Answered"
    WITHDRAWN = "withdrawn", "Withdrawn"
