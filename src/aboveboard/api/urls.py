"""The addresses under ``/api/v1/``. They are declared by their prefix; the description is for
anyone."""

from __future__ import annotations

import re

from django.urls import path, register_converter

from aboveboard.accounts.gate import Gate, GateKind, declare, public
from aboveboard.api.routes import ENDPOINTS, openapi

declare("/api/v1/", Gate(GateKind.SERVICE))


def _part(match: re.Match[str]) -> str:
    """Return the part of an address in the form of Django: a number, but for an agent's name, and
    for the beginning of a digest."""
    kind = {"agent_id": "str", "prefix": "digest_prefix"}.get(match[1], "int")
    return f"<{kind}:{match[1]}>"


class _DigestPrefix:
    """Five hexadecimal digits."""

    regex = "[0-9A-Fa-f]{5}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(_DigestPrefix, "digest_prefix")


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
