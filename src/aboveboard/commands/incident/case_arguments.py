"""The arguments of the verbs about a case, what there is to do, and of records of others."""

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
    """Declare ``tasks``; ``number`` and ``moment`` read what is given."""
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
