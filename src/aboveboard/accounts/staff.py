"""Changes to who may sign in, each with its ledger entry in one transaction.

``accounts`` makes the change and ``ledger`` writes it down; neither may know the other. An entry
names accounts and programs by their number, never a name or an address; a link made for a
customer names them by handle.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from difflib import get_close_matches

from django.db import transaction

from aboveboard.accounts import actions, limits
from aboveboard.accounts.clients import credentials
from aboveboard.accounts.models import Account, ServiceClient
from aboveboard.basics import clock
from aboveboard.basics.actor import Actor, Role
from aboveboard.basics.canonical import Json
from aboveboard.basics.errors import Invalid
from aboveboard.ledger import actions as ledger
from aboveboard.promise.queries import in_force
from aboveboard.vault import queries as vault


class NotInPromise(Invalid):
    """The promise in force has no {found}."""

    code = "not_in_promise"
    next_step = "{fix}"


@transaction.atomic
def add_staff(*, email: str, name: str, team: str, role: Role, by: Actor, at: datetime) -> Account:
    """Make a member of staff (entry ``staff.added``). Errors:
    :func:`aboveboard.accounts.actions.add_staff`."""
    account = actions.add_staff(email=email, name=name, team=team, role=role, at=at)
    ledger.append("staff.added", by=by, handle=None, facts=_facts(account), at=at)
    return account


@transaction.atomic
def change_role(
    account: Account, *, role: Role, team: str | None = None, by: Actor, at: datetime
) -> Account:
    """Give a member of staff another role (entry ``staff.changed``). Errors:
    ``accounts.actions.change_role``."""
    before = _facts(account)
    changed = actions.change_role(account, role=role, team=team)
    ledger.append(
        "staff.changed",
        by=by,
        handle=None,
        facts={"before": before, "after": _facts(changed)},
        at=at,
    )
    return changed


@transaction.atomic
def close(account: Account, *, by: Actor, at: datetime) -> Account:
    """Close a member of staff's account (entry ``staff.closed``). Errors:
    ``accounts.actions.close``."""
    closed = actions.close(account, at=at)
    ledger.append("staff.closed", by=by, handle=None, facts=_facts(closed), at=at)
    return closed


@transaction.atomic
def make_link(
    account: Account,
    *,
    by: Actor,
    at: datetime,
    life: timedelta = limits.SIGN_IN_LINK_LIFE,
    demo: bool = False,
) -> str:
    """Return the path of a one-time sign-in link (entry ``signin.link``). Errors:
    ``accounts.actions.make_link``."""
    path = actions.make_link(account, by=by, at=at, life=life, demo=demo)
    facts: dict[str, Json] = {"expires_at": clock.to_text(at + life), "second_factor_waived": demo}
    if account.person_id is None:
        ledger.append("signin.link", by=by, handle=None, facts=facts | _facts(account), at=at)
    else:
        ledger.append(
            "signin.link",
            by=by,
            handle=vault.handle(account.person_id),
            facts=facts | {"role": account.role},
            at=at,
        )
    return path


@transaction.atomic
def make_client(
    *,
    name: str,
    role: str,
    team: str,
    purposes: Sequence[str],
    channels: Sequence[str],
    by: Actor,
    at: datetime,
    life: timedelta = limits.CLIENT_SECRET_LIFE,
) -> tuple[ServiceClient, str]:
    """Return a program's entry and its secret, shown this once (entry ``client.made``).

    Its role, purposes and channels must be words of the promise in force: a misspelt one would be
    found out by the refusal of its first use, long after whoever spelt it has gone home.

    Raises:
        NoPromise: no promise is in force, so there is nothing that a program may do.
        NotInPromise: the promise has no such role, purpose or channel.
        BadInput, Conflict: as :func:`aboveboard.accounts.clients.credentials.make_client`.
    """
    promise = in_force().promise
    # That one must be given at all is said by the room below.
    roles = [role.strip()] if role.strip() else []
    _must_be_known(
        {
            "role": (roles, promise.roles),
            "purpose": (purposes, promise.purposes),
            "channel": (channels, promise.channels),
        }
    )
    client, secret = credentials.make_client(
        name=name, role=role, team=team, purposes=purposes, channels=channels, at=at, life=life
    )
    ledger.append(
        "client.made",
        by=by,
        handle=None,
        facts=_client_facts(client) | {"expires_at": clock.to_text(at + life)},
        at=at,
    )
    return client, secret


@transaction.atomic
def rotate_client(
    client: ServiceClient,
    *,
    by: Actor,
    at: datetime,
    life: timedelta = limits.CLIENT_SECRET_LIFE,
    overlap: timedelta = limits.CLIENT_SECRET_OVERLAP,
) -> str:
    """Return a program's new secret (entry ``client.rotated``). Errors:
    ``accounts.programs.credentials.rotate``."""
    secret = credentials.rotate(client, at=at, life=life, overlap=overlap)
    ends = {"old_until": clock.to_text(at + overlap), "expires_at": clock.to_text(at + life)}
    ledger.append(
        "client.rotated", by=by, handle=None, facts={"client": str(client.pk), **ends}, at=at
    )
    return secret


@transaction.atomic
def revoke_client(client: ServiceClient, *, by: Actor, at: datetime) -> ServiceClient:
    """Stop a program's secrets and tokens working (entry ``client.revoked``)."""
    revoked = credentials.revoke_client(client, at=at)
    ledger.append("client.revoked", by=by, handle=None, facts={"client": str(revoked.pk)}, at=at)
    return revoked


def _must_be_known(asked: Mapping[str, tuple[Sequence[str], Mapping[str, object]]]) -> None:
    """Raise with every word that is unknown, what was probably meant, and what there is."""
    found, fixes = [], []
    for what, (words, known) in asked.items():
        unknown = [word for word in dict.fromkeys(words) if word not in known]
        for word in unknown:
            found.append(f"{what} `{word[:80]}`")
            fixes += [
                f"Did you mean `{close}`?"
                for close in get_close_matches(word[:80], known, n=1, cutoff=0.6)
            ]
        if unknown:
            fixes.append(f"Its {what}s: {', '.join(known)}.")
    if found:
        raise NotInPromise(found=" and no ".join(found), fix=" ".join(fixes))


def _facts(account: Account) -> dict[str, Json]:
    return {"account": str(account.pk), "role": str(account.role), "team": account.team}


def _client_facts(client: ServiceClient) -> dict[str, Json]:
    return {
        "client": str(client.pk),
        "role": client.role,
        "team": client.team,
        "purposes": list(client.purposes),
        "channels": list(client.channels),
    }
