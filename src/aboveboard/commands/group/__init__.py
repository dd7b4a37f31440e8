"""``aboveboard group``: several organisations, an instance each, and one portal over them."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from aboveboard.basics import clock
from aboveboard.basics.actor import SYSTEM
from aboveboard.commands.exits import ATTENTION, DONE
from aboveboard.commands.group import folder, letter

if TYPE_CHECKING:
    from aboveboard.group.organisations import OrganisationRecord

NAME = "group"
HELP = "Set up several organisations with an instance each, and one portal over them."
EXAMPLE = """\
aboveboard group init /srv/council --name "Our council" --origin https://my.council.example \
--promise promise.yaml
aboveboard group add /srv/council housing --name "Housing" \
--origin https://housing.council.example --promise housing.yaml --role shop-system
aboveboard group admit "Our council" --role shop-system \
--return-to https://my.council.example/you/organisations/housing/linked/
aboveboard group join housing housing.json
aboveboard group list
aboveboard group check
aboveboard group remove housing"""


def needs_instance(args: argparse.Namespace) -> bool:
    """Making the folder and its instances needs none yet."""
    return str(args.verb) not in ("init", "add")


NEEDS_INSTANCE = needs_instance


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the verbs and their arguments."""
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    folder.configure(verbs)
    admit = verbs.add_parser(
        "admit", help="let another portal ask for uses here, and print what it must know"
    )
    admit.add_argument("name", help="the name of the portal, as customers know it")
    admit.add_argument(
        "--return-to",
        required=True,
        metavar="ADDRESS",
        help="where the portal takes people back: its address, then /you/organisations/KEY/linked/",
    )
    letter.add_arguments(admit)
    join = verbs.add_parser("join", help="read the uses of an organisation that let this portal")
    join.add_argument("key", help="a short name for the organisation here")
    join.add_argument("file", help="what `group admit` printed there; - reads it from the pipe")
    join.add_argument("--inside", action="append", default=[], metavar="HOST", help=folder.INSIDE)
    listed = verbs.add_parser("list", help="list the organisations that this portal reads")
    check = verbs.add_parser("check", help="ask each organisation whether it can be read now")
    remove = verbs.add_parser("remove", help="read an organisation no more")
    remove.add_argument("key", help="the short name of the organisation")
    for command in (admit, join, listed, check, remove):
        command.add_argument("--json", action="store_true", help="print the result as JSON")


def run(args: argparse.Namespace) -> int:
    """Do one verb. Exit code 0: done; 1: an organisation cannot be read, or its secret ends soon;
    2: what was given cannot be right; 3: there is no such organisation; 4: there is one already."""
    if args.verb in ("init", "add"):
        return folder.run(args)
    verbs = {
        "admit": letter.admit,
        "join": _join,
        "list": _list,
        "check": _check,
        "remove": _remove,
    }
    return verbs[args.verb](args)


def _join(args: argparse.Namespace) -> int:
    from aboveboard.group import organisations

    text = sys.stdin.read() if args.file == "-" else Path(args.file).read_text("utf-8")
    stated = letter.read(args.key, text, args.inside)
    record = organisations.declare(stated, by=SYSTEM, at=clock.now())
    if args.json:
        print(json.dumps(_as_json(record)))
        return DONE
    print(f"This portal reads {record.name} ({record.address}).")
    print(f"The secret works until {record.secret_until:%d %B %Y}.")
    print("Next, run: aboveboard group check. Then customers link it at /you/organisations/.")
    return DONE


def _list(args: argparse.Namespace) -> int:
    from aboveboard.group import organisations

    records = organisations.organisations()
    if args.json:
        print(json.dumps([_as_json(record) for record in records], ensure_ascii=False))
        return DONE
    if not records:
        print("This portal reads no other organisation. Add one: aboveboard group add --help")
    for record in records:
        how = f"by {record.field}" if record.field else "linked by each person"
        print(f"{record.key}  {record.name}  {record.address}  {how}  {_state(record)}")
    return DONE


def _state(record: OrganisationRecord) -> str:
    if record.failure and record.failed_at:
        return f"({record.failure} since {record.failed_at:%d %B %Y %H:%M} UTC)"
    if record.reached_at:
        return f"(answered {record.reached_at:%d %B %Y %H:%M} UTC)"
    return "(never asked)"


def _check(args: argparse.Namespace) -> int:
    from aboveboard.group import asking, limits, organisations

    at, results = clock.now(), []
    for record in organisations.organisations():
        reason = asking.check_connection(record, organisations.secret_of(record))
        failure = reason.value if reason else ""
        organisations.note_answer(record.serial, failure, at=at)
        soon = record.secret_until - at < limits.SECRET_WARNING
        results.append((record, failure, soon))
    if args.json:
        rows = [
            _as_json(record) | {"failure": failure, "secret_ends_soon": soon}
            for record, failure, soon in results
        ]
        print(json.dumps(rows, ensure_ascii=False))
    else:
        for record, failure, soon in results:
            print(f"{record.key}: {_NEXT[failure] if failure else 'can be read.'}")
            if soon:
                print(
                    f"{record.key}: the secret ends on {record.secret_until:%d %B %Y}. Have them "
                    "run `aboveboard group admit` again, and join with what it prints."
                )
    return ATTENTION if any(failure or soon for _, failure, soon in results) else DONE


_NEXT = {
    "away": "cannot be reached. Check that it runs, and its address.",
    "refused": "does not let us ask. Have them run `aboveboard group admit` again, and join anew.",
    "unreadable": (
        "answers in a way that cannot be trusted. Compare the key of its ledger at /trust/check/."
    ),
}


def _remove(args: argparse.Namespace) -> int:
    from aboveboard.group import organisations

    record = organisations.remove(args.key, by=SYSTEM, at=clock.now())
    if args.json:
        print(json.dumps(_as_json(record)))
        return DONE
    print(f"This portal does not read {record.name} any more.")
    print("Next, have them run there: aboveboard client list, then aboveboard client revoke NAME.")
    return DONE


def _as_json(record: OrganisationRecord) -> dict[str, object]:
    return {
        "key": record.key,
        "name": record.name,
        "address": record.address,
        "field": record.field,
        "secret_until": clock.to_text(record.secret_until),
        "reached_at": clock.to_text(record.reached_at) if record.reached_at else None,
        "failure": record.failure,
    }
