"""Requests in the words that staff read."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from aboveboard.retention.reasons import RestrictionReason
from aboveboard.rights.requests.listing import QueuePart, is_soon
from aboveboard.rights.requests.queries import RequestRecord
from aboveboard.rights.requests.terms import (
    Answer,
    Asker,
    ExtensionReason,
    NeedsPerson,
    PauseReason,
    ProofEvidence,
    RefusalGround,
    RequestChannel,
    RequestEventKind,
    RequestKind,
    StepVerb,
)

KINDS: Mapping[RequestKind, str] = {
    RequestKind.ACCESS: "Copy of their data",
    RequestKind.CORRECTION: "Correction",
    RequestKind.ERASURE: "Deletion",
    RequestKind.PORTABILITY: "Data to take elsewhere",
    RequestKind.OBJECTION: "Objection",
    RequestKind.RESTRICTION: "Data put on hold",
    RequestKind.HUMAN_REVIEW: "Human review of a decision",
    RequestKind.STOP_ASKING: "No more advertising",
}
PARTS: Mapping[QueuePart, str] = {
    QueuePart.OPEN: "Open",
    QueuePart.LATE: "Late",
    QueuePart.SOON: "Due within a week",
    QueuePart.PAUSED: "Waits for the person",
    QueuePart.CONFIRMING: "Is it a request?",
    QueuePart.BY_HAND: "Waits for somebody",
    QueuePart.PROVING: "Proof is missing",
    QueuePart.REVIEWING: "To check",
    QueuePart.READY: "Ready to answer",
    QueuePart.CLOSED: "Closed",
}
STAGES: Mapping[str, str] = {
    "confirming": "Is it a request?",
    "proving": "Waits for proof",
    "working": "Systems are asked",
    "by_hand": "Waits for somebody",
    "reviewing": "To check",
    "ready": "Ready to answer",
    "answered": "Answered",
    "refused": "Refused",
    "withdrawn": "Taken back",
    "forgotten": "Person was deleted",
}
EVENTS: Mapping[RequestEventKind, str] = {
    RequestEventKind.RECEIVED: "Received",
    RequestEventKind.CONFIRMED: "Confirmed as a request",
    RequestEventKind.PERSON_NAMED: "Person named",
    RequestEventKind.PROVED: "Identity proved",
    RequestEventKind.PLANNED: "Systems to ask were planned",
    RequestEventKind.STEP_DONE: "Step done",
    RequestEventKind.STEP_NEEDS_PERSON: "Step waits for somebody",
    RequestEventKind.STEP_RETRIED: "Step tried again",
    RequestEventKind.REVIEWED: "Checked",
    RequestEventKind.PAUSED: "Clock stopped",
    RequestEventKind.RESUMED: "Clock goes on",
    RequestEventKind.EXTENDED: "Time extended",
    RequestEventKind.REMINDED: "Staff reminded",
    RequestEventKind.PACK_ORDERED: "Copy ordered",
    RequestEventKind.PACK_MADE: "Copy made again",
    RequestEventKind.PACK_FAILED: "Copy could not be made",
    RequestEventKind.PART_ANSWERED: "Answered in part",
    RequestEventKind.ANSWERED: "Answered",
    RequestEventKind.REFUSED: "Refused",
    RequestEventKind.WITHDRAWN: "Taken back",
}
ASKERS: Mapping[Asker, str] = {
    Asker.SELF: "The person",
    Asker.AGENT: "An authorised agent",
    Asker.GUARDIAN: "A parent or guardian",
    Asker.EXECUTOR: "An executor of somebody who died",
}
CHANNELS: Mapping[RequestChannel, str] = {
    RequestChannel.PORTAL: "in the portal",
    RequestChannel.ADVISER: "to an adviser",
    RequestChannel.API: "through a program",
    RequestChannel.EMAIL: "by e-mail",
    RequestChannel.POST: "on paper",
}
EVIDENCE: Mapping[ProofEvidence, str] = {
    ProofEvidence.SIGNED_IN: "signed in",
    ProofEvidence.CONTACT_CODE: "code to an address on record",
    ProofEvidence.SHARED_CONTACT_CODE: "code to an address that is new or shared",
    ProofEvidence.KNOWLEDGE: "knew what is on record",
    ProofEvidence.DOCUMENT: "document",
    ProofEvidence.COUNTER_CODE: "seen at the counter",
    ProofEvidence.AUTHORITY: "may act for them",
}
PAUSES: Mapping[PauseReason, str] = {
    PauseReason.IDENTITY: "Proof of who they are",
    PauseReason.CLARIFICATION: "What exactly they want",
    PauseReason.FEE: "A fee",
}
EXTENSIONS: Mapping[ExtensionReason, str] = {
    ExtensionReason.COMPLEX: "It is complex",
    ExtensionReason.MANY_REQUESTS: "They asked for many things",
}
HOLD_CASES: Mapping[str, str] = {
    RestrictionReason.ACCURACY_CONTESTED.value: "Something is wrong, until it is checked",
    RestrictionReason.UNLAWFUL.value: "We should not have it, and they want it kept, not deleted",
    RestrictionReason.NEEDED_FOR_CLAIM.value: "We no longer need it; they do, for a legal claim",
}
"""Why somebody asks that data is put on hold (GDPR Art. 18(1)(a) to (c))."""
GROUNDS: Mapping[RefusalGround, str] = {
    RefusalGround.NOT_PROVED: "They did not prove who they are",
    RefusalGround.UNFOUNDED: "Manifestly unfounded",
    RefusalGround.EXCESSIVE: "Excessive: the same again and again",
    RefusalGround.COMPELLING_GROUNDS: "Compelling grounds override theirs (Art. 21(1))",
    RefusalGround.LEGAL_DUTY: "A law makes us keep it",
    RefusalGround.LEGAL_CLAIMS: "Needed for legal claims",
    RefusalGround.ACCURATE: "What is held was found right",
    RefusalGround.OTHERS_RIGHTS: "It would harm somebody else",
    RefusalGround.NOT_APPLICABLE: "The law gives no such right here",
}
ANSWERS: Mapping[Answer, str] = {
    Answer.DONE: "Done",
    Answer.PARTLY: "Done in part",
    Answer.NOTHING_HELD: "Nothing is held",
}
STEPS: Mapping[StepVerb, str] = {
    StepVerb.FIND: "find",
    StepVerb.READ: "read",
    StepVerb.DRY_RUN: "count what would go",
    StepVerb.CORRECT: "correct",
    StepVerb.ERASE: "delete",
    StepVerb.RESTRICT: "put on hold",
}
TASKS: Mapping[StepVerb, str] = {
    StepVerb.FIND: "Look for them in {}",
    StepVerb.READ: "Copy what {} holds of them",
    StepVerb.DRY_RUN: "Count what {} would delete",
    StepVerb.CORRECT: "Correct it in {}",
    StepVerb.ERASE: "Delete them from {}",
    StepVerb.RESTRICT: "Put their data on hold in {}",
}
"""A step as something that somebody is asked to do, at a system."""
NEEDS: Mapping[NeedsPerson, str] = {
    NeedsPerson.NO_VERB: "This system cannot do it by itself.",
    NeedsPerson.GAVE_UP: "It was tried as often as may be.",
    NeedsPerson.SEVERAL: "What is known points at more than one person there.",
    NeedsPerson.NOT_DONE: "The system says that it waits for somebody.",
    NeedsPerson.NO_IDENTIFIERS: "Nothing is known by which the system could be asked.",
}
ERRORS: Mapping[str, str] = {
    "system_unavailable": "It could not be reached.",
    "system_refused": "It did not let us do this.",
    "system_answer_unreadable": "Its answer was not as its declaration expects.",
}
"""Why a try of a step failed, by its code."""
PACK_FAILURES: Mapping[str, str] = {
    "mentions_undecided": "Nobody has decided yet on something that may be about other people.",
    "collected_missing": "What a system gave is not here any more. Have it read again.",
    "pack_order_lost": "It was lost, as after a restore. Make it again.",
    "making_gave_up": "It was begun several times and never came to its end. The log says why.",
    "not_in_this_stage": "A step was opened again meanwhile.",
    "request_unreadable": "What was collected can no longer be opened.",
    "letter_not_printed": "The letter could not be printed.",
    "pack_damaged": "What was collected was cut or changed. Have it read again.",
}
"""Why a copy could not be made, by the code of its event."""
IDENTIFIERS: Mapping[str, str] = {
    "email": "E-mail address",
    "phone": "Phone number",
    "customer_number": "Customer number",
}
"""What names a person in a system; a declaration may name others."""
MENTIONS: Mapping[str, str] = {
    "address": "Postal addresses",
    "bank_account": "Bank accounts",
    "card_number": "Card numbers",
    "customer_number": "Customer numbers",
    "declared": "Somebody else’s, as the system declares",
    "driving_licence": "Driving licences",
    "email": "E-mail addresses",
    "file": "Files",
    "iban": "IBANs",
    "national_id": "National numbers",
    "passport": "Passports",
    "person": "Names",
    "phone": "Phone numbers",
    "us_itin": "US ITINs",
    "us_ssn": "US social security numbers",
}
"""What may point at somebody else, by its kind."""
_CODES: tuple[Mapping[Any, str], ...] = (EVIDENCE, PAUSES, EXTENSIONS, GROUNDS, ANSWERS, NEEDS)


def code_in_words(code: str) -> str:
    """Return what a code of an event means, or the code where no list has it."""
    return next((words[code] for words in _CODES if code in words), code.replace("_", " "))


def error_in_words(code: str) -> str:
    """Return why a try of a step failed; "" for no code."""
    if not code:
        return ""
    return ERRORS.get(code, f"It failed: {code.replace('_', ' ')}.")


def pack_failure_in_words(code: str) -> str:
    """Return why a copy could not be made."""
    return PACK_FAILURES.get(code, f"It failed: {code.replace('_', ' ')}.")


def identifier_in_words(kind: str) -> str:
    """Return what a kind of identifier is called."""
    return IDENTIFIERS.get(kind, kind.replace("_", " ").capitalize())


def in_words(record: RequestRecord, at: datetime) -> dict[str, Any]:
    """Return a request as the pages say it."""
    state = record.state
    return {
        "record": record,
        "what": KINDS[record.kind],
        "stage": "Their copy is being made" if state.makes_pack else STAGES[state.stage.value],
        "asker": ASKERS[record.asker],
        "channel": CHANNELS[record.channel],
        "waits": PAUSES[PauseReason(state.paused.code)] if state.paused else "",
        "late": record.is_late(at),
        "soon": is_soon(record, at) and not record.due.paused,
        "closed": record.next_move is None,
        "outcome": code_in_words(state.closing.code)
        if state.closing and state.closing.code
        else "",
    }
