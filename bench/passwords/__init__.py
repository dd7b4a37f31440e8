"""Passwords: a look-up in the list of leaked ones, beside two bare reads; a password judged whole,
beside zxcvbn alone; and leaked pairs held against hashes, beside the hashes alone."""

from __future__ import annotations

import hashlib
import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from zxcvbn_rs_py import zxcvbn

from aboveboard.credentials.breached import shard
from aboveboard.credentials.breached.breached_list import BreachedList, file_name
from aboveboard.credentials.policy import context_words, judge
from aboveboard.credentials.strength import strength_of
from bench.passwords.made import BUCKET, password, write_shard
from bench.passwords.sweeping import sweep_row
from bench.row import Row

LOOK_UPS = 20_000
JUDGED = 2_000
SHARDS = 4
"""Files of the size that a list of two billion has."""


def run() -> list[Row]:
    """Measure all."""
    with tempfile.TemporaryDirectory() as folder:
        digests = [
            digest for number in range(SHARDS) for digest in write_shard(Path(folder), number)
        ]
        return [_look_up(Path(folder), digests), _judge(), sweep_row()]


def _look_up(folder: Path, digests: list[bytes]) -> Row:
    here = BreachedList(folder)
    wanted = [digests[turn * 97 % len(digests)] for turn in range(LOOK_UPS)]

    def ours() -> None:
        for digest in wanted:
            assert here.count_digest(digest)

    def floor() -> None:
        for digest in wanted:
            with (folder / file_name(digest[0] << 4 | digest[1] >> 4)).open("rb", 0) as file:
                os.pread(file.fileno(), shard.HEADER, 0)
                os.pread(file.fileno(), BUCKET * shard.ENTRY, shard.HEADER)

    return _row("leaked password looked up", LOOK_UPS, ours, floor, "2 billion to a list")


def _judge() -> Row:
    words = context_words(("Adventure Works", "Ada Lovelace", "ada@staff.example"))
    typed = [password(turn) for turn in range(JUDGED)]

    def ours() -> None:
        for text in typed:
            judge(text, least=8, words=words, strength=strength_of(text, words), breached=0)
            hashlib.sha1(text.encode(), usedforsecurity=False).digest()

    def floor() -> None:
        known = sorted(words)
        for text in typed:
            zxcvbn(text, known)

    return _row("password judged", JUDGED, ours, floor, "zxcvbn alone")


def _row(
    name: str, count: int, ours: Callable[[], None], floor: Callable[[], None], note: str
) -> Row:
    rates = []
    for work in (ours, floor):
        work()
        start = time.perf_counter()
        work()
        rates.append(count / (time.perf_counter() - start))
    return Row(name, rates[0], "/s", rates[1], note)
