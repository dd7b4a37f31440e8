"""Answering a request with its pack: one action from what the systems gave to the person's hands.

1. Is it a request for a copy, is everything collected, is who asks proved?
2. Nothing held: that is the answer, and lists every system that was asked (``stating``).
3. Has somebody decided on all that points at other people? If not, nothing is made.
4. Make the pack, then close the request: its letter says where the pack is.

Cut off in between it is done again from the start: a second pack ends the first, and the letter
goes out with the answer. Of an answered request it makes the pack anew, as long as what was
collected is kept.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.db import transaction

from aboveboard.basics.actor import Actor
from aboveboard.basics.errors import Conflict
from aboveboard.outbox.actions import post
from aboveboard.rights.pack.assembling import (
    collected_answers,
    own_record,
    own_values,
    pack_facts,
)
from aboveboard.rights.pack.kept import PackWay
from aboveboard.rights.pack.release import NO_SEAL, PackSeal, build
from aboveboard.rights.pack.reviewing import list_others, undecided
from aboveboard.rights.requests import actions, queries
from aboveboard.rights.requests.locking import lock_request
from aboveboard.rights.requests.queries import RequestRecord
from aboveboard.rights.requests.recording import LETTER
from aboveboard.rights.requests.state import RequestStage, RequestState
from aboveboard.rights.requests.terms import (
    Answer,
    NotInThisStage,
    NotProved,
    RequestEventKind,
    RequestKind,
    StepVerb,
)

ANSWERED_BY_PACK: Final = frozenset({RequestKind.ACCESS, RequestKind.PORTABILITY})
"""What is answered with a copy of the data (GDPR Arts 15 and 20)."""
_READY: Final = frozenset({RequestStage.REVIEWING, RequestStage.READY})


class MentionsUndecided(Conflict):
    """Nobody has decided yet on {places} that may be about other people."""

    code = "mentions_undecided"
    next_step = "Open the request, go through what may be about other people, then make the copy."


def prepare(
    request_id: int,
    *,
    way: PackWay = PackWay.LINK,
    seal: PackSeal = NO_SEAL,
    words: str = "",
    by: Actor,
    at: datetime,
) -> RequestState:
    """Make the pack of a request and answer it, or answer that nothing is held; return its state.

    ``words``: what the person reads besides.

    Raises:
        NotFound: there is no such request.
        NotProved: who asked is not proved.
        NotInThisStage: it is not answered with a pack, or not everything is collected.
        MentionsUndecided: something that may be about other people waits for a decision.
        CollectedMissing: a system was read, and what it gave is not here any more.
        RequestUnreadable: its key is destroyed.
        WrongAgeKey, SecretAgeKey: the key of the seal is none.
        LetterNotPrinted: the PDF could not be set.
    """
    record = queries.request(request_id, at=at)
    _refuse(record)  # 1
    if _nothing_held(record.state):  # 2
        _review(record, by=by, at=at)
        return actions.answer(request_id, Answer.NOTHING_HELD, words=words, by=by, at=at)
    answers, own = collected_answers(request_id), own_values(request_id)
    if count := undecided(*list_others(request_id, answers, own)):  # 3
        raise MentionsUndecided(places="one place" if count == 1 else f"{count:,} places")
    _review(record, by=by, at=at)
    facts = pack_facts(record, own_record(request_id), for_post=way is PackWay.PAPER, at=at)
    build(request_id, facts, answers, own, way=way, seal=seal, by=by, at=at)  # 4
    if record.state.closed:
        return _write_again(record)
    return actions.answer(request_id, Answer.DONE, words=words, by=by, at=at)


def can_prepare(record: RequestRecord) -> bool:
    """Whether a pack of the request can be made now, once nothing is undecided."""
    state = record.state
    if record.kind not in ANSWERED_BY_PACK or not state.proof.enough or not record.readable:
        return False
    return state.stage in _READY or _was_given(state)


def _refuse(record: RequestRecord) -> None:
    state = record.state
    if record.kind not in ANSWERED_BY_PACK:
        raise NotInThisStage(why="it is answered by what is done, and not with a copy")
    if not (state.confirmed and state.proof.enough):
        raise NotProved(why="a copy is made for nobody else")
    if state.stage not in _READY and not _was_given(state):
        raise NotInThisStage(why=f"it is at {state.stage.value}")


def _was_given(state: RequestState) -> bool:
    closing = state.closing
    return (
        closing is not None
        and closing.kind is RequestEventKind.ANSWERED
        and closing.code != Answer.NOTHING_HELD
    )


def _nothing_held(state: RequestState) -> bool:
    searches = (event for (_, verb), event in state.steps.items() if verb is StepVerb.FIND)
    return state.planned and not any(event.facts.get("records") for event in searches)


def _review(record: RequestRecord, *, by: Actor, at: datetime) -> None:
    if record.state.stage is RequestStage.REVIEWING:
        actions.review(record.id, by=by, at=at)


def _write_again(record: RequestRecord) -> RequestState:
    """Have the letter of the answer sent once more: the pack is a new one."""
    answered = next(
        each
        for each in reversed(queries.events(record.id))
        if each.event.kind is RequestEventKind.ANSWERED
    )
    with transaction.atomic():
        state = lock_request(record.id).state
        post(LETTER, {"request": record.id, "entry": answered.entry_id})
    return state
