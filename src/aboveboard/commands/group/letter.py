"""What one organisation gives a portal that may ask it, as JSON: its name, its address, the key of
its ledger, and the portal's client with its secret. Printed once, kept by the portal alone."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from aboveboard.accounts import limits
from aboveboard.basics import clock
from aboveboard.basics.actor import SYSTEM
from aboveboard.basics.errors import Conflict, Invalid
from aboveboard.commands.exits import DONE

if TYPE_CHECKING:
    from aboveboard.accounts.queries import Client
    from aboveboard.group.organisations import DeclaredOrganisation

_MEMBERS: Final = (
    "name",
    "address",
    "client_id",
    "client_secret",
    "secret_until",
    "landing",
    "verifier",
    "field",
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what an organisation decides about a portal."""
    parser.add_argument(
        "--role",
        required=True,
        help="the role in the promise under which customers see that the portal asked",
    )
    parser.add_argument(
        "--field",
        default="",
        help="a number of an authority by which both know people; without it each person links the "
        "organisation themselves",
    )
    parser.add_argument(
        "--days",
        type=int,
        default=limits.CLIENT_SECRET_LIFE.days,
        help="how many days the secret works (default: %(default)s)",
    )


def admit(args: argparse.Namespace) -> int:
    """Make the portal's client, or give it a new secret, and print what the portal must know."""
    from aboveboard.accounts.clients import actions
    from aboveboard.basics import settings
    from aboveboard.group import shown
    from aboveboard.keys.log_signing import sequence_now
    from aboveboard.ledger import queries as ledger
    from aboveboard.promise.queries import in_force

    if args.days < 1:
        raise Invalid(found=f"a secret cannot work for {args.days} days", fix="Give 1 or more.")
    if not args.return_to.startswith(("https://", "http://")):
        raise Invalid(
            found="the portal's address does not begin with https://",
            fix="Give its address, then /you/organisations/KEY/linked/.",
        )
    organisation, at = in_force().promise.organisation, clock.now()
    if ledger.verifier_key() is None:
        # Nothing was published yet: the key is there once the first checkpoint is.
        sequence_now()
    life = timedelta(days=args.days)
    client = _client(args.name)
    if client is None:
        made, secret = actions.make_client(
            name=args.name,
            role=args.role,
            team="",
            purposes=[],
            channels=[],
            rights=[f"usage:{args.field or shown.LINKED}"],
            by=SYSTEM,
            at=at,
            life=life,
        )
        client = made
    else:
        secret = actions.rotate_client(client.id, by=SYSTEM, at=at, life=life)
    origin = settings.current().server.origin.rstrip("/")
    facts = {
        "name": organisation.name,
        "address": origin if "://" in origin else f"https://{origin}",
        "client_id": client.client_id,
        "client_secret": secret,
        "secret_until": clock.to_text(at + life),
        "landing": shown.landing_for(client.id, args.return_to),
        "verifier": ledger.verifier_key(),
        "field": args.field,
    }
    print(json.dumps(facts, ensure_ascii=False))
    return DONE


def _client(name: str) -> Client | None:
    from aboveboard.accounts import queries

    client = next((each for each in queries.clients() if each.name == name), None)
    if client is not None and (client.revoked_at or not _is_portal(client)):
        raise Conflict(why=f"{name} is another client, or was revoked; give the portal a name")
    return client


def _is_portal(client: Client) -> bool:
    return all(right.startswith("usage:") for right in client.rights) and not client.purposes


def read(key: str, text: str, inside: Sequence[str]) -> DeclaredOrganisation:
    """Return what `group admit` printed at another organisation.

    Raises:
        Invalid: the text is not that.
    """
    from aboveboard.connectors.secrets import SecretText
    from aboveboard.group.organisations import DeclaredOrganisation

    try:
        facts = json.loads(text)
        values = {name: str(facts[name]) for name in _MEMBERS}
        until = clock.from_text(values["secret_until"])
    except (ValueError, KeyError, TypeError):
        raise Invalid(
            found="this is not what `aboveboard group admit` prints",
            fix="Run it at the organisation again, and give its whole output.",
        ) from None
    return DeclaredOrganisation(
        key=key,
        name=values["name"],
        address=values["address"],
        client_id=values["client_id"],
        secret=SecretText(values["client_secret"]),
        secret_until=until,
        landing=values["landing"],
        verifier=values["verifier"],
        field=values["field"],
        inside=tuple(inside),
    )
