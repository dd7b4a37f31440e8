"""The arguments of the verb about a stolen login."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from datetime import datetime

from aboveboard.commands.arguments import person_number


def configure_logins(
    verbs: argparse._SubParsersAction[argparse.ArgumentParser],
    number: Callable[[str], int],
    moment: Callable[[str], datetime],
) -> None:
    """Declare ``from-login``; ``number`` and ``moment`` read what is given."""
    verb = verbs.add_parser(
        "from-login", help="add whose data a stolen login saw, or list what it did"
    )
    verb.add_argument("incident", type=number, help="such as INC-0001")
    whose = verb.add_mutually_exclusive_group(required=True)
    whose.add_argument("--staff", metavar="EMAIL", help="the login of a member of staff")
    whose.add_argument("--program", metavar="NAME", help="the login of a program")
    whose.add_argument(
        "--customer", type=person_number, metavar="NUMBER", help="the login of a customer"
    )
    whose.add_argument(
        "--acts", type=int, metavar="ID", help="list what a login did, by the number of its list"
    )
    verb.add_argument(
        "--from",
        dest="since",
        type=moment,
        help="since when somebody else had it, such as 2026-11-18T17:40:05+00:00",
    )
    verb.add_argument(
        "--until", type=moment, help="until when they had it, that second included; without it, now"
    )
