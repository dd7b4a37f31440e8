"""``aboveboard requests``: what people ask about their own data, from receipt to answer."""

from __future__ import annotations

import argparse
from pathlib import Path

NAME = "requests"
HELP = "List what people ask about their data, prove who asks, run it and answer (GDPR Arts 15-22)."
EXAMPLE = """\
aboveboard requests list --late
aboveboard requests ask --kind access --person 192162611299331807
aboveboard requests ask --kind erasure --email ada@example.com --jurisdiction FR
aboveboard requests show 12
aboveboard requests prove 12 --with document
aboveboard requests run 12
aboveboard requests answer 12 --system archive --step find --records 0 --words seen.txt
aboveboard requests retry 12 --system archive --step find
aboveboard requests review 12
aboveboard requests pack 12
aboveboard requests pack 12 --way paper --words note.txt
aboveboard requests letter 12 --out letter.pdf
aboveboard requests answer 13 --outcome done
aboveboard requests pause 12 --reason clarification --words question.txt
aboveboard requests resume 12
aboveboard requests extend 12 --reason complex --words why.txt
aboveboard requests refuse 12 --ground legal_claims --words why.txt
aboveboard requests withdraw 12"""
NEEDS_INSTANCE = True

_KINDS = (
    "access",
    "correction",
    "erasure",
    "restriction",
    "portability",
    "objection",
    "stop_asking",
    "human_review",
)
_GROUNDS = (
    "not_proved",
    "unfounded",
    "excessive",
    "compelling_grounds",
    "legal_duty",
    "legal_claims",
    "accurate",
    "others_rights",
    "not_applicable",
)
_STEPS = ("find", "read", "dry_run", "correct", "erase", "restrict")


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the verbs and their arguments."""
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    listing = verbs.add_parser("list", help="list what is open, what is due first first")
    listing.add_argument("--kind", choices=_KINDS, help="only these")
    listing.add_argument("--late", action="store_true", help="only what is late")
    asking = verbs.add_parser("ask", help="write down what somebody asks")
    asking.add_argument("--kind", required=True, choices=_KINDS, help="what is asked")
    whose = asking.add_mutually_exclusive_group(required=True)
    whose.add_argument("--person", type=int, help="the person's number, shown in the console")
    whose.add_argument("--email", help="of somebody without an account")
    asking.add_argument(
        "--asker",
        choices=("self", "agent", "guardian", "executor"),
        default="self",
        help="who asks for them",
    )
    asking.add_argument(
        "--restriction",
        choices=("accuracy_contested", "unlawful", "needed_for_claim"),
        default="accuracy_contested",
        help="of a restriction, why it is asked for (GDPR Art. 18(1))",
    )
    asking.add_argument("--jurisdiction", default="", help="where they live, such as FR or US-CA")
    numbered = {
        name: verbs.add_parser(name, help=words)
        for name, words in {
            "show": "show one request, its steps and what comes next",
            "prove": "say how who asks was proved",
            "run": "do now what the worker would do",
            "review": "say that what was collected was looked at",
            "pack": "make the copy of their data and answer with it",
            "letter": "write the letter for the post: with the copy, or what became of it",
            "answer": "answer a step by hand, or close what is done",
            "retry": "have a step tried again",
            "extend": "take the longer time that the law gives",
            "pause": "stop the clock until the person answers",
            "resume": "let the clock go on",
            "refuse": "close it without doing it, and say why",
            "withdraw": "close it because they want it no more",
        }.items()
    }
    for verb in numbered.values():
        verb.add_argument("request", type=int, help="its number, as `list` shows it")
    _configure_verbs(numbered)
    for verb in verbs.choices.values():
        verb.add_argument("--json", action="store_true", help="print JSON")


def _configure_verbs(verbs: dict[str, argparse.ArgumentParser]) -> None:
    proof = verbs["prove"].add_mutually_exclusive_group(required=True)
    proof.add_argument(
        "--with",
        dest="evidence",
        choices=("knowledge", "document", "authority"),
        help="what you checked",
    )
    proof.add_argument("--code", help="the code that was sent to them, as they gave it back")
    packing = verbs["pack"]
    packing.add_argument(
        "--way", choices=("link", "counter", "paper"), default="link", help="how they get it"
    )
    packing.add_argument(
        "--passphrase",
        type=Path,
        metavar="FILE",
        help="a text file with the passphrase that you agreed with them",
    )
    packing.add_argument(
        "--part", action="store_true", help="give what there is while systems are missing"
    )
    packing.add_argument(
        "--age-key", default="", help="the public age key of their own, for which it is sealed"
    )
    verbs["letter"].add_argument(
        "--out", type=Path, metavar="FILE", required=True, help="where the PDF is written"
    )
    answering = verbs["answer"]
    answering.add_argument("--outcome", choices=("done", "partly", "nothing_held"))
    answering.add_argument("--records", type=int, default=0, help="how many you found or changed")
    answering.add_argument("--document", type=Path, metavar="FILE", help="a copy, or evidence")
    for verb in (answering, verbs["retry"]):
        verb.add_argument("--system", help="the system, as `show` names it")
        verb.add_argument("--step", choices=_STEPS, help="what is done there")
    verbs["extend"].add_argument("--reason", required=True, choices=("complex", "many_requests"))
    verbs["pause"].add_argument(
        "--reason", required=True, choices=("identity", "clarification", "fee")
    )
    verbs["refuse"].add_argument("--ground", required=True, choices=_GROUNDS)
    # From a file: what a command line holds stays in the shell's history.
    for name in ("answer", "extend", "pack", "pause", "refuse"):
        verbs[name].add_argument(
            "--words",
            type=Path,
            metavar="FILE",
            required=name not in ("answer", "pack"),
            help="a text file with what they read, or what you did; - reads standard input",
        )


def run(args: argparse.Namespace) -> int:
    """Do one verb. Exit codes: 0 done, 1 something is late, 2 wrong use, 3 not found, 4 not
    possible now, 5 not allowed."""
    from aboveboard.commands.requests import acting
    from aboveboard.keys.log_signing import sequence_now

    if args.verb == "list":
        return acting.list_open(args)
    if args.verb != "show":
        args.request = acting.act(args)
        # What was changed is put into the tree at once; nobody waits here for the worker.
        sequence_now()
    acting.show(args)
    return 0
