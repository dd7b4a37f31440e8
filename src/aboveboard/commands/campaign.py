"""``aboveboard campaign``: filter the file of a campaign, so that it reaches only people who may be
contacted."""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from collections.abc import Generator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from aboveboard.basics.errors import Invalid
from aboveboard.commands.exits import ATTENTION, DONE
from aboveboard.commands.progress import ProgressBar

if TYPE_CHECKING:
    from aboveboard.connectors.files.forms import FileRow
    from aboveboard.connectors.files.settings import FileRule
    from aboveboard.custody.campaign import CampaignColumns, CampaignReport
    from aboveboard.promise.model import Promise, Purpose

NAME = "campaign"
HELP = "Filter the file of a campaign: who may be contacted goes out, and why not the others."
EXAMPLE = """\
aboveboard campaign filter spring.csv spring.csv.age --purpose personal-offers --channel email \
--to email-provider --key age1… --client mailer
aboveboard campaign filter spring.xlsx spring.csv.age --purpose personal-offers --channel post \
--to courier --key age1… --staff ada@x.org --find customer_number=Kunde --column last_name=Name"""

_FIND_BY = ("customer_number", "email", "phone")
"""What a row may say whose it is by, the surest first."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the verb and its arguments."""
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", required=True)
    chosen = verbs.add_parser(
        "filter", help="write the rows of people who may be contacted, and why not the others"
    )
    chosen.add_argument("file", type=Path, help="CSV, NDJSON, JSON, Parquet or a workbook")
    chosen.add_argument(
        "out", type=Path, metavar="OUT", help="the file to make; its sheet is put beside it"
    )
    chosen.add_argument("--purpose", required=True, help="a purpose of the promise")
    chosen.add_argument("--channel", required=True, help="a channel of the promise")
    where = chosen.add_mutually_exclusive_group(required=True)
    where.add_argument("--to", metavar="RECIPIENT", help="a recipient of the promise")
    where.add_argument("--device", metavar="LABEL", help="a registered device")
    asks = chosen.add_mutually_exclusive_group(required=True)
    asks.add_argument("--staff", metavar="EMAIL", help="the member of staff who asks")
    asks.add_argument("--client", metavar="NAME", help="the program that asks")
    chosen.add_argument(
        "--find",
        action="append",
        default=[],
        metavar="KIND=COLUMN",
        help="the column that says whose a row is: customer_number, email or phone (default: "
        "columns of these names)",
    )
    chosen.add_argument(
        "--column",
        action="append",
        default=[],
        metavar="FIELD=COLUMN",
        help="the column that holds a field (default: columns named as fields of the purpose); "
        "all others stay behind",
    )
    chosen.add_argument("--sheet", default="", help="the sheet of a workbook (default: the first)")
    chosen.add_argument(
        "--key",
        action="append",
        default=[],
        metavar="AGE1…",
        help="an age public key to encrypt it to; repeat for each reader",
    )
    chosen.add_argument(
        "--unprotected",
        action="store_true",
        help="let it leave unencrypted; the ledger will say so",
    )
    chosen.add_argument("--json", action="store_true", help="print the report as JSON")


