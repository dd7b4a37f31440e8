"""``aboveboard export``: hand people's data over as a sealed parcel: each person decided,
every line on a manifest."""

from __future__ import annotations

import argparse
import csv
import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from aboveboard.basics.errors import Invalid, NotFound
from aboveboard.commands.exits import ATTENTION, DONE
from aboveboard.commands.progress import Bar

if TYPE_CHECKING:
    from aboveboard.accounts.clients.scope import ClientScope
    from aboveboard.basics.actor import Actor
    from aboveboard.custody.queries import ExportRow

NAME = "export"
HELP = "Export people’s data for a purpose, in a file encrypted with age and with a manifest."
EXAMPLE = """\
aboveboard export make p.age --purpose deliver-orders --fields first_name,city --people n.txt \
--to courier --key age1… --staff ada@x.org
aboveboard export make p.age --purpose improve-shops --fields city --everyone --pseudonyms \
--device LT-0042 --key age1… --client planning
aboveboard export list
aboveboard export manifest 7 > manifest.csv      \
(everyone asked for, and why some are not in the file)
aboveboard export new-key key.txt                \
(the recipient's key pair: hand out the public key only)
aboveboard export open deliveries.csv.age --identity key.txt --out deliveries.csv"""


def NEEDS_INSTANCE(args: argparse.Namespace) -> bool:
    """A recipient who makes a key or opens a parcel has no instance."""
    return args.verb not in ("new-key", "open")


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the verbs and their arguments."""
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", required=True)
    _configure_make(verbs.add_parser("make", help="make a file of people's data, and its manifest"))
    overview = verbs.add_parser("list", help="list exports, and those that never left")
    listing = verbs.add_parser(
        "manifest",
        help=(
            "print a manifest as CSV: each person asked for, what the file holds about them, or "
            "why it holds nothing"
        ),
    )
    listing.add_argument("number", type=int, metavar="EXPORT")
    sheet = verbs.add_parser(
        "sheet", help="print the sheet that goes with a file, with its proof from the ledger"
    )
    sheet.add_argument("number", type=int, metavar="EXPORT")
    made = verbs.add_parser(
        "new-key",
        help="make an age key pair: write the secret key to a file, print the public key",
    )
    made.add_argument("file", type=Path)
    opened = verbs.add_parser("open", help="open a parcel with an age secret key")
    opened.add_argument("file", type=Path)
    opened.add_argument(
        "--identity", type=Path, required=True, metavar="FILE", help="the secret key"
    )
    opened.add_argument(
        "--out",
        type=Path,
        required=True,
        metavar="FILE",
        help="the file to write; only you can read it",
    )
    overview.add_argument("--json", action="store_true", help="print JSON for a program")


def _configure_make(make: argparse.ArgumentParser) -> None:
    make.add_argument(
        "out", type=Path, metavar="FILE", help="the file to make; its sheet is put beside it"
    )
    make.add_argument("--purpose", required=True, help="a purpose of the promise")
    make.add_argument(
        "--fields",
        required=True,
        metavar="FIELD,…",
        help="the fields that the purpose needs, in column order",
    )
    who = make.add_mutually_exclusive_group(required=True)
    who.add_argument("--people", type=Path, metavar="FILE", help="customer numbers, one a line")
    who.add_argument(
        "--everyone",
        action="store_true",
        help="everyone the purpose may reach; where it needs consent, those who gave it",
    )
    where = make.add_mutually_exclusive_group(required=True)
    where.add_argument("--to", metavar="RECIPIENT", help="a recipient of the promise")
    where.add_argument("--device", metavar="LABEL", help="a registered device")
    asks = make.add_mutually_exclusive_group(required=True)
    asks.add_argument(
        "--staff",
        metavar="EMAIL",
        help="the member of staff who asks; the purpose must be open to their role",
    )
    asks.add_argument("--client", metavar="NAME", help="the program that asks")
    make.add_argument(
        "--key",
        action="append",
        default=[],
        metavar="AGE1…",
        help="an age public key to encrypt it to; repeat for each reader",
    )
    make.add_argument(
        "--channel", default="export", help="the channel of the promise (default: export)"
    )
    make.add_argument("--ndjson", action="store_true", help="a JSON object a line instead of CSV")
    make.add_argument(
        "--pseudonyms",
        action="store_true",
        help="begin each row with a pseudonym that nobody can tie to another file",
    )
    make.add_argument(
        "--unprotected",
        action="store_true",
        help="let it leave unencrypted; the ledger will say so",
    )
    make.add_argument("--json", action="store_true", help="print the report as JSON")


def run(args: argparse.Namespace) -> int:
    """Do one verb. Exit code 0: done; 1: made, and somebody was refused or not found."""
    return _VERBS[args.verb](args)


def _make(args: argparse.Namespace) -> int:
    from aboveboard.basics import clock
    from aboveboard.custody import exporting, manifest, selection
    from aboveboard.custody.terms import FileForm
    from aboveboard.keys.log_signing import sequence_now

    fields = tuple(field.strip() for field in args.fields.split(",") if field.strip())
    asker, scope = _asker(args)
    unknown = _Unknown()
    people: Iterable[int] = (
        selection.everyone_for(args.purpose) if args.everyone else unknown.drop(args.people)
    )
    file_format = exporting.ExportFormat(
        FileForm.NDJSON if args.ndjson else FileForm.CSV, args.pseudonyms, tuple(args.key)
    )
    with Bar("Exporting", None, quiet=args.json or not sys.stderr.isatty(), unit="people") as bar:
        made = exporting.make_export(
            people,
            fields,
            purpose=args.purpose,
            out=args.out,
            device_id=_device_id(args.device),
            recipient=args.to or "",
            channel=args.channel,
            unprotected=args.unprotected,
            file_format=file_format,
            scope=scope,
            progress=lambda count: bar(count, count),
            by=asker,
            at=clock.now(),
        )
    sequence_now()
    beside = manifest.write(made, args.out)
    if args.json:
        facts = _facts(made) | {"sheet": str(beside), "lines_unknown": unknown.lines}
        print(json.dumps(facts, ensure_ascii=False, indent=1))
    else:
        print(
            f"Export {made.id}: {made.people:,} people are in {args.out.name}, {made.refused:,} "
            f"were refused. Its sheet is {beside.name}."
        )
        if made.refused:
            print(f"  Who, and why: aboveboard export manifest {made.id}")
        for line in unknown.lines[:_LISTED]:
            print(f"  line {line} of {args.people.name}: no customer has this number.")
        if len(unknown.lines) > _LISTED:
            print(f"  … and {len(unknown.lines) - _LISTED:,} more lines. List all with --json.")
    return ATTENTION if made.refused or unknown.lines else DONE


_LISTED = 20


class _Unknown:
    """The lines of a list that nobody is known by."""

    def __init__(self) -> None:
        self.lines: list[int] = []

    def drop(self, file: Path) -> Iterator[int]:
        """Yield the people of a list of customer numbers."""
        from aboveboard.vault import queries as vault

        if not file.is_file():
            raise Invalid(found=f"there is no file {file}", fix="Check the path.")
        with file.open(encoding="utf-8-sig", errors="replace") as lines:
            for number, line in enumerate(lines, 1):
                if not line.strip():
                    continue
                found = vault.find("customer_number", line)
                if not found:
                    self.lines.append(number)
                yield from found


def _asker(args: argparse.Namespace) -> tuple[Actor, ClientScope | None]:
    from aboveboard.accounts import queries
    from aboveboard.accounts.clients.scope import ClientScope

    if args.client:
        client = queries.client(args.client)
        if client.revoked_at is not None:
            raise NotFound(what=f"program called {args.client}, which was revoked")
        return client.actor, ClientScope(frozenset(client.purposes), frozenset(client.channels))
    account = queries.staff_member(args.staff)
    if not account.is_active:
        raise NotFound(what="member of staff, whose account was closed")
    return account.actor, None


def _device_id(label: str | None) -> int | None:
    from aboveboard.custody import queries

    return None if label is None else queries.device_by_tag(label).id


def _list(args: argparse.Namespace) -> int:
    from aboveboard.custody import queries

    rows = queries.exports(made_only=False)
    if args.json:
        print(json.dumps([_facts(row) for row in rows], ensure_ascii=False, indent=1))
        return DONE
    if not rows:
        print("Nothing has been exported yet.")
    for row in rows:
        to = row.device_tag or row.recipient
        state = (
            f"{row.people:,} people, {row.protection.label.lower()}"
            if row.made_at
            else "never left"
        )
        print(
            f"{row.id}  {row.begun_at:%Y-%m-%d %H:%M}  {row.purpose}  to {to}  {row.file_name}  "
            f"({state})"
        )
    return DONE


def _facts(row: ExportRow) -> dict[str, object]:
    return {
        "export": row.id,
        "purpose": row.purpose,
        "fields": row.fields,
        "device": row.device_tag or None,
        "recipient": row.recipient or None,
        "file": row.file_name,
        "sha256": row.file_digest or None,
        "protection": row.protection,
        "people": row.people,
        "refused": row.refused,
        "left": row.made_at is not None,
        "entry": row.entry_id,
    }


def _manifest(args: argparse.Namespace) -> int:
    from aboveboard.custody import queries
    from aboveboard.law.categories import from_bitmap

    export = queries.export(args.number)
    out = csv.writer(sys.stdout)
    out.writerow(["person", "in_the_file", "refused_for"])
    for line in queries.manifest_lines(export.id):
        out.writerow([line.person_id, " ".join(from_bitmap(line.categories)), line.reasons])
    return DONE


def _sheet(args: argparse.Namespace) -> int:
    from aboveboard.custody import manifest, queries

    export = queries.export(args.number)
    if export.made_at is None:
        raise NotFound(what="sheet: this export never left")
    print(json.dumps(manifest.sheet(export), ensure_ascii=False, indent=1))
    return DONE


def _new_key(args: argparse.Namespace) -> int:
    from aboveboard.custody import parcel

    print(parcel.new_key(args.file))
    print(
        (
            f"Give this public key to the people who send you parcels. Keep {args.file.name} "
            "secret and safe: nothing else opens them."
        ),
        file=sys.stderr,
    )
    return DONE


def _open(args: argparse.Namespace) -> int:
    from aboveboard.custody import parcel

    for file in (args.file, args.identity):
        if not file.is_file():
            raise Invalid(found=f"there is no file {file}", fix="Check the path.")
    parcel.open_parcel(args.file, args.identity, args.out)
    print(f"The rows are in {args.out.name}. Delete it when you no longer need it.")
    return DONE


_VERBS = {
    "make": _make,
    "list": _list,
    "manifest": _manifest,
    "sheet": _sheet,
    "new-key": _new_key,
    "open": _open,
}
