"""Whether whoever is in this browser proved lately who they are.

For changes that a browser left open must not make: a new address to sign in with, first of all
(OWASP ASVS 5.0, 7.5.1).
"""

from __future__ import annotations

from datetime import datetime

from allauth.account.authentication import get_authentication_records
from django.http import HttpRequest

from aboveboard.accounts import limits
from aboveboard.accounts.models import Account


def proved_recently(request: HttpRequest, *, at: datetime) -> bool:
    """Whether the caller signed in, in this session, at most ``limits.RECENT_SIGN_IN`` ago."""
    user = request.user
    if not isinstance(user, Account):
        return False
    proofs = get_authentication_records(request, user)
    since = at.timestamp() - limits.RECENT_SIGN_IN.total_seconds()
    return any(float(proof.get("at", 0)) >= since for proof in proofs)
