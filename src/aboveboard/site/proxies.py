"""What a proxy says about a request is believed of named proxies alone (``server.proxies``).

Without this, whoever reaches the port past the proxy could say who they are, and so pass every
limit that counts by address, or that they came by TLS.
"""

from __future__ import annotations

import ipaddress
import logging
from collections.abc import Callable
from functools import lru_cache
from typing import Final

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from aboveboard.basics import settings
from aboveboard.basics.setting_checks import parse_networks

log = logging.getLogger(__name__)

PROXY_HEADERS: Final = (
    "HTTP_X_FORWARDED_FOR",
    "HTTP_X_FORWARDED_PROTO",
    "HTTP_X_FORWARDED_HOST",
    "HTTP_X_FORWARDED_PORT",
    "HTTP_X_REAL_IP",
    "HTTP_FORWARDED",
)
"""Headers that only a proxy may set. Django and allauth read the first two."""


class NamedProxies:
    """Takes what a proxy would say out of requests that no named proxy brought."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response
        self._warned = False

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Pass the request on without them."""
        named = [name for name in PROXY_HEADERS if name in request.META]
        if named and not is_named(request.META.get("REMOTE_ADDR", "")):
            for name in named:
                del request.META[name]
            if not self._warned:
                # Once, and without the address: it may be a person's.
                self._warned = True
                log.warning(
                    "a proxy that server.proxies does not name says who called; it is not believed"
                )
        return self.get_response(request)


@lru_cache(maxsize=256)
def is_named(address: str) -> bool:
    """Whether an address is that of a named proxy."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address) and ip.ipv4_mapped is not None:
        ip = ip.ipv4_mapped
    return any(ip in network for network in parse_networks(settings.current().server.proxies))
