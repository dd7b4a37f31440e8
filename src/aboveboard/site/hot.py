"""The addresses that programs ask a thousand times a second are answered here, before the
middleware that pages need: nobody is signed in by a cookie there, and no form, language or static
file has to do with them.

What every answer owes stands outside: the proxies, the log, the headers, the refusal of bodies, and
that a restoration is finished. Who may call them is asked as for every other view, by the same gate
(:class:`aboveboard.accounts.gate.GateMiddleware`). Passing the rest by saves a third of what is
done around a use.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import ResolverMatch, resolve

from aboveboard.accounts.gate import GateMiddleware

ADDRESSES: Final = frozenset(
    {
        f"/api/v1/{asked}{how}"
        for asked in ("uses", "decisions")
        for how in ("", "/batch", "/stream")
    }
)
"""Whose views take no part of the address, and explain every error of theirs as a problem."""


class HotAddresses:
    """Answers a post to one of :data:`ADDRESSES`, and passes everything else on."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response
        self._gate = GateMiddleware(get_response)
        self._matches: dict[str, ResolverMatch] = {}

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer, or pass the request on."""
        path = request.path_info
        # Another method is told so where all wrong ones are.
        if path not in ADDRESSES or request.method != "POST":
            return self.get_response(request)
        if (match := self._matches.get(path)) is None:
            match = self._matches[path] = resolve(path)
        request.resolver_match = match  # the log names the route by it
        request.user = AnonymousUser()
        # What a view raises becomes an answer where Django makes one of it, around each middleware.
        refusal = self._gate.process_view(request, match.func, (), {})
        answer: HttpResponseBase = match.func(request) if refusal is None else refusal
        return answer
