"""``aboveboard incident questions`` and ``answer``: what is known of a loss beyond its counts."""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping
from typing import Any

from aboveboard.basics import clock
from aboveboard.commands.incident.acting import actor_of, print_result
from aboveboard.commands.incident.affected import exposed_of
from aboveboard.incidents import actions, groups, queries
from aboveboard.incidents.assessment.circumstances import (
    CircumstanceQuestion,
    questions,
)
from aboveboard.incidents.assessment.inquiry import Inquiry, inquiry


def list_questions(args: argparse.Namespace) -> int:
    """List the questions that can change the answer, with what is answered or taken meanwhile."""
    incident, now = queries.incident(args.incident), inquiry(args.incident)
    shown = [
        question
        for question in questions()
        if args.all or question.key in now.asked or question.key in incident.answers
    ]
    if args.json:
        facts = [_facts(question, incident.answers, now) for question in shown]
        print(json.dumps(facts, indent=1, ensure_ascii=False))
        return 0
    meanwhile = {each.question.key: each for each in now.taken}
    for question in shown:
        print(f"{question.key}: {question.ask}")
        if question.key in incident.answers:
            print(f"  Answered: {question.in_words(incident.answers[question.key])}")
        elif question.key in meanwhile:
            each = meanwhile[question.key]
            print(
                f"  {'The promise says' if each.declared else 'Taken until you say'}: {each.words}"
            )
        for key, words in question.options.items():
            print(f"    {question.key}={key}  {words}")
        if question.number:
            print(f"    {question.key}=NUMBER")
    return 0


def answer(args: argparse.Namespace) -> int:
    """Answer questions, or take answers back; what follows is worked out anew at once."""
    given = dict(args.answers)
    actions.change(args.incident, answers=given, by=actor_of(args), at=clock.now())
    page = queries.page(args.incident, at=clock.now())
    judged = page.assessment
    facts = {
        "incident": page.incident.reference,
        "answers": {key: page.incident.answers.get(key) for key in sorted(given)},
        "risk": judged.risk if judged else None,
        "notify_authority": judged.notify_authority if judged else None,
        "notify_people": judged.notify_people if judged else None,
        "open": [each.question.key for each in page.unanswered],
    }
    print_result(args, facts, _in_words(facts, page.incident.reference))
    return 0


def group(args: argparse.Namespace) -> int:
    """Set or remove a group of people that is judged by itself; then list all of them."""
    by, at = actor_of(args), clock.now()
    if args.name and args.remove:
        groups.remove_group(args.incident, args.name, by=by, at=at)
    elif args.name:
        exposed = exposed_of(args.data) if args.data else ()
        groups.set_group(args.incident, args.name, exposed, dict(args.answers), by=by, at=at)
    incident = queries.incident(args.incident)
    if args.json:
        print(json.dumps(incident.groups, indent=1, ensure_ascii=False))
        return 0
    for each in incident.groups:
        print(f"{each['name']}: whoever had {', '.join(each['categories'])} exposed")
        for key, value in each["answers"].items():
            print(f"  {key}={value}")
        for open_ in inquiry(args.incident, each["name"]).taken:
            print(f"  Open: {open_.question.ask} Taken until you say: {open_.words}")
    if not incident.groups:
        print("All people of this incident are judged alike.")
    return 0


def _in_words(facts: Mapping[str, Any], reference: str) -> str:
    left = len(facts["open"])
    what_next = (
        f"{left} question{'' if left == 1 else 's'} can still change that: aboveboard incident "
        f"questions {reference}"
        if left
        else "No open question can change that."
    )
    if facts["risk"] is None:
        return f"Saved. Nobody is counted yet. {what_next}"
    consequence = (
        "the authority and the people are to be told"
        if facts["notify_people"]
        else "the authority is to be told"
        if facts["notify_authority"]
        else "nobody has to be told"
    )
    risk = {"unlikely": "A risk to people is unlikely", "risk": "A risk to people is likely"}
    return (
        f"{risk.get(facts['risk'], 'A high risk to people is likely')}: {consequence}. {what_next}"
    )


def _facts(
    question: CircumstanceQuestion, answers: Mapping[str, str], now: Inquiry
) -> dict[str, Any]:
    meanwhile = {each.question.key: each for each in now.taken}
    each = meanwhile.get(question.key)
    return {
        "key": question.key,
        "question": question.ask,
        "options": dict(question.options),
        "number": question.number,
        "asked": question.key in now.asked,
        "answer": answers.get(question.key),
        "taken": each.words if each else None,
        "declared": each.declared if each else False,
    }
