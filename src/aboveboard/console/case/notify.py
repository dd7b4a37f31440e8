"""Telling whoever takes a role in a case over, and the organisation that somebody outside reported
something. The mails hold a reference and a link, and nothing of what was written."""

from __future__ import annotations

from django.urls import reverse

from aboveboard.accounts import mail
from aboveboard.accounts.queries import staff_member_by_id
from aboveboard.basics.errors import NotFound
from aboveboard.console.concerns.notify import absolute
from aboveboard.incidents.case.outside import outside_report
from aboveboard.incidents.case.roles import role_holder
from aboveboard.outbox.reference import Reference


def notify_holder(ref: Reference) -> None:
    """Mail whoever took a role over. Done again after a crash, it repeats one mail."""
    holder = role_holder(int(str(ref["holder"])))
    if holder.ended_at is not None:
        return
    try:
        member = staff_member_by_id(holder.account_id)
    except NotFound:
        return
    if member.is_active:
        page = absolute(reverse("console:case_roles", args=[holder.number]))
        facts = {"incident": holder.reference, "role": holder.role.value, "page": page}
        mail.send_to_staff("console/mail/case_role", facts, to=member.email)


def notify_organisation(ref: Reference) -> None:
    """Mail the organisation's contact that a report came in. Done again after a crash, it repeats
    one mail."""
    report = outside_report(int(str(ref["report"])))
    if report.waits:
        page = absolute(reverse("console:outside_report", args=[report.id]))
        mail.send_to_staff("console/mail/outside_report", {"page": page})
