"""The range service: which leaked passwords have a SHA-1 that begins with these five digits.

It learns the five digits, which a million passwords share in a list of any size, and the address of
this machine. With padding asked for, nobody on the way can tell the digits by the size of the
answer. It is spoken to only where ``passwords.range_service`` names it, through the one door
outwards of :mod:`aboveboard.connectors.outgoing`.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from aboveboard.basics.personal import Personal
from aboveboard.connectors.contract import SystemAnswerUnreadable
from aboveboard.connectors.outgoing.addresses import Resolver, read_rules, system_resolver
from aboveboard.connectors.outgoing.client import OutgoingCall, OutgoingClient
from aboveboard.credentials import limits

_NAME = "the range service"


def fetch_suffixes(
    service: str, prefix: str, *, networks: str = "", resolver: Resolver = system_resolver
) -> dict[str, int]:
    """Return what the service answers for a prefix: the last 35 digits of each SHA-1, and how
    often it was met. Its padding is left out.

    Args:
        service: the address before the prefix, such as ``https://api.pwnedpasswords.com/range/``.
        networks: networks of our own in which it may be, with commas between.

    Raises:
        SystemUnavailable, SystemRefused, SystemAnswerUnreadable: as of any other system.
    """
    inside = [each.strip() for each in networks.split(",") if each.strip()]
    plain = [urlsplit(service).hostname or ""] if inside and service.startswith("http:") else []
    client = OutgoingClient(
        _NAME,
        read_rules(inside, plain_http=plain),
        resolver=resolver,
        # Somebody waits for their page: there is one try, and a short one.
        wait=_no_second_try,
        call_seconds=limits.SERVICE_SECONDS,
    )
    try:
        call = OutgoingCall(
            "GET",
            Personal(service.rstrip("/") + "/" + prefix),
            headers={"Add-Padding": "true"},
            repeatable=False,
        )
        answer = client.send(call, most=limits.SERVICE_BYTES)
    finally:
        client.close()
    if answer.status != 200:
        raise SystemAnswerUnreadable(system=_NAME, where=f"status {answer.status}")
    return read_suffixes(answer.body)


def _no_second_try(seconds: float) -> None:
    raise SystemAnswerUnreadable(system=_NAME, where="it asks for patience")


def read_suffixes(body: bytes) -> dict[str, int]:
    """Return what a body says, by the rows that are no padding.

    Raises:
        SystemAnswerUnreadable: a line is not 35 digits, a colon and a number.
    """
    suffixes = {}
    for line in body.decode("ascii", "replace").split():
        digits, _, count = line.partition(":")
        if len(digits) != 35 or not count.isdigit():
            raise SystemAnswerUnreadable(system=_NAME, where="a line that is no SHA-1")
        if int(count):
            suffixes[digits.upper()] = int(count)
    return suffixes
