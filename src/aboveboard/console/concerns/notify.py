"""Telling who answers: the privacy lead of new concerns, and a member of staff of one that was
handed over to them.

The mails hold a code and a link, so they say nothing about anybody.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.urls import reverse

from aboveboard.access import limits
from aboveboard.access.concerns import queries
from aboveboard.access.concerns.queries import ConcernRecord
from aboveboard.access.concerns.terms import KIND
from aboveboard.accounts import mail
from aboveboard.accounts.queries import staff_member_by_id
from aboveboard.basics import clock, settings
from aboveboard.basics.errors import NotFound
from aboveboard.console.concerns.forms import IN_WORDS
from aboveboard.outbox.actions import claim, fail, finish
from aboveboard.outbox.reference import Reference
from aboveboard.promise.queries import in_force


def notify_privacy_lead(ref: Reference) -> None:
    """Mail a concern to the organisation's contact, together with all others that are due. Done
    again after a crash, it repeats one mail and no more."""
    more = claim(KIND, limits.CONCERN_LINES - 1, "concerns", clock.now())
    entry_ids = [int(str(each["entry"])) for each in (ref, *(m.ref for m in more))]
    # Those of people who were erased meanwhile are gone, and nothing is to be done about them.
    records = queries.concerns_of_entries(entry_ids)
    try:
        if records:
            _send("concerns", records)
    except Exception:
        for message in more:  # this job is tried again by itself, and they with it
            fail(message.id, "unavailable", clock.now())
        raise
    finish([message.id for message in more], clock.now())


def notify_owner(ref: Reference) -> None:
    """Mail a member of staff that a concern was handed over to them. Done again after a crash, it
    repeats one mail."""
    try:
        record = queries.concern(int(str(ref["concern"])))
        owner = None if record.owner_id is None else staff_member_by_id(record.owner_id)
    except NotFound:
        return  # erased, or gone, meanwhile
    if owner is None or record.answered_at is not None:
        return
    _send("concern_handed_over", [record], to=owner.email)


def _send(name: str, records: Sequence[ConcernRecord], to: str | None = None) -> None:
    facts = [
        {
            "about": record.about,
            "concern": record.concern.value,
            "in_words": IN_WORDS[record.concern],
            "due_at": record.due_at,
            "page": absolute(reverse("console:concern", args=[record.id])),
        }
        for record in records
    ]
    zone = in_force().promise.organisation.zone
    mail.send_to_staff(f"console/mail/{name}", {"concerns": facts}, to=to, zone=zone)


def absolute(path: str) -> str:
    """Return the whole address of a page, for a mail."""
    address = settings.current().server.origin.rstrip("/") + path
    # server.origin may lack its scheme in an old settings file; a link without one would not be
    # clickable.
    return address if "://" in address else f"https://{address}"
