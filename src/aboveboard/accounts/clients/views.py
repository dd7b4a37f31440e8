"""The endpoints where clients get and give up tokens. Wrong secrets are counted, and soon wait."""

from __future__ import annotations

import base64
import binascii
import json
import logging
from collections.abc import Callable
from functools import cache
from typing import Any

from allauth.core.internal.ratelimit import consume, get_ip
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from aboveboard.accounts import limits
from aboveboard.accounts.clients.server import OAuthServer, metadata
from aboveboard.accounts.gate import public
from aboveboard.basics import problems, settings
from aboveboard.basics.errors import RateLimited
from aboveboard.basics.logs import REQUEST_ID

log = logging.getLogger(__name__)
_FAILED = "client_failed"


@cache
def _server() -> OAuthServer:
    return OAuthServer()


@public("a client proves itself here with its secret, and is given a token for it")
@csrf_exempt
@require_POST
def token(request: HttpRequest) -> HttpResponse:
    """Give a token for a client's id and secret (RFC 6749, 4.4)."""
    return _count_failures(request, _server().create_token_response)


@public("a client proves itself here with its secret, to have one of its tokens stopped")
@csrf_exempt
@require_POST
def revoke(request: HttpRequest) -> HttpResponse:
    """Stop a token of the client's own working (RFC 7009)."""
    return _count_failures(
        request, lambda asked: _server().create_endpoint_response("revocation", asked)
    )


@public("clients read where to get a token before they have one")
@csrf_exempt  # so that a POST is refused for its method, not for its form
@require_safe
def server_metadata(request: HttpRequest) -> HttpResponse:
    """Say where the endpoints are and what they take (RFC 8414)."""
    return JsonResponse(metadata(settings.current().server.origin.rstrip("/")))


def _count_failures(request: HttpRequest, answer: Callable[[HttpRequest], Any]) -> HttpResponse:
    """Answer, and count what fails by network address and client; after too many, answer
    nothing for a minute."""
    # Both, so that nobody can lock out another's client.
    caller = f"{get_ip(request)}|{_claimed_client_id(request)}"
    if not consume(request, app="allauth.account", action=_FAILED, key=caller, dry_run=True):
        return _wait(int(limits.CLIENT_FAILED_WAIT.total_seconds()))
    try:
        response: HttpResponse = answer(request)
    # Authlib's, of a header that is not UTF-8 or a word that no error may repeat.
    except ValueError as error:
        log.info("a token was asked for in no form that can be read: %s", type(error).__name__)
        return JsonResponse({"error": "invalid_request"}, status=400)
    if (
        response.status_code >= 400
        and json.loads(response.content).get("error") == "invalid_client"
    ):
        # Only what failed counts: a client that signs in often must never lock itself out.
        consume(request, app="allauth.account", action=_FAILED, key=caller)
    return response


def _claimed_client_id(request: HttpRequest) -> str:
    """Return the id of the client that this claims to be, as far as that is worth counting."""
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "basic":
        try:
            return base64.b64decode(given).decode("latin-1").partition(":")[0][:40]
        except (binascii.Error, ValueError):
            return ""
    return request.POST.get("client_id", "")[:40]


def _wait(seconds: int) -> HttpResponse:
    error = RateLimited(seconds=seconds)
    body = problems.problem(429, error.code, error.message, request_id=REQUEST_ID.get())
    return JsonResponse(
        body, status=429, content_type=problems.MEDIA_TYPE, headers={"Retry-After": str(seconds)}
    )
