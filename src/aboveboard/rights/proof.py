"""Proving a new e-mail address: a code is sent to it, and comes back.

The code and the address are in the session, which is sealed; how often it was tried is counted
beside it (``accounts.code_tries``), because guesses that come at the same moment each read a
session of their own.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import MutableMapping
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from aboveboard.accounts import code_tries, mail
from aboveboard.accounts.limits import SIGN_IN_CODE_LIFE
from aboveboard.basics import settings, shipped

_KEY: Final = "new_address"
_DIGITS: Final = 6

Session = MutableMapping[str, Any]


def send_code(
    session: Session, person_id: int, field: str, address: str, *, language: str, at: datetime
) -> None:
    """Send a code to a new address, and remember both.

    Raises:
        KindMismatch: it is not an address that anything can be sent to.
        Unavailable: the mail server did not take it.
    """
    code = f"{secrets.randbelow(10**_DIGITS):0{_DIGITS}}"
    # One at a time: a second address that is begun replaces the first, whose code then proves
    # nothing.
    session[_KEY] = {
        "person": person_id,
        "field": field,
        "address": address,
        "code": code,
        "tries": code_tries.start(at=at),
    }
    words = mail_texts(language)
    facts = {
        "organisation": settings.current().organisation.name,
        "code": code,
        "minutes": int(SIGN_IN_CODE_LIFE.total_seconds() // 60),
    }
    mail.send(words["code_subject"].format(**facts), words["code"].format(**facts), to=address)


def pending_address(session: Session, person_id: int, field: str) -> str | None:
    """Return the address that waits for its code, of this person and field; None for none."""
    waiting = session.get(_KEY)
    if not waiting or (waiting["person"], waiting["field"]) != (person_id, field):
        return None
    return str(waiting["address"])


def check_code(
    session: Session, person_id: int, field: str, code: str, *, at: datetime
) -> str | None:
    """Return the address that the code proves, once; None for a wrong code, or one whose tries or
    time are over."""
    address = pending_address(session, person_id, field)
    if address is None:
        return None
    waiting = session[_KEY]
    # Counted before it is compared, so that many guesses at once are no more than three.
    if not code_tries.count_try(waiting["tries"], at=at):
        discard(session)
        return None
    if not hmac.compare_digest(code.strip().encode(), waiting["code"].encode()):
        return None
    discard(session)
    return address if code_tries.consume(waiting["tries"], at=at) else None


def discard(session: Session) -> None:
    """Forget what waits."""
    session.pop(_KEY, None)


def mail_texts(language: str) -> dict[str, str]:
    """Return the words of the mails in a language, English where there are none."""
    known: dict[str, dict[str, str]] = shipped.load(Path(__file__).with_name("texts.yaml"))
    return known.get(language.split("-")[0], known["en"])
