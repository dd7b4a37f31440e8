"""A body is taken in whole, or refused with the reason; in crumbs it is refused at once."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any

import pytest

from aboveboard.site.serving import limits
from aboveboard.site.serving.bodies import BodyKind, BodyRule
from aboveboard.site.serving.collecting import (
    BodyInMemory,
    BodyNotTaken,
    BodyPieces,
    SenderGone,
    SlowBodyBytes,
    collect,
)
from aboveboard.site.serving.threads import RequestThreads

THREADS = RequestThreads(1)
MOST = 64 * 1024


def taken(pieces: Iterable[bytes], *, length: int | None = None, gone: bool = False) -> bytes:
    """Return the body that is taken of these pieces."""
    end = {"type": "http.disconnect"} if gone else {"type": "http.request"}
    coming = iter(pieces)

    async def receive() -> dict[str, Any]:
        piece = next(coming, None)
        if piece is None:
            return end
        return {"type": "http.request", "body": piece, "more_body": True}

    memory = BodyInMemory()
    asyncio.run(
        collect(BodyPieces(receive, THREADS), BodyRule(BodyKind.SMALL, MOST, length), memory)
    )
    return memory.joined()


def refused(pieces: Iterable[bytes], *, length: int | None = None) -> int:
    with pytest.raises(BodyNotTaken) as refusal:
        taken(pieces, length=length)
    return refusal.value.status


def test_a_body_in_packets_is_taken() -> None:
    packets = [b"a" * 536] * 122
    assert taken(packets) == b"".join(packets)
    assert taken([b"ab", b"", b"c"], length=3) == b"abc"


def test_a_short_body_may_come_byte_by_byte() -> None:
    assert taken([b"a"] * limits.PIECES) == b"a" * limits.PIECES


def test_a_body_in_crumbs_is_refused_before_it_is_all_there() -> None:
    """60,000 bytes, each in a chunk of its own, cost four seconds of a processor."""
    seen = 0

    def crumbs() -> Iterable[bytes]:
        nonlocal seen
        for _ in range(60_000):
            seen += 1
            yield b"a"

    with pytest.raises(BodyNotTaken) as refusal:
        taken(crumbs())
    assert refusal.value.status == 400
    assert seen < 2 * limits.PIECES


def test_what_is_too_long_or_too_short_is_refused() -> None:
    assert refused([b"a" * (MOST + 1)]) == 413
    assert refused([b"a" * 1024] * 65) == 413
    assert refused([], length=MOST + 1) == 413
    assert refused([b"ab"], length=3) == 400


def test_whoever_goes_in_the_middle_is_not_taken_for_done() -> None:
    with pytest.raises(SenderGone):
        taken([b"ab"], length=3, gone=True)


def test_nothing_is_held_in_the_end() -> None:
    for pieces in ([b"a" * 536] * 10, [b"a" * 1024] * 70, [b"a"] * 1000):
        try:
            taken(pieces)
        except BodyNotTaken:
            continue
    assert SlowBodyBytes.total == 0
