"""The words of incidents: how the data was lost, where an incident stands, what was decided about a
batch of notices."""

from __future__ import annotations

from typing import Final

from django.db import models


class IncidentKind(models.TextChoices):
    """How the data was lost."""

    LOST_DEVICE = "lost_device", "A lost device"
    LEAKED_FILE = "leaked_file", "A leaked file"
    OTHER = "other", "Something else"


class LossKind(models.TextChoices):
    """What was lost, or what happened: which playbook an incident has."""

    DEVICE = "device", "A lost device"
    BAG = "bag", "A bag"
    PAPER = "paper", "Paper"
    POST = "post", "A stick or a disc in the post"
    WRONG_ADDRESS = "wrong_address", "A letter to the wrong address"
    WRONG_RECIPIENT = "wrong_recipient", "An e-mail to the wrong people"
    WEBSITE = "website", "A fault on the website"
    STOLEN_LOGIN = "stolen_login", "A stolen login"
    RANSOMWARE = "ransomware", "Ransomware"
    LEAKED_FILE = "leaked_file", "A leaked file"
    INSIDER = "insider", "A colleague who looked without a reason"
    SUPPLIER = "supplier", "A loss at a supplier"
    ODD = "odd", "Something odd"


LOSSES: Final = {
    IncidentKind.LOST_DEVICE: LossKind.DEVICE,
    IncidentKind.LEAKED_FILE: LossKind.LEAKED_FILE,
    IncidentKind.OTHER: LossKind.ODD,
}
"""What was lost, as far as the kind of an incident alone says it."""


class Certainty(models.IntegerChoices):
    """How certain a source is that data of a person were exposed. Of several sources the strongest
    counts, of each person and of each data of theirs."""

    CERTAIN = 3, "Certain"
    PROBABLE = 2, "Probable"
    NOT_EXCLUDED = 1, "Cannot be excluded"


class SourceWay(models.TextChoices):
    """How it is known whom a loss affects."""

    LIST = "list", "A list"
    LOGIN = "login", "A stolen login"
    SYSTEM = "system", "A whole system"
    MAIL = "mail", "The addresses of an e-mail"
    SUPPLIER = "supplier", "A supplier’s report"
    PART = "part", "Another incident"


class CustodyAct(models.TextChoices):
    """What was done with a file that is evidence."""

    SEALED = "sealed", "Sealed"
    HANDED_OVER = "handed_over", "Handed over"
    OPENED = "opened", "Opened"
    VERIFIED = "verified", "Found as it was sealed"
    DAMAGED = "damaged", "Found changed or missing"


class CaseRole(models.TextChoices):
    """Who does what in an incident."""

    LEAD = "lead", "Lead"
    DEPUTY = "deputy", "Deputy"
    SCRIBE = "scribe", "Scribe"
    COUNSEL = "counsel", "Counsel"
    COMMUNICATIONS = "communications", "Communications"
    TECHNICAL = "technical", "Technical lead"


class OutsideOutcome(models.TextChoices):
    """What became of a report from outside."""

    OPENED = "opened", "An incident was opened"
    JOINED = "joined", "Added to an incident"
    CLOSED = "closed", "Closed"


class TaskOutcome(models.TextChoices):
    """How a task of an incident ended."""

    DONE = "done", "Done"
    NOT_NEEDED = "not_needed", "Not needed"


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
