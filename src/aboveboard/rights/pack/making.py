"""Making the pack that was ordered, in the worker, under the lock of the request's job.

1. Count the try: a worker that dies under it leaves the order to the next, and after
   ``limits.MAKING_TRIES`` somebody is called.
2. Look for what is undecided, where that was not done before.
3. Make it.
4. Close the request, whose letter says where the pack is; of an answered one have its letter sent
   once more; of one that is answered in part say what is missing, and leave it open.

Cut off in between it is done again from the start: a second pack ends the first. Why it could not
be made is an event with the code of the error, and staff are written to.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import datetime

from django.db import transaction

from aboveboard.basics.actor import SYSTEM, Actor
from aboveboard.basics.canonical import Json
from aboveboard.basics.errors import AboveboardError, Conflict, Unavailable
from aboveboard.outbox.actions import post
from aboveboard.rights.pack import limits, mentions, release
from aboveboard.rights.pack.assembling import (
    own_record,
    own_values,
    pack_answers,
    pack_facts,
)
from aboveboard.rights.pack.kept import PackWay
from aboveboard.rights.pack.order import KeptOrder, delete_order, read_order, write_order
from aboveboard.rights.pack.preparing import (
    missing_systems,
    refuse_undecided,
    refuse_unready,
    was_given,
)
from aboveboard.rights.pack.progress import PROGRESS
from aboveboard.rights.requests import actions, files, queries
from aboveboard.rights.requests.locking import LockedRequest, lock_request
from aboveboard.rights.requests.queries import RequestRecord
from aboveboard.rights.requests.recording import LETTER, NewEvent, write_event
from aboveboard.rights.requests.recording import record as record_event
from aboveboard.rights.requests.state import RequestStage
from aboveboard.rights.requests.terms import (
    Answer,
    RequestClosed,
    RequestEventKind,
)

log = logging.getLogger(__name__)


class MakingGaveUp(Conflict):
    """The copy was begun {tries} times and never came to its end."""

    code = "making_gave_up"
    next_step = "Look at the log of the worker and at the space on its disk, then make it again."


def make_ordered(request_id: int, *, at: datetime) -> None:
    """Make the pack that was ordered and answer the request, or write down why not. Afterwards
    there is no order any more.

    Raises:
        NotFound: there is no such request.
        RequestClosed: it was taken back or refused meanwhile; the pack is gone.
        Unavailable, OSError and the like: what may be over later: the job is tried again.
    """
    try:
        _make(request_id, at)
    except RequestClosed:
        release.destroy(request_id, release.PackEnd.WITHDRAWN, by=SYSTEM, at=at)
        raise
    except Unavailable:
        # Such as a key service that is away: tried again with the job.
        raise
    except AboveboardError as error:
        log.warning("the copy of request %s was not made: %s", request_id, error.code)
        _fail(request_id, error, at)
    finally:
        files.delete(request_id, PROGRESS)
    delete_order(request_id)


def _make(request_id: int, at: datetime) -> None:
    record = queries.request(request_id, at=at)
    order, way, by = _begin(record, at)
    part = is_part(record)
    refuse_unready(record.kind, record.state, part=part)
    listed = (
        mentions.mentions_of(request_id)
        if mentions.is_listed(request_id)
        else mentions.list_mentions_of(request_id)
    )
    refuse_undecided(request_id, listed)
    if record.state.stage is RequestStage.REVIEWING:
        actions.review(request_id, by=by, at=at)
    facts = pack_facts(record, own_record(request_id), for_post=way is PackWay.PAPER, at=at)
    answers, own = pack_answers(record), own_values(request_id)
    release.build(request_id, facts, answers, own, way=way, keys=order.keys, by=by, at=at)
    if was_given(record.state):
        _write_again(record, at)
    elif part:
        _answer_in_part(record, order.words, by, at)
    else:
        actions.answer(request_id, Answer.DONE, words=order.words, by=by, at=at)


def is_part(record: RequestRecord) -> bool:
    """Whether what was ordered is an answer in part, and systems are still missing."""
    order = record.state.order
    return bool(order and order.facts.get("part") and record.state.open_steps)


def _answer_in_part(record: RequestRecord, words: str, by: Actor, at: datetime) -> None:
    """Write down that a part was given, of which systems nothing; the request stays open."""
    facts: dict[str, Json] = {"missing": [*missing_systems(record.state)]}

    def decide(locked: LockedRequest) -> NewEvent:
        return NewEvent(kind=RequestEventKind.PART_ANSWERED, facts=facts, words=words)

    record_event(record.id, decide, by=by, at=at)


def _begin(record: RequestRecord, at: datetime) -> tuple[KeptOrder, PackWay, Actor]:
    """Count a try; return the order, how the pack is handed over, and who ordered it.

    Raises:
        PackOrderLost: it is not there any more.
        MakingGaveUp: it was begun as often as may be.
    """
    ordered = next(
        each
        for each in reversed(queries.events(record.id))
        if each.event.kind is RequestEventKind.PACK_ORDERED
    )
    with transaction.atomic():
        row = lock_request(record.id).row
        order = read_order(row)
        if order.tries >= limits.MAKING_TRIES:
            raise MakingGaveUp(tries=order.tries)
        write_order(row, replace(order, tries=order.tries + 1))
    return order, PackWay(ordered.event.code), ordered.actor


def _write_again(record: RequestRecord, at: datetime) -> None:
    """Have the letter of the answer sent once more: the pack is a new one."""
    answered = next(
        each
        for each in reversed(queries.events(record.id))
        if each.event.kind is RequestEventKind.ANSWERED
    )
    with transaction.atomic():
        locked = lock_request(record.id)
        write_event(locked, NewEvent(kind=RequestEventKind.PACK_MADE), by=SYSTEM, at=at)
        post(LETTER, {"request": record.id, "entry": answered.entry_id})


def _fail(request_id: int, error: AboveboardError, at: datetime) -> None:
    with transaction.atomic():
        locked = lock_request(request_id)
        if not locked.state.makes_pack:
            return
        event = NewEvent(kind=RequestEventKind.PACK_FAILED, code=error.code[:40])
        write_event(locked, event, by=SYSTEM, at=at)
