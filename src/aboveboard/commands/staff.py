"""``aboveboard staff``: the accounts of the people who work here."""

from __future__ import annotations

import argparse
import json
from typing import TYPE_CHECKING

from aboveboard.basics import clock, settings
from aboveboard.basics.actor import SYSTEM

if TYPE_CHECKING:
    from aboveboard.accounts.queries import StaffMember

NAME = "staff"
HELP = "Invite, add, list and remove staff, change their roles, and reset a lost second step."
EXAMPLE = """\
aboveboard staff invite ada@example.com --name "Ada Byron" --role adviser --team "Call centre"
aboveboard staff invite-again ada@example.com
aboveboard staff withdraw ada@example.com
aboveboard staff reset ada@example.com     (if she lost her phone: see her, or speak to her, first)
aboveboard staff add ada@example.com --name "Ada Byron" --role adviser --team "Call centre"
aboveboard staff role ada@example.com privacy-lead
aboveboard staff link ada@example.com      (if the first link has expired)
aboveboard staff remove ada@example.com
aboveboard staff list --json"""
NEEDS_INSTANCE = True

_MAILED = "{email} has the role {role}, and gets a link by e-mail as soon as the worker runs."
_ROLE = "administrator, adviser, privacy-lead, incident-lead, or a role that the promise names"


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    below = parser.add_subparsers(dest="what", required=True, metavar="WHAT")
    invite = below.add_parser("invite", help="add a member of staff and mail them a sign-in link")
    add = below.add_parser("add", help="add a member of staff and print a one-time sign-in link")
    again = below.add_parser("invite-again", help="mail another link to who has not come yet")
    withdraw = below.add_parser("withdraw", help="withdraw an invitation: its link stops working")
    reset = below.add_parser(
        "reset", help="remove the second step and password of who lost theirs, and mail them a link"
    )
    role = below.add_parser("role", help="change someone's role")
    remove = below.add_parser("remove", help="close an account and sign it out everywhere")
    link = below.add_parser("link", help="print a new one-time sign-in link")
    acting = (invite, add, again, withdraw, reset, role, remove, link)
    for command in acting:
        command.add_argument("email", help="their work e-mail address")
    for command in (invite, add):
        command.add_argument("--name", required=True, help="the name that colleagues know them by")
        command.add_argument("--role", required=True, help=f"their role: {_ROLE}")
        command.add_argument("--team", default="", help="the team that customers see")
    role.add_argument("role", help=f"their new role: {_ROLE}")
    role.add_argument("--team", help="their new team, if it changes too")
    list_ = below.add_parser("list", help="list all staff")
    for command in (*acting, list_):
        command.add_argument("--json", action="store_true", help="print the result as JSON")


def run(args: argparse.Namespace) -> int:
    """Do it. Exit codes: 0 done, 2 wrong address, role or team, 3 no such member of staff, 4 not
    possible now."""
    from aboveboard.accounts import actions, invitations, queries

    at = clock.now()
    if args.what == "list":
        _list(args.json)
        return 0
    if args.what in ("add", "invite"):
        add = actions.add_staff if args.what == "add" else invitations.invite
        member = add(
            email=args.email, name=args.name, team=args.team, role=args.role, by=SYSTEM, at=at
        )
        if args.what == "add":
            _print_link(member, args.json)
        else:
            _show(member, _MAILED, args.json)
        return 0
    member = queries.staff_member(args.email)
    if args.what == "invite-again":
        _show(invitations.invite_again(member.id, by=SYSTEM), _MAILED, args.json)
    elif args.what == "withdraw":
        withdrawn = invitations.withdraw(member.id, by=SYSTEM, at=at)
        _show(withdrawn, "The invitation of {email} is withdrawn.", args.json)
    elif args.what == "reset":
        reset = invitations.replace_lost_factors(member.id, by=SYSTEM, at=at)
        _show(reset, "{email} is signed out everywhere, and gets a link by e-mail.", args.json)
    elif args.what == "role":
        changed = actions.change_role(member.id, role=args.role, team=args.team, by=SYSTEM, at=at)
        _show(changed, "{email} now has the role {role}.", args.json)
    elif args.what == "remove":
        closed = actions.close(member.id, by=SYSTEM, at=at)
        _show(closed, "{email} can no longer sign in.", args.json)
    else:
        _print_link(member, args.json)
    return 0


def _print_link(member: StaffMember, as_json: bool) -> None:
    from aboveboard.accounts import actions, limits

    # Printed and not mailed: the mail server may not be set up before the first administrator has
    # signed in.
    path = actions.make_link(member.id, by=SYSTEM, at=clock.now())
    address = settings.current().server.origin + path
    if as_json:
        print(
            json.dumps(
                {"id": member.id, "email": member.email, "role": member.role, "link": address}
            )
        )
        return
    hours = int(limits.SIGN_IN_LINK_LIFE.total_seconds() // 3600)
    print(
        f"{member.email} has the role {member.role}. Send them this link. It works once, for "
        f"{hours} hours:\n{address}"
    )


def _show(member: StaffMember, sentence: str, as_json: bool) -> None:
    shown = {
        "id": member.id,
        "email": member.email,
        "role": member.role,
        "team": member.team,
        "closed": not member.is_active,
    }
    print(json.dumps(shown) if as_json else sentence.format(**shown))


def _list(as_json: bool) -> None:
    from aboveboard.accounts import queries

    rows = [
        {
            "id": member.id,
            "email": member.email,
            "name": member.name,
            "role": member.role,
            "team": member.team,
            "second_factor": member.has_second_factor,
            "closed": not member.is_active,
        }
        for member in queries.staff()
    ]
    if as_json:
        print(json.dumps(rows, ensure_ascii=False))
        return
    if not rows:
        print(
            "There are no staff accounts. Add the first with: aboveboard staff add EMAIL --name "
            "NAME --role administrator"
        )
    for row in rows:
        state = (
            "closed"
            if row["closed"]
            else "second factor set up"
            if row["second_factor"]
            else "no second factor yet"
        )
        print(f"{row['email']}  {row['role']}  {row['team']}  {row['name']}  ({state})")
