"""The words of delivery: how a notice travels, and where a dispatch is."""

from __future__ import annotations

from django.db import models


class Channel(models.TextChoices):
    """How a notice travels."""

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


class ContactLimitReason(models.TextChoices):
    """Why somebody is not written to by every channel."""

    AT_RISK = "at_risk"
    STOPPED = "stopped"


class LetterState(models.TextChoices):
    """Where a letter is: sealed for the print house, printed, posted; spoiled in printing, or
    brought back by the post."""

    SEALED = "sealed"
    PRINTED = "printed"
    POSTED = "posted"
    SPOILED = "spoiled"
    RETURNED = "returned"


class CorrespondenceReason(models.TextChoices):
    """Why a person is not written to themselves."""

    DECEASED = "deceased"
    CHILD = "child"
    REPRESENTED = "represented"
    ASKED = "asked"


class WebhookState(models.TextChoices):
    """Where a message to another system is. All but ``queued`` are final until it is replayed."""

    QUEUED = "queued"
    SENT = "sent"
    FAILED = "failed"
    SKIPPED = "skipped"


class FailureReason(models.TextChoices):
    """Why a message to another system did not arrive, or was not sent."""

    STATUS = "status"
    UNREACHABLE = "unreachable"
    REFUSED_ADDRESS = "refused_address"
    UNREADABLE = "unreadable"
    GONE = "gone"
    NOT_AUTHENTIC = "not_authentic"
    REMOVED = "removed"
    ERASED = "erased"


class EndpointPause(models.TextChoices):
    """Why nothing is sent to an endpoint for now."""

    BY_HAND = "by_hand"
    GONE = "gone"
    FAILING = "failing"
