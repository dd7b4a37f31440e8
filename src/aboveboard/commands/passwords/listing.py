"""The list of leaked passwords: built, brought up to date, verified."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aboveboard.commands.exits import ATTENTION, DONE
from aboveboard.commands.progress import ProgressBar

if TYPE_CHECKING:
    from aboveboard.credentials.breached.building import BuiltList


def configure(below: Any) -> None:
    """Declare the arguments."""
    build = below.add_parser("build", help="make the list of a whole download")
    update = below.add_parser("update", help="bring the prefixes of a folder into the list")
    verify = below.add_parser("verify", help="read the list whole, and say what is damaged")
    build.add_argument(
        "source", type=Path, help="a folder with a file for each prefix, or one text in order"
    )
    update.add_argument("source", type=Path, help="a folder with a file for each prefix")
    for command, does in ((build, build_list), (update, update_list), (verify, verify_list)):
        command.add_argument("--json", action="store_true", help="print JSON")
        command.set_defaults(does=does)


def build_list(args: argparse.Namespace) -> int:
    """Make the list."""
    from aboveboard.credentials.breached.building import build

    with _progress(args, "Writing the list") as bar:
        built = build(args.source, _folder(), progress=bar)
    return _print_built(args, built)


def update_list(args: argparse.Namespace) -> int:
    """Bring it up to date."""
    from aboveboard.credentials.breached.building import update

    return _print_built(args, update(args.source, _folder()))


def verify_list(args: argparse.Namespace) -> int:
    """Read it whole."""
    from aboveboard.credentials.queries import NoBreachedList, breached_list

    here = breached_list()
    if not here.exists:
        raise NoBreachedList
    damages = []
    with _progress(args, "Reading the list") as bar:
        for done, damage in enumerate(here.verify(), start=1):
            if damage:
                damages.append(str(damage.details["what"]))
            bar(done)
    state = None if damages else here.state()
    if args.json:
        print(json.dumps({"damaged": damages, "entries": state.entries if state else None}))
    elif state:
        print(f"The list is whole: {state.entries:,} passwords under {state.prefixes:,} prefixes.")
        print(f"Written from {state.oldest:%Y-%m-%d} to {state.newest:%Y-%m-%d}.")
    else:
        print("\n".join(f"Damaged: {damage}." for damage in damages))
        print("Fetch these prefixes again, and run: aboveboard passwords build")
    return ATTENTION if damages else DONE


def _folder() -> Path:
    from aboveboard.basics import settings

    current = settings.current()
    return current.path(current.passwords.breached_list)


def _progress(args: argparse.Namespace, title: str) -> ProgressBar:
    from aboveboard.credentials.breached.shard import SHARDS

    return ProgressBar(title, SHARDS, quiet=args.json)


def _print_built(args: argparse.Namespace, built: BuiltList) -> int:
    unread = built.unread
    if args.json:
        answer = {
            "files": built.files,
            "prefixes": built.prefixes,
            "entries": built.entries,
            "unread": unread.count,
            "unread_places": unread.places,
        }
        print(json.dumps(answer))
    else:
        print(f"{built.entries:,} passwords under {built.prefixes:,} prefixes are in the list.")
        if unread.count:
            print(f"{unread.count:,} lines cannot be read and were left out:")
            print("\n".join(f"  {place}" for place in unread.places))
    return ATTENTION if unread.count else DONE
