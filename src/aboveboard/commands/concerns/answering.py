"""The verbs of ``aboveboard concern``: with the same actions as the console."""

from __future__ import annotations

import argparse
import json
import sys
from datetime import datetime

from aboveboard.access.concerns import actions, queries
from aboveboard.access.concerns.queries import ConcernRecord
from aboveboard.access.concerns.terms import ConcernVerdict
from aboveboard.access.queries import use_record
from aboveboard.accounts.queries import names, staff_member
from aboveboard.basics import clock
from aboveboard.basics.limits import PAGE_SIZE
from aboveboard.commands.exits import ATTENTION, DONE


def list_all(args: argparse.Namespace) -> int:
    """List concerns; exit code 1 when an answer is overdue."""
    now, page, count = clock.now(), 0, 0
    owner = staff_member(args.owner).id if args.owner else None
    while True:
        records = (
            queries.answered_concerns(page=page)
            if args.answered
            else queries.open_concerns(owner=owner, page=page)
        )
        for record in records[:PAGE_SIZE]:
            _print(record, now, as_json=args.json)
            count += 1
        if len(records) <= PAGE_SIZE:
            break
        page += 1
    if not count and not args.json:
        print("No concern is answered yet." if args.answered else "No concern waits.")
    return ATTENTION if queries.count_overdue(now) else DONE


def show(args: argparse.Namespace) -> int:
    """Show one, and what is questioned; what the customer wrote is read in the console."""
    record, now = queries.concern(args.concern), clock.now()
    facts = _facts(record, now)
    use = None if record.about is None else use_record(record.about)
    if use is not None:
        facts["look"] = {
            "at": clock.to_text(use.at),
            "by": use.actor.as_json(),
            "purpose": use.purpose,
            "fields": list(use.fields),
            "channel": use.channel,
            "granted": use.granted,
            "reasons": list(use.reasons),
        }
    if args.json:
        print(json.dumps(facts))
        return DONE
    print(_line(record, now))
    if use is not None:
        print(
            f"It is about the look of {use.at:%Y-%m-%d %H:%M} UTC by {use.actor.role} "
            f"{use.actor.id}, for {use.purpose}, through {use.channel}: {', '.join(use.fields)}; "
            f"{'allowed' if use.granted else 'refused'}."
        )
    if record.has_words:
        print("The customer wrote something. Read it in the console: it is a use of their data.")
    return DONE


def act(args: argparse.Namespace) -> None:
    """Take it, hand it over or answer it."""
    by, at = staff_member(args.email).actor, clock.now()
    if args.verb == "take":
        actions.take(args.concern, by=by, at=at)
    elif args.verb == "hand-over":
        actions.hand_over(args.concern, to=staff_member(args.to).id, by=by, at=at)
    else:
        words = sys.stdin.read() if str(args.words) == "-" else args.words.read_text("utf-8")
        actions.answer(args.concern, ConcernVerdict(args.verdict), words, by=by, at=at)
    _print(queries.concern(args.concern), at, as_json=args.json)


def _print(record: ConcernRecord, now: datetime, *, as_json: bool) -> None:
    print(json.dumps(_facts(record, now)) if as_json else _line(record, now))


def _facts(record: ConcernRecord, now: datetime) -> dict[str, object]:
    return {
        "concern": record.id,
        "entry": record.entry_id,
        "about": record.about,
        "what": record.concern.value,
        "at": clock.to_text(record.at),
        "due": clock.to_text(record.due_at),
        "overdue": record.is_overdue(now),
        "owner": record.owner_id,
        "has_words": record.has_words,
        "answered_at": clock.to_text(record.answered_at) if record.answered_at else None,
        "verdict": record.verdict.value if record.verdict else None,
    }


def _line(record: ConcernRecord, now: datetime) -> str:
    owner = "nobody has taken it"
    if record.owner_id is not None:
        owner = names([record.owner_id]).get(record.owner_id, "someone who has left")
    state = f"answer by {record.due_at:%Y-%m-%d}"
    if record.verdict is not None and record.answered_at is not None:
        state = f"answered {record.answered_at:%Y-%m-%d}: {record.verdict.value}"
    elif record.is_overdue(now):
        state = f"overdue since {record.due_at:%Y-%m-%d}"
    about = "the list as a whole" if record.about is None else f"entry {record.about}"
    return f"{record.id}  {about}: {record.concern.value}  {state}  {owner}"
