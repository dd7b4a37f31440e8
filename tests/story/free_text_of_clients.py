"""The actions of clients and agents that take words: for
``test_nothing_personal_in_the_log.py``."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from aboveboard.accounts.clients import actions as clients
from aboveboard.accounts.clients import agents
from tests.story.free_text import Call, Case, Stage, has_number


def _make_client(stage: Stage, text: str) -> Iterator[Call]:
    good = {
        "name": text,
        "role": "shop-system",
        "team": "Shops",
        "purposes": ["deliver-orders"],
        "channels": ["shop"],
    }
    places = ("purposes", "choices", "channels", "rights")
    teams = [{"team": text}] if has_number(text) else []
    for wrong in ({}, {"role": text}, *teams, *({place: [text]} for place in places)):
        yield partial(clients.make_client, **(good | wrong), **stage.said)  # type: ignore[arg-type]


def _register_agent(stage: Stage, text: str) -> Iterator[Call]:
    good = {
        "agent_id": "AGENT_A",
        "business_id": "OURS",
        "name": text,
        "verify_key": "A" * 43 + "=",
        "role": "shop-system",
        "requests": ["access"],
    }
    words = ("agent_id", "business_id", "verify_key", "role")
    for wrong in ({}, {"requests": [text]}, *({word: text} for word in words)):
        yield partial(agents.register_agent, **(good | wrong), **stage.said)  # type: ignore[arg-type]


CASES: dict[Callable[..., object], Case] = {
    agents.register_agent: _register_agent,
    clients.make_client: _make_client,
    clients.write_client: _make_client,
}
