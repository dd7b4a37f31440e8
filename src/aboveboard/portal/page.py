"""What every page of the portal begins with: who is asking, the promise in
force, and their language."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar
from zoneinfo import ZoneInfo

from babel.core import get_global
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone, translation

from aboveboard.accounts.gate import person_of
from aboveboard.basics import clock
from aboveboard.promise import queries as promise_queries
from aboveboard.promise.model import Promise
from aboveboard.vault import queries as vault
from aboveboard.website import actions as website

CHANNEL = "portal"
"""The promise's key for what is done on these pages."""

P = ParamSpec("P")
R = TypeVar("R", bound=HttpResponseBase)


@dataclass(frozen=True, slots=True)
class PortalCustomer:
    """The customer who is asking. ``promise`` is printed in their ``language``; ``now`` is one
    moment for the whole page."""

    person_id: int
    jurisdiction: str
    language: str
    promise: Promise
    promise_serial: int
    now: datetime


def portal_page(
    view: Callable[Concatenate[HttpRequest, PortalCustomer, P], R],
) -> Callable[Concatenate[HttpRequest, P], R | HttpResponse]:
    """Give the view its :class:`PortalCustomer`, and answer in their language.

    Someone whose data was erased while they were signed in is told that nothing is held.
    """

    @wraps(view)
    def answer(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> R | HttpResponse:
        person_id = person_of(request)
        # Asked at each page and not taken from the session: an erasure shows at once, also to
        # somebody who is signed in while it happens.
        person = vault.person(person_id)
        if person is None:
            return render(request, "portal/nothing_held.html", status=404)
        # What they chose on a page of ours goes before what we were told of them; letters and mails
        # stay in the language that is held.
        chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        language = _supported(chosen) or _supported(person.language) or "en"
        # Read once and handed to the view: a promise adopted meanwhile must not explain one half of
        # a page while the earlier one explains the other.
        adopted = promise_queries.in_force()
        you = PortalCustomer(
            person_id,
            person.jurisdiction,
            language,
            adopted.promise.in_language(language),
            adopted.serial,
            clock.now(),
        )
        zone = zone_of(person.jurisdiction, you.now) or timezone.get_current_timezone()
        if is_signalled(request):
            website.object_by_signal(person_id, adopted.promise, at=you.now)
        with translation.override(language), timezone.override(zone):
            response = view(request, you, *args, **kwargs)
        response.headers["Content-Language"] = language
        return response

    return answer


def is_signalled(request: HttpRequest) -> bool:
    """Whether the browser sends Global Privacy Control: this value and no other is the signal (W3C
    Global Privacy Control, section 3)."""
    return request.headers.get("Sec-GPC") == "1"


def zone_of(jurisdiction: str, at: datetime) -> ZoneInfo | None:
    """Return the time zone of a country or a part of it ("GB", "US-IL"), where it has just one;
    else None.

    Zones whose clocks agree all year round are one: Germany has two names for its own.
    """
    names = sorted(get_global("territory_zones").get(jurisdiction[:2], ()))
    zones = [ZoneInfo(name) for name in names]
    # One day of each half of the year: zones that differ in summer time alone are two.
    year = at.year
    offsets = {
        tuple(datetime(year, month, 1, tzinfo=zone).utcoffset() for month in (1, 7))
        for zone in zones
    }
    return zones[0] if len(offsets) == 1 else None


def _supported(language: str) -> str:
    try:
        return translation.get_supported_language_variant(language)
    except LookupError:
        return ""
