"""What a person does for a step: answers it with evidence, has it tried again, or decides whose a
match is."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from aboveboard.basics.actor import Actor, ActorKind
from aboveboard.basics.canonical import Json
from aboveboard.basics.errors import Invalid, NotFound
from aboveboard.basics.facts import Word
from aboveboard.basics.personal import Personal
from aboveboard.connectors import by_hand as systems
from aboveboard.connectors import registry
from aboveboard.connectors.contract import Attachment, Match
from aboveboard.ledger.actions import append
from aboveboard.rights import limits
from aboveboard.rights.entries import EvidenceOpened
from aboveboard.rights.models import RequestStep, RightsRequest
from aboveboard.rights.requests import files, sealing
from aboveboard.rights.requests.actions import checked_words
from aboveboard.rights.requests.locking import (
    LockedRequest,
    lock_request,
    read_state,
)
from aboveboard.rights.requests.proving import NotYoursToProve
from aboveboard.rights.requests.recording import (
    NewEvent,
    handles_for,
    record,
)
from aboveboard.rights.requests.state import RequestState, StepKey
from aboveboard.rights.requests.terms import (
    NotInThisStage,
    NotProved,
    RequestEventKind,
    StepVerb,
)
from aboveboard.rights.running.collected import EVIDENCE, collect, is_here
from aboveboard.rights.running.memory import read_memory, step_row, write_memory
from aboveboard.rights.running.steps import VERB_OF


class CopyMissing(Invalid):
    """Something is held there, and there is no copy of it for the person."""

    code = "copy_missing"
    next_step = "Put in a file with what the system holds of them."


@dataclass(frozen=True, slots=True)
class EvidenceDocument:
    """A document that somebody puts in: of what a system holds, or of what was done there."""

    name: Personal[str]
    media_type: str
    chunks: Iterable[bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class HandAnswer:
    """What a person found or did. ``records`` 0: nothing is held there, or nothing was changed.

    ``words``: what they did and saw, as evidence. ``kept``: records that stay, with ``ground``, a
    sentence that the person reads, and until when.
    """

    records: int
    words: str
    document: EvidenceDocument | None = None
    kept: int = 0
    ground: str = ""
    until: date | None = None


def answer_step(
    request_id: int,
    system: str,
    verb: StepVerb,
    given: HandAnswer,
    *,
    by: Actor,
    at: datetime,
) -> RequestState:
    """Answer a step by hand. A copy that is read by hand goes into the pack; any other document is
    sealed beside the request.

    Raises:
        NotInThisStage: the step waits for nobody.
        NotProved: who asks is not proved.
        WordsNeeded: there are no words, or what is kept has no ground.
        CopyMissing: something is held, and no copy of it was put in.
    """
    words, step = checked_words(given.words), (system, verb)
    if given.kept:
        checked_words(given.ground)
    row = _row(request_id)
    _refuse_unopened(row, step)
    if verb is StepVerb.READ and given.records and given.document is None:
        raise CopyMissing
    digest = _store(row, step_row(row.pk, step), verb, given.document)
    event = NewEvent(
        kind=RequestEventKind.STEP_DONE,
        system=system,
        verb=verb.value,
        facts=_facts(given),
        words=f"{words}\nSHA-256 {digest}" if digest else words,
    )

    def decide(locked: LockedRequest) -> NewEvent:
        _refuse(locked.state, step)
        RequestStep.objects.filter(request_id=request_id, system=system, verb=verb.value).update(
            done_at=at, error="", next_try_at=None
        )
        return event

    return record(request_id, decide, by=by, at=at)


def open_evidence(
    request_id: int, system: str, verb: StepVerb, *, by: Actor, at: datetime
) -> Iterator[bytes]:
    """Write down that somebody opens the evidence of a step that was done by hand, then return its
    bytes as a stream. What was copied for the person is no evidence: it is in their copy.

    Raises:
        NotFound: there is no such request, or the step has none.
        RequestUnreadable: its key is destroyed.
        NotYoursToProve: nobody of staff asks for it.
    """
    if by.kind is not ActorKind.STAFF:
        raise NotYoursToProve(why="evidence is looked at by staff")
    with transaction.atomic():
        row = lock_request(request_id).row
        step = RequestStep.objects.filter(
            request_id=request_id, system=system, verb=verb.value
        ).first()
        name = f"{EVIDENCE}-{step.pk}" if step else ""
        if step is None or not files.exists(request_id, name):
            raise NotFound(what="evidence")
        key = sealing.request_key(row)
        (handle,) = handles_for(row.person_id, 1)
        append(EvidenceOpened(row.entry_id, Word(system)), by=by, handle=handle, at=at)
    return files.read(request_id, name, key)


def has_evidence(request_id: int, step_id: int) -> bool:
    """Whether a step has evidence that can be opened."""
    return files.exists(request_id, f"{EVIDENCE}-{step_id}")


def instructions(system: str, verb: StepVerb) -> str:
    """Return what somebody does by hand for a step, as the declaration of the system says; "" of
    a system that is not connected any more, and of Aboveboard itself."""
    try:
        declaration = registry.declaration(system)
    except NotFound:
        return ""
    return systems.instructions(declaration, VERB_OF[verb])


def try_again(
    request_id: int, system: str, verb: StepVerb, *, by: Actor, at: datetime
) -> RequestState:
    """Have a step tried again that was given up, that waits for its next try, or whose files were
    lost.

    Raises:
        NotInThisStage: the step is not open.
    """
    step = (system, verb)

    def decide(locked: LockedRequest) -> NewEvent:
        if step not in locked.state.open_steps and not _is_lost(request_id, locked.state, step):
            raise NotInThisStage(why="the step is not open")
        RequestStep.objects.filter(request_id=request_id, system=system, verb=verb.value).update(
            attempts=0, error="", next_try_at=None
        )
        return NewEvent(kind=RequestEventKind.STEP_RETRIED, system=system, verb=verb.value)

    return record(request_id, decide, by=by, at=at)


def doubtful_matches(request_id: int, system: str) -> Sequence[Match]:
    """Return the matches of which somebody has to say whose they are, in their order.

    Raises:
        NotFound: there is no such request.
        RequestUnreadable: it was destroyed.
    """
    row = _row(request_id)
    return read_memory(row, sealing.request_key(row), system).doubtful


def decide_matches(
    request_id: int, system: str, theirs: Collection[int], *, words: str, by: Actor, at: datetime
) -> RequestState:
    """Say which of the doubtful matches are the person's, by their places in
    :func:`doubtful_matches`; the others are somebody else's and are neither read nor changed.
    ``words`` say how it is known.

    Raises:
        NotInThisStage: nothing there is in doubt.
        WordsNeeded: there are no words.
    """
    text, step = checked_words(words), (system, StepVerb.FIND)

    def decide(locked: LockedRequest) -> NewEvent:
        key = sealing.request_key(locked.row)
        memory = read_memory(locked.row, key, system)
        doubtful = memory.doubtful
        if step not in locked.state.needs_person or not doubtful:
            raise NotInThisStage(why="nothing there is in doubt")
        memory.decide([match for place, match in enumerate(doubtful) if place in theirs])
        write_memory(locked.row, key, system, memory)
        return NewEvent(
            kind=RequestEventKind.STEP_RETRIED,
            system=system,
            verb=StepVerb.FIND.value,
            facts={"theirs": len(set(theirs) & set(range(len(doubtful))))},
            words=text,
        )

    return record(request_id, decide, by=by, at=at)


def _is_lost(request_id: int, state: RequestState, step: StepKey) -> bool:
    """Whether a system was read, and what it gave is not here any more."""
    if step[1] is not StepVerb.READ or step not in state.steps:
        return False
    return not is_here(request_id, step_row(request_id, step).pk)


def _refuse(state: RequestState, step: StepKey) -> None:
    if not (state.proof.enough and state.confirmed):
        raise NotProved(why="nothing is collected or changed before")
    if step not in state.open_steps:
        raise NotInThisStage(why="the step is not open")
    if step not in state.needs_person:
        raise NotInThisStage(why="the worker is at it; it calls a person when it cannot go on")


def _refuse_unopened(row: RightsRequest, step: StepKey) -> None:
    """Refuse before a document is stored; asked again under the lock."""
    _refuse(read_state(row)[1], step)


def _store(
    row: RightsRequest, step: RequestStep, verb: StepVerb, document: EvidenceDocument | None
) -> str:
    """Seal a document, and return its SHA-256 in hex; "" for none."""
    if document is None:
        return ""
    key, digest = sealing.request_key(row), hashlib.sha256()

    def chunks() -> Iterator[bytes]:
        for chunk in document.chunks:
            digest.update(chunk)
            yield chunk

    if verb is StepVerb.READ:
        copy = Attachment(EVIDENCE, document.name, document.media_type, chunks())
        collect(row.pk, step.pk, key, [copy])
    else:
        files.write(row.pk, f"{EVIDENCE}-{step.pk}", key, chunks(), longest=limits.DOCUMENT_BYTES)
    return digest.hexdigest()


def _facts(given: HandAnswer) -> dict[str, Json]:
    facts: dict[str, Json] = {
        "records": given.records,
        "by_hand": True,
        "document": given.document is not None,
    }
    if given.kept:
        facts["retained_records"] = given.kept
        facts["retained"] = [
            {
                "collection": EVIDENCE,
                "records": given.kept,
                "ground": given.ground,
                "until": given.until.isoformat() if given.until else None,
            }
        ]
    return facts


def _row(request_id: int) -> RightsRequest:
    row: RightsRequest | None = RightsRequest.objects.filter(pk=request_id).first()
    if row is None:
        raise NotFound(what="request")
    return row
