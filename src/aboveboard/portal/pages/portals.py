"""Other portals that show this person the looks we record: letting one, and ending it."""

from __future__ import annotations

from contextlib import suppress
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from aboveboard.accounts.gate import allow_customer, throttle
from aboveboard.basics.errors import NotFound
from aboveboard.basics.ids import parse_id
from aboveboard.group import shown
from aboveboard.group.shown import LandingRefused
from aboveboard.group.subject import DIGEST
from aboveboard.portal.page import PortalCustomer, portal_page


@allow_customer
@require_http_methods(["GET", "HEAD", "POST"])
@portal_page
def overview(request: HttpRequest, you: PortalCustomer) -> HttpResponse:
    """List the portals that show this person's looks, and end one of them."""
    if request.method == "POST":
        throttle(request, "own_change")
        # Ended already: the page says so.
        with suppress(NotFound):
            link = parse_id(request.POST.get("link", "")) or 0
            shown.hide_uses(you.person_id, link, at=you.now)
        return HttpResponseRedirect(reverse("portal:portals"))
    portals = shown.shown_portals(you.person_id, at=you.now)
    return render(request, "portal/portals.html", {"portals": portals})


@allow_customer
@require_http_methods(["GET", "HEAD", "POST"])
@portal_page
def show_uses(request: HttpRequest, you: PortalCustomer) -> HttpResponse:
    """Ask somebody who comes from a portal whether it may show their looks, and lead back to it."""
    given = request.POST if request.method == "POST" else request.GET
    landing, half = given.get("portal", "")[:600], given.get("half", "")[:100]
    context: dict[str, object] = {"landing": landing, "half": half}
    try:
        portal = shown.portal_of(landing)
        if not DIGEST.fullmatch(half):
            raise LandingRefused()
    except LandingRefused:
        status = 422 if request.method == "POST" else 200
        return render(request, "portal/portal_shown.html", context, status=status)
    context["portal"] = portal
    if request.method == "POST":
        throttle(request, "own_change")
        theirs = shown.show_uses(you.person_id, portal, half, at=you.now)
        # A link to follow and no redirect: the browser keeps forms from leading to other sites.
        context["leads_to"] = f"{portal.address}?{urlencode({'half': theirs})}"
    return render(request, "portal/portal_shown.html", context)
