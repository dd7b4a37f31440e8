"""``aboveboard client``: the clients that may ask for people's data, and their secrets."""

from __future__ import annotations

import argparse
import json
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from aboveboard.accounts import limits
from aboveboard.basics import clock
from aboveboard.basics.actor import SYSTEM

if TYPE_CHECKING:
    from aboveboard.accounts.queries import Client

NAME = "client"
HELP = "Add, list and revoke the clients that may request people's data, and rotate their secrets."
REQUESTS = (
    "access",
    "correction",
    "erasure",
    "restriction",
    "portability",
    "objection",
    "stop_asking",
    "human_review",
)
PROOFS = ("signed_in", "knowledge", "document")
"""As ``rights.requests`` has them (tests/api/test_requests.py): read without loading it, for each
command loads this."""
EXAMPLE = """\
aboveboard client add "Shop till" --role shop-system --team Shops --purpose deliver-orders \
--channel shop
aboveboard client add "Web shop" --role shop-system --team Shops --choose personal-offers \
--channel portal
aboveboard client add "Account page" --role shop-system --request access --request erasure \
--proves signed_in
aboveboard client add "Fairwheel" --role third-party --third-party consumer-advice \
--purpose get-advice --channel api
aboveboard client rotate "Shop till"
aboveboard client revoke "Shop till"
aboveboard client list --json"""
NEEDS_INSTANCE = True


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    below = parser.add_subparsers(dest="what", required=True, metavar="WHAT")
    add = below.add_parser("add", help="add a client and print its ID and secret once")
    add.add_argument("name", help="a name for the client, for operators")
    add.add_argument("--role", required=True, help="the client's role in the promise")
    add.add_argument("--team", default="", help="the team that customers see")
    _configure_scope(add)
    rotate = below.add_parser(
        "rotate", help="print a new secret once; the old one keeps working for a while"
    )
    rotate.add_argument(
        "--overlap-hours",
        type=int,
        metavar="HOURS",
        default=int(limits.CLIENT_SECRET_OVERLAP / timedelta(hours=1)),
        help="how long the old secret keeps working (default: %(default)s); 0 stops it and every "
        "access token at once",
    )
    for command in (add, rotate):
        command.add_argument(
            "--days",
            type=int,
            default=limits.CLIENT_SECRET_LIFE.days,
            help="how many days the secret works (default: %(default)s)",
        )
    revoke = below.add_parser("revoke", help="stop the client's secrets and tokens permanently")
    for command in (rotate, revoke):
        command.add_argument("name", help="the client's name")
    list_ = below.add_parser("list", help="list all clients")
    for command in (add, rotate, revoke, list_):
        command.add_argument("--json", action="store_true", help="print the result as JSON")


def _configure_scope(add: argparse.ArgumentParser) -> None:
    add.add_argument(
        "--purpose",
        action="append",
        default=[],
        help="a purpose in the promise that the client may request data for; repeat for more than "
        "one",
    )
    add.add_argument(
        "--choose",
        action="append",
        default=[],
        metavar="PURPOSE",
        help="a purpose that the client may record a person's yes to; repeat for more than one",
    )
    add.add_argument(
        "--channel",
        action="append",
        default=[],
        help="a channel in the promise that the client may use; repeat for more than one",
    )
    add.add_argument(
        "--request",
        action="append",
        default=[],
        choices=REQUESTS,
        metavar="KIND",
        help=f"a kind of request that the client may bring for people ({', '.join(REQUESTS)}); "
        "repeat for more than one",
    )
    _configure_outsiders(add)


def _configure_outsiders(add: argparse.ArgumentParser) -> None:
    """Declare what makes it the client of somebody outside, or lets it speak for people."""
    add.add_argument(
        "--usage",
        action="append",
        default=[],
        metavar="FIELD",
        help="let another portal ask for people's uses, and name them by this field; once more "
        "with `acting` for somebody who acts for them",
    )
    add.add_argument(
        "--recipient",
        action="append",
        default=[],
        metavar="NAME",
        help="a recipient of the promise whose client it is: it may read what it was given",
    )
    add.add_argument(
        "--third-party",
        action="append",
        default=[],
        metavar="NAME",
        help="a recipient of the promise whose client it is: it may read only of whom lets it in, "
        "and they see it under the recipient's name",
    )
    add.add_argument(
        "--proves",
        action="append",
        default=[],
        choices=PROOFS,
        metavar="EVIDENCE",
        help="how the client's word is taken that it proved who asks "
        f"({', '.join(PROOFS)}); without it every request begins unproved",
    )


