"""Notifying staff that an endpoint was paused: the job behind ``webhook.paused``."""

from __future__ import annotations

from django.urls import reverse

from aboveboard.accounts import mail
from aboveboard.basics import settings
from aboveboard.delivery.webhooks import queries
from aboveboard.outbox.reference import Reference


def notify_contact(ref: Reference) -> None:
    """Mail the organisation's contact that nothing is sent to an endpoint any more, and why. Done
    again after a crash, it repeats one mail and no more."""
    endpoint = queries.endpoint_by_serial(int(str(ref["endpoint"])))
    origin = settings.current().server.origin.rstrip("/")
    address = origin + reverse("console:webhook", args=[endpoint.serial])
    # server.origin may lack its scheme in an old settings file; a link without one would not be
    # clickable.
    facts = {
        "name": endpoint.name,
        "why": endpoint.paused_why or "",
        "page": address if "://" in address else f"https://{address}",
    }
    mail.send_to_staff("console/mail/webhook_paused", facts)
