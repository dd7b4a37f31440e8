"""A folder of instances on this machine: ``portal``, and one for each organisation, apart in data,
keys, ledger and staff. Each step runs on one instance, in a process of its own."""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from aboveboard.basics import settings
from aboveboard.basics.errors import Conflict, Invalid, NotFound
from aboveboard.commands.exits import DONE
from aboveboard.commands.group import letter

if TYPE_CHECKING:
    from collections.abc import Sequence

PORTAL: Final = "portal"
INSIDE: Final = (
    "a network, address or host inside your own network at which the organisation may be reached; "
    "one that is named may be reached without TLS"
)
_KEY: Final = re.compile(r"[a-z][a-z0-9-]{0,39}")
_CARRIED: Final = ("ABOVEBOARD_PASSPHRASE",)


class StepFailed(Conflict):
    """A step on the instance {instance} did not work: {why}."""

    code = "step_failed"
    next_step = "Mend what it says, and run the same command again: what is done stays done."


def configure(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare ``init`` and ``add``."""
    init = verbs.add_parser("init", help="make a folder, and in it the portal")
    add = verbs.add_parser(
        "add", help="make an organisation in the folder, and let the portal read it"
    )
    for command in (init, add):
        command.add_argument("folder", type=Path, metavar="DIR", help="the folder of the group")
    add.add_argument("key", help="a short name for the organisation: its folder and address part")
    for command in (init, add):
        command.add_argument("--name", required=True, help="the name that customers know")
        command.add_argument("--origin", required=True, help="the address at which it is reached")
        command.add_argument(
            "--promise", type=Path, metavar="FILE", help="the promise to check and adopt"
        )
        command.add_argument(
            "--mail",
            default="smtp://127.0.0.1:1025",
            metavar="URL",
            help="its mail server (default: %(default)s)",
        )
    letter.add_arguments(add)
    add.add_argument("--inside", action="append", default=[], metavar="HOST", help=INSIDE)


def run(args: argparse.Namespace) -> int:
    """Make the portal, or an organisation beside it, and print the next step."""
    if args.verb == "init":
        _make(args.folder / PORTAL, args)
        print(f"Made the portal in {args.folder / PORTAL}.")
        print(
            "Next, add the first organisation: aboveboard group add "
            f"{args.folder} KEY --name NAME --origin ADDRESS --promise FILE --role ROLE"
        )
        return DONE
    return _add(args)


def _add(args: argparse.Namespace) -> int:
    portal, own = args.folder / PORTAL, args.folder / args.key
    if not (portal / settings.FILE_NAME).exists():
        raise NotFound(what=f"portal in {args.folder}; run: aboveboard group init {args.folder}")
    if not _KEY.fullmatch(args.key) or args.key == PORTAL:
        raise Invalid(
            found=f"{args.key} is no short name", fix="Use small letters, digits and hyphens."
        )
    # Run again after a step that failed, it goes on where that was.
    if not (own / settings.FILE_NAME).exists():
        _make(own, args)
    home = settings.load(portal, {})
    origin = home.server.origin.rstrip("/")
    origin = origin if "://" in origin else f"https://{origin}"
    return_to = f"{origin}/you/organisations/{args.key}/linked/"
    admitted = _step(
        own,
        ["group", "admit", home.organisation.name, "--return-to", return_to, "--role", args.role]
        + (["--field", args.field] if args.field else [])
        + ["--days", str(args.days)],
    )
    inside = [word for host in args.inside for word in ("--inside", host)]
    # The secret goes from one process to the other, and stands in no file and no argument.
    _step(portal, ["group", "join", args.key, "-", *inside], given=admitted)
    print(f"Made {args.name} in {own}, and the portal may ask it.")
    print(f"Copy {own}/root.key and {own}/signing.key to a safe place, apart from the portal's.")
    print(f"Next, run: aboveboard serve --home {own}")
    print(f"Then: aboveboard group check --home {portal}")
    return DONE


def _make(home: Path, args: argparse.Namespace) -> None:
    words = ["init", str(home), "--name", args.name, "--origin", args.origin, "--mail", args.mail]
    _step(home, words + (["--promise", str(args.promise.resolve())] if args.promise else []))


def _step(home: Path, words: Sequence[str], *, given: str = "") -> str:
    # Settings of the environment are one instance's own: with them, two would share a database.
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("ABOVEBOARD_") or name in _CARRIED
    } | {settings.HOME_VARIABLE: str(home)}
    done = subprocess.run(  # noqa: S603 - our own command; the words are an operator's
        [sys.executable, "-m", "aboveboard.commands.main", *words],
        env=environment,
        input=given,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise StepFailed(instance=home.name, why=done.stderr.strip() or done.stdout.strip())
    return done.stdout
