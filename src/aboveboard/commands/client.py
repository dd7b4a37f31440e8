"""``aboveboard client``: the programs that may ask for people's data, and their secrets."""

from __future__ import annotations

import argparse
import json
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from aboveboard.accounts import limits
from aboveboard.basics import clock
from aboveboard.basics.actor import SYSTEM

if TYPE_CHECKING:
    from aboveboard.accounts.models import ServiceClient

NAME = "client"
HELP = "Add, list and revoke the programs that may ask for people's data, and change their secrets."
EXAMPLE = """\
aboveboard client add "Shop till" --role shop-system --team Shops --purpose deliver-orders \
--channel shop
aboveboard client rotate "Shop till"
aboveboard client revoke "Shop till"
aboveboard client list --json"""
NEEDS_INSTANCE = True


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    below = parser.add_subparsers(dest="what", required=True, metavar="WHAT")
    add = below.add_parser("add", help="add a program and print its id and secret, once")
    add.add_argument("name", help="what operators call it")
    add.add_argument("--role", required=True, help="its role, in the promise's words")
    add.add_argument("--team", default="", help="the team that customers are shown")
    add.add_argument(
        "--purpose",
        action="append",
        required=True,
        help="a purpose of the promise that it may ask for; repeat for more",
    )
    add.add_argument(
        "--channel",
        action="append",
        required=True,
        help="a channel of the promise that it may ask on; repeat for more",
    )
    rotate = below.add_parser(
        "rotate", help="print a new secret, once; the old one works a while longer"
    )
    rotate.add_argument("name")
    rotate.add_argument(
        "--overlap-hours",
        type=int,
        default=int(limits.CLIENT_SECRET_OVERLAP / timedelta(hours=1)),
        help="how long the old secret still works; with 0 it and every token end at once",
    )
    for one in (add, rotate):
        one.add_argument(
            "--days",
            type=int,
            default=limits.CLIENT_SECRET_LIFE.days,
            help="how long the secret works",
        )
    revoke = below.add_parser("revoke", help="stop its secrets and tokens working, for good")
    revoke.add_argument("name")
    for one in (add, rotate, revoke, below.add_parser("list", help="list every program")):
        one.add_argument("--json", action="store_true", help="print JSON for a program")


def run(args: argparse.Namespace) -> int:
    """Do it. Exit codes: 0 done, 2 something missing or not in the promise, 3 no such program, 4
    name taken or revoked, 8 no promise."""
    from aboveboard.accounts import queries, staff

    at = clock.now()
    if args.what == "list":
        _list(args.json)
    elif args.what == "revoke":
        client = staff.revoke_client(queries.client(args.name), by=SYSTEM, at=at)
        said = {"id": client.pk, "revoked": True}
        print(
            json.dumps(said)
            if args.json
            else f"The secrets and tokens of {client.name} work no more."
        )
    elif args.what == "rotate":
        life, overlap = _life(args.days), timedelta(hours=max(args.overlap_hours, 0))
        client = queries.client(args.name)
        secret = staff.rotate_client(client, by=SYSTEM, at=at, life=life, overlap=overlap)
        _show(
            client,
            secret,
            at + life,
            (
                f"{client.name} has a new secret; the old one works until "
                f"{at + overlap:%d %B %Y %H:%M} UTC."
            ),
            args.json,
        )
    else:
        life = _life(args.days)
        client, secret = staff.make_client(
            name=args.name,
            role=args.role,
            team=args.team,
            purposes=args.purpose,
            channels=args.channel,
            by=SYSTEM,
            at=at,
            life=life,
        )
        _show(client, secret, at + life, f"{client.name} may ask now.", args.json)
    return 0


def _life(days: int) -> timedelta:
    from aboveboard.basics.errors import Invalid

    if days < 1:
        raise Invalid(found=f"a secret that works for {days} days", fix="Give 1 day or more.")
    return timedelta(days=days)


def _show(client: ServiceClient, secret: str, until: datetime, said: str, as_json: bool) -> None:
    if as_json:
        shown = {
            "id": client.pk,
            "name": client.name,
            "client_id": client.client_id,
            "client_secret": secret,
        }
        print(json.dumps({**shown, "expires_at": clock.to_text(until)}))
        return
    print(f"{said} Its secret is shown this once, and works until {until:%d %B %Y}:")
    print(f"client_id      {client.client_id}\nclient_secret  {secret}")


def _list(as_json: bool) -> None:
    from aboveboard.accounts import queries

    clients, at = queries.clients(), clock.now()
    if as_json:
        rows = [
            {
                "id": client.pk,
                "client_id": client.client_id,
                "name": client.name,
                "role": client.role,
                "team": client.team,
                "purposes": client.purposes,
                "channels": client.channels,
                "expires_at": clock.to_text(client.expires_at),
                "revoked": client.revoked_at is not None,
            }
            for client in clients
        ]
        print(json.dumps(rows, ensure_ascii=False))
        return
    if not clients:
        print(
            "No program may ask. Add one with: aboveboard client add NAME --role ROLE --purpose "
            "PURPOSE --channel CHANNEL"
        )
    for client in clients:
        state = (
            "revoked"
            if client.revoked_at
            else "expired"
            if client.expires_at <= at
            else f"until {client.expires_at:%d %B %Y}"
        )
        print(
            f"{client.name}  {client.role}  {', '.join(client.purposes)}  on "
            f"{', '.join(client.channels)}  ({state})"
        )
