"""``aboveboard people``: two records found to be of one person, and the way back."""

from __future__ import annotations

import argparse
import json

from aboveboard.basics import clock
from aboveboard.basics.actor import SYSTEM

NAME = "people"
HELP = "Find records that may be of one person, compare two, merge them, and split them again."
EXAMPLE = """\
aboveboard people twice
aboveboard people compare 192162611299331807 192162611299331811
aboveboard people merge 192162611299331807 192162611299331811 --reference case/417 --take email
aboveboard people split 3 --reference case/418"""

_PAGE = 500


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    below = parser.add_subparsers(dest="what", required=True, metavar="WHAT")
    twice = below.add_parser(
        "twice", help="list pairs that share an address or number, without opening any"
    )
    compare = below.add_parser(
        "compare", help="say field by field what agrees and differs, without a value"
    )
    merge = below.add_parser("merge", help="make one person of two records")
    for one in (compare, merge):
        one.add_argument("kept", type=int, help="the number that stays")
        one.add_argument("merged", type=int, help="the number that leads to it from then on")
    merge.add_argument(
        "--take",
        action="append",
        default=[],
        metavar="FIELD",
        help="the value of the other record stays (else: the newer)",
    )
    merge.add_argument(
        "--keep",
        action="append",
        default=[],
        metavar="FIELD",
        help="the value of the record that stays, stays",
    )
    split = below.add_parser("split", help="undo a merge")
    split.add_argument("number", type=int, help="the merge's number, which merging printed")
    for one in (merge, split):
        one.add_argument("--reference", required=True, help="the case number; no names")
    for one in (twice, compare, merge, split):
        one.add_argument("--json", action="store_true", help="print JSON for a program")


def run(args: argparse.Namespace) -> int:
    """Do it. Exit codes: 0 done, 2 wrong input, 3 no such person or merge, 4 not possible now."""
    if args.what == "twice":
        return _twice(args.json)
    if args.what == "compare":
        return _compare(args)
    return _merge(args) if args.what == "merge" else _split(args)


def _twice(as_json: bool) -> int:
    from aboveboard.identity import matching

    after, found = (-1, -1), 0
    while pairs := matching.candidates(after=after, limit=_PAGE):
        for pair in pairs:
            words = f"{pair.first}  {pair.second}  share: {', '.join(pair.kinds)}"
            print(
                json.dumps({"records": [pair.first, pair.second], "share": pair.kinds})
                if as_json
                else words
            )
        found += len(pairs)
        after = (pairs[-1].first, pairs[-1].second)
    if not found and not as_json:
        print("No two records share an address or number.")
    return 0


def _compare(args: argparse.Namespace) -> int:
    from aboveboard.identity import matching

    for one in matching.preview(args.kept, args.merged):
        newer = f", newer in the one {one.newer}" if one.likeness == "differs" else ""
        words = f"{one.field}: {one.likeness.replace('_', ' ')}{newer}"
        print(
            json.dumps({"field": one.field, "likeness": one.likeness, "newer": one.newer})
            if args.json
            else words
        )
    return 0


def _merge(args: argparse.Namespace) -> int:
    from aboveboard.identity import actions
    from aboveboard.identity.choosing import Side
    from aboveboard.keys.log_signing import sequence_now

    chosen = dict.fromkeys(args.keep, Side.KEPT) | dict.fromkeys(args.take, Side.MERGED)
    done = actions.merge(
        args.kept, args.merged, chosen=chosen, reference=args.reference, by=SYSTEM, at=clock.now()
    )
    sequence_now()
    words = (
        f"Merge {done.pk}: {done.merged_id} leads to {done.person_id} now.\n"
        f"To undo it: aboveboard people split {done.pk} --reference CASE"
    )
    print(json.dumps({"merge": done.pk, "person": done.person_id}) if args.json else words)
    return 0


def _split(args: argparse.Namespace) -> int:
    from aboveboard.identity import actions
    from aboveboard.keys.log_signing import sequence_now
    from aboveboard.promise.queries import in_force

    kinds = {key: field.kind_and_format for key, field in in_force().promise.fields.items()}
    done = actions.split(
        args.number, kinds=kinds, reference=args.reference, by=SYSTEM, at=clock.now()
    )
    sequence_now()
    words = f"{done.person_id} and {done.merged_id} are two people again."
    print(
        json.dumps({"merge": done.pk, "people": [done.person_id, done.merged_id]})
        if args.json
        else words
    )
    return 0
