"""Confirming an e-mail address by the link of a letter. The page says nothing of anybody, and
to open it changes nothing: mail programs open links by themselves."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from aboveboard.accounts.gate import public, throttle
from aboveboard.basics import clock
from aboveboard.promise.queries import in_force
from aboveboard.rights import confirming
from aboveboard.rights.confirming import ConfirmationState

_STATUS = {ConfirmationState.OVER: 410, ConfirmationState.UNKNOWN: 404}


@public("whoever got the letter confirms without signing in")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def address(request: HttpRequest, token: str) -> HttpResponse:
    """Ask whether the address is theirs; pressing the button confirms it."""
    if request.method == "POST":
        throttle(request, "confirm_address", "link")
        state = confirming.confirm(token, at=clock.now())
    else:
        state = confirming.link_state(token, at=clock.now())
    context = {"state": state.value, "organisation": in_force().promise.organisation}
    response = render(
        request, "centre/confirm_address.html", context, status=_STATUS.get(state, 200)
    )
    # The address of this page is the link: no other site learns it.
    response["Referrer-Policy"] = "no-referrer"
    return response
