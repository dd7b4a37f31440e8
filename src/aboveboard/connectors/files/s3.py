"""A bucket of S3, reached through the one door outwards: every name that its client asks for is
resolved here, and every address judged, at the moment of the connection. No proxy of the
environment is used, and no credentials of the machine: without keys it is asked without any."""

from __future__ import annotations

import socket
from collections.abc import Mapping
from typing import Any, Final

from aiohttp.abc import AbstractResolver, ResolveResult

from aboveboard.connectors.contract import SystemRefused, SystemUnavailable
from aboveboard.connectors.files.settings import FileSettings
from aboveboard.connectors.outgoing.addresses import OutgoingRules, Resolver, resolve

_CONNECT_SECONDS: Final = 5


class JudgedResolver(AbstractResolver):
    """The addresses of a name, all of them judged by the rules of a declaration."""

    def __init__(self, system: str, rules: OutgoingRules, resolver: Resolver) -> None:
        self._system, self._rules, self._resolver = system, rules, resolver

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """Return the addresses.

        Raises:
            OSError: it has none, or one that may not be spoken to.
        """
        try:
            addresses = resolve(self._system, host.lower(), port, self._rules, self._resolver)
        except (SystemRefused, SystemUnavailable) as error:
            # What the client of S3 takes for a name that cannot be resolved.
            raise OSError(error.code) from None
        return [
            ResolveResult(
                hostname=host,
                host=str(address),
                port=port,
                family=socket.AF_INET if address.version == 4 else socket.AF_INET6,
                proto=0,
                flags=socket.AI_NUMERICHOST,
            )
            for address in addresses
        ]

    async def close(self) -> None:
        """Nothing is kept."""


def bucket_options(
    system: str, settings: FileSettings, rules: OutgoingRules, resolver: Resolver
) -> Mapping[str, Any]:
    """Return how the client of S3 is made, but for its keys and its address."""
    return {
        "anon": settings.access_key is None,
        "client_kwargs": {"region_name": settings.region} if settings.region else {},
        "config_kwargs": {
            "connect_timeout": _CONNECT_SECONDS,
            "retries": {"max_attempts": 1},
            "proxies": {},
            "connector_args": {
                "resolver": JudgedResolver(system, rules, resolver),
                "use_dns_cache": False,
            },
        },
        "skip_instance_cache": True,
        "use_listings_cache": False,
    }
