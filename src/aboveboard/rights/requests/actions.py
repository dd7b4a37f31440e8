"""What people do with a request: ask, confirm, name its person, pause, resume, extend, review,
answer, refuse, withdraw. Proof is in ``proving``, steps by hand in
``running.by_hand``."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction

from aboveboard.basics.actor import Actor
from aboveboard.basics.errors import NotFound
from aboveboard.basics.facts import Code, Word
from aboveboard.law import categories
from aboveboard.ledger.actions import append_many, new_entry, reserve_ids
from aboveboard.outbox.events import announce
from aboveboard.promise.queries import in_force
from aboveboard.rights import limits
from aboveboard.rights.entries import RequestReceived
from aboveboard.rights.models import RightsRequest
from aboveboard.rights.requests import pending_objection, sealing
from aboveboard.rights.requests.events import RECEIVED
from aboveboard.rights.requests.locking import (
    LockedRequest,
    state_of,
)
from aboveboard.rights.requests.recording import (
    NewEvent,
    advanced,
    due_of,
    enqueue_run,
    handles_for,
    keep_events,
    record,
    remind_staff,
    show,
    waits_for_staff,
)
from aboveboard.rights.requests.state import RequestStage, RequestState
from aboveboard.rights.requests.terms import (
    Answer,
    ExtensionReason,
    NewRequest,
    NotInThisStage,
    NotProved,
    PauseReason,
    PlaceUnreadable,
    ProofEvidence,
    RefusalGround,
    RequestEvent,
    RequestEventKind,
    RequestKind,
    TooManyRequests,
    WordsNeeded,
    WordsTooMany,
)
from aboveboard.vault import queries as vault
from aboveboard.vault.locking import lock_person

_DAY: Final = timedelta(days=1)
_PLACE: Final = re.compile(r"([A-Z]{2}(-[A-Z0-9]{1,3})?)?")
"""A country or a part of one (ISO 3166-1, 3166-2), or nothing: it stands in the log."""


def ask(new: NewRequest, *, evidence: ProofEvidence | None = None, by: Actor, at: datetime) -> int:
    """Write down what somebody asks; return the request's number.

    ``evidence``: what proves them at this moment already, such as being signed in. Another open
    request of the same kind changes nothing: a duplicate is proved like the first, and neither
    waits for the other.

    Raises:
        NotFound: nobody with that number is held.
        TooManyRequests: more of nobody in particular than are taken in a day.
        PlaceUnreadable: the jurisdiction is no code.
        WordsTooMany: the words of the details are more than ``limits.WORDS``.
    """
    if len(new.details.words.reveal()) > limits.WORDS:
        raise WordsTooMany(limit=limits.WORDS)
    if not _PLACE.fullmatch(new.jurisdiction):
        raise PlaceUnreadable
    with transaction.atomic():
        row = _new_row(new, by=by, at=at)
        happened = [NewEvent(kind=RequestEventKind.RECEIVED)]
        if evidence is not None:
            happened.append(NewEvent(kind=RequestEventKind.PROVED, code=evidence.value))
        handles = handles_for(row.person_id, len(happened))
        if row.person_id is not None and handles[0] is None:
            raise NotFound(what="person")
        # Their numbers first: the second entry names the first, and the row as well.
        ids = reserve_ids(len(happened))
        row.entry_id = ids[0]
        entries = [_received(row), *(advanced(row, event) for event in happened[1:])]
        append_many(
            [
                new_entry(facts, by=by, handle=handle, at=at)
                for facts, handle in zip(entries, handles, strict=True)
            ],
            ids,
        )
        announce(RECEIVED, entry=row.entry_id, person=row.person_id)
        key = sealing.new_key(row)
        plain = sealing.encode_details(new.details)
        row.details = sealing.seal(key, f"details/{row.entry_id}", plain)
        events = [
            RequestEvent(event.kind, moment, event.code)
            for event, moment in zip(happened, (new.received_at, at), strict=False)
        ]
        locked = LockedRequest(row, events, state_of(row, events), ids[-1])
        show(row, events, locked.state, at=at)
        row.save()
        keep_events(row, [(happened[0], ids[0])], by=by, at=new.received_at)
        if len(happened) > 1:
            keep_events(row, [(happened[1], ids[1])], by=by, at=at)
        if waits_for_staff(locked.state):
            remind_staff(row.pk)
        enqueue_run(locked)
    return int(row.pk)


def confirm(request_id: int, *, by: Actor, at: datetime) -> RequestState:
    """Say that what came by e-mail is a request. It is proved like any other.

    Raises:
        NotInThisStage: it waits for no confirmation.
    """

    def decide(locked: LockedRequest) -> NewEvent:
        if locked.state.confirmed:
            raise NotInThisStage(why="it is confirmed already")
        return NewEvent(kind=RequestEventKind.CONFIRMED)

    return record(request_id, decide, by=by, at=at)


def name_person(request_id: int, person_id: int, *, by: Actor, at: datetime) -> RequestState:
    """Say whose request it is, where it was asked without an account. What proved an address
    before still counts; the key of the request is from now on under the person's.

    Raises:
        NotFound: nobody with that number is held.
        NotInThisStage: it is somebody's already.
    """

    def decide(locked: LockedRequest) -> NewEvent:
        if locked.row.person_id is not None:
            raise NotInThisStage(why="it is somebody's already")
        # Locked after the request, against the order: nobody else has this request by a person.
        current = lock_person(person_id)
        key = sealing.request_key(locked.row)
        sealing.wrap_key(locked.row, key, current)
        locked.row.person_id = current
        locked.row.sensitive = holds_special(current)
        locked.row.save(update_fields=["person_id", "sensitive", "key", "key_of"])
        return NewEvent(kind=RequestEventKind.PERSON_NAMED)

    return record(request_id, decide, by=by, at=at)


def pause(
    request_id: int,
    reason: PauseReason,
    words: str,
    *,
    until: datetime | None = None,
    by: Actor,
    at: datetime,
) -> RequestState:
    """Stop the clock, where the law lets it, until the person answers; ``words`` are what they are
    asked, ``until`` when it goes on by itself.

    Raises:
        NotInThisStage: it is paused already.
        WordsNeeded: there are no words.
    """
    text = checked_words(words)

    def decide(locked: LockedRequest) -> NewEvent:
        if locked.state.paused is not None:
            raise NotInThisStage(why="it is paused already")
        return NewEvent(kind=RequestEventKind.PAUSED, code=reason.value, until=until, words=text)

    return record(request_id, decide, by=by, at=at)


def resume(request_id: int, *, by: Actor, at: datetime) -> RequestState:
    """Let the clock go on.

    Raises:
        NotInThisStage: it is not paused.
    """

    def decide(locked: LockedRequest) -> NewEvent:
        if locked.state.paused is None:
            raise NotInThisStage(why="it is not paused")
        return NewEvent(kind=RequestEventKind.RESUMED)

    return record(request_id, decide, by=by, at=at)


def extend(
    request_id: int, reason: ExtensionReason, words: str, *, by: Actor, at: datetime
) -> RequestState:
    """Take the longer time that the law gives, once; ``words`` tell the person why.

    Raises:
        NotInThisStage: it was extended before, the first time is over, or the law of the place
            gives nothing longer.
        WordsNeeded: there are no words.
    """
    text = checked_words(words)

    def decide(locked: LockedRequest) -> NewEvent:
        if locked.state.extension is not None:
            raise NotInThisStage(why="it was extended before, and the law lets it once")
        # GDPR Art. 12(3): the person is told of it within the first month.
        if at > locked.row.due_at:
            raise NotInThisStage(why="it is late already, and can no longer be extended")
        due = due_of(locked.row, locked.events, at=at)
        if due.extend_by is None and not due.paused:
            raise NotInThisStage(why=f"{due.source} gives no longer time here")
        return NewEvent(kind=RequestEventKind.EXTENDED, code=reason.value, words=text)

    return record(request_id, decide, by=by, at=at)


def review(request_id: int, *, words: str = "", by: Actor, at: datetime) -> RequestState:
    """Say that what was collected, or what would be done, was looked at and may go on.

    Raises:
        NotInThisStage: it is not at its review.
    """

    def decide(locked: LockedRequest) -> NewEvent:
        if locked.state.stage is not RequestStage.REVIEWING:
            raise NotInThisStage(why=f"it is at {locked.state.stage.value}")
        return NewEvent(kind=RequestEventKind.REVIEWED, words=words.strip()[: limits.WORDS])

    return record(request_id, decide, by=by, at=at)


def answer(
    request_id: int, outcome: Answer, *, words: str = "", by: Actor, at: datetime
) -> RequestState:
    """Close a request that was done: the answer is made, and goes out.

    Raises:
        NotInThisStage: not everything is done.
    """

    def decide(locked: LockedRequest) -> NewEvent:
        if locked.state.stage is not RequestStage.READY:
            raise NotInThisStage(why=f"it is at {locked.state.stage.value}")
        return NewEvent(
            kind=RequestEventKind.ANSWERED,
            code=outcome.value,
            words=words.strip()[: limits.WORDS],
        )

    return record(request_id, decide, by=by, at=at)


def refuse(
    request_id: int, ground: RefusalGround, words: str, *, by: Actor, at: datetime
) -> RequestState:
    """Close a request without doing it; ``words`` tell the person why (GDPR Art. 12(4)), as with
    grounds that override theirs (Art. 21(1)).

    Raises:
        NotProved: the ground says something of who is held, and who asks is not proved.
        WordsNeeded: there are no words.
    """
    text = checked_words(words)

    def decide(locked: LockedRequest) -> NewEvent:
        unproved = not (locked.state.confirmed and locked.state.proof.enough)
        if unproved and ground not in _SAY_NOTHING:
            raise NotProved(why="this ground tells something of what is held")
        return NewEvent(kind=RequestEventKind.REFUSED, code=ground.value, words=text)

    return record(request_id, decide, by=by, at=at)


_SAY_NOTHING: Final = frozenset(
    {
        RefusalGround.NOT_PROVED,
        RefusalGround.UNFOUNDED,
        RefusalGround.EXCESSIVE,
        RefusalGround.NOT_APPLICABLE,
    }
)


def withdraw(request_id: int, *, by: Actor, at: datetime) -> RequestState:
    """Close a request because whoever asked wants it no more. What was done stays done."""

    def decide(locked: LockedRequest) -> NewEvent:
        row, kind = locked.row, locked.state.kind
        pending_objection.end(request_id, kind, row.person_id, stands=False, at=at)
        return NewEvent(kind=RequestEventKind.WITHDRAWN)

    return record(request_id, decide, by=by, at=at)


def checked_words(words: str) -> str:
    """Return words that a person will read.

    Raises:
        WordsNeeded: there are none.
        WordsTooMany: they are more than ``limits.WORDS``.
    """
    text = words.replace("\r\n", "\n").strip()
    if not text:
        raise WordsNeeded
    if len(text) > limits.WORDS:
        raise WordsTooMany(limit=limits.WORDS)
    return text


def holds_special(person_id: int) -> bool:
    """Whether special categories are held of a person (GDPR Art. 9)."""
    fields = in_force().promise.fields
    return any(
        categories.get(fields[name].category).special
        for name in vault.held_fields(person_id)
        if name in fields
    )


def _received(row: RightsRequest) -> RequestReceived:
    return RequestReceived(
        Code(row.kind),
        Code(row.channel),
        Code(row.asker),
        Word(row.jurisdiction),
        row.sensitive,
        row.received_at,
    )


def _new_row(new: NewRequest, *, by: Actor, at: datetime) -> RightsRequest:
    """Return the row, unsaved, of somebody who is locked."""
    person_id, sensitive, jurisdiction = new.person_id, False, new.jurisdiction
    if person_id is None:
        _refuse_flood(by, at)
    else:
        person_id = lock_person(person_id)
        facets = vault.person(person_id)
        if facets is None:
            raise NotFound(what="person")
        sensitive = holds_special(person_id)
        jurisdiction = jurisdiction or facets.jurisdiction
    return RightsRequest(
        kind=_kind_of(new).value,
        person_id=person_id,
        asker=new.asker.value,
        channel=new.channel.value,
        jurisdiction=jurisdiction,
        language=new.language,
        sensitive=sensitive,
        received_at=new.received_at,
        actor=by.as_json(),
        key_of=person_id,
        stage=RequestStage.PROVING.value,
        due_at=new.received_at,
    )


def _kind_of(new: NewRequest) -> RequestKind:
    """Return what is asked in law: an objection to direct marketing stands whatever is weighed
    against it (GDPR Art. 21(2) and (3)), so nobody examines it and it is done at once."""
    if new.kind is not RequestKind.OBJECTION or not new.details.purpose:
        return new.kind
    purpose = in_force().promise.purposes.get(new.details.purpose)
    is_advertising = purpose is not None and purpose.direct_marketing
    return RequestKind.STOP_ASKING if is_advertising else new.kind


def _refuse_flood(by: Actor, at: datetime) -> None:
    """Refuse one more of nobody in particular where as many wait as a day may bring. Counted by who
    brings them: a program that runs wild takes nobody else's way."""
    waiting = RightsRequest.objects.filter(
        closed_at=None,
        person_id=None,
        stage__in=(RequestStage.PROVING.value, RequestStage.CONFIRMING.value),
        received_at__gt=at - _DAY,
        actor__kind=by.kind.value,
        actor__id=by.id,
    )
    if waiting.count() >= limits.UNPROVED_A_DAY:
        raise TooManyRequests(seconds=int(_DAY.total_seconds()))
