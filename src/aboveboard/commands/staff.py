"""``aboveboard staff``: who works here, in which role, and a link to let them in."""

from __future__ import annotations

import argparse
import json
from typing import TYPE_CHECKING

from aboveboard.basics import clock, settings
from aboveboard.basics.actor import SYSTEM, Role

if TYPE_CHECKING:
    from aboveboard.accounts.models import Account

NAME = "staff"
HELP = (
    "Add, list and remove the people who work here, change their roles, and make sign-in links for "
    "them."
)
EXAMPLE = """\
aboveboard staff add ada@example.com --name "Ada Byron" --role adviser --team "Call centre"
aboveboard staff role ada@example.com privacy-lead
aboveboard staff link ada@example.com      (a new one-time link, when the first one is too old)
aboveboard staff remove ada@example.com
aboveboard staff list --json"""
NEEDS_INSTANCE = True

_ROLES = [role.value for role in Role if role is not Role.CUSTOMER]


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    below = parser.add_subparsers(dest="what", required=True, metavar="WHAT")
    add = below.add_parser("add", help="add somebody and print a one-time link that lets them in")
    add.add_argument("email", help="their work address")
    add.add_argument("--name", required=True, help="what colleagues call them")
    add.add_argument("--role", required=True, choices=_ROLES)
    add.add_argument("--team", default="", help="the team that customers are shown")
    role = below.add_parser("role", help="give somebody another role")
    role.add_argument("email")
    role.add_argument("role", choices=_ROLES)
    role.add_argument("--team", help="another team as well")
    remove = below.add_parser("remove", help="close an account: they are signed out at once")
    remove.add_argument("email")
    link = below.add_parser("link", help="print a new one-time link")
    link.add_argument("email")
    for one in (add, role, remove, link, below.add_parser("list", help="list everyone")):
        one.add_argument("--json", action="store_true", help="print JSON for a program")


def run(args: argparse.Namespace) -> int:
    """Do it. Exit codes: 0 done, 2 wrong address or role, 3 nobody has it, 4 not possible now."""
    from aboveboard.accounts import queries, staff

    at = clock.now()
    if args.what == "list":
        _list(args.json)
        return 0
    if args.what == "add":
        account = staff.add_staff(
            email=args.email, name=args.name, team=args.team, role=Role(args.role), by=SYSTEM, at=at
        )
        _let_in(account, args.json)
        return 0
    account = queries.staff_member(args.email)
    if args.what == "role":
        _say(
            staff.change_role(account, role=Role(args.role), team=args.team, by=SYSTEM, at=at),
            "{email} is {role} now.",
            args.json,
        )
    elif args.what == "remove":
        _say(staff.close(account, by=SYSTEM, at=at), "{email} cannot sign in any more.", args.json)
    else:
        _let_in(account, args.json)
    return 0


def _let_in(account: Account, as_json: bool) -> None:
    from aboveboard.accounts import staff

    address = settings.current().server.origin + staff.make_link(account, by=SYSTEM, at=clock.now())
    if as_json:
        print(
            json.dumps(
                {"id": account.pk, "email": account.email, "role": account.role, "link": address}
            )
        )
        return
    print(
        f"{account.email} is {account.role}. Give them this link; it lets them in once, within 12 "
        f"hours:\n{address}"
    )


def _say(account: Account, sentence: str, as_json: bool) -> None:
    shown = {
        "id": account.pk,
        "email": account.email,
        "role": account.role,
        "team": account.team,
        "closed": not account.is_active,
    }
    print(json.dumps(shown) if as_json else sentence.format(**shown))


def _list(as_json: bool) -> None:
    from aboveboard.accounts import queries

    rows = [
        {
            "id": account.pk,
            "email": account.email,
            "name": account.name,
            "role": account.role,
            "team": account.team,
            "second_factor": bool(getattr(account, "has_second_factor", False)),
            "closed": not account.is_active,
        }
        for account in queries.staff()
    ]
    if as_json:
        print(json.dumps(rows, ensure_ascii=False))
        return
    if not rows:
        print(
            "Nobody works here yet. Add the first with: aboveboard staff add EMAIL --name NAME "
            "--role administrator"
        )
    for row in rows:
        state = (
            "closed"
            if row["closed"]
            else "second step set up"
            if row["second_factor"]
            else "no second step yet"
        )
        print(f"{row['email']}  {row['role']}  {row['team']}  {row['name']}  ({state})")
