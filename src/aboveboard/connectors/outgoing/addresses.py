"""Which addresses are outside, and which names may be asked for. Pure, apart from the resolver.

What is refused unless a declaration names its network: private, loopback, link-local, shared
(CGNAT, RFC 6598), multicast, documentation, benchmarking and reserved addresses (IANA's registries
of special-purpose addresses, RFC 6890), and every form in which IPv6 carries an IPv4 address:
mapped (``::ffff:0:0/96``), NAT64 (RFC 6052, RFC 8215), 6to4, Teredo. An address at which a cloud
gives out credentials must be named by itself: a network around it does not open it.
"""

from __future__ import annotations

import re
import socket
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final, TypeAlias
from urllib.parse import urlsplit

from aboveboard.connectors.contract import SystemRefused, SystemUnavailable
from aboveboard.connectors.outgoing.limits import ADDRESSES

Address: TypeAlias = IPv4Address | IPv6Address
Network: TypeAlias = IPv4Network | IPv6Network
Resolver: TypeAlias = Callable[[str, int], Iterable[str]]

_INSIDE_4: Final = tuple(
    IPv4Network(text)
    for text in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.31.196.0/24",
        "192.52.193.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "192.175.48.0/24",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/3",
    )
)
_OUTSIDE_6: Final = IPv6Network("2000::/3")
_INSIDE_6: Final = tuple(
    IPv6Network(text)
    # Protocol assignments with Teredo and ORCHID; documentation, twice; 6to4; AS112.
    for text in ("2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20")
)
_METADATA: Final = frozenset(
    ip_address(text)
    for text in (
        "169.254.169.254",  # AWS, Azure, Google Cloud, DigitalOcean, OpenStack
        "169.254.169.253",  # the resolver of AWS
        "169.254.170.2",  # tasks of AWS ECS
        "169.254.170.23",  # pods of AWS EKS
        "fd00:ec2::254",
        "fd00:ec2::23",
        "fd20:ce::254",  # Google Cloud
        "100.100.100.200",  # Alibaba
        "168.63.129.16",  # Azure's platform
        "192.0.0.192",  # Oracle
    )
)
_LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
_BARE = re.compile(r"[!-\[\]-~]+")
"""Printable ASCII without space and without the backslash, which parsers take for a slash."""


@dataclass(frozen=True, slots=True)
class OutgoingRules:
    """What a declaration allows of addresses, beside https to the outside.

    Attributes:
        networks: inside networks that may be spoken to.
        inside_hosts: names, in lower case, that may have addresses inside.
        plain_http: hosts, in lower case, that may be spoken to without TLS.
        authorities: path of a PEM file with the organisation's own certificate authorities, beside
            those of the machine; "" for none.
    """

    networks: tuple[Network, ...] = ()
    inside_hosts: frozenset[str] = frozenset()
    plain_http: frozenset[str] = frozenset()
    authorities: str = ""


