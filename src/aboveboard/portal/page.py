"""What every page of the portal begins with: who is asking and for whom, the promise in force, and
their language."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
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
from aboveboard.basics.actor import CUSTOMER, Actor
from aboveboard.promise import queries as promise_queries
from aboveboard.promise.model import Promise
from aboveboard.representation import queries as representation
from aboveboard.representation.deaths import is_deceased
from aboveboard.representation.records import RepresentationRecord
from aboveboard.representation.terms import Power
from aboveboard.vault import queries as vault
from aboveboard.vault.aliases import current_number
from aboveboard.website import actions as website

CHANNEL = "portal"
"""The promise's key for what is done on these pages."""

ACTING = "acting"
"""Where the session keeps for whom somebody acts: the authority's number, and the person's name."""

P = ParamSpec("P")
R = TypeVar("R", bound=HttpResponseBase)


@dataclass(frozen=True, slots=True)
class PortalCustomer:
    """The customer whose pages these are. ``promise`` is printed in the ``language`` of who reads;
    ``now`` is one moment for the whole page.

    ``acting``: under which authority somebody else reads and acts for them; None: they do so
    themselves.
    """

    person_id: int
    jurisdiction: str
    language: str
    promise: Promise
    promise_serial: int
    now: datetime
    acting: RepresentationRecord | None = field(default=None)

    @property
    def actor(self) -> Actor:
        """Who acts on this page, for the log."""
        return self.acting.actor if self.acting else CUSTOMER

    @property
    def reference(self) -> str:
        """What a use on this page refers to: the authority, where somebody acts for them."""
        return self.acting.evidence if self.acting else ""

    @property
    def evidence(self) -> str:
        """What a choice on this page refers to: the promise that it printed, or the authority."""
        return self.reference or f"portal:{self.promise_serial}"


PageView = Callable[Concatenate[HttpRequest, PortalCustomer, P], R]
Page = Callable[Concatenate[HttpRequest, P], R | HttpResponse]


def portal_page(view: PageView[P, R]) -> Page[P, R]:
    """Give the view its :class:`PortalCustomer`, and answer in their language. Nobody can do here
    anything for somebody else.

    Someone whose data was erased while they were signed in is told that nothing is held.
    """
    return _page(view, None)


def page_for(power: Power) -> Callable[[PageView[P, R]], Page[P, R]]:
    """Do the same for a page that an authority to act opens too, where it allows ``power``."""

    def decorate(view: PageView[P, R]) -> Page[P, R]:
        return _page(view, power)

    return decorate


def _page(view: PageView[P, R], power: Power | None) -> Page[P, R]:

    @wraps(view)
    def answer(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> R | HttpResponse:
        person_id = person_of(request)
        # Asked at each page and not taken from the session: an erasure shows at once, also to
        # somebody who is signed in while it happens.
        own = vault.person(person_id)
        if own is None:
            return render(request, "portal/nothing_held.html", status=404)
        # What they chose on a page of ours goes before what we were told of them; letters and mails
        # stay in the language that is held.
        chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        language = _supported(chosen) or _supported(own.language) or "en"
        # After they proved who they are, and on each page: a sign-in page that said so before would
        # tell anybody who has died.
        if is_deceased(person_id):
            with translation.override(language):
                page = "portal/recorded_as_deceased.html"
                return render(request, page, _contact(), status=403)
        # Read once and handed to the view: a promise adopted meanwhile must not explain one half of
        # a page while the earlier one explains the other.
        adopted = promise_queries.in_force()
        now = clock.now()
        acting = _acting(request, person_id, now)
        if ACTING in request.session and (refusal := _refusal(request, acting, power, now)):
            with translation.override(language):
                return render(request, "portal/acting_refused.html", refusal, status=403)
        if acting is not None:
            # For the banner on each page: base.html.
            request.acting_name = request.session[ACTING]["name"]  # type: ignore[attr-defined]
        person = (vault.person(current_number(acting.person_id)) if acting else own) or own
        you = PortalCustomer(
            person.id,
            person.jurisdiction,
            language,
            adopted.promise.in_language(language),
            adopted.serial,
            now,
            acting,
        )
        zone = zone_of(person.jurisdiction, you.now) or timezone.get_current_timezone()
        # The browser of who acts for somebody signals for its own owner.
        if is_signalled(request) and acting is None:
            website.object_by_signal(person_id, adopted.promise, at=you.now)
        with translation.override(language), timezone.override(zone):
            response = view(request, you, *args, **kwargs)
        response.headers["Content-Language"] = language
        return response

    return answer


def _contact() -> dict[str, object]:
    return {"contact": promise_queries.in_force().promise.organisation.contact}


def _acting(request: HttpRequest, person_id: int, at: datetime) -> RepresentationRecord | None:
    """Return under which authority the signed-in customer acts for somebody, if it is in force."""
    chosen = request.session.get(ACTING)
    if chosen is None:
        return None
    number = int(chosen["number"])
    record = representation.in_force(number, representative_id=person_id, at=at)
    return record if record and vault.person(current_number(record.person_id)) else None


def _refusal(
    request: HttpRequest, acting: RepresentationRecord | None, power: Power | None, at: datetime
) -> dict[str, object] | None:
    """Return what the page says to somebody who acts for another and may not open it. Who may do so
    no longer is told, and is themselves again: what they do next must not be for the wrong one."""
    if acting is None:
        return {"over": True, "name": request.session.pop(ACTING)["name"]}
    if power is None or not acting.allows(power, at):
        return {"name": request.session[ACTING]["name"]}
    return None


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
