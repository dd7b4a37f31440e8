"""``aboveboard keys rotate``, ``finish-move``, ``rotate-person`` and ``rotate-index``: each can be
stopped or killed and run again."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from aboveboard.basics import clock, settings
from aboveboard.basics.actor import SYSTEM
from aboveboard.basics.errors import Invalid
from aboveboard.commands import exits
from aboveboard.commands.arguments import person_number


def configure(below: Any) -> None:
    """Declare the arguments."""
    rotate = below.add_parser(
        "rotate",
        help="make a new root key and rewrap every key with it; resumes a stopped rotation",
    )
    rotate.add_argument(
        "--to", metavar="URL", help="move to this key provider, written as in keys.root"
    )
    rotate.add_argument(
        "--same-version",
        action="store_true",
        help="keep the provider's current key and make a new wrapping key only",
    )
    rotate.set_defaults(does=_rotate)
    move = below.add_parser(
        "finish-move",
        help="after a move, destroy the copies of wrapping keys that the former provider can open",
    )
    move.set_defaults(does=_finish_move)
    person = below.add_parser(
        "rotate-person", help="re-encrypt the record of one person, or of everybody, with a new key"
    )
    person.add_argument(
        "person", nargs="?", type=person_number, metavar="ID", help="the person's number"
    )
    person.add_argument(
        "--all", action="store_true", help="everybody; resumes a rotation that was stopped"
    )
    person.set_defaults(does=_person)
    index = below.add_parser(
        "rotate-index",
        help="make a new blind-index key and index everybody again; resumes a stopped rotation",
    )
    index.add_argument(
        "--drop-stale",
        action="store_true",
        help="drop index entries of values that no record holds any more",
    )
    index.add_argument(
        "--from-values",
        action="store_true",
        help="the old key is lost: index everybody by what their records hold",
    )
    index.set_defaults(does=_index)


def _rotate(args: argparse.Namespace) -> int:
    from aboveboard.commands.progress import ProgressBar
    from aboveboard.keys.providers.places import provider_at
    from aboveboard.keys.rotation import root
    from aboveboard.vault.queries import people_count

    rotation = root.unfinished()
    # What was begun is finished, whatever options came this time: two rotations at once would each
    # leave half of the keys.
    if rotation is not None:
        print(f"Resuming the rotation that began on {rotation.begun_at:%Y-%m-%d %H:%M} UTC.")
    else:
        to = provider_at(args.to, settings.current()) if args.to else None
        rotation = root.begin(to=to, renew=not args.same_version, by=SYSTEM, at=clock.now())
    with ProgressBar("Rewrapping keys", people_count(), quiet=not sys.stderr.isatty()) as bar:
        to_do = root.resume(rotation, by=SYSTEM, watch=bar)
    print(f"Done. Wrapping key {rotation.names['key']} now protects every key.")
    if to_do:
        print(to_do)
    if rotation.names.get("moves"):
        print(
            "Both providers can open the keys for now. Set keys.root to the new provider, restart "
            "every process, then run: aboveboard keys finish-move"
        )
    return exits.DONE


def _finish_move(args: argparse.Namespace) -> int:
    from aboveboard.keys.rotation import root

    # A command of its own, and not the end of a move: until every process was restarted, some still
    # ask the former provider.
    copies = root.remove_other_providers(by=SYSTEM, at=clock.now())
    print(
        "Done. Only the provider in keys.root can open the keys now."
        if copies
        else "Nothing to do: only the provider in keys.root can open the keys."
    )
    return exits.DONE


def _person(args: argparse.Namespace) -> int:
    from aboveboard.commands.progress import ProgressBar
    from aboveboard.vault.queries import people_count
    from aboveboard.vault.rekeying import people

    if (args.person is None) != args.all:
        raise Invalid(
            found="give either a person's number or --all",
            fix="For example: aboveboard keys rotate-person 05ANJ-W1WSQ-BPZQJ",
        )
    if not args.all:
        people.rotate_one(args.person, by=SYSTEM, at=clock.now())
        print("The person has a new key. Their handle in the ledger stays the same.")
        return exits.DONE
    with ProgressBar("Re-encrypting records", people_count(), quiet=not sys.stderr.isatty()) as bar:
        done = people.rotate_all(by=SYSTEM, at=clock.now(), progress=bar)
    print(f"{done:,} people have new keys. Their handles in the ledger stay the same.")
    return exits.DONE


def _index(args: argparse.Namespace) -> int:
    from aboveboard.commands.progress import ProgressBar
    from aboveboard.vault.queries import people_count
    from aboveboard.vault.rekeying import index

    rotation = index.unfinished()
    if rotation is not None:
        print(f"Resuming the rotation that began on {rotation.begun_at:%Y-%m-%d %H:%M} UTC.")
        if args.from_values:
            rotation = index.rebuild_from_values(rotation)
    else:
        rotation = index.begin(from_values=args.from_values, by=SYSTEM, at=clock.now())
    with ProgressBar("Indexing people", people_count(), quiet=not sys.stderr.isatty()) as bar:
        rotation = index.resume(rotation, drop_stale=args.drop_stale, by=SYSTEM, progress=bar)
    print(f"Done. {rotation.done:,} people are indexed with a new key. The old key is destroyed.")
    if rotation.names["lost"]:
        print(
            f"{rotation.names['lost']:,} index entries were dropped: no record holds their value "
            "any more."
        )
    return exits.DONE
