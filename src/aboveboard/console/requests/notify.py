"""Telling the privacy lead which requests wait for them, are due soon, or are late: in one mail for
all that came together, with a link each and nothing about anybody."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.urls import reverse

from aboveboard.accounts import mail
from aboveboard.basics import clock
from aboveboard.basics.errors import NotFound
from aboveboard.console.concerns.notify import absolute
from aboveboard.outbox.actions import claim, fail, finish
from aboveboard.outbox.reference import Reference
from aboveboard.promise.queries import in_force
from aboveboard.rights import limits
from aboveboard.rights.requests import queries
from aboveboard.rights.requests.listing import is_soon
from aboveboard.rights.requests.queries import RequestRecord
from aboveboard.rights.requests.state import Mover
from aboveboard.rights.requests.terms import REMINDER


def notify_privacy_lead(ref: Reference) -> None:
    """Mail the organisation's contact which requests need somebody, this one and all others that
    are due. Done again after a crash, it repeats one mail and no more."""
    at = clock.now()
    more = claim(REMINDER, limits.REMINDER_LINES - 1, "requests", at)
    numbers = dict.fromkeys(int(str(each["request"])) for each in (ref, *(m.ref for m in more)))
    try:
        lines = [line for number in numbers if (line := _line(number, at)) is not None]
        if lines:
            zone = in_force().promise.organisation.zone
            mail.send_to_staff("console/mail/requests", {"requests": lines}, zone=zone)
    except Exception:
        for message in more:  # this job is tried again by itself, and they with it
            fail(message.id, "unavailable", clock.now())
        raise
    finish([message.id for message in more], clock.now())


def _line(number: int, at: datetime) -> Mapping[str, object] | None:
    """Return what the mail says of a request; None where nobody has to do anything any more."""
    try:
        record = queries.request(number, at=at)
    except NotFound:
        return None
    move = record.next_move
    if move is None:
        return None
    return {
        "reference": record.reference,
        "kind": record.kind.value,
        "needs": _needs(record, at, move.what if move.mover is Mover.STAFF else ""),
        "due_at": record.due.at,
        "page": absolute(reverse("console:request", args=[number])),
    }


def _needs(record: RequestRecord, at: datetime, what: str) -> str:
    """Return why somebody is written to: a code of the mail's words."""
    if record.is_late(at):
        return "late"
    if is_soon(record, at):
        return "soon"
    return what or ("answer_by_hand" if record.state.needs_person else "open")
