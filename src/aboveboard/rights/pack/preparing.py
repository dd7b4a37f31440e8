"""Having a request answered with its pack: what staff order, and the worker makes.

1. Is it a request for a copy, is everything collected, is who asks proved?
2. Nothing held: that is the answer, and lists every system that was asked (``stating``).
3. Has somebody decided on all that points at other people? If not, nothing is ordered. Where that
   takes longer to find out than a page may, the worker finds it out (``making``).
4. Write the order down: from now on it is made, whatever becomes of this process.

Of an answered request it is made anew, as long as what was collected is kept. While systems are
missing, what there is can be given as an answer in part, and the request stays open for the rest.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.db import transaction

from aboveboard.basics.actor import Actor
from aboveboard.basics.canonical import Json
from aboveboard.basics.errors import Conflict
from aboveboard.rights.models import RightsRequest
from aboveboard.rights.pack import mentions
from aboveboard.rights.pack.kept import PackWay
from aboveboard.rights.pack.order import order_of, write_order
from aboveboard.rights.pack.reviewing import ListedMentions, decisions, undecided
from aboveboard.rights.pack.seal import NO_SEAL, PackSeal, make_keys
from aboveboard.rights.requests import actions, queries
from aboveboard.rights.requests.identity import DISCLOSING
from aboveboard.rights.requests.locking import lock_request
from aboveboard.rights.requests.queries import RequestRecord
from aboveboard.rights.requests.recording import NewEvent, write_event
from aboveboard.rights.requests.state import RequestStage, RequestState
from aboveboard.rights.requests.terms import (
    Answer,
    NotInThisStage,
    NotProved,
    RequestEventKind,
    RequestKind,
    StepVerb,
)

ANSWERED_BY_PACK: Final = DISCLOSING
"""What is answered with a copy of the data (GDPR Arts 15 and 20)."""
_READY: Final = frozenset({RequestStage.REVIEWING, RequestStage.READY})
_WAITS: Final = frozenset({RequestStage.WORKING, RequestStage.BY_HAND})


class MentionsUndecided(Conflict):
    """Nobody has decided yet on {places} that may be about other people."""

    code = "mentions_undecided"
    next_step = "Open the request, go through what may be about other people, then make the copy."


class PackBeingMade(Conflict):
    """The copy is being made already."""

    code = "pack_being_made"
    next_step = "Wait until it is there; then it can be made again."


def order(
    request_id: int,
    *,
    way: PackWay = PackWay.LINK,
    seal: PackSeal = NO_SEAL,
    words: str = "",
    part: bool = False,
    by: Actor,
    at: datetime,
) -> RequestState:
    """Have the worker make the pack of a request and answer it, or answer that nothing is held;
    return its state.

    ``words``: what the person reads besides. ``part``: give what there is while systems are
    missing.

    Raises:
        NotFound: there is no such request.
        NotProved: who asked is not proved.
        NotInThisStage: it is not answered with a pack, or not everything is collected.
        PackBeingMade: it was ordered already.
        MentionsUndecided: something that may be about other people waits for a decision.
        CollectedMissing: a system was read, and what it gave is not here any more.
        RequestUnreadable: its key is destroyed.
        WrongAgeKey, SecretAgeKey: the key of the seal is none.
    """
    record = queries.request(request_id, at=at)
    _refuse(record.kind, record.state, part=part)  # 1
    if not part and nothing_held(record.state):  # 2
        if record.state.stage is RequestStage.REVIEWING:
            actions.review(request_id, by=by, at=at)
        return actions.answer(request_id, Answer.NOTHING_HELD, words=words, by=by, at=at)
    if mentions.is_listed(request_id) or not mentions.is_large(request_id):  # 3
        refuse_undecided(request_id, mentions.mentions_of(request_id))
    kept = order_of(make_keys(seal), words)
    with transaction.atomic():  # 4
        locked = lock_request(request_id)
        _refuse(RequestKind(locked.row.kind), locked.state, part=part)
        # Before the event: without one it is nothing, and an event finds it.
        write_order(locked.row, kept)
        facts: dict[str, Json] = {"part": True} if part else {}
        event = NewEvent(kind=RequestEventKind.PACK_ORDERED, code=way.value, facts=facts)
        return write_event(locked, event, by=by, at=at)


def can_prepare(record: RequestRecord) -> bool:
    """Whether a pack of the request can be ordered now, once nothing is undecided."""
    state = record.state
    if record.kind not in ANSWERED_BY_PACK or not state.proof.enough or not record.readable:
        return False
    return not state.makes_pack and (state.stage in _READY or was_given(state))


def missing_systems(state: RequestState) -> list[str]:
    """Return the systems of which something is still to be found out or read, by key."""
    return sorted({system for system, _ in state.open_steps})


def can_answer_in_part(record: RequestRecord) -> bool:
    """Whether what there is can be given now, while systems are missing."""
    state = record.state
    if record.kind not in ANSWERED_BY_PACK or not record.readable or state.makes_pack:
        return False
    return _has_part(state)


def _has_part(state: RequestState) -> bool:
    """Whether some of it was read, and some is still missing."""
    read = any(verb is StepVerb.READ for _, verb in state.steps)
    return state.stage in _WAITS and read and bool(state.open_steps) and state.proof.enough


def was_given(state: RequestState) -> bool:
    """Whether the request was answered with a pack."""
    closing = state.closing
    return (
        closing is not None
        and closing.kind is RequestEventKind.ANSWERED
        and closing.code != Answer.NOTHING_HELD
    )


def nothing_held(state: RequestState) -> bool:
    """Whether every system was asked and none holds anything."""
    searches = (event for (_, verb), event in state.steps.items() if verb is StepVerb.FIND)
    return state.planned and not any(event.facts.get("records") for event in searches)


def refuse_undecided(request_id: int, listed: list[ListedMentions]) -> None:
    """Refuse where nobody has decided on something that may be about other people.

    Raises:
        MentionsUndecided: so it is.
    """
    row = RightsRequest.objects.get(pk=request_id)
    if count := undecided(listed, decisions(row)):
        raise MentionsUndecided(places="one place" if count == 1 else f"{count:,} places")


def refuse_unready(kind: RequestKind, state: RequestState, *, part: bool = False) -> None:
    """Refuse a pack for what is answered otherwise, or not ready, or of somebody unproved.
    ``part``: of a part, that nothing is there yet or nothing is missing.

    Raises:
        NotProved, NotInThisStage: so it is.
    """
    if kind not in ANSWERED_BY_PACK:
        raise NotInThisStage(why="it is answered by what is done, and not with a copy")
    if not (state.confirmed and state.proof.enough):
        raise NotProved(why="a copy is made for nobody else")
    if part and _has_part(state):
        return
    if part or (state.stage not in _READY and not was_given(state)):
        raise NotInThisStage(why=f"it is at {state.stage.value}")


def _refuse(kind: RequestKind, state: RequestState, *, part: bool) -> None:
    refuse_unready(kind, state, part=part)
    if state.makes_pack:
        raise PackBeingMade
