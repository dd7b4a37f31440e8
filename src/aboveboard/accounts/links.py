"""One-time links and tokens: random, kept only as a hash, used once, and plain about
why they no longer work."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime
from enum import StrEnum

TOKEN_BYTES = 32
"""256 random bits: nothing to slow down or salt, so a plain SHA-256 is kept
(OWASP ASVS 5.0, 6.5.2)."""

TOKEN_PREFIX, SECRET_PREFIX = "ab_", "abs_"
"""So that a client's token or secret is known for what it is when it turns up in a file
or a scanner's report."""


class LinkState(StrEnum):
    """Whether a sign-in link still works."""

    WORKS = "works"
    UNKNOWN = "unknown"
    USED = "used"
    EXPIRED = "expired"
    CLOSED = "closed"


def new_token(prefix: str = "") -> str:
    """Return a fresh token: ``prefix`` and 43 characters of base64url."""
    return prefix + secrets.token_urlsafe(TOKEN_BYTES)


def digest(token: str) -> str:
    """Return the SHA-256 of a token, 64 hex characters: what is kept of it."""
    return hashlib.sha256(token.encode()).hexdigest()


def state(
    *, used_at: datetime | None, expires_at: datetime, account_open: bool, at: datetime
) -> LinkState:
    """Return whether a link works at ``at``; "used" is said before "expired", since it
    tells the reader more."""
    # Whoever used it first may not have been the one it was sent to: that must be said.
    if used_at is not None:
        return LinkState.USED
    if expires_at <= at:
        return LinkState.EXPIRED
    return LinkState.WORKS if account_open else LinkState.CLOSED
