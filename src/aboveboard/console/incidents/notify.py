"""Telling whoever prepared notices that a colleague asked for changes, and the colleague that they
were answered. The mails hold a reference and a link, and nothing of what was written."""

from __future__ import annotations

from django.urls import reverse

from aboveboard.accounts import mail
from aboveboard.accounts.queries import staff_member_by_id
from aboveboard.basics.actor import ActorKind
from aboveboard.basics.errors import NotFound
from aboveboard.console.concerns.notify import absolute
from aboveboard.incidents.notices import queries as notices
from aboveboard.incidents.notices.changes import ChangeRequestView, change_request
from aboveboard.outbox.reference import Reference


def notify_preparer(ref: Reference) -> None:
    """Mail whoever prepared a batch. Done again after a crash, it repeats one mail."""
    asked = change_request(int(str(ref["request"])))
    if asked.is_open:
        prepared_by = notices.batch(asked.batch_id).prepared_by
        _send(asked, prepared_by, "changes_requested")


def notify_asker(ref: Reference) -> None:
    """Mail whoever asked for changes. Done again after a crash, it repeats one mail."""
    asked = change_request(int(str(ref["request"])))
    _send(asked, asked.by, "changes_answered")


def _send(asked: ChangeRequestView, to: dict[str, str], name: str) -> None:
    incident = notices.batch(asked.batch_id).incident
    page = absolute(reverse("console:notices", args=[incident.number, asked.batch_id]))
    try:
        member = staff_member_by_id(int(to["id"])) if to["kind"] == ActorKind.STAFF else None
    except NotFound:
        member = None
    # Prepared on the command line, or by somebody who has left: somebody must read it.
    address = member.email if member is not None and member.is_active else None
    facts = {"incident": incident.reference, "page": page}
    mail.send_to_staff(f"console/mail/{name}", facts, to=address)
