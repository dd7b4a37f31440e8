"""A connection to an address that was judged, and TLS that is checked against the name.

For what is not HTTP (a mailbox, a database) as well as for what is.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable
from functools import lru_cache
from typing import TypeVar

from aboveboard.connectors.contract import SystemRefused, SystemUnavailable
from aboveboard.connectors.outgoing.addresses import (
    Address,
    OutgoingRules,
    Resolver,
    resolve,
    system_resolver,
)
from aboveboard.connectors.outgoing.limits import CONNECT_SECONDS, SILENT_SECONDS

T = TypeVar("T")


def first_that_answers(system: str, addresses: list[Address], reach: Callable[[Address], T]) -> T:
    """Return what ``reach`` makes of the first address that takes a connection.

    Raises:
        SystemUnavailable: none does.
        SystemRefused: its certificate is not for the name, or of no authority that is known here.
    """
    for address in addresses:
        try:
            return reach(address)
        except ssl.SSLCertVerificationError:
            raise untrusted(system) from None
        except OSError:
            continue
    raise SystemUnavailable(system=system)


def connect(
    system: str,
    host: str,
    port: int,
    rules: OutgoingRules,
    *,
    tls: bool = True,
    resolver: Resolver = system_resolver,
) -> socket.socket:
    """Return a connected socket, with TLS on it unless ``tls`` is false, which the caller has to
    have from the declaration.

    Raises:
        SystemUnavailable: it cannot be reached.
        SystemRefused: its address may not be spoken to, or its certificate is not to be trusted.
    """
    addresses = resolve(system, host, port, rules, resolver)

    def reach(address: Address) -> socket.socket:
        raw = socket.create_connection((str(address), port), timeout=CONNECT_SECONDS)
        try:
            raw.settimeout(SILENT_SECONDS)
            return (
                tls_settings(rules.authorities).wrap_socket(raw, server_hostname=host)
                if tls
                else raw
            )
        except BaseException:
            raw.close()
            raise

    return first_that_answers(system, addresses, reach)


@lru_cache(maxsize=64)
def tls_settings(authorities: str) -> ssl.SSLContext:
    """Return how TLS is spoken: 1.2 or later, the certificate checked against the name."""
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if authorities:
        context.load_verify_locations(cafile=authorities)
    return context


def untrusted(system: str) -> SystemRefused:
    """Return the error for a certificate that is not to be trusted."""
    return SystemRefused(
        system=system,
        reason="its certificate is not for this name, has ended, or nobody known here signed it",
    )
