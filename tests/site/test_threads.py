"""The threads that answer outlive whatever goes wrong on them, and serve everybody in turn."""

from __future__ import annotations

import asyncio
import threading
from dataclasses import dataclass
from typing import Any

import pytest

from aboveboard.site.serving.threads import RequestThreads
from aboveboard.site.serving.turns import FairQueue, turn_key


def test_a_fault_costs_its_request_and_not_the_thread(caplog: pytest.LogCaptureFixture) -> None:
    async def fails() -> None:
        raise ConnectionError("the receiver is gone")

    async def ask() -> str:
        threads = RequestThreads(1)
        loop = asyncio.get_running_loop()
        threads.take_requests_of(loop)
        for _ in range(3):
            loop.call_soon_threadsafe(loop.create_task, fails())
        return await asyncio.wait_for(threads.run("", lambda: "answered"), timeout=10)

    assert asyncio.run(ask()) == "answered"
    assert [record.message for record in caplog.records].count("a request was given up") == 3


@dataclass
class Watcher:
    """What the server gives beside a coroutine."""

    scope: dict[str, Any]


def scope_of(client: str, *headers: tuple[bytes, bytes]) -> dict[str, Any]:
    return {"client": (client, 1), "headers": list(headers)}


def test_whoever_asks_a_lot_waits_behind_themselves() -> None:
    """S5, a sibling: not slow bodies, but hundreds of requests for a page that anybody may see."""
    order: list[str] = []

    async def request(sender: str) -> None:
        order.append(sender)

    def begin(coroutine: Any, watcher: Watcher) -> None:
        raise AssertionError("nobody here waits for anything")

    async def ask() -> None:
        threads, held = RequestThreads(1), threading.Event()
        loop = asyncio.get_running_loop()
        threads.take_requests_of(loop)
        busy = asyncio.ensure_future(threads.run("", held.wait))
        await asyncio.sleep(0)
        for sender in ["192.0.2.1"] * 400 + ["192.0.2.2", "2001:db8::1"]:
            watcher = Watcher(scope_of(sender))
            loop.call_soon_threadsafe(begin, request(sender), watcher)
        held.set()
        await busy
        await threads.run("192.0.2.1", lambda: None)

    asyncio.run(ask())
    assert order[:3] == ["192.0.2.1", "192.0.2.2", "2001:db8::1"]
    assert len(order) == 402


def test_of_each_the_oldest_comes_first_and_everybody_in_turn() -> None:
    turns: FairQueue[int] = FairQueue()
    for sender, number in (("a", 1), ("a", 2), ("b", 3), ("a", 4), ("c", 5), ("b", 6)):
        turns.put(sender, number)
    assert [turns.get() for _ in range(6)] == [1, 3, 5, 2, 6, 4]


@pytest.mark.parametrize(
    ("scope", "sender"),
    [
        (scope_of("192.0.2.1"), "192.0.2.1"),
        (scope_of("192.0.2.1", (b"x-forwarded-for", b"198.51.100.9")), "192.0.2.1"),
        (scope_of("127.0.0.1", (b"x-forwarded-for", b"1.1.1.1, 198.51.100.9")), "198.51.100.9"),
        (scope_of("127.0.0.1", (b"x-forwarded-for", b"\xff")), "\xff"),
        (scope_of("127.0.0.1"), "127.0.0.1"),
        (scope_of("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::/64"),
        (scope_of("2001:db8:1:2::9"), "2001:db8:1:2::/64"),
        (scope_of("::ffff:192.0.2.1"), "192.0.2.1"),
        (scope_of("fe80::1%eth0"), "fe80::/64"),
        (scope_of(":::"), ":::"),
        ({"client": None, "headers": []}, ""),
    ],
)
def test_whose_turn_it_is(scope: dict[str, Any], sender: str) -> None:
    assert turn_key(scope) == sender
