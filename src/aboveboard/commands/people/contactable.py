"""``aboveboard people contactable``: who may be contacted for a purpose through a channel, over
everybody held, and why the others may not."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from aboveboard.basics import spreadsheet
from aboveboard.basics.errors import Invalid, NotFound
from aboveboard.basics.person_codes import person_code
from aboveboard.commands.exits import DONE
from aboveboard.commands.progress import ProgressBar

if TYPE_CHECKING:
    from aboveboard.access.contactable.asking import ContactReport
    from aboveboard.access.reasons import ReasonCode
    from aboveboard.access.use import UseRequest

    # What argparse calls the group of verbs.
    Verbs = argparse._SubParsersAction[argparse.ArgumentParser]


def configure(verbs: Verbs) -> None:
    """Declare ``contactable``."""
    asking = verbs.add_parser(
        "contactable",
        help="count and list who may be contacted for a purpose, and why the others may not",
    )
    asking.add_argument("purpose", help="a purpose of the promise")
    asking.add_argument("--channel", required=True, help="a channel of the promise")
    asking.add_argument(
        "--role", help="the role that would do it (default: the first of the purpose)"
    )
    asking.add_argument(
        "--field",
        action="append",
        default=[],
        metavar="FIELD",
        help="a field that it needs; repeat for each (default: all of the purpose)",
    )
    form = asking.add_mutually_exclusive_group()
    form.add_argument("--csv", action="store_true", help="list them, a person a line")
    form.add_argument("--count", action="store_true", help="print how many may be, and no more")
    form.add_argument("--json", action="store_true", help="print the numbers as JSON")
    asking.add_argument(
        "--reason", metavar="CODE", help="with --csv: those who may not, for this reason"
    )
    asking.add_argument(
        "--everybody",
        action="store_true",
        help="with --csv: everybody held, with all that stands against it",
    )


def show(args: argparse.Namespace) -> int:
    """Decide about everybody, and print the numbers or a list. Exit code 0: nothing was changed."""
    from aboveboard.access.contactable.asking import ask
    from aboveboard.basics import clock
    from aboveboard.basics.actor import SYSTEM
    from aboveboard.keys.log_signing import sequence_now
    from aboveboard.vault.queries import people_count

    reason = _reason(args)
    quiet = args.json or args.csv or args.count or not sys.stderr.isatty()
    with tempfile.TemporaryDirectory(prefix="aboveboard-contactable-") as folder:
        with ProgressBar("Deciding", people_count(), quiet=quiet) as advance:
            report = ask(_request(args), Path(folder), by=SYSTEM, at=clock.now(), progress=advance)
        sequence_now()
        if args.csv:
            _write_list(report, reason, everybody=args.everybody)
        elif args.count:
            print(report.allowed)
        else:
            print(json.dumps(_as_json(report), indent=1) if args.json else _in_words(args, report))
    return DONE


def _request(args: argparse.Namespace) -> UseRequest:
    from aboveboard.access.use import UseRequest
    from aboveboard.basics.actor import Actor, ActorKind
    from aboveboard.promise.queries import in_force

    purpose = in_force().promise.purposes.get(args.purpose)
    if purpose is None:
        known = ", ".join(in_force().promise.purposes)
        raise NotFound(what=f"purpose in the promise in force; it has: {known}")
    # Nobody in particular acts: who recorded a yes alone is asked when the data is used.
    actor = Actor(ActorKind.SYSTEM, "aboveboard", args.role or purpose.roles[0])
    return UseRequest(actor, purpose.key, tuple(args.field) or purpose.fields, args.channel)


def _reason(args: argparse.Namespace) -> ReasonCode | None:
    from aboveboard.access.reasons import ReasonCode

    if args.reason is None:
        return None
    if not args.csv:
        raise Invalid(found="`--reason` without `--csv`", fix="Give both: it says whom to list.")
    try:
        return ReasonCode(args.reason)
    except ValueError:
        known = ", ".join(code.value for code in ReasonCode)
        raise Invalid(
            found="a reason that there is not", fix=f"Give one of those it printed, of: {known}."
        ) from None


def _write_list(report: ContactReport, reason: ReasonCode | None, *, everybody: bool) -> None:
    sys.stdout.write(spreadsheet.csv_line(["person", "reasons"]))
    people = report.iter_everybody() if everybody else report.iter_people(reason)
    for person_id, reasons in people:
        codes = " ".join(code.value for code in reasons)
        sys.stdout.write(spreadsheet.csv_line([person_code(person_id), codes]))


def _as_json(report: ContactReport) -> dict[str, object]:
    return {
        "people": report.people,
        "contactable": report.allowed,
        "refused_for": {code.value: count for code, count in report.refused_for().items()},
        "entry": report.entry_id,
    }


def _in_words(args: argparse.Namespace, report: ContactReport) -> str:
    lines = [
        f"{report.allowed:,} of {report.people:,} people may be contacted for {args.purpose} by "
        f"{args.channel}. Nothing was opened."
    ]
    refused = report.refused_for()
    if refused:
        lines += ["", "The others may not. Somebody may stand in several of these:"]
        lines += [f"  {code.value}: {people:,}" for code, people in refused.items()]
        lines += ["", "List those of one reason: --csv --reason CODE"]
    return "\n".join(lines)
