"""``aboveboard people duplicates`` and ``different``: compare all records, list the groups that may
be of one person, and say that two are not."""

from __future__ import annotations

import argparse
import json
from typing import TYPE_CHECKING

from aboveboard.basics import clock
from aboveboard.basics.actor import SYSTEM
from aboveboard.basics.person_codes import person_code
from aboveboard.commands.arguments import person_number
from aboveboard.commands.exits import DONE
from aboveboard.commands.progress import ProgressBar

if TYPE_CHECKING:
    from aboveboard.identity.duplicates import DuplicateGroup, PairView

    # What argparse calls the group of verbs.
    Verbs = argparse._SubParsersAction[argparse.ArgumentParser]

# In pages, each printed before the next is asked for: a long list is never held.
_PAGE = 500


def configure(verbs: Verbs) -> None:
    """Declare ``duplicates`` and ``different``."""
    listing = verbs.add_parser(
        "duplicates", help="list groups of records that may be of one person, the likeliest first"
    )
    listing.add_argument(
        "--find", action="store_true", help="compare all records again first (shows no values)"
    )
    listing.add_argument("--all", action="store_true", help="also those that are decided")
    listing.add_argument(
        "--shared",
        action="store_true",
        help="list the values that were not compared instead: placeholders, and what many share",
    )
    different = verbs.add_parser(
        "different", help="say that two records are not of one person; it is remembered"
    )
    different.add_argument("first", type=person_number, help="the number of one")
    different.add_argument("second", type=person_number, help="the number of the other")
    different.add_argument("--take-back", action="store_true", help="take it back")
    for command in (listing, different):
        command.add_argument("--json", action="store_true", help="print JSON")


def list_duplicates(args: argparse.Namespace) -> int:
    """List the groups, or what was set apart; compare first where asked to, or never done."""
    from aboveboard.identity import duplicates, scanning
    from aboveboard.vault import queries as vault

    if args.find or duplicates.newest_scan() is None:
        with ProgressBar("Comparing", vault.people_count(), quiet=args.json) as bar:
            scanning.find_duplicates(at=clock.now(), on_batch=bar)
    scan = duplicates.newest_scan()
    if scan is None:
        return DONE
    if args.shared:
        return _list_shared(args)
    start = 0
    while groups := duplicates.duplicate_groups(open_only=not args.all, start=start, limit=_PAGE):
        for group in groups:
            pairs = duplicates.pairs_of_group(group.id)
            print(_group_json(group, pairs) if args.json else _group_words(group, pairs))
        start += len(groups)
    if not args.json:
        print(
            f"{scan.decided:,} of {scan.groups:,} groups looked at; {scan.people:,} records were "
            f"compared in {scan.seconds:.1f} s. {scan.shared:,} values were not compared: see "
            "--shared."
        )
    return DONE


def _list_shared(args: argparse.Namespace) -> int:
    from aboveboard.identity import duplicates

    start = 0
    while rows := duplicates.shared_values(start=start, limit=_PAGE):
        for row in rows:
            why = "looks like a placeholder" if row.placeholder else "too many share it"
            facts = {
                "what": row.words,
                "people": row.people,
                "placeholder": row.placeholder,
                "one_of_them": row.person_id,
            }
            example = person_code(row.person_id)
            words = f"{row.people:>8,}  {row.words}: {why}; one of them is {example}"
            print(json.dumps(facts) if args.json else words)
        start += len(rows)
    return DONE


def say_different(args: argparse.Namespace) -> int:
    """Record that two records are not of one person, or take that back."""
    from aboveboard.identity import distinct
    from aboveboard.keys.log_signing import sequence_now

    pair = args.first, args.second
    if args.take_back:
        distinct.withdraw_distinction(*pair, by=SYSTEM, at=clock.now())
        words = "Taken back: they may be of one person."
    else:
        distinct.distinguish(*pair, by=SYSTEM, at=clock.now())
        words = (
            "Remembered: they are not the same person. To take it back:\n"
            f"aboveboard people different {' '.join(map(person_code, pair))} --take-back"
        )
    sequence_now()
    facts = {"people": pair, "different": not args.take_back}
    print(json.dumps(facts) if args.json else words)
    return DONE


def _group_json(group: DuplicateGroup, pairs: list[PairView]) -> str:
    return json.dumps(
        {
            "group": group.id,
            "score": group.score,
            "looked_at": group.is_decided,
            "pairs": [
                {
                    "records": [pair.first, pair.second],
                    "score": pair.score,
                    "reasons": list(pair.reasons),
                    "decided": not pair.is_open,
                }
                for pair in pairs
            ],
        }
    )


def _group_words(group: DuplicateGroup, pairs: list[PairView]) -> str:
    lines = [f"{group.score:>3} {group.likelihood}, {group.records} records"]
    for pair in pairs:
        state = "merged" if pair.merged else "not the same person" if pair.distinct_since else ""
        lines.append(
            f"    {person_code(pair.first)}  {person_code(pair.second)}  {', '.join(pair.reasons)}"
            + (f"  ({state})" if state else "")
        )
    return "\n".join(lines)
