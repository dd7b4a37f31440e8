"""``aboveboard incident from-login``: add whom a stolen login saw, and list what it did."""

from __future__ import annotations

import argparse
import json
from datetime import datetime
from typing import Any

from aboveboard.accounts import queries as accounts
from aboveboard.basics import clock
from aboveboard.basics.errors import Invalid
from aboveboard.basics.person_codes import person_code
from aboveboard.commands.incident.acting import actor_of
from aboveboard.incidents.exposure.counting import count
from aboveboard.incidents.logins import queries
from aboveboard.incidents.logins.queries import ActRow, LoginView
from aboveboard.incidents.logins.stating import add_login
from aboveboard.incidents.logins.terms import LoginKind, StolenLogin


def from_login(args: argparse.Namespace) -> int:
    """Add whom a stolen login saw, count, and say what it did; or list what it did."""
    if args.acts is not None:
        return _list(args)
    if args.since is None:
        raise Invalid(
            found="a login without the time in which it was stolen",
            fix="Give --from, such as 2026-11-18T17:40:05+00:00, and --until.",
        )
    by, at = actor_of(args), clock.now()
    row = add_login(args.incident, _login(args, at), by=by, at=at)
    count(args.incident, by=by, at=clock.now())
    view = queries.login(args.incident, row.pk)
    if args.json:
        print(json.dumps({"list": row.pk, "people": row.people, **_facts(view)}, indent=1))
        return 0
    print(f"list {row.pk}: {_people(row.people)} whose data it saw")
    for each in view.tallies:
        line = f"  {each.outcome.label}: {each.acts:,}, about {_people(each.people)}"
        print(line + (f"; {each.nameless:,} about somebody erased since" if each.nameless else ""))
    if view.hidden:
        print(f"  Not told by law until later: {view.hidden:,} uses, which may be of this login")
    return 0


def _login(args: argparse.Namespace, at: datetime) -> StolenLogin:
    until = args.until or at
    if args.staff:
        member = accounts.staff_member(args.staff)
        return StolenLogin(LoginKind.STAFF, str(member.id), args.since, until)
    if args.program:
        program = accounts.client(args.program)
        return StolenLogin(LoginKind.PROGRAM, str(program.id), args.since, until)
    return StolenLogin(LoginKind.CUSTOMER, "", args.since, until, person_id=args.customer)


def _list(args: argparse.Namespace) -> int:
    rows = queries.every_act(args.incident, args.acts)
    if args.json:
        print(json.dumps([_act_facts(row) for row in rows], indent=1))
        return 0
    for row in rows:
        person = person_code(row.person_id) if row.person_id is not None else "-"
        fields = ", ".join(row.fields)
        moment = clock.to_text(row.at)
        print(f"{row.entry_id}  {moment}  {row.outcome.label}  {person}  {row.kind}  {fields}")
    return 0


def _people(number: int) -> str:
    return "1 person" if number == 1 else f"{number:,} people"


def _facts(view: LoginView) -> dict[str, Any]:
    return {
        "since": clock.to_text(view.since),
        "until": clock.to_text(view.until),
        "did": {
            each.outcome.value: {
                "acts": each.acts,
                "people": each.people,
                "erased_since": each.nameless,
            }
            for each in view.tallies
        },
        "not_told_by_law": view.hidden,
    }


def _act_facts(row: ActRow) -> dict[str, Any]:
    return {
        "entry": row.entry_id,
        "at": clock.to_text(row.at),
        "outcome": row.outcome.value,
        "kind": row.kind,
        "person": None if row.person_id is None else person_code(row.person_id),
        "purpose": row.purpose,
        "channel": row.channel,
        "fields": list(row.fields),
    }