def run(args: argparse.Namespace) -> int:
    """Filter a file. Exit code 0: all rows went out; 1: some were left out."""
    from aboveboard.access.use import UseRequest
    from aboveboard.basics import clock
    from aboveboard.commands.people.export_making import asker_of, device_number
    from aboveboard.connectors.files import forms
    from aboveboard.custody import manifest
    from aboveboard.custody.campaign import filter_campaign
    from aboveboard.custody.exporting import ExportFormat, ExportPlace
    from aboveboard.keys.log_signing import sequence_now

    if not args.file.is_file():
        raise Invalid(found=f"there is no file {args.file}", fix="Check the path.")
    rule = _rule(args.file, args.sheet)

    def rows() -> Generator[FileRow]:
        with args.file.open("rb") as opened:
            try:
                yield from forms.rows(opened, rule)
            except forms.FileNotReadable as error:
                raise Invalid(
                    found=f"{args.file.name} is no {rule.form} that can be read ({error})",
                    fix="Save it again in that form, or name it for what it is.",
                ) from None

    with closing(rows()) as listed:
        columns = _columns(args, next(listed, {}))
    asker, scope = asker_of(args)
    request = UseRequest(
        asker, args.purpose, tuple(columns.fields), args.channel, scope=scope, opens=False
    )
    place = ExportPlace(
        args.out,
        device_number(args.device),
        args.to or "",
        args.unprotected,
        ExportFormat(age_keys=tuple(args.key)),
    )
    quiet = args.json or not sys.stderr.isatty()
    with ProgressBar("Deciding", None, quiet=quiet, unit="rows") as bar:
        report = filter_campaign(
            rows,
            columns,
            request,
            place,
            file_digest=_digest(args.file),
            progress=lambda done: bar(done, done),
            at=clock.now(),
        )
    sequence_now()
    # Once more: by now the entry has its place in the log, and the sheet can carry the proof.
    manifest.write(report.export, args.out)
    print(json.dumps(_as_json(report), indent=1) if args.json else _in_words(args, report))
    return ATTENTION if report.left_out else DONE


def _rule(file: Path, sheet: str) -> FileRule:
    from aboveboard.connectors.files.settings import ENDINGS, FileRule

    form = ENDINGS.get(file.suffix.lower().removeprefix("."))
    if form is None:
        raise Invalid(
            found=f"{file.name} ends in none of: {', '.join(sorted(ENDINGS))}",
            fix="Name the file for the form that it has.",
        )
    return FileRule(file.name, form, sheet, "", {})


def _columns(args: argparse.Namespace, first: FileRow) -> CampaignColumns:
    from aboveboard.custody.campaign import CampaignColumns
    from aboveboard.promise.queries import in_force
    from aboveboard.promise.words import check_words

    promised = in_force().promise
    check_words(promised, purposes=[args.purpose])
    named = dict(_pair(text, "FIELD=COLUMN") for text in args.column)
    find = dict(_pair(text, "KIND=COLUMN") for text in args.find)
    if odd := sorted(set(find) - set(_FIND_BY)):
        raise Invalid(found=f"`--find {odd[0]}=…`"[:80], fix=f"One of {', '.join(_FIND_BY)}.")
    for column in (*named.values(), *find.values()):
        if column not in first:
            raise Invalid(
                found=f"the file has no column “{column}”"[:120],
                fix=f"Its columns: {', '.join(first)}."[:400],
            )
    fields = named or _own_columns(promised, promised.purposes[args.purpose], first)
    check_words(promised, fields=tuple(fields))
    by = find or {kind: kind for kind in _FIND_BY if kind in first}
    return CampaignColumns(tuple((kind, by[kind]) for kind in _FIND_BY if kind in by), fields)


def _own_columns(promised: Promise, purpose: Purpose, first: FileRow) -> dict[str, str]:
    return {name: name for name in purpose.fields if name in promised.fields and name in first}


def _pair(text: str, form: str) -> tuple[str, str]:
    name, given, column = text.partition("=")
    if not given or not name or not column:
        raise Invalid(found=f"`{text}` is no {form}"[:120], fix=f"Write it as {form}.")
    return name, column


def _digest(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def _as_json(report: CampaignReport) -> dict[str, object]:
    return {
        "export": report.export.id,
        "entry": report.export.entry_id,
        "file": report.export.file_name,
        "rows": report.rows,
        "allowed": report.allowed,
        "left_out": dict(report.left_out),
        "list": report.refused_to.name,
        "resumed": report.resumed,
    }


def _in_words(args: argparse.Namespace, report: CampaignReport) -> str:
    lines = [
        f"{report.allowed:,} of {report.rows:,} rows are in {args.out.name} (export "
        f"{report.export.id})."
    ]
    if report.resumed:
        lines.append(f"About {report.resumed:,} it had been decided before the run was stopped.")
    if report.left_out:
        lines += [f"The others are listed in {report.refused_to.name}, each with its reasons:"]
        lines += [f"  {code}: {count:,}" for code, count in report.left_out.items()]
    return "\n".join(lines)
