"""``aboveboard concern``: list what customers find wrong with looks at their data, and answer."""

from __future__ import annotations

import argparse
from pathlib import Path

NAME = "concern"
HELP = "List what customers find wrong with looks at their data, take it, hand it over and answer."
EXAMPLE = """\
aboveboard concern list
aboveboard concern list --answered --json
aboveboard concern show 12
aboveboard concern take 12 --as lead@example.com
aboveboard concern hand-over 12 --to second@example.com --as lead@example.com
aboveboard concern answer 12 --verdict wrong --words answer.txt --as lead@example.com"""
NEEDS_INSTANCE = True


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the verbs and their arguments."""
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    listing = verbs.add_parser("list", help="list what waits for an answer, the oldest first")
    which = listing.add_mutually_exclusive_group()
    which.add_argument("--answered", action="store_true", help="list what is answered instead")
    which.add_argument("--owner", metavar="EMAIL", help="only what this member of staff has")
    showing = verbs.add_parser("show", help="show one concern and the look that is questioned")
    taking = verbs.add_parser("take", help="be the one who answers")
    handing = verbs.add_parser("hand-over", help="let another member of staff answer")
    answering = verbs.add_parser("answer", help="answer the customer")
    for verb in (showing, taking, handing, answering):
        verb.add_argument("concern", type=int, help="its number, as `list` shows it")
    handing.add_argument("--to", required=True, metavar="EMAIL", help="who answers")
    answering.add_argument(
        "--verdict",
        required=True,
        choices=("right", "wrong", "unclear"),
        help="what you found of the look",
    )
    # From a file: what a command line holds stays in the shell's history.
    answering.add_argument(
        "--words",
        required=True,
        type=Path,
        metavar="FILE",
        help="a text file with your answer to the customer; - reads standard input",
    )
    for verb in (taking, handing, answering):
        verb.add_argument(
            "--as",
            dest="email",
            required=True,
            help="e-mail address of the member of staff who acts",
        )
    for verb in verbs.choices.values():
        verb.add_argument("--json", action="store_true", help="print JSON")


def run(args: argparse.Namespace) -> int:
    """Do one verb. Exit codes: 0 done, 1 an answer is overdue, 2 wrong use, 3 not found, 4 not
    possible now, 5 not allowed."""
    from aboveboard.commands.concerns import answering
    from aboveboard.keys.log_signing import sequence_now

    if args.verb == "list":
        return answering.list_all(args)
    if args.verb == "show":
        return answering.show(args)
    answering.act(args)
    # What was changed is put into the tree at once; nobody waits here for the worker.
    sequence_now()
    return 0
