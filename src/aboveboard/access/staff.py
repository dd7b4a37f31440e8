"""Changes to who may sign in, each with its ledger entry in one transaction.

``accounts`` makes the change and ``ledger`` writes it down; neither may know the other. An entry names accounts
and programs by their number, never a name or an address; a link made for a customer names them by handle.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction

from aboveboard.accounts import actions
from aboveboard.accounts.models import Account, ServiceClient
from aboveboard.basics import clock, limits
from aboveboard.basics.actor import Actor, Role
from aboveboard.basics.canonical import Json
from aboveboard.ledger import actions as ledger
from aboveboard.vault import queries as vault


@transaction.atomic
def add_staff(*, email: str, name: str, team: str, role: Role, by: Actor, at: datetime) -> Account:
    """Make a member of staff (entry ``staff.added``). Errors: :func:`aboveboard.accounts.actions.add_staff`."""
    account = actions.add_staff(email=email, name=name, team=team, role=role, at=at)
    ledger.append("staff.added", by=by, handle=None, facts=_facts(account), at=at)
    return account


@transaction.atomic
def change_role(account: Account, *, role: Role, team: str | None = None, by: Actor, at: datetime) -> Account:
    """Give a member of staff another role (entry ``staff.changed``). Errors: ``accounts.actions.change_role``."""
    before = _facts(account)
    changed = actions.change_role(account, role=role, team=team)
    ledger.append("staff.changed", by=by, handle=None, facts={"before": before, "after": _facts(changed)}, at=at)
    return changed


@transaction.atomic
def close(account: Account, *, by: Actor, at: datetime) -> Account:
    """Close a member of staff's account (entry ``staff.closed``). Errors: ``accounts.actions.close``."""
    closed = actions.close(account, at=at)
    ledger.append("staff.closed", by=by, handle=None, facts=_facts(closed), at=at)
    return closed


@transaction.atomic
def make_link(account: Account, *, by: Actor, at: datetime, life: timedelta = limits.SIGN_IN_LINK_LIFE, demo: bool = False) -> str:
    """Return the path of a one-time sign-in link (entry ``signin.link``). Errors: ``accounts.actions.make_link``."""
    path = actions.make_link(account, by=by, at=at, life=life, demo=demo)
    facts: dict[str, Json] = {"expires_at": clock.to_text(at + life), "second_factor_waived": demo}
    if account.person_id is None:
        ledger.append("signin.link", by=by, handle=None, facts=facts | _facts(account), at=at)
    else:
        ledger.append("signin.link", by=by, handle=vault.handle(account.person_id), facts=facts | {"role": account.role}, at=at)
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
    life: timedelta = limits.SERVICE_TOKEN_LIFE,
) -> tuple[ServiceClient, str]:
    """Return a program's entry and its token, shown this once (entry ``client.made``). Errors: ``accounts.actions.make_client``."""
    client, token = actions.make_client(name=name, role=role, team=team, purposes=purposes, channels=channels, at=at, life=life)
    ledger.append("client.made", by=by, handle=None, facts=_client_facts(client), at=at)
    return client, token


@transaction.atomic
def revoke_client(client: ServiceClient, *, by: Actor, at: datetime) -> ServiceClient:
    """Stop a program's token working (entry ``client.revoked``)."""
    revoked = actions.revoke_client(client, at=at)
    ledger.append("client.revoked", by=by, handle=None, facts={"client": str(revoked.pk)}, at=at)
    return revoked


def _facts(account: Account) -> dict[str, Json]:
    return {"account": str(account.pk), "role": str(account.role), "team": account.team}


def _client_facts(client: ServiceClient) -> dict[str, Json]:
    return {
        "client": str(client.pk),
        "role": client.role,
        "team": client.team,
        "purposes": list(client.purposes),
        "channels": list(client.channels),
        "expires_at": clock.to_text(client.expires_at),
    }
