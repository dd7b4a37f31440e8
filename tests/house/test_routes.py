"""Every route says who may call it (design, invariant 10). Whether the gate holds is asked
in ``tests/accounts``."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

from aboveboard.accounts import gate


def routes(
    patterns: list[URLPattern | URLResolver], before: str = "/", space: str = ""
) -> Iterator[tuple[str, str | None, URLPattern]]:
    for pattern in patterns:
        address = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            inner = f"{space}{pattern.namespace}:" if pattern.namespace else space
            yield from routes(pattern.url_patterns, address, inner)
        else:
            yield address, f"{space}{pattern.name}" if pattern.name else None, pattern


ALL = list(routes(get_resolver().url_patterns))


@pytest.mark.parametrize(
    ("address", "name", "pattern"), ALL, ids=[address for address, _, _ in ALL]
)
def test_a_route_says_who_may_call_it(address: str, name: str | None, pattern: URLPattern) -> None:
    declared = gate.gate_of(pattern.callback, name=name, path=address)
    assert declared is not None, f"{address} has no gate, so it is refused to everyone"
    if declared.kind in (gate.GateKind.PUBLIC, gate.GateKind.SIGNED_IN):
        assert len(declared.why) > 10, f"{address} is open and does not say why"


def test_addresses_hold_no_personal_data() -> None:
    personal = re.compile(r"<[^>]*(email|phone|name(?!d)|customer_number)[^>]*>", re.I)
    found = [address for address, _, _ in ALL if personal.search(address)]
    assert not found, found
