"""``aboveboard explain``: who may see a field, why something was refused, and would something be
allowed. No use is made."""

from __future__ import annotations

import argparse
import json

from aboveboard.basics.canonical import Json
from aboveboard.basics.errors import Invalid
from aboveboard.commands.arguments import person_number
from aboveboard.commands.exits import ATTENTION, DONE

NAME = "explain"
HELP = (
    "Say who may see a field and for what, why a use was refused, or whether a use would be "
    "allowed."
)
EXAMPLE = """
aboveboard explain phone
aboveboard explain --entry 4812
aboveboard explain --would adviser --purpose answer-contact --field email --channel phone \
--person 05ANJ-QMYX5-13RBW
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("name", nargs="?", metavar="FIELD", help="a field of the promise")
    parser.add_argument(
        "--entry",
        type=int,
        metavar="N",
        help="the number of a use in the ledger: why was it allowed or refused?",
    )
    parser.add_argument(
        "--would",
        metavar="ROLE",
        help="whether this role would be allowed; needs the four options below",
    )
    parser.add_argument("--purpose", help="for --would: the purpose")
    parser.add_argument(
        "--field", action="append", default=[], help="for --would: a field; may be repeated"
    )
    parser.add_argument("--channel", help="for --would: the channel")
    parser.add_argument(
        "--person",
        type=person_number,
        metavar="ID",
        help="for --would: the person's number in this instance, never a name",
    )
    parser.add_argument("--json", action="store_true", help="print JSON")


def run(args: argparse.Namespace) -> int:
    """Answer one of the three. Exit codes: 0 answered, or allowed; 1 refused, for --would; 2 wrong
    usage; 3 no such field, entry or person."""
    asked = [args.name is not None, args.entry is not None, args.would is not None]
    if sum(asked) != 1:
        raise Invalid(
            found="give one of: a field, --entry or --would", fix="See: aboveboard explain --help"
        )
    if args.name is not None:
        return _field(args)
    return _entry(args) if args.entry is not None else _explain_request(args)


def _field(args: argparse.Namespace) -> int:
    from aboveboard.access.explain.field import in_emergency, uses_of_field
    from aboveboard.promise.queries import in_force

    adopted = in_force()
    uses = uses_of_field(adopted.promise, args.name)
    emergency = in_emergency(adopted.promise, args.name)
    if args.json:
        listed: list[Json] = [
            {
                "purpose": use.purpose,
                "who": use.who,
                "how": use.how,
                "article": use.article,
                "conditions": list(use.conditions),
            }
            for use in uses
        ]
        print(
            json.dumps(
                {
                    "field": args.name,
                    "promise": adopted.serial,
                    "uses": listed,
                    "emergency": emergency,
                },
                indent=1,
            )
        )
        return DONE
    print(f"{adopted.promise.fields[args.name].label}, by version {adopted.serial} of the promise:")
    for use in uses:
        print(
            f"\n  {use.title} ({use.basis}, {use.article})\n"
            f"    {use.who[:1].upper()}{use.who[1:]}; {use.how}."
        )
        print(*(f"    {condition}" for condition in use.conditions), sep="\n")
    print(f"\n  {emergency}\n" if emergency else "", end="")
    print("\nNobody else, and for no other reason.")
    return DONE


def _entry(args: argparse.Namespace) -> int:
    from aboveboard.access.explain.person import explain_entry
    from aboveboard.basics import clock
    from aboveboard.basics.actor import SYSTEM

    explained = explain_entry(args.entry, by=SYSTEM, at=clock.now())
    entry, facts = explained.entry, explained.facts
    if args.json:
        answer: Json = {
            "entry": entry.id,
            "kind": entry.kind,
            "reasons": list(explained.reasons),
            "asked": explained.asked,
        }
        print(json.dumps(answer, indent=1))
        return DONE
    print(f"Entry {entry.id}, {clock.to_text(entry.at)}: {entry.kind}")
    print(
        f"  {entry.actor.role} asked for {', '.join(facts.fields)}, for {facts.purpose}, through "
        f"{facts.channel}."
    )
    print(f"  By version {facts.promise} of the promise:")
    print(
        *(f"  - {sentence}" for sentence in explained.reasons or ("Nothing spoke against it.",)),
        sep="\n",
    )
    print(f"Your question is recorded as entry {explained.asked}.")
    return DONE


def _explain_request(args: argparse.Namespace) -> int:
    from aboveboard.access.explain.person import explain_request
    from aboveboard.access.use import Subject, UseRequest
    from aboveboard.basics import clock
    from aboveboard.basics.actor import SYSTEM, Actor, ActorKind

    if not (args.purpose and args.field and args.channel and args.person is not None):
        raise Invalid(
            found="--would needs --purpose, --field, --channel and --person",
            fix="See: aboveboard explain --help",
        )
    # No number: nobody is said to have asked, and the entry names who put the question.
    anybody = Actor(ActorKind.STAFF, "", args.would)
    asked = UseRequest(anybody, args.purpose, tuple(args.field), args.channel, Subject(args.person))
    decision, entry_id = explain_request(asked, by=SYSTEM, at=clock.now())
    if args.json:
        reasons: list[Json] = [
            {"code": reason.code.value, "field": reason.field or None, "sentence": reason.sentence}
            for reason in decision.reasons
        ]
        print(
            json.dumps(
                {"granted": decision.allowed, "reasons": reasons, "entry": entry_id}, indent=1
            )
        )
    else:
        print("It would be allowed." if decision.allowed else "It would be refused:")
        print("".join(f"  - {reason.sentence}\n" for reason in decision.reasons), end="")
        print(
            f"Nothing was opened. Your question is recorded as entry {entry_id}, which the person "
            "can see."
        )
    return DONE if decision.allowed else ATTENTION
