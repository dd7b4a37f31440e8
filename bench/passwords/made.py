"""Made-up leaked passwords, as dense as two billion of them are: 1,907 to a prefix."""

from __future__ import annotations

import os
import random
from pathlib import Path

from aboveboard.credentials.breached import shard
from aboveboard.credentials.breached.breached_list import file_name

BUCKET = 1_907
"""Two billion by 1,048,576 prefixes."""
_WORDS = ("amber", "brook", "cliff", "dover", "ember", "flint", "grove", "heron", "inlet", "joust")


def write_shard(folder: Path, number: int, *, wanted: int = 200) -> list[bytes]:
    """Write a whole file of a list, and return about ``wanted`` of its digests."""
    buckets, kept = [], []
    for bucket in range(shard.BUCKETS):
        prefix = (number << 12 | bucket << 4).to_bytes(3, "big")
        first, nibble = prefix[:2], prefix[2]
        # The first digit of what is kept is the last of the prefix.
        made = os.urandom(BUCKET * shard.KEPT)
        entries = sorted(
            bytes((nibble | made[at] & 15,)) + made[at + 1 : at + shard.KEPT] + b"\x08"
            for at in range(0, len(made), shard.KEPT)
        )
        kept += [first + entry[: shard.KEPT] for entry in entries[:: max(1, len(entries) // 2)]]
        buckets.append(entries)
    (folder / file_name(number)).write_bytes(shard.encode(number, buckets, made_at=0))
    return kept[:: max(1, len(kept) // wanted)]


def password(turn: int) -> str:
    """A password of three words and a number."""
    drawn = random.Random(turn)
    return f"{' '.join(drawn.sample(_WORDS, 3))} {drawn.randrange(100)}"
