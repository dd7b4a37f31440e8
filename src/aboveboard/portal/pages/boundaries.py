"""Who may look, and how long we keep it: keep a role or a team out, choose a shorter time."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from aboveboard.access import queries as access_queries
from aboveboard.accounts.gate import allow_customer, throttle
from aboveboard.basics.errors import AboveboardError
from aboveboard.choices import bounding, queries
from aboveboard.choices.boundaries import Boundary, BoundaryKind
from aboveboard.choices.state import ConsentState
from aboveboard.choices.topic import parts_of
from aboveboard.portal import wording
from aboveboard.portal.page import CHANNEL, PortalCustomer, page_for
from aboveboard.promise import explain
from aboveboard.promise.period import Period
from aboveboard.representation.terms import Power

_OFFERED = ("P1M", "P3M", "P6M", "P1Y")
"""Periods to choose from, where they are shorter than what is promised."""


@allow_customer
@require_http_methods(["GET", "HEAD", "POST"])
@page_for(Power.CHOOSE)
def overview(request: HttpRequest, you: PortalCustomer) -> HttpResponse:
    """Show who is kept out and what is kept for less time, and change one of them."""
    if request.method == "POST":
        # Every use of theirs reads all of their choices, and each is kept for good.
        throttle(request, "own_change")
        try:
            _change(request, you)
        except (AboveboardError, ValueError):
            # Only what this page offers can be sent by it: nothing of it is taken.
            return _page(request, you, status=422)
        return HttpResponseRedirect(f"{reverse('portal:boundaries')}?saved=1")
    return _page(request, you)


def _change(request: HttpRequest, you: PortalCustomer) -> None:
    kind = BoundaryKind(request.POST.get("kind", ""))
    name, keep = request.POST.get("name", "")[:80], request.POST.get("keep", "")
    change = partial(
        _set_or_lift,
        you.person_id,
        channel=CHANNEL,
        evidence=you.evidence,
        by=you.actor,
        at=you.now,
    )
    if kind is not BoundaryKind.KEEP:
        change(Boundary(kind, name), stands="out" in request.POST)
        return
    # One time for each purpose: the one before is taken back.
    if keep:
        change(Boundary(kind, name, keep), stands=True)
    consent = queries.consent_state(you.person_id)
    for topic in consent.denied([f"{BoundaryKind.KEEP}:{name}"]):
        _, other = parts_of(topic)
        if other != keep:
            change(Boundary(kind, name, other), stands=False)


def _set_or_lift(person_id: int, boundary: Boundary, *, stands: bool, **how: Any) -> None:
    act = bounding.set_boundary if stands else bounding.lift_boundary
    act(person_id, boundary, **how)


def _page(request: HttpRequest, you: PortalCustomer, status: int = 200) -> HttpResponse:
    consent = queries.consent_state(you.person_id)
    context = {
        "people": list(_roles(you, consent)) + list(_teams(you, consent)),
        "times": list(_times(you, consent)),
        "saved": request.GET.get("saved") == "1",
        "refused": status == 422,
    }
    return render(request, "portal/boundaries.html", context, status=status)


def _roles(you: PortalCustomer, consent: ConsentState) -> Iterator[dict[str, object]]:
    for key, role in you.promise.roles.items():
        if key not in bounding.ALWAYS_IN:
            yield {
                "kind": "role",
                "name": key,
                "title": wording.capitalise(str(role.title)),
                "out": consent.boundaries.keep_out(key, ""),
            }


def _teams(you: PortalCustomer, consent: ConsentState) -> Iterator[dict[str, object]]:
    """Yield the teams that looked, or tried to: those that this person knows of."""
    uses = access_queries.use_records(you.person_id, limit=200)
    for team in sorted({use.actor.team for use in uses if use.actor.team}):
        yield {
            "kind": "team",
            "name": team,
            "title": gettext("The team %(team)s") % {"team": team},
            "out": consent.boundaries.keep_out("", team),
        }


def _times(you: PortalCustomer, consent: ConsentState) -> Iterator[dict[str, object]]:
    for purpose in you.promise.purposes.values():
        offered = [
            (keep, explain.period_in_words(Period.parse(keep), you.language))
            for keep in _OFFERED
            if Period.parse(keep).longest() < purpose.retention.keep.shortest()
        ]
        if purpose.leaves_choice and offered:
            chosen = consent.boundaries.shorter.get(purpose.key)
            yield {
                "name": purpose.key,
                "title": purpose.title,
                "promised": explain.retention_in_words(purpose.retention, you.language),
                "chosen": str(chosen) if chosen else "",
                "offered": offered,
            }
