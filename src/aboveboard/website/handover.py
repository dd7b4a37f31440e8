"""How a visitor's number comes from the organisation's website to the person's own pages: in a
signed cookie, by a form, so that it stands in no address."""

from __future__ import annotations

from typing import Final

from django.conf import settings
from django.core import signing
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from aboveboard.website.limits import HANDED_OVER

_NAME: Final = "aboveboard-visitor"
_SALT: Final = "aboveboard.website.handover"


def _name() -> str:
    # As the other cookies: over TLS with the prefix that binds it to this host.
    prefix = "__Host-" if settings.SESSION_COOKIE_SECURE else ""
    return f"{prefix}{_NAME}"


def put(answer: HttpResponseBase, visitor: str) -> None:
    """Let the browser remember the visitor's number until they have signed in."""
    answer.set_cookie(
        _name(),
        signing.dumps(visitor, salt=_SALT),
        max_age=int(HANDED_OVER.total_seconds()),
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def visitor_of(request: HttpRequest) -> str | None:
    """Return the number that was handed over, or None where none was, or too long ago."""
    try:
        visitor = signing.loads(request.COOKIES.get(_name(), ""), salt=_SALT, max_age=HANDED_OVER)
    except signing.BadSignature:
        return None
    return str(visitor)


def forget(answer: HttpResponseBase) -> None:
    """Let the browser forget it."""
    answer.delete_cookie(_name(), samesite="Lax")
