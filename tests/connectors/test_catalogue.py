"""Each API of the catalogue keeps the contract, at a server that speaks as its reference says."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import pytest

from aboveboard.basics.personal import Personal
from aboveboard.connectors.contract import Connector, Identifier, Match
from aboveboard.connectors.http import listing
from tests.connectors.apis.server import ApiServer
from tests.connectors.apis.speaking import SECRETS, Resolver, connector
from tests.connectors.contract import MARY, ConnectorContract, ContractStand

WITHOUT_LIST = ("segment", "amplitude", "braze", "iterable")
"""APIs that give nobody's records but by an identifier: discovery has what is declared."""


class ByPhone:
    """An identity graph that knows Mary's number, for an API that knows nobody's address."""

    def __init__(self, inner: Connector) -> None:
        self._inner = inner

    def __getattr__(self, name: str) -> object:
        return getattr(self._inner, name)

    def find(self, identifiers: Sequence[Identifier]) -> Iterator[Match]:
        known = {MARY: Identifier("phone", Personal("+447700900001"))}
        numbers = [
            known[each.value.reveal()] for each in identifiers if each.value.reveal() in known
        ]
        for match in self._inner.find(numbers):
            yield replace(match, by=(*match.by, "email"))


class TestCatalogue(ConnectorContract):
    @pytest.fixture(params=listing.names())
    def stand(self, request: pytest.FixtureRequest, api_server: ApiServer) -> ContractStand:
        name, resolver = request.param, Resolver()
        api = api_server.apis[name]
        api.reset()
        made = connector(name, api_server, resolver)
        corrections: Mapping[str, str] = api.shape.get("correction", {})
        return ContractStand(
            connector=ByPhone(made) if name == "twilio" else made,  # type: ignore[arg-type]
            held=api.shape["held"],
            contents=lambda: copy.deepcopy(api.store),
            pauls=lambda: api.part_of("paul"),
            down=lambda: resolver,
            correction={category: Personal(value) for category, value in corrections.items()},
            secrets=(*SECRETS, "token-one"),
            kept=name == "amplitude",
        )

    def test_it_describes_what_it_has_with_samples_that_do_not_print(
        self, stand: ContractStand
    ) -> None:
        if stand.connector.key in WITHOUT_LIST:
            fields = list(stand.connector.describe(samples=2))
            assert {field.collection for field in fields} >= set(stand.held)
            assert any(field.declared for field in fields)
            return
        super().test_it_describes_what_it_has_with_samples_that_do_not_print(stand)
