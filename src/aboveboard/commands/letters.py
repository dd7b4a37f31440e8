"""``aboveboard letters``: parcels of letters for the print house, and what it says of them."""

from __future__ import annotations

import argparse
import json
import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aboveboard.basics import clock
from aboveboard.basics.errors import Invalid
from aboveboard.commands.arguments import incident_number
from aboveboard.commands.exits import ATTENTION, DONE

if TYPE_CHECKING:
    from aboveboard.basics.actor import Actor
    from aboveboard.delivery.post.queries import ParcelRow

NAME = "letters"
HELP = "Letters for the print house: fetch parcels, take in what it printed and posted."
EXAMPLE = """\
aboveboard letters list
aboveboard letters fetch 12 --out /media/print-house
aboveboard letters acknowledge 12 \
9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
aboveboard letters take-in posted-2026-12-03.csv
aboveboard letters withdraw 12
aboveboard letters test INC-0001 --country DE --out test-letter.pdf"""
NEEDS_INSTANCE = True


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the verbs and their arguments."""
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", required=True)
    listed = verbs.add_parser("list", help="list the parcels and how far their letters are")
    fetch = verbs.add_parser("fetch", help="copy a sealed parcel and its sheet into a folder")
    known = verbs.add_parser(
        "acknowledge", help="record that the print house has a parcel, whole; removes it here"
    )
    withdraw = verbs.add_parser(
        "withdraw", help="have the letters of a parcel that never arrived printed anew"
    )
    for verb in (fetch, known, withdraw):
        verb.add_argument("parcel", type=int, help="the number of the parcel")
    fetch.add_argument("--out", type=Path, required=True, metavar="FOLDER", help="where to")
    known.add_argument("sha256", help="the SHA-256 of the file that the print house got, hex")
    taken = verbs.add_parser("take-in", help="take in the print house's list of letters, a CSV")
    taken.add_argument("file", type=Path, help="its columns are letter, state, date and reason")
    test = verbs.add_parser("test", help="print the letter of an incident to a made-up person")
    test.add_argument("incident", type=incident_number, help="such as INC-0001")
    test.add_argument("--country", default="", help="where it goes, such as DE (default: our own)")
    test.add_argument("--out", type=Path, required=True, metavar="FILE", help="the PDF")
    for verb in (known, withdraw, taken):
        verb.add_argument(
            "--as", dest="email", default="", metavar="EMAIL", help="the member of staff who acts"
        )
    for verb in (listed, known, withdraw, taken):
        verb.add_argument("--json", action="store_true", help="print the result as JSON")


def run(args: argparse.Namespace) -> int:
    """Do one verb. Exit codes: 0 done, 1 rows were left out, 2 something cannot be so, 3 there is
    no such parcel."""
    from aboveboard.delivery.post import actions, queries

    if args.verb == "list":
        _list(args)
    elif args.verb == "fetch":
        _fetch(args)
    elif args.verb == "acknowledge":
        row = actions.acknowledge(args.parcel, args.sha256, by=_actor(args), at=clock.now())
        _print(args, _facts(row), f"Parcel {row.number} is with the print house. Removed here.")
    elif args.verb == "withdraw":
        count = actions.withdraw(args.parcel, by=_actor(args), at=clock.now())
        words = f"{count:,} letters go into another parcel."
        _print(args, _facts(queries.parcel(args.parcel)), words)
    elif args.verb == "take-in":
        return _take_in(args)
    else:
        _test(args)
    return DONE


def _list(args: argparse.Namespace) -> None:
    from aboveboard.delivery.post import queries

    rows: list[ParcelRow] = []
    while page := queries.parcels(after=rows[-1].number if rows else 0):
        rows += page
    if args.json:
        print(json.dumps([_facts(row) for row in rows], indent=1))
        return
    for row in rows:
        known = "acknowledged" if row.acknowledged_at else "not acknowledged"
        states = ", ".join(f"{count:,} {state.value}" for state, count in row.states.items())
        print(f"{row.number:>6}  {row.letters:,} letters, {row.pages:,} pages  {known}  {states}")
    if not rows:
        setting = "" if queries.is_set_up() else " No print house is set: see post.print_house."
        print(f"No letters were made.{setting}")


def _fetch(args: argparse.Namespace) -> None:
    from aboveboard.custody.manifest import sheet_path
    from aboveboard.delivery.post import queries

    row, source = queries.parcel(args.parcel), queries.parcel_file(args.parcel)
    try:
        for file in (source, sheet_path(source)):
            _copy(file, args.out / file.name)
    except OSError as error:
        raise Invalid(
            found=f"{args.out} cannot be written ({error.strerror})", fix="Check the folder."
        ) from None
    print(f"{args.out / source.name}\nsha256 {row.sha256}")
    print(f"When the print house has it: aboveboard letters acknowledge {row.number} SHA256")


def _copy(source: Path, target: Path) -> None:
    with source.open("rb") as file, target.open("xb") as out:
        shutil.copyfileobj(file, out)
        out.flush()
        os.fsync(out.fileno())


def _take_in(args: argparse.Namespace) -> int:
    from aboveboard.delivery.post.reports import take_report

    try:
        source = args.file.read_bytes()
    except OSError as error:
        raise Invalid(
            found=f"{args.file} cannot be read ({error.strerror})", fix="Check the path."
        ) from None
    taken = take_report(source, by=_actor(args), at=clock.now())
    facts = {
        "moved": {state.value: count for state, count in taken.moved.items()},
        "same": taken.same,
        "left_out": taken.bad_rows,
        "rows": [{"line": row.line, "why": row.why} for row in taken.bad],
    }
    lines = [f"{args.file}:{row.line}: {row.why}" for row in taken.bad]
    if taken.bad_rows > len(taken.bad):
        lines.append(f"and {taken.bad_rows - len(taken.bad):,} more")
    counts = ", ".join(f"{count:,} {state.value}" for state, count in taken.moved.items())
    lines.append(
        f"{counts or 'Nothing new'}. {taken.same:,} known before, {taken.bad_rows:,} left out."
    )
    _print(args, facts, "\n".join(lines))
    return ATTENTION if taken.bad_rows else DONE


def _test(args: argparse.Namespace) -> None:
    from aboveboard.incidents.notices.letters import specimen
    from aboveboard.incidents.notices.queries import newest_batch
    from aboveboard.promise.queries import in_force

    batch = newest_batch(args.incident)
    if batch is None:
        raise Invalid(
            found="no notices of this incident",
            fix="Prepare them: aboveboard incident notices prepare INCIDENT",
        )
    country = args.country.upper() or in_force().promise.organisation.country
    pdf = specimen(batch.id, country)
    try:
        with args.out.open("xb") as out:
            out.write(pdf)
    except OSError as error:
        raise Invalid(
            found=f"{args.out} cannot be written ({error.strerror})", fix="Choose another name."
        ) from None
    print(args.out)


def _actor(args: argparse.Namespace) -> Actor:
    from aboveboard.accounts.queries import staff_member
    from aboveboard.basics.actor import SYSTEM

    return staff_member(args.email).actor if args.email else SYSTEM


def _facts(row: ParcelRow) -> dict[str, Any]:
    return {
        "parcel": row.number,
        "letters": row.letters,
        "pages": row.pages,
        "made_at": clock.to_text(row.made_at),
        "recipient": row.recipient,
        "export": row.export,
        "sha256": row.sha256,
        "acknowledged_at": clock.to_text(row.acknowledged_at) if row.acknowledged_at else None,
        "states": {state.value: count for state, count in row.states.items()},
    }


def _print(args: argparse.Namespace, facts: object, words: str) -> None:
    print(json.dumps(facts) if args.json else words)
