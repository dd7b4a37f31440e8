"""Where a value comes from: when, on which channel and for which purpose it was collected,
under which promise version.

Pure. ``FORMAT.md`` is the byte format; every box of a sealed record is bound to its whole origin.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from aboveboard.vault.limits import ORIGIN_WORD_BYTES

IMPORT = "import"
"""The channel of values from a file whose mapping does not say how they were collected."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_HEAD = struct.Struct(">Iq")  # promise serial, microseconds since 1970
_NOT_RECORDED = -(2**63)


@dataclass(frozen=True, slots=True)
class ValueOrigin:
    """Where a value comes from. ``collected_at`` is None for values of record format 1,
    which kept the promise alone.

    ``purpose`` is empty where nobody recorded what the value was collected for.
    """

    promise_serial: int
    collected_at: datetime | None
    channel: str
    purpose: str
    bytes: bytes = field(init=False, repr=False, compare=False)
    """The origin as it stands in a record (``FORMAT.md``), made once."""

    def __post_init__(self) -> None:
        if self.collected_at is None:
            if self.channel or self.purpose:
                raise ValueError("an origin without its time has neither channel nor purpose")
            moment = _NOT_RECORDED
        else:
            moment = (self.collected_at - _EPOCH) // _MICROSECOND
        head = _HEAD.pack(self.promise_serial, moment)
        object.__setattr__(
            self, "bytes", head + _length_prefixed(self.channel) + _length_prefixed(self.purpose)
        )


def _length_prefixed(text: str) -> bytes:
    word = text.encode()
    if len(word) > ORIGIN_WORD_BYTES:
        raise ValueError(f"a channel or purpose is longer than {ORIGIN_WORD_BYTES} bytes")
    return len(word).to_bytes(1, "big") + word


def day_of(moment: datetime) -> datetime:
    """Return the beginning of a moment's day in UTC: as much of it as may stand in the clear.

    Never later than the moment itself, so that nothing is kept longer for it.
    """
    return moment.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)


@lru_cache(maxsize=4096)
def of_promise(serial: int) -> ValueOrigin:
    """Return the origin of a value of which only the promise version is known."""
    return ValueOrigin(serial, None, "", "")


def origin_end(record: bytes, at: int) -> int:
    """Return where the origin that starts at ``at`` ends; it may lie beyond the record.

    Raises:
        IndexError: the record ends before the lengths that say so.
    """
    purpose_at = at + _HEAD.size + 1 + record[at + _HEAD.size]
    return purpose_at + 1 + record[purpose_at]


@lru_cache(maxsize=4096)  # one import gives one origin to millions of people
def read(blob: bytes) -> ValueOrigin:
    """Read what ``ValueOrigin.bytes`` holds, cut at :func:`origin_end`; nothing else is accepted.

    Raises:
        ValueError: a time beyond the calendar, or words that are not UTF-8.
    """
    serial, moment = _HEAD.unpack_from(blob)
    channel_end = _HEAD.size + 1 + blob[_HEAD.size]
    channel, purpose = blob[_HEAD.size + 1 : channel_end].decode(), blob[channel_end + 1 :].decode()
    try:
        collected_at = None if moment == _NOT_RECORDED else _EPOCH + moment * _MICROSECOND
    except OverflowError:
        raise ValueError("a time beyond the calendar") from None
    return ValueOrigin(serial, collected_at, channel, purpose)
