"""``aboveboard duties``: the law that the product holds, listed by place and day, and checked: whom
to tell of a loss, and by when what a person asks must be answered.

No instance is needed: it is the same law for everybody.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable
from dataclasses import asdict
from datetime import date

from aboveboard.basics import clock
from aboveboard.basics.errors import Invalid
from aboveboard.commands.exits import ATTENTION, DONE
from aboveboard.law.rights import catalogue as rights
from aboveboard.law.rights import checks as rights_checks
from aboveboard.law.rights.listing import clock_words
from aboveboard.law.rights.terms import RightKind
from aboveboard.law.rules import catalogue, checks
from aboveboard.law.rules.checks import FindingLevel
from aboveboard.law.rules.entries import DutyRule

NAME = "duties"
HELP = "List the duties that a place's law sets on a day, or check what is held."
EXAMPLE = """
aboveboard duties list US-TX
aboveboard duties list US-TX --on 2019-06-01
aboveboard duties requests US-CA
aboveboard duties coming
aboveboard duties check
"""
NEEDS_INSTANCE = False


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the verbs and their arguments."""
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", required=True)
    listed = verbs.add_parser("list", help="list the duties of a place, with their sources")
    listed.add_argument("place", help="its ISO 3166 code: EU, GB, US-TX, CA-QC")
    listed.add_argument(
        "--on",
        type=date.fromisoformat,
        metavar="DATE",
        help="the law of that day, such as 2019-06-01 (default: today)",
    )
    listed.add_argument("--json", action="store_true", help="print JSON")
    asked = verbs.add_parser(
        "requests", help="list by when a place's law wants a person's request answered"
    )
    asked.add_argument("place", help="its ISO 3166 code: FR, GB, US-CA")
    asked.add_argument(
        "--on",
        type=date.fromisoformat,
        metavar="DATE",
        help="the law of that day (default: today)",
    )
    verbs.add_parser("coming", help="list laws that are not in force yet, and bills")
    checked = verbs.add_parser(
        "check", help="look for days without a rule or with two, and for what nobody has read"
    )
    checked.add_argument(
        "--gaps", action="store_true", help="list the gaps too, not only count them"
    )
    checked.add_argument("--json", action="store_true", help="print JSON")


def run(args: argparse.Namespace) -> int:
    """Do one verb. Exit code 0: done; 1: the law as data has a fault; 2: no such place."""
    verbs = {"list": _list, "requests": _requests, "coming": _coming, "check": _check}
    return verbs[args.verb](args)


def _list(args: argparse.Namespace) -> int:
    place, day = args.place.upper(), args.on or clock.now().date()
    if place not in catalogue.place_codes():
        raise Invalid(
            found=f"no duties are held for {args.place!r}",
            fix="Places that are held: " + ", ".join(sorted(catalogue.place_codes())),
        )
    own = catalogue.rules_of(place)
    held = [rule for rule in own if rule.is_in_force_on(day)]
    unknown = catalogue.not_known_on(day, own)
    if args.json:
        print(
            json.dumps([_plain(rule) for rule in held], indent=2, ensure_ascii=False, default=str)
        )
        return DONE
    print(f"{catalogue.place_name(place)}, law of {day}")
    for rule in held:
        _print_rule(rule)
    for rule in unknown:
        print(f"\n{rule.id}: not known for that day. It was checked for {rule.begins} and later.")
    if not held and not unknown:
        print("No duties were in force.")
    return DONE


def _print_rule(rule: DutyRule) -> None:
    print(f"\n{rule.id}: tell {rule.authority or rule.recipient}")
    print(f"  {rule.deadline.text}. Counted from: {rule.clock_text}.")
    if rule.threshold:
        print(f"  From {rule.threshold.words()} on ({rule.threshold.text}).")
    print(f"  {catalogue.harm_answers()[rule.harm_test]['words']}")
    for source in rule.sources:
        print(f"  {source.title}. {source.address}".rstrip())
        if source.quote:
            print(f"    “{source.quote}”")
        print(f"    Read: {source.read}, {source.checked}. {source.text}")


def _plain(rule: DutyRule) -> dict[str, object]:
    return {
        key: sorted(value) if isinstance(value, frozenset) else value
        for key, value in asdict(rule).items()
    }


def _requests(args: argparse.Namespace) -> int:
    place, day = args.place.upper(), args.on or clock.now().date()
    print(f"{place}, law of {day}")
    for kind in RightKind:
        applied = rights.applied(kind, place, day)
        rule = applied.rule
        print(f"\n{kind.replace('_', ' ')}: {rule.answer.text}")
        if applied.assumed:
            print(f"  {applied.assumed}")
            continue
        if rule.confirm:
            print(f"  {rule.confirm.text}")
        print(f"  Longer: {rule.extension.text if rule.extension else 'no'}.")
        print(f"  Clock: {clock_words(rule)}.")
        print(f"  {rule.law}, {rule.citation} ({rule.confidence}). {rule.sources[0].address}")
    return DONE


def _coming(_args: argparse.Namespace) -> int:
    today = clock.now().date()
    for rule in catalogue.coming(today):
        when = f"from {rule.valid_from}" if rule.valid_from else "no date yet"
        print(f"{rule.id}: {catalogue.place_name(rule.jurisdiction)}, {rule.law}, {when}")
        print(f"  {rule.deadline.text}. {rule.status}")
    return DONE


def _check(args: argparse.Namespace) -> int:
    today = clock.now().date()
    results = (*checks.findings(today), *rights_checks.findings(today))
    figures, requests = checks.figures(today), rights_checks.figures(today)
    faults = [each for each in results if each.level is FindingLevel.FAULT]
    gaps = [each for each in results if each.level is FindingLevel.GAP]
    if args.json:
        rows = [asdict(each) for each in results]
        plain = {"findings": rows, "figures": asdict(figures), "requests": asdict(requests)}
        print(json.dumps(plain, indent=2))
        return ATTENTION if faults else DONE
    _print_findings("Faults", faults)
    if args.gaps:
        _print_findings("Gaps", gaps)
    of = figures.in_force
    print(
        f"{figures.entries} entries for {figures.places} places; {of} in force on {today}.\n"
        f"Known back to {checks.REACHES_BACK_TO}: {figures.reach_back} of {of}.\n"
        f"With the address of the law: {figures.with_address} of {of}.\n"
        f"Read in the law's own text: {figures.read} of {of}; with its words quoted: "
        f"{figures.quoted}.\n"
        f"Unverified: {figures.unverified} of {of}.\n"
        f"Deadlines of requests: {requests.entries} entries for {requests.places} places; "
        f"{requests.in_force} in force, {requests.quoted} with the law's words, "
        f"{requests.unverified} unverified.\n"
        f"{len(faults)} faults, {len(gaps)} gaps."
    )
    return ATTENTION if faults else DONE


def _print_findings(heading: str, results: Iterable[checks.LawFinding]) -> None:
    rows = [f"  {each.entry}: {each.sentence}" for each in results]
    if rows:
        print(heading, *rows, sep="\n")
