"""The form of one file of the list: every SHA-1 that begins with the same three hexadecimal digits
(``FORMAT.md``). Pure.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final
from zlib import crc32

from aboveboard.basics.errors import Damaged

MAGIC: Final = b"ABPWNED1"
SHARDS: Final = 0x1000
"""How many files a list has: one for each three digits."""
BUCKETS: Final = 0x100
"""How many prefixes of five digits a file has."""
KEPT: Final = 18
"""Bytes kept of a digest; its first two are told by the name of the file and the bucket."""
ENTRY: Final = KEPT + 1
"""Bytes of an entry: what is kept of the digest, and how often it was met."""
_HEAD: Final = struct.Struct("<8sHHIQ")  # magic, shard, reserved, entries, made at
_BUCKET: Final = struct.Struct("<II")  # where it ends, in entries; CRC-32 of its bytes
_CRC: Final = struct.Struct("<I")
HEADER: Final = _HEAD.size + BUCKETS * _BUCKET.size + _CRC.size
"""Bytes before the first entry."""


class ListDamaged(Damaged):
    """The list of breached passwords is not as it was written: {what}."""

    code = "breached_list_damaged"
    next_step = "Run: aboveboard passwords verify. Build again what it names."


@dataclass(frozen=True, slots=True)
class ShardHeader:
    """What stands at the beginning of a file.

    Attributes:
        shard: the first three digits, as a number.
        entries: how many there are.
        made_at: when it was written, in seconds since 1970.
        head: the bytes of the header, without their own sum.
    """

    shard: int
    entries: int
    made_at: int
    head: bytes

    # Read where they stand: a look-up needs two of 256.
    def _bucket(self, bucket: int) -> tuple[int, int]:
        end, checksum = _BUCKET.unpack_from(self.head, _HEAD.size + bucket * _BUCKET.size)
        return end, checksum

    def checksum(self, bucket: int) -> int:
        """Return the CRC-32 of the bytes of a bucket."""
        return self._bucket(bucket)[1]

    def span(self, bucket: int) -> tuple[int, int]:
        """Return where a bucket begins and ends in the file, in bytes."""
        first = self._bucket(bucket - 1)[0] if bucket else 0
        return HEADER + first * ENTRY, HEADER + self._bucket(bucket)[0] * ENTRY


def encode_count(count: int) -> int:
    """Return a count from 1 up as one byte: eight times its binary logarithm, to the nearest. What
    comes back is within 5 %, or 1 of a small count, and exact for 1 to 10."""
    return min(255, round(8 * math.log2(max(1, count))))


def decode_count(code: int) -> int:
    """Return about the count that :func:`encode_count` was given."""
    return round(2 ** (code / 8))


def encode_entry(digest: bytes, count: int) -> bytes:
    """Return a digest of 20 bytes, and how often it was met, as an entry."""
    return digest[2:] + bytes((encode_count(count),))


def encode(shard: int, buckets: Sequence[Iterable[bytes]], *, made_at: int) -> bytes:
    """Return a file: of each bucket its entries, in order, each digest once."""
    bodies = [b"".join(entries) for entries in buckets]
    ends, end = [], 0
    for body in bodies:
        end += len(body) // ENTRY
        ends.append(end)
    head = _HEAD.pack(MAGIC, shard, 0, end, made_at) + b"".join(
        _BUCKET.pack(place, crc32(body)) for place, body in zip(ends, bodies, strict=True)
    )
    return b"".join([head, _CRC.pack(crc32(head)), *bodies])


def decode_header(data: bytes, *, name: str) -> ShardHeader:
    """Return the header at the beginning of a file called ``name``.

    Raises:
        ListDamaged: it is no such header, or one with other bytes than were written.
    """
    if len(data) < HEADER or not data.startswith(MAGIC):
        raise ListDamaged(what=f"{name} is cut off, or no file of such a list")
    head = data[: HEADER - _CRC.size]
    if _CRC.unpack_from(data, len(head)) != (crc32(head),):
        raise ListDamaged(what=f"the header of {name} was changed")
    _, shard, _, entries, made_at = _HEAD.unpack_from(data)
    header = ShardHeader(shard, entries, made_at, head)
    if header.span(BUCKETS - 1)[1] != HEADER + entries * ENTRY:
        raise ListDamaged(what=f"the header of {name} was changed")
    if name.partition(".")[0] != f"{shard:03x}":
        raise ListDamaged(what=f"{name} is another file of the list")
    return header


def check_bucket(header: ShardHeader, bucket: int, body: bytes, *, name: str) -> None:
    """Refuse the bytes of a bucket that are not those that were written.

    Raises:
        ListDamaged: they are not.
    """
    start, end = header.span(bucket)
    if len(body) != end - start or crc32(body) != header.checksum(bucket):
        raise ListDamaged(what=f"prefix {header.shard:03X}{bucket:02X} in {name} was changed")


def count_in(body: bytes, digest: bytes) -> int:
    """Return about how often a digest of 20 bytes was met, 0 for never, by its bucket's bytes."""
    wanted = digest[2:]
    low, high = 0, len(body) // ENTRY
    while low < high:
        middle = (low + high) // 2
        if body[middle * ENTRY : middle * ENTRY + KEPT] < wanted:
            low = middle + 1
        else:
            high = middle
    place = low * ENTRY
    if body[place : place + KEPT] != wanted:
        return 0
    return decode_count(body[place + KEPT])


def suffixes_of(body: bytes) -> dict[str, int]:
    """Return, for the bytes of a bucket, the last 35 digits of each SHA-1 and about how often it
    was met."""
    return {
        # The first of the digits that are kept is the last of the prefix.
        body[place : place + KEPT].hex()[1:].upper(): decode_count(body[place + KEPT])
        for place in range(0, len(body), ENTRY)
    }
