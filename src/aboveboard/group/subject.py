"""By what two organisations know somebody whom both have: agreed when the person links them, and
known to nobody else. Pure.

1. The portal makes half of it, 32 random bytes (``make_half``). The person takes its digest along
   to the other organisation, in the address.
2. They sign in there, and say yes. That organisation makes the other half, and keeps the digest of
   both. The person brings its half back to the portal, in the address.
3. The portal names them by both halves from then on, with a dot between.

So it is different for each pair of organisations, says nothing of the person, cannot be guessed
(512 random bits), and stands whole in no address: who reads a log or a history has one half and the
digest of the other. A link made with somebody else's half (a login that was forged across sites)
comes back to a session that did not begin it, and is refused there.
"""

from __future__ import annotations

import re
import secrets
from hashlib import sha256
from typing import Final

HALF: Final = re.compile(r"[A-Za-z0-9_-]{43}")
"""32 bytes in base64url without padding (RFC 4648, 5), or the SHA-256 of a half in the same form
of letters, for which :data:`DIGEST` is stricter."""
DIGEST: Final = re.compile(r"[0-9a-f]{64}")


def make_half() -> str:
    """Return a new half: 43 letters."""
    return secrets.token_urlsafe(32)


def digest_of_half(half: str) -> str:
    """Return the SHA-256 of a half, 64 lower-case hex digits."""
    return sha256(half.encode("ascii")).hexdigest()


def subject_of_halves(ours: str, theirs: str) -> str:
    """Return the subject: the portal's half, then that of the organisation."""
    return f"{ours}.{theirs}"


def digest_of_both(digest: str, theirs: str) -> str:
    """Return what an organisation keeps of a subject: the SHA-256 of the digests of its halves."""
    return sha256(f"{digest}.{digest_of_half(theirs)}".encode("ascii")).hexdigest()


def digest_of_subject(subject: str) -> str | None:
    """Return the same of a whole subject; None where it is none."""
    ours, dot, theirs = subject.partition(".")
    if not dot or not HALF.fullmatch(ours) or not HALF.fullmatch(theirs):
        return None
    return digest_of_both(digest_of_half(ours), theirs)
