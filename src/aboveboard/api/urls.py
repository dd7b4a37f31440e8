"""The addresses under ``/api/v1/``. Ninja's views are declared by their prefix; the
description is for anyone."""

from __future__ import annotations

from django.urls import URLPattern, path

from aboveboard.accounts.gate import Gate, Kind, declare, public
from aboveboard.api.routes import api, openapi
from aboveboard.api.uses import asked, fast_path

declare("/api/v1/", Gate(Kind.SERVICE))

_routes = api.urls


def _long(address: str) -> fast_path.View:
    """Return ninja's own view of an address."""
    found: fast_path.View = next(
        route.callback
        for route in _routes[0]
        if isinstance(route, URLPattern) and str(route.pattern) == address
    )
    return found


urlpatterns = [
    path(
        "uses",
        fast_path.short(asked.use_decoder, fast_path.use_one, _long("uses"), api.on_exception),
    ),
    path(
        "uses/batch",
        fast_path.short(
            asked.batch_decoder, fast_path.use_batch, _long("uses/batch"), api.on_exception
        ),
    ),
    path(
        "openapi.json",
        public("engineers read how to ask before they have a token")(openapi),
        name="openapi",
    ),
    path("", _routes),
]
