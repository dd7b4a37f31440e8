"""What comes back, by pieces and within bounds, however it was compressed."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator
from typing import Final

from aboveboard.connectors.contract import SystemAnswerUnreadable
from aboveboard.connectors.outgoing.limits import FREE_BYTES, PIECE_BYTES, RATIO

_AUTOMATIC: Final = 47
"""zlib's ``wbits``: gzip or zlib, told by the first bytes, with the largest window."""


def bounded(system: str, raw: Iterable[bytes], encoding: str, most: int) -> Iterator[bytes]:
    """Yield a body, decompressed.

    ``encoding``: the header Content-Encoding (RFC 9110, 8.4), "" for none. ``most``: bytes.

    Raises:
        SystemAnswerUnreadable: too large, a bomb, cut off, or compressed in a way that was not
            asked for.
    """
    names = [name.strip().lower() for name in encoding.split(",") if name.strip()]
    if names in ([], ["identity"]):
        pieces = iter(raw)
    elif names in (["gzip"], ["x-gzip"], ["deflate"]):
        pieces = _decompressed(system, raw)
    else:
        raise _unreadable(system, "a body compressed in a way that was not asked for")
    total = 0
    for piece in pieces:
        total += len(piece)
        if total > most:
            raise _unreadable(system, f"a body of more than {most:,} bytes")
        yield piece


def _decompressed(system: str, raw: Iterable[bytes]) -> Iterator[bytes]:
    machine = zlib.decompressobj(_AUTOMATIC)
    taken = made = 0
    try:
        for piece in raw:
            taken += len(piece)
            while piece and not machine.eof:
                out = machine.decompress(piece, PIECE_BYTES)
                piece = machine.unconsumed_tail
                made += len(out)
                if made > FREE_BYTES and made > taken * RATIO:
                    raise _unreadable(system, "a body that decompresses without end")
                if out:
                    yield out
    except zlib.error:
        raise _unreadable(system, "a compressed body that is damaged") from None
    if taken and not machine.eof:
        raise _unreadable(system, "a compressed body that is cut off")


def _unreadable(system: str, where: str) -> SystemAnswerUnreadable:
    return SystemAnswerUnreadable(system=system, where=where)
