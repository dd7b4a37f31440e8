"""Several SELECTs as one statement: each gets back the rows that it alone would have."""

from __future__ import annotations

import sqlite3

from aboveboard.basics.combined import CombinedSelect, Select

NUMBERS = Select("SELECT 1, 'one', NULL UNION ALL SELECT 2, 'two', x'02'", "itb")
FLAGS = Select("SELECT 'on', ?, 1.5, 'two texts'", "tfmt")
NONE = Select("SELECT 1, 'x' WHERE false", "it")


def test_each_gets_its_own_rows_back_in_its_own_columns() -> None:
    combined = CombinedSelect(NUMBERS, NONE, FLAGS)
    with sqlite3.connect(":memory:") as database:
        rows = database.execute(combined.sql, [True]).fetchall()
    assert len({len(row) for row in rows}) == 1
    assert combined.split(rows) == [
        [(1, "one", None), (2, "two", b"\x02")],
        [],
        [("on", True, 1.5, "two texts")],
    ]
    assert combined.split([]) == [[], [], []]
