"""``aboveboard hold``: legal holds and restrictions of processing, for people named by number."""

from __future__ import annotations

import argparse
import json
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from aboveboard.basics import clock
from aboveboard.basics.actor import SYSTEM
from aboveboard.basics.person_codes import person_code
from aboveboard.commands.arguments import person_number

if TYPE_CHECKING:
    from aboveboard.retention.records import HoldRecord, RestrictionRecord

NAME = "hold"
HELP = "Place and release legal holds, and restrict processing or lift the restriction."
EXAMPLE = """\
aboveboard hold place 05ANJ-W1WSQ-BPZQJ --reason claim --reference case/2026-417 --until 2027-06-30
aboveboard hold release 12 --reference ruling/2027-3
aboveboard hold restrict 05ANJ-W1WSQ-BPZQJ --reason accuracy_contested --reference call/88
aboveboard hold lift 4 --notice letter/2026-901
aboveboard hold list --json"""

_HOLDS = ("claim", "legal_duty", "authority")
_RESTRICTIONS = ("accuracy_contested", "unlawful", "needed_for_claim", "objection_pending")


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    below = parser.add_subparsers(dest="what", required=True, metavar="WHAT")
    place = below.add_parser("place", help="place a legal hold (GDPR Art. 17(3))")
    restrict = below.add_parser(
        "restrict", help="restrict the processing of a person's data (GDPR Art. 18)"
    )
    for command, reasons in ((place, _HOLDS), (restrict, _RESTRICTIONS)):
        command.add_argument(
            "person", type=person_number, help="the person's number, shown in the console"
        )
        command.add_argument("--reason", required=True, choices=reasons)
        command.add_argument("--reference", required=True, help="the case number; no names")
        command.add_argument(
            "--until",
            type=_day,
            metavar="DAY",
            help="the last day, YYYY-MM-DD; without it, until somebody ends it",
        )
    release = below.add_parser("release", help="release a hold")
    release.add_argument("number", type=int, help="the hold's number, from the list")
    release.add_argument("--reference", required=True, help="the decision that ends it")
    lift = below.add_parser("lift", help="lift a restriction")
    lift.add_argument("number", type=int, help="the restriction's number, from the list")
    lift.add_argument(
        "--notice",
        required=True,
        help="the letter or call that informed the person (GDPR Art. 18(3))",
    )
    for command in (
        place,
        restrict,
        release,
        lift,
        below.add_parser("list", help="list what is open"),
    ):
        command.add_argument("--json", action="store_true", help="print JSON")


def _day(text: str) -> datetime:
    """Return the moment at which the day is over, in UTC."""
    try:
        return datetime.combine(
            datetime.strptime(text, "%Y-%m-%d").date(),  # noqa: DTZ007 - a day
            time(),
            UTC,
        ) + timedelta(days=1)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text} is not a day of the form 2027-06-30") from None


def run(args: argparse.Namespace) -> int:
    """Do it. Exit codes: 0 done, 2 wrong reference or day, 3 no such person or
    number, 4 not possible now."""
    from aboveboard.retention import actions, queries
    from aboveboard.retention.reasons import HoldReason, RestrictionReason

    at = clock.now()
    done: list[HoldRecord | RestrictionRecord]
    if args.what == "place":
        done = [
            actions.place_hold(
                args.person,
                HoldReason(args.reason),
                reference=args.reference,
                until=args.until,
                by=SYSTEM,
                at=at,
            )
        ]
    elif args.what == "restrict":
        why = RestrictionReason(args.reason)
        done = [
            actions.restrict(
                args.person, why, reference=args.reference, until=args.until, by=SYSTEM, at=at
            )
        ]
    elif args.what == "release":
        done = [actions.release_hold(args.number, reference=args.reference, by=SYSTEM, at=at)]
    elif args.what == "lift":
        done = [actions.lift_restriction(args.number, notice=args.notice, by=SYSTEM, at=at)]
    else:
        done = [*queries.open_holds(at=at), *queries.open_restrictions(at=at)]
    rows = [_row(row) for row in done]
    if args.json:
        print(json.dumps(rows if args.what == "list" else rows[0]))
    elif not rows:
        print("There are no open legal holds or restrictions.")
    for row in rows if not args.json else []:
        print(
            (
                "{kind} {number}  person {code}  {why}  case {reference}  since {since}  until "
                "{until}  {ended}"
            )
            .format(**row, code=person_code(row["person"]))
            .rstrip()
        )
    return 0


def _row(row: HoldRecord | RestrictionRecord) -> dict[str, Any]:
    from aboveboard.retention.records import HoldRecord

    return {
        "kind": "hold" if isinstance(row, HoldRecord) else "restriction",
        "number": row.id,
        "person": row.person_id,
        "why": row.why,
        "reference": row.reference,
        "since": f"{row.at:%Y-%m-%d}",
        "until": f"{row.until:%Y-%m-%d}" if row.until else "somebody ends it",
        "ended": f"ended {row.ended_at:%Y-%m-%d}" if row.ended_at else "",
    }
