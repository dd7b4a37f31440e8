"""The arguments of the verbs about a case, about notices, and about records of others."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any


def configure_case(
    verbs: argparse._SubParsersAction[argparse.ArgumentParser],
    number: Callable[[str], int],
    moment: Callable[[str], Any],
) -> None:
    """Declare ``tasks``, ``role``, ``decision`` and ``freeze``; ``number`` and ``moment`` read
    what is given."""
    tasks = verbs.add_parser("tasks", help="list what there is to do, or change it")
    tasks.add_argument("incident", type=number, help="such as INC-0001")
    how = tasks.add_mutually_exclusive_group()
    how.add_argument("--add", metavar="TITLE", help="add a task; do not name customers")
    how.add_argument("--done", type=int, metavar="ID", help="it is done")
    how.add_argument("--not-needed", type=int, metavar="ID", help="it is not needed; say why")
    how.add_argument("--reopen", type=int, metavar="ID", help="it was ended too early")
    how.add_argument("--assign", type=int, metavar="ID", help="give it to somebody, or to nobody")
    tasks.add_argument("--role", default="lead", help="who does what is added; without it, lead")
    tasks.add_argument("--due", type=moment, help="by when, such as 2026-11-18T17:40+00:00")
    tasks.add_argument("--reason", default="", help="why it is not needed; do not name customers")
    tasks.add_argument("--to", default="", metavar="EMAIL", help="to whom it is given")
    role = verbs.add_parser("role", help="hand a role over, or list who does what")
    role.add_argument("incident", type=number, help="such as INC-0001")
    role.add_argument("role", nargs="?", default="", help="such as lead or counsel")
    role.add_argument("--to", default="", metavar="EMAIL", help="who takes it")
    role.add_argument("--note", default="", help="what they should know")
    decision = verbs.add_parser("decision", help="record a decision, approve one, or list them")
    decision.add_argument("incident", type=number, help="such as INC-0001")
    decision.add_argument("words", nargs="?", default="", help="what is decided")
    decision.add_argument("--reason", default="", help="why; do not name customers")
    decision.add_argument("--approve", type=int, metavar="ID", help="approve one")
    freeze = verbs.add_parser("freeze", help="let nothing about an incident go out, or lift that")
    freeze.add_argument("incident", type=number, help="such as INC-0001")
    freeze.add_argument("--reason", default="", help="why; do not name customers")
    freeze.add_argument("--lift", action="store_true", help="let it go out again")


def configure_evidence(
    verbs: argparse._SubParsersAction[argparse.ArgumentParser], number: Callable[[str], int]
) -> None:
    """Declare ``evidence``; ``number`` reads an incident's."""
    evidence = verbs.add_parser(
        "evidence",
        help="seal a file as evidence, hand it over, open it, or check all; or list them",
    )
    evidence.add_argument("incident", type=number, help="such as INC-0001")
    how = evidence.add_mutually_exclusive_group()
    how.add_argument("--add", type=Path, metavar="FILE", help="seal this file")
    how.add_argument("--hand-over", type=int, metavar="ID", help="say who takes it over")
    how.add_argument("--open", type=int, metavar="ID", help="write it to --out; this is recorded")
    how.add_argument("--verify", action="store_true", help="read all, and compare their digests")
    evidence.add_argument("--to", default="", metavar="EMAIL", help="who takes it over")
    evidence.add_argument("--out", type=Path, metavar="FILE", help="where to")
    evidence.add_argument("--reason", default="", help="why; do not name customers")


def configure_pack(
    verbs: argparse._SubParsersAction[argparse.ArgumentParser], number: Callable[[str], int]
) -> None:
    """Declare ``pack``; ``number`` reads an incident's."""
    pack = verbs.add_parser(
        "pack", help="write everything of an incident into one file, with proofs, for a regulator"
    )
    pack.add_argument("incident", type=number, help="such as INC-0001")
    pack.add_argument(
        "--out", type=Path, metavar="FILE", help="where to; without it, such as inc-0001.zip here"
    )
    pack.add_argument(
        "--people", action="store_true", help="with the numbers of those affected; this is recorded"
    )


def configure_records(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare ``import-veris``."""
    records = verbs.add_parser(
        "import-veris", help="write VERIS records down as closed incidents of the past"
    )
    records.add_argument(
        "file",
        type=Path,
        help="one record, a list, or one on each line, as JSON; - reads standard input",
    )


def configure_notices(
    verbs: argparse._SubParsersAction[argparse.ArgumentParser], number: Callable[[str], int]
) -> None:
    """Declare ``notices``; ``number`` reads an incident's."""
    notices = verbs.add_parser(
        "notices",
        help="prepare, review, approve, stop or resume notices, or see their progress",
    )
    notices.add_argument(
        "step",
        choices=(
            "prepare",
            "review",
            "request-changes",
            "answer",
            "withdraw",
            "send-back",
            "approve",
            "stop",
            "resume",
            "status",
        ),
    )
    notices.add_argument("incident", type=number, help="such as INC-0001")
    notices.add_argument(
        "--new",
        choices=("added", "more"),
        help="prepare for those alone who were never told, or of whom more is exposed since",
    )
    notices.add_argument(
        "--measures",
        action="append",
        default=[],
        metavar="TEXT",
        help="what you have done about it; fr:TEXT for French, de:TEXT for German",
    )
    notices.add_argument(
        "--note",
        default="",
        metavar="TEXT",
        help="what is to be changed, or the answer to that; no names of customers",
    )
