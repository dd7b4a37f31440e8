"""``aboveboard incident sector``, ``moment`` and ``not-notify``: what the law asks the lead besides
the circumstances."""

from __future__ import annotations

import argparse
from typing import Final

from aboveboard.basics import clock
from aboveboard.commands.incident.acting import actor_of, print_result
from aboveboard.incidents import actions, law_questions, not_notifying

_ANSWERS: Final = {"yes": True, "no": False, "unknown": None}


def sector(args: argparse.Namespace) -> int:
    """Say for one incident whether we are in a sector; without one, list those that are asked."""
    if args.sector:
        answers = {args.sector: _ANSWERS[args.answer]}
        actions.change(args.incident, sectors=answers, by=actor_of(args), at=clock.now())
    questions = law_questions.sector_questions(args.incident)
    facts = [
        {
            "sector": each.key,
            "words": each.words,
            "answer": each.answer,
            "tells": list(each.tells),
            "due_at": clock.to_text(each.due_at) if each.due_at else None,
        }
        for each in questions
    ]
    answers_in_words = {True: "yes", False: "no", None: "not answered"}
    lines = [
        f"{each.key:<24}  {answers_in_words[each.answer]:<12}  {each.words}" for each in questions
    ]
    print_result(
        args, {"sectors": facts}, "\n".join(lines) or "No other sector would bring duties here."
    )
    return 0


def moment(args: argparse.Namespace) -> int:
    """Record when what starts a clock happened, or take it back; without one, list those that are
    asked."""
    if args.moment:
        moments = {args.moment: None if args.undo else args.when or clock.now()}
        actions.change(args.incident, moments=moments, by=actor_of(args), at=clock.now())
    questions = law_questions.moment_questions(args.incident)
    facts = [
        {
            "moment": each.key,
            "ask": each.ask,
            "at": clock.to_text(each.at) if each.at else None,
            "tells": list(each.tells),
        }
        for each in questions
    ]
    lines = [
        f"{each.key:<24}  {clock.to_text(each.at) if each.at else 'not recorded':<28}  {each.ask}"
        for each in questions
    ]
    print_result(args, {"moments": facts}, "\n".join(lines) or "No clock waits for a moment.")
    return 0


def not_notify(args: argparse.Namespace) -> int:
    """Record that whoever a duty names is not notified, or take that back."""
    by, at = actor_of(args), clock.now()
    if args.undo:
        not_notifying.take_back_decision(args.duty, by=by, at=at)
        print_result(args, {"duty": args.duty, "decided_at": None}, "Taken back: it is open again.")
        return 0
    decision = not_notifying.decide_not_to_notify(
        args.duty,
        reason=args.reason,
        evidence=args.evidence,
        decided_at=args.when,
        by=by,
        at=at,
    )
    facts = {"duty": args.duty, "decided_at": clock.to_text(decision.at)}
    print_result(args, facts, "Recorded: not notified, by decision.")
    return 0
