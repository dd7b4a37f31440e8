"""The words of delivery: how a notice travels, and where a dispatch is."""

from __future__ import annotations

from django.db import models


class Channel(models.TextChoices):
    """How a notice travels. Only e-mail leaves from here yet; the others wait as rows with that
    reason."""

    EMAIL = "email"
    POST = "post"
    SMS = "sms"


class DispatchState(models.TextChoices):
    """Where a dispatch is. ``sent``, ``failed`` and ``skipped`` are final until someone
    requeues."""

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    SKIPPED = "skipped"


class CorrespondenceReason(models.TextChoices):
    """Why a person is not written to themselves."""

    DECEASED = "deceased"
    CHILD = "child"
    REPRESENTED = "represented"
    ASKED = "asked"
