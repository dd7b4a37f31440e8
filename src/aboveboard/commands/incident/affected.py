"""``aboveboard incident affected``: say who is affected by a loss that is neither a device nor a
file, or show who is."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from aboveboard.basics import clock
from aboveboard.basics.actor import Actor
from aboveboard.basics.errors import Invalid
from aboveboard.commands.incident.acting import actor_of
from aboveboard.incidents import affected as stating
from aboveboard.incidents.exposure.counting import count
from aboveboard.incidents.sources import queries
from aboveboard.incidents.sources.views import AffectedEstimateView, AffectedListView
from aboveboard.incidents.terms import Certainty
from aboveboard.law.categories import all_categories
from aboveboard.promise.queries import in_force

_LONGEST = 2 * 1024 * 1024
"""Most characters of one list: what the console takes too. A longer one is refused, not cut off."""


def affected(args: argparse.Namespace) -> int:
    """List people, estimate them, or take either back; then show who is affected."""
    by = actor_of(args)
    if _change(args, by):
        # At once, as the other verbs do: nobody waits here for the worker.
        count(args.incident, by=by, at=clock.now())
    lists = queries.affected_lists(args.incident)
    estimates = queries.affected_estimates(args.incident)
    if args.json:
        facts = {
            "lists": [_list_facts(row) for row in lists],
            "estimates": [_estimate_facts(row) for row in estimates],
            "taken_back": [_back_facts(row) for row in queries.taken_back(args.incident)],
        }
        print(json.dumps(facts, indent=1))
        return 0
    for row in lists:
        people = "1 person" if row.people == 1 else f"{row.people:,} people"
        print(f"list {row.id}: {people}; {', '.join(row.exposed)}")
        print(f"  {row.way.label}; {row.certainty.label.lower()}")
        if row.unmatched:
            print(f"  nobody we know on line {', '.join(map(str, row.unmatched))}")
        if row.shared:
            print(f"  several people on line {', '.join(map(str, row.shared))}; all of them count")
    for each in estimates:
        words = "at least" if each.assumed else "about"
        print(f"estimate {each.id}: {words} {each.people:,} in {each.place}", end="")
        print(" (assumed until you say who is affected)" if each.assumed else "")
    for back in queries.taken_back(args.incident):
        if back.taken_back is not None:
            kind = "list" if isinstance(back, AffectedListView) else "estimate"
            print(f"{kind} {back.id}, {back.people:,} people: taken back: {back.taken_back.reason}")
    if not lists and not estimates:
        print("Nobody has said who is affected. Give --list or --estimate.")
    return 0


def _change(args: argparse.Namespace, by: Actor) -> bool:
    """Do what was asked for; return whether anything was."""
    number, at = args.incident, clock.now()
    if args.list_file is not None:
        exposed, protected = exposed_of(args.data), _protected(args.protected)
        lines = _lines(args.list_file)
        sure = certainty_of(args.certainty)
        stating.add_list(number, lines, exposed, protected=protected, certainty=sure, by=by, at=at)
    elif args.estimate:
        exposed, protected = exposed_of(args.data), _protected(args.protected)
        for place, people in args.estimate:
            stating.add_estimate(number, place, people, exposed, protected=protected, by=by, at=at)
    elif args.take_back_list is not None:
        stating.withdraw_list(number, args.take_back_list, reason=args.reason, by=by, at=at)
    elif args.take_back_estimate is not None:
        back = args.take_back_estimate
        stating.withdraw_estimate(number, back, reason=args.reason, by=by, at=at)
    else:
        return False
    return True


def certainty_of(word: str) -> Certainty:
    """Return a certainty by its key: ``certain``, ``probable`` or ``not_excluded``."""
    return Certainty[word.upper()]


def _lines(file: Path) -> list[str]:
    return read_text(file).splitlines()


def read_text(file: Path) -> str:
    """Return the text of a file, or of standard input for ``-``.

    Raises:
        Invalid: there is no such file, or it is too long.
    """
    if str(file) == "-":
        text = sys.stdin.read(_LONGEST + 1)
    elif file.is_file():
        with file.open(encoding="utf-8-sig", errors="replace") as stream:
            text = stream.read(_LONGEST + 1)
    else:
        raise Invalid(found=f"there is no file {file}", fix="Check the path.")
    if len(text) > _LONGEST:
        raise Invalid(
            found="a list of more than 2 MB; nobody of it was added", fix="Add it in parts."
        )
    return text


def _protected(given: str) -> tuple[str, ...]:
    return exposed_of(given) if given else ()


def exposed_of(given: str) -> tuple[str, ...]:
    """Return the categories of some fields of the promise, or of all; a category that the promise
    does not hold is named by its key."""
    promise = in_force().promise
    keys = {key.strip() for key in given.split(",") if key.strip()}
    if keys == {"all"}:
        keys = set(promise.fields)
    fields, others = keys & set(promise.fields), keys - set(promise.fields)
    if not keys or not others <= set(all_categories()):
        raise Invalid(
            found=f"--data with {given!r}" if given else "nothing that was exposed",
            fix=(
                f"Give --data with one or more of: {', '.join(promise.fields)}; `all` for all of "
                "them; or a category, such as user.health."
            ),
        )
    return (*promise.categories_of(fields), *others)


def _list_facts(row: AffectedListView) -> dict[str, Any]:
    return {
        "id": row.id,
        "people": row.people,
        "way": row.way.value,
        "certainty": row.certainty.name.lower(),
        "evidence": row.evidence,
        "exposed": list(row.exposed),
        "unmatched_lines": list(row.unmatched),
        "shared_lines": list(row.shared),
    }


def _estimate_facts(row: AffectedEstimateView) -> dict[str, Any]:
    return {
        "id": row.id,
        "place": row.jurisdiction,
        "people": row.people,
        "exposed": list(row.exposed),
        "assumed": row.assumed,
        "certainty": row.certainty.name.lower(),
    }


def _back_facts(row: AffectedListView | AffectedEstimateView) -> dict[str, Any]:
    back = row.taken_back
    return {
        "kind": "list" if isinstance(row, AffectedListView) else "estimate",
        "id": row.id,
        "people": row.people,
        "reason": back.reason if back else "",
        "taken_back_at": clock.to_text(back.at) if back else "",
    }
