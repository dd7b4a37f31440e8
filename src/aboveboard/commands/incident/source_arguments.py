"""The arguments of the verbs that say whom a loss affects: by a list or an estimate, a whole
system, an e-mail, a supplier's report."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

CERTAINTIES = ("certain", "probable", "not_excluded")


def configure_sources(
    verbs: argparse._SubParsersAction[argparse.ArgumentParser],
    number: Callable[[str], int],
    moment: Callable[[str], datetime],
) -> None:
    """Declare the verbs; ``number`` and ``moment`` read what is given."""
    system = verbs.add_parser(
        "from-system", help="add everybody who was held, because a whole system was lost"
    )
    system.add_argument("incident", type=number, help="such as INC-0001")
    system.add_argument(
        "--system", default="", help="its key; `own` for our own records; without it, list them"
    )
    system.add_argument(
        "--as-of", type=moment, help="as it was then, such as 2026-11-18T17:40:05+00:00"
    )
    _add_exposed(system, "what was in it; without it, what is declared of the system")
    mail = verbs.add_parser(
        "from-mail", help="add everybody whose address an e-mail showed to all the others"
    )
    mail.add_argument("incident", type=number, help="such as INC-0001")
    mail.add_argument(
        "file",
        type=Path,
        help="the message as .eml or text, or its lines To, Cc and Bcc; - reads standard input",
    )
    mail.add_argument(
        "--data", default="", metavar="FIELDS", help="what else it showed of each of them"
    )
    add_certainty(mail)
    report = verbs.add_parser("from-supplier", help="add whom a supplier’s report names")
    report.add_argument("incident", type=number, help="such as INC-0001")
    report.add_argument("file", type=Path, nargs="?", help="a table, workbook or text")
    report.add_argument("--supplier", default="", metavar="NAME", help="who reported it")
    report.add_argument(
        "--processor", choices=("yes", "no"), help="whether they process data on our behalf"
    )
    report.add_argument("--columns", default="", help="what each column holds, separated by commas")
    report.add_argument(
        "--lines",
        type=int,
        metavar="ID",
        help="list the lines of a report that name nobody we know, by the number of its list",
    )
    _add_exposed(report, "what the supplier says was exposed")


def configure_affected(
    verbs: argparse._SubParsersAction[argparse.ArgumentParser], number: Callable[[str], int]
) -> None:
    """Declare ``affected``; ``number`` reads the incident."""
    affected = verbs.add_parser(
        "affected",
        help="say who is affected by a loss that is neither a device nor a file, or show who is",
    )
    affected.add_argument("incident", type=number, help="such as INC-0001")
    how = affected.add_mutually_exclusive_group()
    how.add_argument(
        "--list",
        dest="list_file",
        type=Path,
        metavar="FILE",
        help=(
            "a file with a customer number, an e-mail address or a phone number on each line; - "
            "reads standard input"
        ),
    )
    how.add_argument(
        "--estimate",
        action="append",
        type=_estimate,
        metavar="PLACE=NUMBER",
        help="about how many people of a country or state, such as FR=20; may be given again",
    )
    how.add_argument("--take-back-list", type=int, metavar="ID", help="take a list back")
    how.add_argument("--take-back-estimate", type=int, metavar="ID", help="take an estimate back")
    affected.add_argument(
        "--data",
        default="",
        metavar="FIELDS",
        help="what was in it: fields of the promise, separated by commas; `all` for all of them",
    )
    affected.add_argument(
        "--protected",
        default="",
        metavar="FIELDS",
        help="which of these were encrypted, hashed, masked or the like",
    )
    add_certainty(affected)
    affected.add_argument(
        "--reason", default="", help="why a list or an estimate is taken back; name no customers"
    )


def configure_joining(
    verbs: argparse._SubParsersAction[argparse.ArgumentParser], number: Callable[[str], int]
) -> None:
    """Declare ``join``; ``number`` reads an incident's."""
    join = verbs.add_parser(
        "join", help="make an incident part of another: one set of people, one clock"
    )
    join.add_argument("incident", type=number, help="the part, such as INC-0002")
    how = join.add_mutually_exclusive_group(required=True)
    how.add_argument("--into", type=number, metavar="INCIDENT", help="the whole, such as INC-0001")
    how.add_argument("--undo", action="store_true", help="let it be an incident of its own again")
    join.add_argument("--reason", default="", help="with --undo: why; name no customers")


def add_certainty(parser: argparse.ArgumentParser) -> None:
    """Declare how certain a source is."""
    parser.add_argument(
        "--certainty",
        choices=CERTAINTIES,
        default="certain",
        help="how certain it is; of several sources the strongest counts",
    )


def _add_exposed(parser: argparse.ArgumentParser, words: str) -> None:
    parser.add_argument("--data", default="", metavar="FIELDS", help=words)
    parser.add_argument(
        "--protected",
        default="",
        metavar="FIELDS",
        help="which of these were encrypted, hashed, masked or the like",
    )
    add_certainty(parser)


def _estimate(text: str) -> tuple[str, int]:
    """Read ``GB=200``."""
    place, equals, people = text.partition("=")
    if not equals or not people.isdecimal():
        raise argparse.ArgumentTypeError(f"{text} is not an estimate, such as GB=200")
    return place.strip().upper(), int(people)
