"""Programs and their secrets: made, changed for a new one while the old still works, revoked.

The changes alone; ``aboveboard.accounts.staff`` makes the same ones with their ledger entries.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction

from aboveboard.accounts import limits, links
from aboveboard.accounts.clients import tokens
from aboveboard.accounts.models import ClientSecret, ServiceClient
from aboveboard.basics.errors import Conflict, Invalid


@transaction.atomic
def make_client(
    *,
    name: str,
    role: str,
    team: str,
    purposes: Sequence[str],
    channels: Sequence[str],
    at: datetime,
    life: timedelta = limits.CLIENT_SECRET_LIFE,
) -> tuple[ServiceClient, str]:
    """Return a new program's entry and its secret. The secret is shown this
    once: only its hash is kept.

    Raises:
        BadInput: no name, role, purpose or channel was given.
        Conflict: there is a program with this name.
    """
    for what, given in (
        ("name", name.strip()),
        ("role", role.strip()),
        ("purpose", purposes),
        ("channel", channels),
    ):
        if not given:
            raise Invalid(
                found=f"no {what}",
                fix=f"A program needs a {what}, so that what it does can be judged.",
            )
    client, made = ServiceClient.objects.get_or_create(
        name=name.strip(),
        defaults={
            "client_id": secrets.token_hex(10),
            "role": role.strip(),
            "team": team.strip(),
            "purposes": sorted(set(purposes)),
            "channels": sorted(set(channels)),
            "made_at": at,
        },
    )
    if not made:
        raise Conflict(why=f"there is a service client called {name.strip()} already")
    return client, _new_secret(client, at=at, life=life)


@transaction.atomic
def rotate(
    client: ServiceClient,
    *,
    at: datetime,
    life: timedelta = limits.CLIENT_SECRET_LIFE,
    overlap: timedelta = limits.CLIENT_SECRET_OVERLAP,
) -> str:
    """Return a new secret. The old ones work for ``overlap`` longer; with none, they and
    their tokens end at once.

    Raises:
        Conflict: the program was revoked.
    """
    if client.revoked_at is not None:
        raise Conflict(why="this program was revoked; add it under a new name")
    ClientSecret.objects.filter(client=client, expires_at__gt=at + overlap).update(
        expires_at=at + overlap
    )
    if not overlap:
        tokens.end_all(client, at=at)
    return _new_secret(client, at=at, life=life)


@transaction.atomic
def revoke_client(client: ServiceClient, *, at: datetime) -> ServiceClient:
    """Stop a program's secrets and tokens working, for good: here at once, in other processes
    within ``limits.TOKEN_MEMORY``."""
    if client.revoked_at is None:
        client.revoked_at = at
        client.save(update_fields=["revoked_at"])
    tokens.end_all(client, at=at)
    return client


def proves(client: ServiceClient, secret: str, *, at: datetime) -> bool:
    """Whether this is one of the program's secrets that work. How long it takes
    says nothing about them.

    They are 256 random bits, so their SHA-256 is compared: nothing to slow down or salt
    (OWASP ASVS 5.0, 6.5.2).
    """
    given = links.digest(secret)
    kept = list(
        ClientSecret.objects.filter(client=client, expires_at__gt=at).values_list(
            "secret_hash", flat=True
        )
    )
    right = [hmac.compare_digest(one, given) for one in kept]
    return client.revoked_at is None and any(right)


def _new_secret(client: ServiceClient, *, at: datetime, life: timedelta) -> str:
    secret = links.new_token(links.SECRET_PREFIX)
    ClientSecret.objects.create(
        client=client, secret_hash=links.digest(secret), made_at=at, expires_at=at + life
    )
    return secret
