"""Reviewing an emergency look: was it justified? By somebody else than who asked,
once, and written down."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from aboveboard.access.emergency.reasons import Verdict
from aboveboard.access.models import EmergencyLook
from aboveboard.basics.actor import Actor
from aboveboard.basics.errors import Conflict, NotFound, Refused
from aboveboard.ledger import queries as ledger
from aboveboard.ledger.actions import append

KIND = "emergency.reviewed"


class ReviewedAlready(Conflict):
    """This emergency look was reviewed before."""

    code = "reviewed_already"
    next_step = "Read what was found; it stands."


def review(look_id: int, verdict: Verdict, *, by: Actor, at: datetime) -> EmergencyLook:
    """Write down whether a look was justified, in the ledger too, where the person
    sees it beside the look.

    Raises:
        NotFound: there is no such look.
        NotAllowed: one's own look.
        ReviewedAlready: it was reviewed before.
    """
    with transaction.atomic():
        look = EmergencyLook.objects.select_for_update().filter(pk=look_id).first()
        if look is None:
            raise NotFound(what="emergency look")
        if (by.kind.value, by.id) == (look.actor["kind"], look.actor["id"]):
            raise Refused(why="nobody reviews their own emergency look")
        if look.reviewed_at is not None:
            raise ReviewedAlready(why="its verdict stands")
        # The handle is that of the look's entry: the person may be erased by now, and the verdict
        # belongs beside the look.
        handle = ledger.entry(look.entry_id).handle
        append(
            KIND,
            by=by,
            handle=handle,
            facts={"about": look.entry_id, "verdict": verdict.value},
            at=at,
        )
        look.reviewed_at, look.reviewed_by, look.verdict = at, by.as_json(), verdict.value
        look.save(update_fields=["reviewed_at", "reviewed_by", "verdict"])
    return look
