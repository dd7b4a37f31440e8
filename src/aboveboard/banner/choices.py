"""What a visitor chose, sent by the panel: kept as proof, or taken along to their own account."""

from __future__ import annotations

import ipaddress
import re
from typing import Final

from allauth.core.internal.ratelimit import get_ip
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from aboveboard.accounts.gate import public, throttle
from aboveboard.basics import clock, problems, settings
from aboveboard.basics.errors import AboveboardError, RateLimited, http_status
from aboveboard.basics.setting_checks import parse_origins
from aboveboard.website import actions, handover
from aboveboard.website.limits import BODY_BYTES
from aboveboard.website.visit import VisitorChoiceRefused, read

_VISITOR: Final = re.compile("[0-9a-f]{32}")


@public("visitors of the organisation's website are nobody in particular")
@csrf_exempt  # it comes from other sites, by no cookie; which of them may is declared
@require_http_methods(["OPTIONS", "POST"])
def choices(request: HttpRequest) -> HttpResponse:
    """Keep what a visitor chose (JSON), where it comes from a declared site; 204.

    Sent before by the browser to ask whether it may (``OPTIONS``, WHATWG Fetch, CORS protocol).
    """
    origin = request.headers.get("Origin", "")
    if origin not in _sites():
        title = "The panel may not be used on this site."
        return _problem(403, "site_not_declared", title)
    if request.method == "OPTIONS":
        answer = HttpResponse(status=204)
        answer["Access-Control-Allow-Methods"] = "POST"
        answer["Access-Control-Allow-Headers"] = "Content-Type"
        answer["Access-Control-Max-Age"] = "86400"
    else:
        answer = _keep(request, origin)
    answer["Access-Control-Allow-Origin"] = origin
    answer["Vary"] = "Origin"
    answer["Cross-Origin-Resource-Policy"] = "cross-origin"
    return answer


def _keep(request: HttpRequest, origin: str) -> HttpResponse:
    try:
        # Before the body is looked at, so that a flood costs us nothing more.
        throttle(request, "visitor_choice", key=_network(get_ip(request)))
        if len(request.body) > BODY_BYTES:
            raise VisitorChoiceRefused(why="it is larger than a choice can be")
        actions.record(read(request.body), site=origin, at=clock.now())
    except AboveboardError as error:
        answer: HttpResponse = _problem(http_status(error), error.code, str(error))
        if isinstance(error, RateLimited):
            answer["Retry-After"] = str(error.details["seconds"])
        return answer
    return HttpResponse(status=204)


@public("whoever chose on the website takes it along before they sign in")
@csrf_exempt  # a form of another site: it stores what it sends in its sender's browser, and no more
@require_POST
def hand_over(request: HttpRequest) -> HttpResponse:
    """Remember the visitor's number in a cookie for the page on which they say that it was they."""
    answer = HttpResponseRedirect(reverse("portal:website"))
    visitor = request.POST.get("id", "")
    if _VISITOR.fullmatch(visitor):
        handover.put(answer, visitor)
    return answer


def _sites() -> frozenset[str]:
    current = settings.current()
    own = current.server.origin.rstrip("/")
    return frozenset({own, *parse_origins(current.website.origins)})


def _network(address: str) -> str:
    """The network of an address: 256 of IPv4, or what one customer of a provider has of IPv6."""
    bits = 24 if ipaddress.ip_address(address).version == 4 else 56
    return str(ipaddress.ip_network(f"{address}/{bits}", strict=False))


def _problem(status: int, code: str, title: str) -> JsonResponse:
    body = problems.problem(status, code, title)
    return JsonResponse(body, status=status, content_type=problems.MEDIA_TYPE)
