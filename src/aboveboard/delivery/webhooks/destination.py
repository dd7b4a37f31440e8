"""Where an endpoint may be: outside, by https; or inside a network that whoever runs this machine
named when they added it."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from ipaddress import ip_address
from urllib.parse import urlsplit

from aboveboard.connectors.contract import SystemRefused
from aboveboard.connectors.outgoing.addresses import (
    OutgoingRules,
    Resolver,
    read_destination,
    read_network,
    read_rules,
    resolve,
    system_resolver,
)


def rules_for(url: str, networks: Sequence[str], *, plain_http: bool) -> OutgoingRules:
    """Return the rules by which an endpoint is called."""
    host = ""
    with suppress(ValueError):  # it is refused when it is read
        host = urlsplit(url).hostname or ""
    return read_rules(networks, plain_http=[host] if plain_http and host else [])


def resolver_for(
    networks: Sequence[str], *, plain_http: bool, resolver: Resolver = system_resolver
) -> Resolver:
    """Return what gives the addresses of an endpoint's name. Where it is spoken to without TLS,
    all of them must be in the networks that were named: what it is told must not cross another."""
    if not plain_http:
        return resolver
    named = [read_network(text) for text in networks]

    def inside(host: str, port: int) -> list[str]:
        answers = list(resolver(host, port))
        if not all(any(ip_address(answer) in network for network in named) for answer in answers):
            raise SystemRefused(system=host, reason="it is outside, and would be told without TLS")
        return answers

    return inside


def check(url: str, networks: Sequence[str], *, plain_http: bool) -> None:
    """Refuse an address that could not be called; a name is resolved only when it is called.

    Raises:
        SystemRefused: as ``connectors.outgoing.addresses``.
    """
    rules = rules_for(url, networks, plain_http=plain_http)
    destination = read_destination("", url, rules)
    try:
        address = ip_address(destination.host)
    except ValueError:
        return
    resolve("", destination.host, destination.port, rules, system_resolver)
    if destination.scheme == "http" and not any(address in each for each in rules.networks):
        raise SystemRefused(system="", reason="it is outside, and would be told without TLS")
