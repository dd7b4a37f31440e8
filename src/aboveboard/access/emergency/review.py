"""Reviewing an emergency use: was it justified? By somebody other than who asked, once, and written
down."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from aboveboard.access.emergency.queries import EmergencyRecord, record_of
from aboveboard.access.emergency.reasons import ReviewVerdict
from aboveboard.access.entries import EmergencyReviewed
from aboveboard.access.models import EmergencyUse
from aboveboard.basics.actor import Actor
from aboveboard.basics.errors import Conflict, NotFound, Refused
from aboveboard.basics.facts import Code
from aboveboard.keys.rows import RowNotAuthentic
from aboveboard.ledger import queries as ledger
from aboveboard.ledger.actions import append


class ReviewedAlready(Conflict):
    """This emergency use has been reviewed already."""

    code = "reviewed_already"
    next_step = "Read the verdict; it cannot be changed."


def review(number: int, verdict: ReviewVerdict, *, by: Actor, at: datetime) -> EmergencyRecord:
    """Write down whether an emergency use was justified, in the ledger too; the person sees it
    beside the use.

    Raises:
        NotFound: there is no such use.
        Refused: it is the reviewer's own.
        ReviewedAlready: it was reviewed before.
        RowNotAuthentic: it was written, or changed, past this program.
    """
    with transaction.atomic():
        row = EmergencyUse.objects.select_for_update().filter(pk=number).first()
        if row is None:
            raise NotFound(what="emergency use")
        if not row.authentic:
            # Whoever asked may have written that it was somebody else.
            raise RowNotAuthentic(table=EmergencyUse._meta.label)
        if (by.kind.value, by.id) == (row.actor["kind"], row.actor["id"]):
            raise Refused(why="nobody reviews their own emergency use")
        if row.reviewed_at is not None:
            raise ReviewedAlready(why="its verdict stands")
        # The handle is that of the use's entry: the person may be erased by now, and the verdict
        # belongs beside the use.
        handle = ledger.entry(row.entry_id).handle
        reviewed = EmergencyReviewed(row.entry_id, Code(verdict.value))
        append(reviewed, by=by, handle=handle, at=at)
        row.reviewed_at, row.reviewed_by, row.verdict = at, by.as_json(), verdict.value
        row.save(update_fields=["reviewed_at", "reviewed_by", "verdict"])
    return record_of(row)
