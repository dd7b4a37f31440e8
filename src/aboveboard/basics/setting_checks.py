"""What a setting is declared by, and its checks: each returns None, or what was expected in place
of the value. Pure."""

from __future__ import annotations

import ipaddress
import re
import unicodedata
from collections.abc import Callable
from contextlib import suppress
from dataclasses import field
from typing import Any
from urllib.parse import urlsplit


def setting(
    default: object,
    help_text: str,
    check: Callable[[Any], str | None] | None = None,
    *,
    secret: bool = False,
) -> Any:
    """A setting with its default, the sentence that documents it, and a check that names what is
    expected. A ``secret`` is shown nowhere, whatever it looks like."""
    return field(default=default, metadata={"help": help_text, "check": check, "secret": secret})


def url_check(*schemes: str) -> Callable[[str], str | None]:
    """Return the check that a value is a URL with one of these schemes."""

    def check(value: str) -> str | None:
        # "smtp://[", or a port that is no number: whoever opens the URL reads both.
        with suppress(ValueError):
            parts = urlsplit(value)
            if parts.scheme in schemes and (parts.port is None or parts.port > 0):
                return None
        return "a URL that starts with " + " or ".join(f"{s}:" for s in schemes)

    return check


def check_collector(value: str) -> str | None:
    """Say that a value is neither empty nor the address of a collector."""
    return check_web_origin(value) if value else None


def check_web_origin(value: str) -> str | None:
    """Say that a value is not the origin of a site: scheme, host and port, and nothing else."""
    try:
        parts = urlsplit(value)
        host, number = parts.hostname or "", parts.port
    except ValueError:
        return "an address such as https://data.example.org"
    if parts.scheme not in ("http", "https") or not host:
        return "an address that starts with http:// or https://, such as https://data.example.org"
    if not host.isascii():
        return f"a name in ASCII letters: write {_to_punycode(host)} instead of {host}"
    if (parts.path, parts.query, parts.fragment, parts.username) != ("", "", "", None):
        bare = f"{parts.scheme}://{host}" + ("" if number is None else f":{number}")
        return f"an address without a path or anything else behind the name: {bare}"
    return None


def _to_punycode(host: str) -> str:
    """Return a name as the domain name system has it (RFC 5891, 5.5): each label that is not ASCII
    in Punycode. Nothing is mapped, so what is shown is what was meant."""
    labels = unicodedata.normalize("NFC", host).split(".")
    return ".".join(
        label if label.isascii() else f"xn--{label.encode('punycode').decode('ascii')}"
        for label in labels
    )


def choice_check(*allowed: str) -> Callable[[str], str | None]:
    """Return the check that a value is one of these words."""
    return lambda value: None if value in allowed else "one of " + ", ".join(allowed)


def least_check(least: int) -> Callable[[int], str | None]:
    """Return the check that a number is not under ``least``."""
    return lambda value: None if value >= least else f"{least} or more"


def check_range_service(value: str) -> str | None:
    """Say that a text is neither empty nor the address of a range service."""
    return url_check("https", "http")(value) if value else None


def check_port(value: int) -> str | None:
    """Say that a number is no port."""
    return None if 0 < value < 65536 else "a port from 1 to 65535"


def parse_networks(value: str) -> list[ipaddress.IPv4Network | ipaddress.IPv6Network]:
    """Return the networks of a setting that lists them.

    Raises:
        ValueError: one of them is no address or network.
    """
    parts = filter(None, (part.strip() for part in value.split(",")))
    return [ipaddress.ip_network(part) for part in parts]


def check_networks(value: str) -> str | None:
    """Say that a text does not list networks (:func:`parse_networks`)."""
    try:
        parse_networks(value)
    except ValueError:
        return "addresses or networks with commas between, such as 10.0.0.7, 10.1.0.0/24"
    return None


def parse_origins(value: str) -> list[str]:
    """Return the origins of a setting that lists them, without a slash at their end."""
    return [part.strip().rstrip("/") for part in value.split(",") if part.strip()]


def check_origins(value: str) -> str | None:
    """Say that a text does not list origins of sites (:func:`parse_origins`)."""
    wrong = (check_web_origin(part) for part in parse_origins(value))
    return next((expected for expected in wrong if expected), None)


def check_log_origin(value: str) -> str | None:
    """Say that a text is no origin of a log (C2SP tlog-checkpoint)."""
    return (
        None
        if re.fullmatch(r"[a-z0-9.-]+(/[A-Za-z0-9._-]+)*", value)
        else "a schema-less URL such as trust.example/log"
    )


def check_not_empty(value: str) -> str | None:
    """Say that a text is empty."""
    return None if value.strip() else "some text"


def check_token(value: str) -> str | None:
    """Say that a text is a token that somebody could guess, or that no header can carry."""
    fits = not value or re.fullmatch(r"[!-~]{24,}", value)
    return None if fits else "24 or more letters, digits and signs, without a blank"


def check_positive(value: int) -> str | None:
    """Say that a number is not above 0."""
    return None if value > 0 else "a number above 0"


def check_sms_sender(value: str) -> str | None:
    """Say that a text is no sender of text messages: E.164, an alphanumeric sender id (3GPP TS
    23.040, 9.1.2.5), or a messaging service."""
    fits = re.fullmatch(
        r"|\+[1-9][0-9]{6,14}|MG[0-9a-f]{32}|(?=.*[A-Za-z])[A-Za-z0-9 ._&+-]{1,11}", value
    )
    return None if fits else "a number like +447700900123, or at most 11 letters and digits"


_CHANNELS = ("email", "sms", "post")
"""The channels by which notices leave; ``delivery.terms`` has them too."""


def check_channels(value: str) -> str | None:
    """Say that a text does not list channels, each once."""
    named = [part.strip() for part in value.split(",") if part.strip()]
    fits = named and len(set(named)) == len(named) and set(named) <= set(_CHANNELS)
    return None if fits else f"each once, with commas between, of {', '.join(_CHANNELS)}"


def check_not_negative(value: int) -> str | None:
    """Say that a number is below 0."""
    return None if value >= 0 else "0 or a number above it"


def check_witnesses(value: str) -> str | None:
    """Say that a text does not list witnesses."""
    lines = filter(None, (part.strip() for part in value.replace(";", "\n").split("\n")))
    right = all(
        re.fullmatch(r"[^\s+]+\+[0-9a-f]{8}\+[A-Za-z0-9+/=]+ +https?://\S+", line) for line in lines
    )
    return (
        None
        if right
        else (
            "lines of the form KEY https://witness.example (the key is what `aboveboard witness "
            "key` prints)"
        )
    )
