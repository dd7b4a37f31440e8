"""A leak is written whole or not at all, and takes no more of the disk meanwhile than it must."""

from __future__ import annotations

from pathlib import Path

import pytest

from aboveboard.engines import limits
from aboveboard.engines.duck import engine
from aboveboard.engines.leak import LeakWriter

EMAIL = 1


def test_a_long_leak_is_written_in_parts_and_is_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def written(folder: Path) -> list[list[tuple[object, ...]]]:
        with LeakWriter(folder) as writer:
            for line in range(200):
                writer.add(line, 3, 1)
                writer.add_keys(line, [(EMAIL, line.to_bytes(32, "little"))])
        files = sorted(folder.iterdir())
        with engine() as duck:
            return [
                sorted(duck.execute(f"FROM read_parquet('{file}')").fetchall()) for file in files
            ]

    whole = written(tmp_path / "whole")
    monkeypatch.setattr(limits, "LEAK_TEXT_BYTES", 1_000)
    assert written(tmp_path / "parts") == whole
    assert [len(rows) for rows in whole] == [200, 200, 0]


@pytest.mark.parametrize("text_bytes", [1, limits.LEAK_TEXT_BYTES])
def test_a_leak_that_could_not_be_read_to_its_end_leaves_nothing(
    text_bytes: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "LEAK_TEXT_BYTES", text_bytes)

    def fail() -> None:
        with LeakWriter(tmp_path) as writer:
            writer.add(1, 1, 0)
            raise RuntimeError("the disk is full")

    with pytest.raises(RuntimeError, match="disk"):
        fail()
    assert not list(tmp_path.iterdir())
