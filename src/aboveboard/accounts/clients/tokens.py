"""Access tokens: given to a client for its secret, kept as a hash, known again for a few minutes.

A token that was found to work is remembered by its process for ``limits.TOKEN_MEMORY``, so that a
busy client does not cost a statement for each use. So a token revoked in one process works in
another for that long, and no longer.
"""

from __future__ import annotations

import hmac
import re
import time
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from aboveboard.accounts import limits, links
from aboveboard.accounts.clients.scope import RECIPIENT, ClientScope
from aboveboard.accounts.models import AccessToken, ClientSecret, ServiceClient
from aboveboard.basics.actor import Actor, ActorKind


@dataclass(frozen=True, slots=True)
class AuthenticatedClient:
    """The client that a token belongs to, and what the token lets it ask for
    until ``expires_at``."""

    id: int
    name: str
    role: str
    team: str
    scope: ClientScope
    expires_at: datetime

    @property
    def actor(self) -> Actor:
        """Return the client as the ledger names it."""
        return Actor(ActorKind.SERVICE, str(self.id), self.role, self.team)


_CLIENT_ID = re.compile(r"[0-9A-Za-z._-]{1,40}")
_MOST_REMEMBERED = 1_000
_known: dict[str, tuple[AuthenticatedClient, float]] = {}


def scope_of(client: ServiceClient) -> ClientScope:
    """Return everything that a client may ask for."""
    return _scope_of_row(client)


def issue(
    client: ServiceClient,
    scope: ClientScope | None = None,
    *,
    at: datetime,
    life: timedelta = limits.ACCESS_TOKEN_LIFE,
) -> str:
    """Return a fresh token for ``scope`` (all of the client's, if none is named)."""
    token = links.new_token(links.TOKEN_PREFIX)
    store(token, client, scope or scope_of(client), at=at, life=life)
    return token


def store(
    token: str,
    client: ServiceClient,
    scope: ClientScope,
    *,
    at: datetime,
    life: timedelta = limits.ACCESS_TOKEN_LIFE,
) -> None:
    """Make ``token`` work."""
    AccessToken.objects.create(
        token_hash=links.digest(token),
        client=client,
        purposes=sorted(scope.purposes),
        choices=sorted(scope.choices),
        channels=sorted(scope.channels),
        rights=sorted(scope.rights),
        issued_at=at,
        expires_at=at + life,
    )


def recipient_token(client_id: str, secret: str, *, at: datetime) -> str | None:
    """Return a fresh token with which people of a recipient read what it was given, and nothing
    else, for the id and secret of its client; None where they are wrong, or of no recipient."""
    if not _CLIENT_ID.fullmatch(client_id):  # before the database, which takes no NUL
        return None
    with transaction.atomic():
        # Locked, as where a program asks: a secret that is being ended buys nothing.
        locked = ServiceClient.objects.select_for_update()
        row = locked.filter(client_id=client_id, revoked_at=None).first()
        if row is None or not is_secret_of(row, secret, at=at):
            return None
        recipient = scope_of(row).recipient
        if not recipient:
            return None
        words = frozenset({f"{RECIPIENT}{recipient}"})
        scope = ClientScope(frozenset(), frozenset(), rights=words)
        return issue(row, scope, at=at)


def client_for_token(
    token: str, *, at: datetime, now: float | None = None
) -> AuthenticatedClient | None:
    """Return the client whose token this is, unless the token is wrong, expired or revoked.

    The look-up is by the token's SHA-256: how long it takes says nothing about the token. ``now``
    is a reading of the monotonic clock.
    """
    # By digest and not by token: the table of a stolen backup opens nothing, and a comparison of
    # digests leaks nothing of the token by its time.
    digest = links.digest(token)
    moment = time.monotonic() if now is None else now
    client, checked = _known.get(digest, (None, 0.0))
    if client is None or moment - checked >= limits.TOKEN_MEMORY.total_seconds():
        client = _load(digest)
        if client is None:
            _known.pop(digest, None)
            return None
        # All at once, not the oldest: a client that asks often is back within one statement.
        if len(_known) >= _MOST_REMEMBERED:
            _known.clear()
        _known[digest] = (client, moment)
    # Asked each time, also of what is remembered: a token must not outlive its time by the memory.
    return client if at < client.expires_at else None


def _load(digest: str) -> AuthenticatedClient | None:
    row = (
        AccessToken.objects.select_related("client")
        .filter(token_hash=digest, revoked_at=None, client__revoked_at=None)
        .first()
    )
    # A row that this program did not write is no token, whatever it says.
    if row is None or not row.authentic or not row.client.authentic:
        return None
    client, scope = row.client, _scope_of_row(row)
    return AuthenticatedClient(
        client.pk, client.name, client.role, client.team, scope, row.expires_at
    )


def _scope_of_row(row: ServiceClient | AccessToken) -> ClientScope:
    return ClientScope(
        frozenset(row.purposes),
        frozenset(row.channels),
        frozenset(row.choices),
        frozenset(row.rights),
    )


def is_secret_of(client: ServiceClient, secret: str, *, at: datetime) -> bool:
    """Whether this is one of the client's secrets that work. How long it takes says nothing about
    them.

    They are 256 random bits, so their SHA-256 is compared: nothing to slow down or salt
    (OWASP ASVS 5.0, 6.5.2).
    """
    given = links.digest(secret)
    secrets = ClientSecret.objects.filter(client=client, expires_at__gt=at)
    hashes = [secret.secret_hash for secret in secrets if secret.authentic]
    # Every hash is compared, also after one was right: the time must not say which.
    right = [hmac.compare_digest(each, given) for each in hashes]
    return client.authentic and client.revoked_at is None and any(right)


def give_up(token: str, *, at: datetime) -> None:
    """Stop one token working, whoever holds it."""
    revoke([links.digest(token)], at=at)


def revoke(token_hashes: Collection[str], *, at: datetime) -> None:
    """Stop these tokens working."""
    _revoke(AccessToken.objects.filter(token_hash__in=token_hashes, revoked_at=None), at)
    _forget_now_and_when_committed()


def revoke_all(client: ServiceClient, *, at: datetime) -> None:
    """Stop every token of a client working."""
    _revoke(AccessToken.objects.filter(client=client, revoked_at=None), at)
    _forget_now_and_when_committed()


@transaction.atomic
def _revoke(tokens: Iterable[AccessToken], at: datetime) -> None:
    for token in tokens:
        if token.authentic:
            token.revoked_at = at
            token.save(update_fields=["revoked_at"])
        else:  # it never worked, and cannot be given a MAC
            token.delete()


def _forget_now_and_when_committed() -> None:
    forget()
    transaction.on_commit(forget)  # another thread may have asked between the change and its commit


def forget() -> None:
    """Let this process remember no token: the next use of each asks the database."""
    _known.clear()


def sweep(*, at: datetime) -> int:
    """Delete tokens whose time is over, and return how many."""
    gone, _ = AccessToken.objects.filter(expires_at__lte=at).delete()
    return gone
