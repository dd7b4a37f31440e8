"""Notifying the privacy lead of emergency access: the job behind ``access.emergency``.

The mail says nothing about anybody.
"""

from __future__ import annotations

from django.urls import reverse

from aboveboard.access.emergency import queries
from aboveboard.access.emergency.reasons import IN_WORDS
from aboveboard.accounts import mail
from aboveboard.basics import settings
from aboveboard.outbox.reference import Reference
from aboveboard.promise.queries import in_force


def notify_privacy_lead(ref: Reference) -> None:
    """Mail one use of emergency access to the organisation's contact. Done again after a crash, it
    repeats one mail and no more."""
    record = queries.emergency_use(int(str(ref["emergency"])))
    current = settings.current()
    address = current.server.origin.rstrip("/") + reverse(
        "console:emergency_review", args=[record.id]
    )
    # server.origin may lack its scheme in an old settings file; a link without one would not be
    # clickable.
    if "://" not in address:
        address = f"https://{address}"
    facts = {
        "role": record.actor.role.replace("-", " "),
        "team": record.actor.team,
        "why": record.why.value,
        "why_in_words": IN_WORDS[record.why],
        "due": record.review_due,
        "page": address,
    }
    zone = in_force().promise.organisation.zone
    mail.send_to_staff("console/mail/emergency", facts, zone=zone)