def run(args: argparse.Namespace) -> int:
    """Do it. Exit codes: 0 done, 2 something is missing or not in the promise, 3 no such client, 4
    the name is taken, the client is revoked or there is no promise."""
    from aboveboard.accounts import queries
    from aboveboard.accounts.clients import actions

    at = clock.now()
    if args.what == "list":
        _list(args.json)
    elif args.what == "revoke":
        client = actions.revoke_client(queries.client(args.name).id, by=SYSTEM, at=at)
        print(
            json.dumps({"id": client.id, "revoked": True})
            if args.json
            else f"{client.name} is revoked. Its secrets and tokens no longer work."
        )
    elif args.what == "rotate":
        # A negative overlap would end the old secret in the past, which means the same as none.
        life, overlap = _life(args.days), timedelta(hours=max(args.overlap_hours, 0))
        client = queries.client(args.name)
        secret = actions.rotate_client(client.id, by=SYSTEM, at=at, life=life, overlap=overlap)
        words = (
            f"{client.name} has a new secret. The old one works until "
            f"{at + overlap:%d %B %Y %H:%M} UTC."
        )
        _show(client, secret, at + life, words, args.json)
    else:
        life = _life(args.days)
        client, secret = actions.make_client(
            name=args.name,
            role=args.role,
            team=args.team,
            purposes=args.purpose,
            choices=args.choose,
            channels=args.channel,
            rights=[f"request:{kind}" for kind in args.request]
            + [f"proves:{evidence}" for evidence in args.proves]
            + [f"usage:{field}" for field in args.usage]
            + [f"recipient:{name}" for name in args.recipient]
            + [f"third-party:{name}" for name in args.third_party],
            by=SYSTEM,
            at=at,
            life=life,
        )
        _show(client, secret, at + life, f"{client.name} is added.", args.json)
    return 0


def _life(days: int) -> timedelta:
    from aboveboard.basics.errors import Invalid

    if days < 1:
        raise Invalid(found=f"a secret cannot work for {days} days", fix="Give 1 day or more.")
    return timedelta(days=days)


def _show(client: Client, secret: str, until: datetime, words: str, as_json: bool) -> None:
    if as_json:
        shown = {
            "id": client.id,
            "name": client.name,
            "client_id": client.client_id,
            "client_secret": secret,
        }
        print(json.dumps({**shown, "expires_at": clock.to_text(until)}))
        return
    print(f"{words} Copy the secret now: it is not shown again. It works until {until:%d %B %Y}.")
    # Only here: what is kept of the secret is a digest, so nobody can show it again.
    print(f"client_id      {client.client_id}\nclient_secret  {secret}")


def _list(as_json: bool) -> None:
    from aboveboard.accounts import queries

    clients, at = queries.clients(), clock.now()
    if as_json:
        rows = [
            {
                "id": client.id,
                "client_id": client.client_id,
                "name": client.name,
                "role": client.role,
                "team": client.team,
                "purposes": client.purposes,
                "choices": client.choices,
                "channels": client.channels,
                "rights": client.rights,
                "expires_at": clock.to_text(client.expires_at),
                "revoked": client.revoked_at is not None,
            }
            for client in clients
        ]
        print(json.dumps(rows, ensure_ascii=False))
        return
    if not clients:
        print(
            "There are no clients. Add one with: aboveboard client add NAME --role ROLE --purpose "
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
        may = [
            *client.purposes,
            *(f"choose:{purpose}" for purpose in client.choices),
            *client.rights,
        ]
        channels = f"  on {', '.join(client.channels)}" if client.channels else ""
        print(f"{client.name}  {client.role}  {', '.join(may)}{channels}  ({state})")
