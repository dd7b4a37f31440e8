"""``aboveboard keys rotate``, ``leave``, ``rotate-person`` and ``rotate-index``: each can be
stopped or killed and run again."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from aboveboard.basics import clock, settings
from aboveboard.basics.actor import SYSTEM
from aboveboard.basics.errors import Invalid
from aboveboard.commands import exits


def configure(below: Any) -> None:
    """Declare the arguments."""
    rotate = below.add_parser(
        "rotate", help="a new root key and wrapping key; goes on with a rotation that was stopped"
    )
    rotate.add_argument(
        "--to", metavar="URL", help="move to another provider, in the words of keys.root"
    )
    rotate.add_argument(
        "--same-version",
        action="store_true",
        help="keep the provider's key, and make a new wrapping key alone",
    )
    rotate.set_defaults(does=_rotate)
    leave = below.add_parser(
        "leave", help="after a move: let no provider but keys.root open anything"
    )
    leave.set_defaults(does=_leave)
    person = below.add_parser("rotate-person", help="a new key for one person, or for everybody")
    person.add_argument("person", nargs="?", type=int, metavar="ID", help="the person's number")
    person.add_argument(
        "--all", action="store_true", help="everybody; goes on with one that was stopped"
    )
    person.set_defaults(does=_person)
    index = below.add_parser(
        "rotate-index", help="a new key of the look-ups; goes on with a rotation that was stopped"
    )
    index.add_argument(
        "--let-go",
        action="store_true",
        help="do without look-ups of values that are held nowhere any more",
    )
    index.add_argument(
        "--from-values",
        action="store_true",
        help="the old key is gone: file everybody under what they hold",
    )
    index.set_defaults(does=_index)


def _rotate(args: argparse.Namespace) -> int:
    from aboveboard.commands.progress import Bar
    from aboveboard.keys.providers.places import provider_at
    from aboveboard.keys.rotation import root
    from aboveboard.vault.queries import people_count

    rotation = root.unfinished()
    if rotation is not None:
        print(f"Going on with the rotation begun on {rotation.begun_at:%Y-%m-%d %H:%M}.")
    else:
        to = provider_at(args.to, settings.current()) if args.to else None
        rotation = root.begin(to=to, renew=not args.same_version, by=SYSTEM, at=clock.now())
    with Bar("Wrapping keys anew", people_count(), quiet=not sys.stderr.isatty()) as bar:
        to_do = root.resume(rotation, by=SYSTEM, watch=bar)
    print(f"Done. Everything is under the wrapping key {rotation.names['key']}.")
    if to_do:
        print(to_do)
    if rotation.names.get("moves"):
        print(
            "Both providers open it now. Set keys.root to the new one, restart every process, then "
            "run: aboveboard keys leave"
        )
    return exits.DONE


def _leave(args: argparse.Namespace) -> int:
    from aboveboard.keys.rotation import root

    left = root.remove_other_providers(by=SYSTEM, at=clock.now())
    print(
        "No other provider opens anything any more."
        if left
        else "No other provider could open anything."
    )
    return exits.DONE


def _person(args: argparse.Namespace) -> int:
    from aboveboard.commands.progress import Bar
    from aboveboard.vault.queries import people_count
    from aboveboard.vault.rekeying import people

    if (args.person is None) != args.all:
        raise Invalid(found="one person and everybody, or neither", fix="Give an id, or --all.")
    if not args.all:
        people.rotate_one(args.person, by=SYSTEM, at=clock.now())
        print("They have a new key. Their handle is the one they had.")
        return exits.DONE
    with Bar("Sealing records anew", people_count(), quiet=not sys.stderr.isatty()) as bar:
        done = people.rotate_all(by=SYSTEM, at=clock.now(), progress=bar)
    print(f"{done:,} people have new keys. Their handles are the ones they had.")
    return exits.DONE


def _index(args: argparse.Namespace) -> int:
    from aboveboard.commands.progress import Bar
    from aboveboard.vault.queries import people_count
    from aboveboard.vault.rekeying import index

    rotation = index.unfinished()
    if rotation is not None:
        print(f"Going on with the rotation begun on {rotation.begun_at:%Y-%m-%d %H:%M}.")
        if args.from_values:
            rotation = index.without_old(rotation)
    else:
        rotation = index.begin(from_values=args.from_values, by=SYSTEM, at=clock.now())
    with Bar("Filing people anew", people_count(), quiet=not sys.stderr.isatty()) as bar:
        rotation = index.resume(rotation, let_go=args.let_go, by=SYSTEM, progress=bar)
    print(
        f"Done. {rotation.done:,} people are filed under a new index key, and the old one is "
        "destroyed."
    )
    if rotation.names["lost"]:
        print(
            f"{rotation.names['lost']:,} look-ups went with it: what they were made of is held "
            "nowhere any more."
        )
    return exits.DONE
