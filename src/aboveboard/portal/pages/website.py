"""Your choices on our website: said to be your own, and kept with your account."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from aboveboard.accounts.gate import allow_customer, throttle
from aboveboard.portal import wording
from aboveboard.portal.page import PortalCustomer, portal_page
from aboveboard.website import handover
from aboveboard.website.actions import take_over as take_over_choices
from aboveboard.website.queries import choice_of_visitor


@allow_customer
@require_http_methods(["GET", "HEAD", "POST"])
@portal_page
def take_over(request: HttpRequest, you: PortalCustomer) -> HttpResponse:
    """Show what this browser chose on the website; on POST make it their own, or (``answer=no``)
    forget that it was handed over."""
    visitor = handover.visitor_of(request)
    choice = choice_of_visitor(visitor) if visitor else None
    if request.method == "POST" and visitor:
        if choice is not None and request.POST.get("answer") == "yes":
            throttle(request, "own_change")
            # What the page showed, so that an answer given meanwhile is not taken along unseen.
            shown = {
                key: words == "yes"
                for key, _, words in (each.partition(":") for each in request.POST.getlist("shown"))
            }
            take_over_choices(you.person_id, visitor, shown, at=you.now)
        answer = HttpResponseRedirect(reverse("portal:choices"))
        handover.forget(answer)
        return answer
    rows = [
        {
            "key": key,
            "yes": yes,
            "title": wording.purpose(you.promise, key),
        }
        for key, yes in (choice.answers.items() if choice else ())
        if key in you.promise.purposes
    ]
    return render(request, "portal/website.html", {"choice": choice, "rows": rows})
