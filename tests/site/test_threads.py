"""The threads that answer outlive whatever goes wrong on them."""

from __future__ import annotations

import asyncio

import pytest

from aboveboard.site.serving.threads import Threads


def test_a_fault_costs_its_request_and_not_the_thread(caplog: pytest.LogCaptureFixture) -> None:
    async def fails() -> None:
        raise ConnectionError("the receiver is gone")

    async def ask() -> str:
        threads = Threads(1)
        loop = asyncio.get_running_loop()
        threads.take_requests_of(loop)
        for _ in range(3):
            loop.call_soon_threadsafe(loop.create_task, fails())
        return await asyncio.wait_for(threads.run(lambda: "answered"), timeout=10)

    assert asyncio.run(ask()) == "answered"
    assert [record.message for record in caplog.records].count("a request was given up") == 3
