"""``aboveboard incident notices review``, ``request-changes``, ``answer``, ``withdraw`` and
``send-back``: what a second person reads, and what they do if they do not approve."""

from __future__ import annotations

import argparse
from typing import Any

from aboveboard.accounts import queries as accounts
from aboveboard.basics import clock
from aboveboard.basics.actor import ActorKind
from aboveboard.basics.errors import Invalid, NotFound
from aboveboard.basics.person_codes import person_code
from aboveboard.commands.incident.acting import actor_of, print_result
from aboveboard.delivery.letters import as_text
from aboveboard.incidents.notices import actions, changes
from aboveboard.incidents.notices.changes import ChangeRequestView
from aboveboard.incidents.notices.differences import TextChange, TextPiece
from aboveboard.incidents.notices.queries import APPROVERS, BatchView, newest_batch
from aboveboard.incidents.notices.review import NoticeText, Review, review
from aboveboard.incidents.notices.texting import text_messages

STEPS = ("review", "request-changes", "answer", "withdraw", "send-back")
"""The steps that this module does."""


def read_notices(args: argparse.Namespace) -> int:
    """Do one step about the newest batch, and print what is known of it afterwards."""
    by, at, batch = actor_of(args), clock.now(), newest_batch(args.incident)
    if batch is None:
        raise NotFound(what="batch of notices for this incident")
    if args.step == "request-changes":
        changes.request_changes(batch.id, _words(args), by=by, at=at)
    elif args.step == "answer":
        changes.answer(batch.id, _words(args), by=by, at=at)
    elif args.step == "withdraw":
        changes.withdraw(batch.id, by=by, at=at)
    elif args.step == "send-back":
        actions.send_back(batch.id, note=args.note, by=by, at=at)
    requests = changes.change_requests(batch.id)
    if args.step == "review":
        seen, may = review(batch.id), _approvers(batch)
        words = "\n\n".join(_parts(batch, seen, may, requests))
        print_result(args, _facts(batch, seen, may, requests), words)
        return 0
    done = "Sent back." if args.step == "send-back" else "\n".join(map(_request_words, requests))
    print_result(args, {"batch": batch.id, "requests": list(map(_request_facts, requests))}, done)
    return 0


def _words(args: argparse.Namespace) -> str:
    if not args.note:
        raise Invalid(found="no --note", fix="Say in --note what is to be changed, or was done.")
    return str(args.note)


def _approvers(batch: BatchView) -> list[str]:
    prepared = batch.prepared_by["kind"], batch.prepared_by["id"]
    return [
        f"{member.name}, {member.role_in_words}"
        for member in accounts.staff()
        if member.is_active
        and member.role in APPROVERS
        and (ActorKind.STAFF.value, str(member.id)) != prepared
    ]


def _facts(
    batch: BatchView, seen: Review, may: list[str], requests: list[ChangeRequestView]
) -> dict[str, Any]:
    return {
        "batch": batch.id,
        "people": batch.people,
        "prepared_by": batch.prepared_by,
        "may_approve": may,
        "requests": list(map(_request_facts, requests)),
        "index": [
            {
                "place": row.jurisdiction,
                "language": row.language,
                "form": row.layout,
                "reader": row.reader.value,
                "channel": row.channel,
                "people": row.people,
                "texts": list(row.texts),
            }
            for row in seen.rows
        ],
        "texts": [
            {
                "text": each.number,
                "people": each.people,
                "language": each.language,
                "places": list(each.places),
                "compared_with": each.base,
                "words": as_text(each.notice, ""),
                "for_example": list(each.person_ids),
            }
            for each in seen.texts
        ],
        "text_messages": [
            {"language": each.language, "words": each.words, "parts": each.size.parts}
            for each in text_messages(batch.id, batch.languages)
        ],
        "unread": seen.unread,
    }


def _parts(
    batch: BatchView, seen: Review, may: list[str], requests: list[ChangeRequestView]
) -> list[str]:
    rows = [
        f"{row.people:>10,}  {row.jurisdiction:<6} {row.language:<3} {row.layout:<8} "
        f"{row.reader.value:<15} {row.channel or 'not sent':<9} "
        f"text {', '.join(map(str, row.texts))}"
        for row in seen.rows
    ]
    names = "; ".join(may) or "nobody else: invite an incident or privacy lead"
    heads = [
        f"{batch.people:,} notices, prepared by the {batch.prepared_by['role']} "
        f"({batch.prepared_by['team']}). May approve: {names}.",
        *map(_request_words, requests),
        "\n".join(rows),
    ]
    unread = (
        [f"{seen.unread:,} more people get the same texts in rarer combinations."]
        if seen.unread
        else []
    )
    messages = [
        f"--- Text message, {each.language}, {each.size.parts} parts\n{each.words}"
        for each in text_messages(batch.id, batch.languages)
    ]
    return [*heads, *map(_text, seen.texts), *messages, *unread]


def _text(each: NoticeText) -> str:
    examples = ", ".join(map(person_code, each.person_ids))
    head = f"Text {each.number}, {each.people:,} people, {', '.join(each.places)}, {each.language}"
    if each.difference is None:
        body = as_text(each.notice, "").strip()
    else:
        head += f", compared with text {each.base} ([+added+], [-removed-])"
        body = "\n".join(
            f"{section.heading}\n" + "\n".join("  " + _line(line) for line in section.lines)
            for section in each.difference.sections
        )
    return f"--- {head}\n{body}\nFor example: {examples}"


def _line(line: tuple[TextPiece, ...]) -> str:
    marks = {TextChange.SAME: "{}", TextChange.ADDED: "[+{}+]", TextChange.REMOVED: "[-{}-]"}
    return "".join(marks[piece.change].format(piece.words) for piece in line)


def _request_facts(each: ChangeRequestView) -> dict[str, Any]:
    return {
        "at": clock.to_text(each.at),
        "by": each.by,
        "words": each.words,
        "outcome": each.outcome or "open",
        "answer": each.answer,
    }


def _request_words(each: ChangeRequestView) -> str:
    asked = f"Changes requested by the {each.by['role']}: {each.words}"
    if each.is_open:
        return f"{asked}\n(open: nobody can approve)"
    return f"{asked}\n({each.outcome}) {each.answer or ''}".rstrip()
