"""How often a mailed code was tried: judged in one statement, so that guesses that come at the same
moment count one by one. The session holds the code; its count cannot be kept there, because each
request reads and writes a session of its own.
"""

from __future__ import annotations

import secrets
from datetime import datetime

from django.db.models import F

from aboveboard.accounts import limits
from aboveboard.accounts.models import SignInCode


def start(*, at: datetime) -> str:
    """Note that a code was made, whoever it is for, and return what its tries are counted under."""
    key = secrets.token_hex(16)
    SignInCode.objects.create(key=key, expires_at=at + limits.SIGN_IN_CODE_LIFE)
    return key


def count_try(key: str, *, at: datetime) -> bool:
    """Whether one more guess may be judged; it is counted whatever it is worth."""
    # One statement: of fifty at the same moment, three change the row. A count that was read
    # before would be the same for all of them.
    counted = SignInCode.objects.filter(
        key=key, tries__lt=limits.SIGN_IN_CODE_TRIES, used_at=None, expires_at__gt=at
    ).update(tries=F("tries") + 1)
    return counted == 1


def has_tries_left(key: str) -> bool:
    """Whether the code may be guessed at again."""
    return SignInCode.objects.filter(
        key=key, tries__lt=limits.SIGN_IN_CODE_TRIES, used_at=None
    ).exists()


def consume(key: str, *, at: datetime) -> bool:
    """Consume the code. Of two right answers at the same moment one signs in."""
    return SignInCode.objects.filter(key=key, used_at=None).update(used_at=at) == 1


def sweep(*, at: datetime) -> int:
    """Forget the codes whose time is over, and return how many."""
    gone, _ = SignInCode.objects.filter(expires_at__lte=at).delete()
    return gone
