"""What a match works through grows with the file and the people, never with the two multiplied:
counted in rows by the engine's own profile, since how long it takes says nothing on a machine that
others use."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from aboveboard.engines import exposure, limits
from aboveboard.engines.duck import engine
from tests.engines.test_exposure import EMAIL, NUMBER, PHONE, by_bits, snapshot, write_leak

FEW = 4 * limits.CROWD_OWNERS
"""People and lines of the smaller file; the larger has :data:`TIMES` as many of both."""
TIMES = 4


class Profiled:
    """A connection whose statements are profiled: ``rows`` that left each operator of each."""

    def __init__(self, duck: Any) -> None:
        self._duck, self._last = duck, ""
        self.rows: list[int] = []
        duck.execute("PRAGMA enable_profiling = 'no_output'")

    def __getattr__(self, name: str) -> Any:
        # A result may be read long after its statement was given, so that its profile is whole
        # only when the next one comes.
        self.read_profile()
        return getattr(self._duck, name)

    def read_profile(self) -> None:
        """Read the profile of the last statement, once."""
        profile = self._duck.get_profiling_information("json")
        if profile and profile != self._last:
            self._last = profile
            for operator in json.loads(profile).get("operator", ()):
                self.rows += _rows(operator)


def _rows(operator: Mapping[str, Any]) -> Iterator[int]:
    yield int(operator["intermediate_rows"])
    for child in operator.get("children", ()):
        yield from _rows(child)


def rows_of_match(
    folder: Path, many: int, monkeypatch: pytest.MonkeyPatch, **bounds: int
) -> list[int]:
    """Match a copy of the same data in which everybody has one phone and one address, and some a
    number of their own; return how many rows left each operator."""
    folder.mkdir()
    people = range(1, many + 1)
    held = snapshot(
        folder,
        [(number, "GB", "en") for number in people],
        [
            *((PHONE, "+440000000", number) for number in people),
            *((EMAIL, "none@x", number) for number in people),
            *((NUMBER, f"N{number}", number) for number in people),
        ],
    )
    placeholders = [(PHONE, "+440000000"), (EMAIL, "none@x")]
    leak = write_leak(
        folder,
        [(line, 1, 0, [*placeholders[line % 3 % 2 :], *_own_number(line)]) for line in people],
    )
    seen: list[Profiled] = []

    @contextmanager
    def profiled(**bounds: Any) -> Iterator[Profiled]:
        with engine(**bounds) as duck:
            seen.append(Profiled(duck))
            yield seen[-1]
            seen[-1].read_profile()

    monkeypatch.setattr(exposure, "engine", profiled)
    files = exposure.LeakFiles.in_folder(folder)
    counted = exposure.from_leak(leak, held, folder / "out.parquet", files, score=by_bits, **bounds)
    assert counted.people == many
    assert counted.ambiguous > many // 2, "most lines may be of anybody"
    return [count for each in seen for count in each.rows]


def _own_number(line: int) -> list[tuple[int, str]]:
    return [(NUMBER, f"N{line}")] if line % 5 == 0 else []


@pytest.mark.slow
def test_what_a_crowd_shares_is_never_joined_line_by_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As pairs of each line and each owner it would be sixteen times as many rows for four times as
    large a file, and one operator would give a million of them."""
    few = rows_of_match(tmp_path / "few", FEW, monkeypatch)
    many = rows_of_match(tmp_path / "many", TIMES * FEW, monkeypatch)
    assert len(few) > 50, "the profile of every statement was read"
    assert max(few) < 8 * FEW
    assert max(many) < 8 * TIMES * FEW
    assert sum(many) < 1.5 * TIMES * sum(few)


def test_the_profile_would_show_pairs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same file, smaller, matched person by person as if nothing were a crowd."""
    pairs = rows_of_match(tmp_path / "few", 100, monkeypatch, crowd_owners=100)
    assert max(pairs) > 100 * 100 // 2
