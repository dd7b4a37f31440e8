"""Putting a draft in force: the second person."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.db import transaction

from aboveboard.adoption.drafting import newest_of, open_draft, proposer
from aboveboard.basics.actor import Actor, Role
from aboveboard.basics.errors import Conflict, Refused
from aboveboard.promise.actions import adopt_promise
from aboveboard.promise.queries import AdoptedPromise, last_serial


class NotProposed(Conflict):
    """This text of draft {draft} was proposed by nobody."""

    code = "not_proposed"
    next_step = "Propose it; then somebody else adopts it."


ADOPTERS: Final = (Role.PRIVACY_LEAD, Role.ADMINISTRATOR)
"""Who writes and adopts promises; whoever proposed one does not adopt it."""


class AdopterIsProposer(Refused):
    """Whoever proposed a promise does not adopt it."""

    code = "adopter_is_proposer"
    next_step = "Ask somebody else to read the draft and adopt it."


class PromiseMoved(Conflict):
    """Another version was adopted since this page was opened, so what changes is not what you
    read."""

    code = "promise_moved"
    next_step = "Read the difference again, then adopt."


def adopt(draft_id: int, *, against: int | None, by: Actor, at: datetime) -> AdoptedPromise:
    """Put the newest text of a draft in force. ``against``: the version that whoever adopts it has
    compared it with; None where there was none.

    Raises:
        NotFound: there is no such draft.
        DraftClosed: it was adopted or given up.
        NotProposed: nobody proposed this text.
        AdopterIsProposer: whoever adopts is the one who proposed it.
        PromiseMoved: another version is in force than the one that was compared.
        PromiseRefused: the promise has problems; the one in force stays.
    """
    with transaction.atomic():
        draft = open_draft(draft_id)
        newest = newest_of(draft)
        proposed_by = proposer(draft, newest)
        if proposed_by is None:
            raise NotProposed(draft=draft_id)
        if (proposed_by.kind, proposed_by.id) == (by.kind, by.id):
            raise AdopterIsProposer()
        if last_serial() != against:
            raise PromiseMoved()
        adopted = adopt_promise(newest.source, name=draft.name, by=by, at=at)
        draft.closed_at, draft.adopted_serial = at, adopted.serial
        draft.save(update_fields=["closed_at", "adopted_serial"])
    return adopted
