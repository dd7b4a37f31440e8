"""A million leaked pairs held against our own hashes, beside the same hashes alone, on one core."""

from __future__ import annotations

import time

from django.contrib.auth.hashers import PBKDF2PasswordHasher

from aboveboard.credentials.reuse.hashes import verify
from aboveboard.credentials.reuse.sweep import LeakedPair, OwnHash, SweepCounts, sweep
from aboveboard.credentials.reuse.variants import variants
from bench.row import Row

PAIRS = 1_000_000
OURS = 60
"""Accounts of ours among them: each costs eleven hashes."""
VARIANTS = 10


def sweep_row() -> Row:
    """Measure hashes a second of one core."""
    kept = PBKDF2PasswordHasher().encode("nobody has this", "a1b2c3d4", iterations=600_000)
    own = {f"o{number}@ours.example": [OwnHash(str(number), kept)] for number in range(OURS)}
    step = PAIRS // OURS
    pairs = (
        LeakedPair(
            place,
            f"o{place // step}@ours.example" if place % step == 0 else f"o{place}@else.example",
            f"grey otter {place}",
        )
        for place in range(PAIRS)
    )
    counts = SweepCounts()
    start = time.perf_counter()
    for _ in sweep(pairs, own, counts, most=VARIANTS, processes=0):
        pass
    ours = counts.tried * (VARIANTS + 1) / (time.perf_counter() - start)
    tried = [f"grey otter {place}" for place in range(0, PAIRS, step)][:OURS]
    start = time.perf_counter()
    done = 0
    for password in tried[: OURS // 3]:
        for each in (password, *variants(password, most=VARIANTS)):
            verify(kept, each)
            done += 1
    floor = done / (time.perf_counter() - start)
    return Row("leaked pair tried", ours, "hashes/s", floor, "1 million pairs, 1 core")
