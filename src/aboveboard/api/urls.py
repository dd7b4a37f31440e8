"""The addresses under ``/api/v1/``. They are declared by their prefix; the description is for
anyone."""

from __future__ import annotations

import re

from django.urls import path

from aboveboard.accounts.gate import Gate, GateKind, declare, public
from aboveboard.api.routes import ENDPOINTS, openapi

declare("/api/v1/", Gate(GateKind.SERVICE))


def _part(match: re.Match[str]) -> str:
    """Return the part of an address in the form of Django: a number, but for an agent's name."""
    return f"<str:{match[1]}>" if match[1] == "agent_id" else f"<int:{match[1]}>"


urlpatterns = [
    *(
        path(re.sub(r"{(\w+)}", _part, address), endpoint)
        for address, endpoint in ENDPOINTS.items()
    ),
    path(
        "openapi.json",
        public("engineers read how to ask before they have a token")(openapi),
        name="openapi",
    ),
]
