"""Telling the privacy lead of an emergency look: the job behind ``access.emergency``. The mail says
nothing about anybody."""

from __future__ import annotations

from django.core.mail import EmailMessage
from django.urls import reverse

from aboveboard.access.emergency import queries
from aboveboard.access.emergency.reasons import IN_WORDS, Emergency
from aboveboard.basics import settings
from aboveboard.outbox.reference import Reference


def tell_privacy_lead(ref: Reference) -> None:
    """Mail one emergency look to the organisation's contact. Done again after a crash, it repeats
    one mail and no more."""
    look = queries.one(int(str(ref["emergency"])))
    current = settings.current()
    address = current.server.origin.rstrip("/") + reverse(
        "console:emergency_review", args=[look.pk]
    )
    if "://" not in address:
        address = f"https://{address}"
    role, team = str(look.actor["role"]).replace("-", " "), look.actor["team"]
    body = (
        f"A member of staff ({role}{', ' + team if team else ''}) opened a customer’s data in an "
        "emergency.\n\n"
        f"{IN_WORDS[Emergency(look.why)]}.\n\n"
        f"The customer sees it on their page. Review it by {look.review_due:%d %B %Y, %H:%M} UTC:\n"
        f"{address}\n"
    )
    EmailMessage(
        "An emergency look to review", body, current.mail.sender, [current.organisation.contact]
    ).send()
