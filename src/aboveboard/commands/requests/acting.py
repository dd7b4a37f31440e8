"""The verbs of ``aboveboard requests``: with the same actions as the console."""

from __future__ import annotations

import argparse
import json
import sys
from datetime import datetime
from pathlib import Path

from aboveboard.basics import clock
from aboveboard.basics.actor import SYSTEM
from aboveboard.basics.errors import Invalid
from aboveboard.basics.limits import PAGE_SIZE
from aboveboard.basics.personal import Personal
from aboveboard.commands.exits import ATTENTION, DONE
from aboveboard.commands.requests import packing
from aboveboard.connectors.contract import EMAIL, Identifier
from aboveboard.rights.requests import actions, proving, queries
from aboveboard.rights.requests.queries import RequestRecord
from aboveboard.rights.requests.terms import (
    Answer,
    Asker,
    ExtensionReason,
    NewRequest,
    PauseReason,
    ProofEvidence,
    RefusalGround,
    RequestChannel,
    RequestDetails,
    RequestKind,
    StepVerb,
)
from aboveboard.rights.running import advance, by_hand
from aboveboard.rights.running.by_hand import EvidenceDocument, HandAnswer


class StepNotNamed(Invalid):
    """A step needs its system, what is done there, and words."""

    code = "step_not_named"
    next_step = "Give --system and --step as `aboveboard requests show` names them, and --words."


def list_open(args: argparse.Namespace) -> int:
    """List what is open; exit code 1 when something is late."""
    at = clock.now()
    kind = RequestKind(args.kind) if args.kind else None
    late, count, after = 0, 0, None
    while True:
        page = queries.open_requests(kind=kind, after=after, at=at)
        for record in page:
            late += record.is_late(at)
            if record.is_late(at) or not args.late:
                _print(record, at, as_json=args.json)
                count += 1
        if len(page) < PAGE_SIZE:
            break
        after = (page[-1].listed_due_at, page[-1].id)
    if not count and not args.json:
        print("Nothing is late." if args.late else "No request is open.")
    return ATTENTION if late else DONE


def show(args: argparse.Namespace) -> None:
    """Print a request, its steps and what comes next."""
    at = clock.now()
    record = queries.request(args.request, at=at)
    steps = queries.steps(record)
    if args.json:
        print(json.dumps({**_row(record, at), "steps": [_step(step) for step in steps]}))
        return
    _print(record, at, as_json=False)
    for step in steps:
        shown = " ".join(str(value) for value in _step(step).values() if value not in ("", 0))
        print(f"  {shown}")
    if record.state.proof.missing and not record.state.closed:
        print(f"  Still to be proved: {', '.join(record.state.proof.missing)}.")
    for sentence in record.due.reasons:
        print(f"  {sentence}")


def act(args: argparse.Namespace) -> int:
    """Do a verb that changes something; return the request's number."""
    at = clock.now()
    if args.verb == "ask":
        return _ask(args, at)
    number: int = args.request
    match args.verb:
        case "prove" if args.code:
            proving.prove_by_code(number, proving.CodeUse.CONTACT, args.code, by=SYSTEM, at=at)
        case "prove":
            proving.prove(number, ProofEvidence(args.evidence), by=SYSTEM, at=at)
        case "run":
            advance.run_request({"request": number})
        case "pack" | "letter":
            packing.act(args, words=_words(getattr(args, "words", None)), at=at)
        case "review":
            actions.review(number, by=SYSTEM, at=at)
        case "answer" if args.outcome:
            outcome = Answer(args.outcome)
            actions.answer(number, outcome, words=_words(args.words), by=SYSTEM, at=at)
        case "answer":
            _answer_step(args, at)
        case "retry":
            by_hand.try_again(number, *_named_step(args), by=SYSTEM, at=at)
        case "extend":
            reason = ExtensionReason(args.reason)
            actions.extend(number, reason, _words(args.words), by=SYSTEM, at=at)
        case "pause":
            why = PauseReason(args.reason)
            actions.pause(number, why, _words(args.words), by=SYSTEM, at=at)
        case "resume":
            actions.resume(number, by=SYSTEM, at=at)
        case "refuse":
            ground = RefusalGround(args.ground)
            actions.refuse(number, ground, _words(args.words), by=SYSTEM, at=at)
        case _:
            actions.withdraw(number, by=SYSTEM, at=at)
    return number


def _ask(args: argparse.Namespace, at: datetime) -> int:
    identifiers = (Identifier(EMAIL, Personal(args.email)),) if args.email else ()
    new = NewRequest(
        kind=RequestKind(args.kind),
        channel=RequestChannel.ADVISER,
        received_at=at,
        person_id=args.person,
        asker=Asker(args.asker),
        jurisdiction=args.jurisdiction,
        details=RequestDetails(
            identifiers=identifiers,
            contact=Personal(args.email or ""),
            restriction=args.restriction if args.kind == "restriction" else "",
        ),
    )
    return actions.ask(new, by=SYSTEM, at=at)


def _answer_step(args: argparse.Namespace, at: datetime) -> None:
    system, verb = _named_step(args)
    document: Path | None = args.document
    given = HandAnswer(
        records=args.records,
        words=_words(args.words),
        document=None
        if document is None
        else EvidenceDocument(
            Personal(document.name), "application/octet-stream", [document.read_bytes()]
        ),
    )
    by_hand.answer_step(args.request, system, verb, given, by=SYSTEM, at=at)


def _named_step(args: argparse.Namespace) -> tuple[str, StepVerb]:
    if not (args.system and args.step):
        raise StepNotNamed
    return args.system, StepVerb(args.step)


def _words(path: Path | None) -> str:
    if path is None:
        return ""
    return sys.stdin.read() if str(path) == "-" else path.read_text("utf-8")


def _print(record: RequestRecord, at: datetime, *, as_json: bool) -> None:
    row = _row(record, at)
    if as_json:
        print(json.dumps(row))
        return
    print(
        "{number}  {kind}  {stage}  due {due}  {late}  next: {next}".format(
            **{**row, "late": "late" if row["late"] else "in time"}
        )
    )


def _row(record: RequestRecord, at: datetime) -> dict[str, object]:
    move = record.next_move
    return {
        "number": record.id,
        "reference": record.reference,
        "kind": record.kind.value,
        "person": record.person_id,
        "stage": record.state.stage.value,
        "received": f"{record.received_at:%Y-%m-%d}",
        "due": f"{record.due.at:%Y-%m-%d}",
        "late": record.is_late(at),
        "paused": record.due.paused,
        "next": f"{move.what} ({move.mover.value})" if move else "",
    }


def _step(step: queries.StepRecord) -> dict[str, object]:
    return {
        "system": step.system,
        "step": step.verb.value,
        "state": step.state,
        "why": step.why,
        "attempts": step.attempts,
        "error": step.error,
        "records": step.event.facts.get("records") if step.event else "",
    }
