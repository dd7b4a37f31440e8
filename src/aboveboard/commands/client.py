"""``aboveboard client``: the programs that may ask for people's data, and their tokens."""

from __future__ import annotations

import argparse
import json
from datetime import timedelta

from aboveboard.basics import clock, limits
from aboveboard.basics.actor import SYSTEM

NAME = "client"
HELP = "Add, list and revoke the programs that may ask for people's data."
EXAMPLE = """\
aboveboard client add "Shop till" --role shop-system --team Shops --purpose deliver-orders --channel shop
aboveboard client revoke "Shop till"
aboveboard client list --json"""
NEEDS_INSTANCE = True


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    below = parser.add_subparsers(dest="what", required=True, metavar="WHAT")
    add = below.add_parser("add", help="add a program and print its token, once")
    add.add_argument("name", help="what operators call it")
    add.add_argument("--role", required=True, help="its role, in the promise's words")
    add.add_argument("--team", default="", help="the team that customers are shown")
    add.add_argument("--purpose", action="append", required=True, help="a purpose of the promise that it may ask for; repeat for more")
    add.add_argument("--channel", action="append", required=True, help="a channel of the promise that it may ask on; repeat for more")
    add.add_argument("--days", type=int, default=limits.SERVICE_TOKEN_LIFE.days, help="how long the token works")
    revoke = below.add_parser("revoke", help="stop its token working, for good")
    revoke.add_argument("name")
    for one in (add, revoke, below.add_parser("list", help="list every program")):
        one.add_argument("--json", action="store_true", help="print JSON for a program")


def run(args: argparse.Namespace) -> int:
    """Do it. Exit codes: 0 done, 2 something missing or not in the promise, 3 no such program, 4 the name is taken, 8 no promise."""
    from aboveboard.access import staff
    from aboveboard.accounts import queries
    from aboveboard.basics.errors import BadInput

    at = clock.now()
    if args.what == "list":
        _list(args.json)
    elif args.what == "revoke":
        client = staff.revoke_client(queries.client(args.name), by=SYSTEM, at=at)
        print(json.dumps({"id": client.pk, "revoked": True}) if args.json else f"The token of {client.name} works no more.")
    else:
        if args.days < 1:
            raise BadInput(found=f"a token that works for {args.days} days", fix="Give 1 day or more.")
        client, token = staff.make_client(
            name=args.name, role=args.role, team=args.team, purposes=args.purpose, channels=args.channel,
            by=SYSTEM, at=at, life=timedelta(days=args.days),
        )  # fmt: skip
        if args.json:
            print(json.dumps({"id": client.pk, "name": client.name, "token": token, "expires_at": clock.to_text(client.expires_at)}))
        else:
            print(f"{client.name} may ask now. Its token is shown this once, and works until {client.expires_at:%d %B %Y}:\n{token}")
    return 0


def _list(as_json: bool) -> None:
    from aboveboard.accounts import queries

    clients, at = queries.clients(), clock.now()
    if as_json:
        rows = [
            {
                "id": client.pk, "name": client.name, "role": client.role, "team": client.team, "purposes": client.purposes,
                "channels": client.channels, "expires_at": clock.to_text(client.expires_at), "revoked": client.revoked_at is not None,
            }
            for client in clients
        ]  # fmt: skip
        print(json.dumps(rows, ensure_ascii=False))
        return
    if not clients:
        print("No program may ask. Add one with: aboveboard client add NAME --role ROLE --purpose PURPOSE --channel CHANNEL")
    for client in clients:
        state = "revoked" if client.revoked_at else "expired" if client.expires_at <= at else f"until {client.expires_at:%d %B %Y}"
        print(f"{client.name}  {client.role}  {', '.join(client.purposes)}  on {', '.join(client.channels)}  ({state})")