@dataclass(frozen=True, slots=True)
class Destination:
    """Where a call goes: a scheme, a name or literal address, a port, and what is asked there."""

    scheme: str
    host: str
    port: int
    target: str

    @property
    def origin(self) -> tuple[str, str, int]:
        """Whose answer it is (RFC 6454): credentials stay within it."""
        return (self.scheme, self.host, self.port)

    @property
    def authority(self) -> str:
        """What the header Host says (RFC 9112, 3.2)."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        usual = {"https": 443, "http": 80}[self.scheme]
        return host if self.port == usual else f"{host}:{self.port}"


def is_allowed(address: Address, networks: Iterable[Network]) -> bool:
    """Whether an address may be spoken to: it is outside, or a network that is named holds it."""
    named = [network for network in networks if address in network]
    if address in _METADATA:
        return any(network.num_addresses == 1 for network in named)
    return bool(named) or _is_outside(address)


def _is_outside(address: Address) -> bool:
    if isinstance(address, IPv4Address):
        return not any(address in network for network in _INSIDE_4)
    return address in _OUTSIDE_6 and not any(address in network for network in _INSIDE_6)


def read_network(text: str) -> Network:
    """Return a network of a declaration: ``10.1.0.0/16``, ``fd12::/48``, or one address.

    Raises:
        ValueError: it is none, or has bits below its mask.
    """
    return ip_network(text.strip(), strict=True)


def read_destination(system: str, address: str, rules: OutgoingRules) -> Destination:
    """Return where an ``https://`` address, or an ``http://`` one that is allowed, points.

    Raises:
        SystemRefused: another scheme, a user or password in it, a host that is written as a number
            or in another way that two parsers may read differently.
    """
    if not _BARE.fullmatch(address):
        raise _refused(system, "its address has a space, a backslash or no ASCII in it")
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        raise _refused(system, "its address cannot be read") from None
    if parts.scheme not in ("https", "http"):
        raise _refused(system, "its address does not begin with https://")
    if "@" in parts.netloc:
        raise _refused(system, "its address has a user or a password in it")
    host = read_host(system, parts.netloc.rpartition(":")[0] if port else parts.netloc)
    if parts.scheme == "http" and host not in rules.plain_http:
        raise _refused(system, "it would be spoken to without TLS, which its declaration forbids")
    if port == 0:
        raise _refused(system, "its address names port 0")
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Destination(parts.scheme, host, port or {"https": 443, "http": 80}[parts.scheme], target)


def read_host(system: str, text: str) -> str:
    """Return a host in lower case: a name of DNS, a dotted IPv4 address, or an IPv6 address without
    its brackets.

    Raises:
        SystemRefused: anything else, such as a number, an octal part, a zone, a dot at the end.
    """
    host = text.lower()
    if host.startswith("[") and host.endswith("]"):
        try:
            # A zone names a network of this machine.
            address = IPv6Address(host[1:-1]) if "%" not in host else None
        except ValueError:
            address = None
        if address is None:
            raise _refused(system, "its host is no address of IPv6")
        return str(address)
    labels = host.split(".")
    if not host or len(host) > 253 or not all(_LABEL.fullmatch(label) for label in labels):
        raise _refused(system, "its host is no name of DNS; write other alphabets as xn--")
    if _NUMBER.fullmatch(labels[-1]):
        # WHATWG URL, 4.4: a last label that is a number makes an IPv4 address of it, in octal or
        # hexadecimal too. Only the form that has one meaning is taken.
        try:
            return str(IPv4Address(host))
        except ValueError:
            raise _refused(system, "its host is a number") from None
    return host


def read_rules(
    private: Iterable[str], *, plain_http: Iterable[str] = (), authorities: str = ""
) -> OutgoingRules:
    """Return the rules of a declaration, whose ``private`` are networks, addresses and hosts."""
    networks, hosts = [], []
    for text in private:
        try:
            networks.append(read_network(text))
        except ValueError:
            hosts.append(text.strip().lower())
    return OutgoingRules(
        tuple(networks),
        frozenset(hosts),
        frozenset(host.strip().lower() for host in plain_http),
        authorities,
    )


def system_resolver(host: str, port: int) -> list[str]:
    """Return the addresses of a name, as the machine's resolver has them."""
    answers = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(answer[4][0]) for answer in answers]


def resolve(
    system: str, host: str, port: int, rules: OutgoingRules, resolver: Resolver
) -> list[Address]:
    """Return the addresses of a host, every one of them judged.

    Raises:
        SystemUnavailable: the name cannot be resolved now.
        SystemRefused: one of its addresses may not be spoken to. Then none of them is: who answers
            for a name with an address inside means no good by the others.
    """
    try:
        texts = [host] if _is_literal(host) else list(resolver(host, port))
        # A zone ("%eth0") is no part of the address that is judged.
        addresses = list(dict.fromkeys(ip_address(text.partition("%")[0]) for text in texts))
    except (OSError, UnicodeError, ValueError):
        raise SystemUnavailable(system=system) from None
    if not addresses:
        raise SystemUnavailable(system=system)
    if len(addresses) > ADDRESSES:
        raise _refused(system, f"its name has more than {ADDRESSES} addresses")
    trusted = host in rules.inside_hosts
    if not all(
        is_allowed(address, rules.networks) or (trusted and address not in _METADATA)
        for address in addresses
    ):
        raise _refused(
            system,
            "its address is inside a network that the declaration does not name (allow: ...)",
        )
    return addresses


def _is_literal(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _refused(system: str, reason: str) -> SystemRefused:
    return SystemRefused(system=system, reason=reason)
