"""Who may be contacted, decided about a million people at once, beside the same answer in SQL by
hand; and how it grows with how many are held.

The floor does what must be done and nothing more: one statement of DuckDB over the same rows that
says for each person which reasons stand against it, writes them, and counts them.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from bench.row import Row

if TYPE_CHECKING:
    from aboveboard.engines.contactable import ContactClass

PEOPLE = int(os.environ.get("PEOPLE", "1000000"))
GROWTH = (0.25, 0.5, 1.0, 2.0)
"""Shares of :data:`PEOPLE` at which it is measured."""
_CUTOFF = 1_700_000_000_000_000

_GENERATE = """
COPY (
    SELECT i AS person_id, 1::TINYINT AS held, (hash(i, 1) % 3)::TINYINT AS answer,
        (hash(i, 2) % 50 = 0)::TINYINT AS alone,
        1_600_000_000_000_000 + (hash(i, 3) % 200_000_000_000_000)::BIGINT AS answered_at,
        CASE WHEN hash(i, 4) % 40 = 0
            THEN 1_600_000_000_000_000 + (hash(i, 5) % 200_000_000_000_000)::BIGINT
        END AS restricted_since,
        (hash(i, 6) % 100 = 0)::TINYINT AS claim,
        1_600_000_000_000_000 + (hash(i, 7) % 200_000_000_000_000)::BIGINT AS began,
        0::TINYINT AS kept_out
    FROM range({people}) t(i)
) TO '{path}' (FORMAT parquet)
"""
_FLOOR = """
COPY (
    SELECT person_id,
        ((answer = 0)::INT
        | ((answer = 2)::INT << 1)
        | ((answer = 1 AND alone = 1)::INT << 2)
        | ((restricted_since IS NOT NULL
            AND NOT (answer = 1 AND answered_at >= restricted_since))::INT << 3)
        | ((began <= {cutoff})::INT << 4)
        | ((began <= {cutoff} AND claim = 1)::INT << 5))::UTINYINT AS decision
    FROM read_parquet('{facts}')
) TO '{out}' (FORMAT parquet);
SELECT decision, count(*) FROM read_parquet('{out}') GROUP BY decision
"""


def run() -> list[Row]:
    """Measure each size three times, ours and the floor in turns, and keep the best of each."""
    return [_measure(int(PEOPLE * share)) for share in GROWTH]


def _measure(people: int) -> Row:
    from aboveboard.engines.duck import engine

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        facts = folder / "facts.parquet"
        with engine() as duck:
            duck.execute(_GENERATE.format(people=people, path=facts))
        pairs = [(_ours(folder, facts), _floor(folder, facts)) for _ in range(3)]
        _check_same(folder, people)
    ours, floor = (min(pair[place] for pair in pairs) for place in (0, 1))
    return Row(
        "contactable",
        people / ours,
        "people/s",
        people / floor,
        f"{people:,} people decided about, written, counted in {ours:.2f} s; floor {floor:.2f} s",
    )


def _ours(folder: Path, facts: Path) -> float:
    from aboveboard.engines.contactable import decide_everybody

    began = time.perf_counter()
    decide_everybody(facts, folder / "ours.parquet", cutoff=_CUTOFF, judge=_judge)
    return time.perf_counter() - began


def _judge(classes: Sequence[ContactClass]) -> dict[int, int]:
    """Say of each class what the floor says of its people: a purpose that rests on consent."""
    return {each.number: _bits(each.number) for each in classes}


def _bits(number: int) -> int:
    over, claim, restricted = number & 1, number >> 1 & 1, number % 12 // 4
    alone, answer = number % 24 // 12, number % 96 // 24
    may_go_on = answer == 1 and restricted == 2
    return (
        (answer == 0)
        | (answer == 2) << 1
        | (answer == 1 and alone == 1) << 2
        | (restricted > 0 and not may_go_on) << 3
        | over << 4
        | (over & claim) << 5
    )


def _floor(folder: Path, facts: Path) -> float:
    from aboveboard.engines.duck import engine

    began = time.perf_counter()
    with engine() as duck:
        duck.execute(_FLOOR.format(cutoff=_CUTOFF, facts=facts, out=folder / "floor.parquet"))
        duck.fetchall()
    return time.perf_counter() - began


def _check_same(folder: Path, people: int) -> None:
    """Refuse to print a figure unless both answers are the same about everybody."""
    from aboveboard.engines.duck import engine

    with engine() as duck:
        answers = [
            f"SELECT person_id, decision FROM read_parquet('{folder / name}.parquet')"
            for name in ("ours", "floor")
        ]
        same = duck.execute(
            f"SELECT count(*) FROM ({answers[0]}) a JOIN ({answers[1]}) b USING (person_id) "
            "WHERE a.decision = b.decision"
        ).fetchone()
    if same != (people,):
        raise RuntimeError(f"the engine and the floor differ: {same} of {people}")
