"""The sessions of an account, as their owner is shown them: which browser, since when, last seen.

A session is sealed and says nothing to anybody without its cookie, so each has a row here besides.
The row opens nothing: it has a random name that only the session knows too, and says which row the
sealed session is, so that its owner can end that one. What the browser is called is sealed, as
coarse as ``Firefox on Windows``; no address of the network is kept.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.models import Session
from django.db.models import Q
from django.http import HttpRequest

from aboveboard.accounts import limits, sealing, sessions
from aboveboard.accounts.models import Account, OpenSession
from aboveboard.basics import clock
from aboveboard.basics.errors import NotFound

NAME: Final = "open_session"
"""Session key: the name of the session's row."""
_CONTEXT: Final = "session-browser"
# The first that stands in what a browser says of itself: most say that they are others as well.
_BROWSERS: Final = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("Chrome", "Chrome"),
    ("CriOS", "Chrome"),
    ("Safari", "Safari"),
)
_SYSTEMS: Final = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("CrOS", "ChromeOS"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)


@dataclass(frozen=True, slots=True)
class OwnSession:
    """One session of an account. ``browser`` and ``system``: "" where they are not known;
    ``current``: it is the one that asks."""

    name: str
    browser: str
    system: str
    began_at: datetime
    seen_at: datetime
    current: bool


def browser_and_system(user_agent: str) -> tuple[str, str]:
    """Return what a browser and its system are called (RFC 9110, 10.1.5), "" where unknown."""
    return _first(_BROWSERS, user_agent), _first(_SYSTEMS, user_agent)


def note(request: HttpRequest, account: Account, *, began: float) -> None:
    """Write down that this session is in use; the first time, that there is one. ``began``: when
    its owner signed in, in seconds since 1970."""
    at = clock.now()
    name = request.session.get(NAME)
    row = sessions.row_key(request.session.session_key)
    known = OpenSession.objects.filter(name=name, account=account)
    if name and known.update(seen_at=at, session_row=row):
        return
    name = request.session[NAME] = secrets.token_hex(16)
    words = "/".join(browser_and_system(request.headers.get("User-Agent", "")))
    # Those that nobody signed out of end by themselves; without this their rows would stay.
    OpenSession.objects.filter(_ended(account, at), account=account).delete()
    OpenSession.objects.create(
        name=name,
        account=account,
        began_at=datetime.fromtimestamp(began, tz=UTC),
        seen_at=at,
        browser=sealing.seal(_CONTEXT, words.encode(), belongs_to=name.encode()),
        session_row=row,
    )


def forget(session: SessionBase) -> None:
    """Take the row of a session away whose owner signs out."""
    OpenSession.objects.filter(name=session.get(NAME, "")).delete()


def end_session(request: HttpRequest, account: Account, name: str) -> bool:
    """End one other session of the account. False where it cannot be told which it is: its cookie
    was renewed since it was last seen, or it was noted by a version that did not say.

    Raises:
        NotFound: the account has no other session of this name.
    """
    row = OpenSession.objects.filter(account=account, name=name).first()
    if row is None or name == request.session.get(NAME):
        raise NotFound(what="session")
    # What the browser that is signed out was doing at this moment ends as well: Django does not
    # save a session whose row is gone.
    ended, _ = Session.objects.filter(session_key=row.session_row).delete()
    if ended:
        row.delete()
    return ended > 0


def own_sessions(request: HttpRequest, account: Account, *, at: datetime) -> Sequence[OwnSession]:
    """Return every session of the account that still works, the one that asks first, then the one
    seen last."""
    rows = OpenSession.objects.filter(account=account).exclude(_ended(account, at))
    current = request.session.get(NAME)
    shown = [
        OwnSession(row.name, *_browser_of(row), row.began_at, row.seen_at, row.name == current)
        for row in rows.order_by("-seen_at", "name")
    ]
    return sorted(shown, key=lambda session: not session.current)


def _ended(account: Account, at: datetime) -> Q:
    customer = account.is_customer
    idle = limits.SESSION_IDLE_CUSTOMER if customer else limits.SESSION_IDLE_STAFF
    life = limits.SESSION_LIFE_CUSTOMER if customer else limits.SESSION_LIFE_STAFF
    return Q(seen_at__lte=at - idle) | Q(began_at__lte=at - life)


def _browser_of(row: OpenSession) -> tuple[str, str]:
    try:
        words = sealing.unseal(_CONTEXT, bytes(row.browser), belongs_to=row.name.encode())
    except sealing.BoxDamaged:
        return "", ""
    browser, _, system = words.decode().partition("/")
    return browser, system


def _first(known: Sequence[tuple[str, str]], user_agent: str) -> str:
    return next((word for sign, word in known if sign in user_agent), "")
