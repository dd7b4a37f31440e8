"""Lines of a leaked file that fit several people, some or a crowd: who is counted, and what is left
once somebody settled them."""

from __future__ import annotations

from pathlib import Path

import pytest

from aboveboard.engines import exposure, listing
from aboveboard.engines.duck import engine
from tests.engines.test_exposure import (
    EMAIL,
    INDEX_HELD,
    PEOPLE_HELD,
    PHONE,
    by_bits,
    snapshot,
    write_leak,
)


def test_a_placeholder_of_many_on_many_lines_is_no_pair_of_each(tmp_path: Path) -> None:
    """With a row for each owner on each line 20,000 of both never ended."""
    many = 600
    held = snapshot(
        tmp_path,
        [(number, "GB", "en") for number in range(1, many + 1)],
        [
            *((PHONE, "+440000000", number) for number in range(1, many + 1)),
            *((EMAIL, f"p{number}@x", number) for number in range(1, many + 1)),
        ],
    )
    alone, named = range(1, many + 1), range(many + 1, many + 11)
    leak = write_leak(
        tmp_path,
        [
            *((line, 1, 0, [(PHONE, "+440000000")]) for line in alone),
            *(
                (line, 2, 0, [(PHONE, "+440000000"), (EMAIL, f"p{line - many}@x")])
                for line in named
            ),
        ],
    )
    files, out = exposure.LeakFiles.in_folder(tmp_path), tmp_path / "out.parquet"
    counted = exposure.from_leak(leak, held, out, files, score=by_bits)
    assert (counted.people, counted.ambiguous, counted.matched) == (many, many, len(named))
    assert counted.doubtful == many - len(named)
    first, second = listing.doubts(files, limit=2)
    assert (first.line, second.line) == (1, 2)
    assert first.person_ids == second.person_ids == tuple(range(1, many + 1))
    (part,) = listing.doubts(files, limit=1, most=3, people_after=many - 4)
    assert (part.person_ids, part.people) == (tuple(range(many - 3, many)), many)
    (past,) = listing.doubts(files, limit=1, most=3, people_after=many)
    assert (past.person_ids, past.people) == ((), many)
    with engine() as duck:
        rows = [
            duck.execute("SELECT count(*) FROM read_parquet(?)", [str(path)]).fetchone()
            for path in (files.doubts, files.crowd_lines, files.crowds)
        ]
    assert rows == [(len(named),), (many,), (many,)]


@pytest.mark.slow
@pytest.mark.parametrize("crowd_owners", [1, 256])
def test_a_settled_line_leaves_whom_it_is_not_of_out(tmp_path: Path, crowd_owners: int) -> None:
    leak = write_leak(
        tmp_path,
        [
            (1, 0b001, 0, [(EMAIL, "home@x")]),
            (2, 0b010, 0, [(EMAIL, "home@x")]),
            (3, 0b100, 0, [(EMAIL, "ann@x"), (PHONE, "+49")]),
        ],
    )
    held, files = (
        snapshot(tmp_path, PEOPLE_HELD, INDEX_HELD),
        exposure.LeakFiles.in_folder(tmp_path),
    )
    first = tmp_path / "out.parquet"
    counted = exposure.from_leak(leak, held, first, files, score=by_bits, crowd_owners=crowd_owners)
    assert (counted.people, counted.doubtful) == (4, 3)

    def after(settled: dict[int, list[int]]) -> tuple[dict[int, int], int, int]:
        out = tmp_path / "settled.parquet"
        done = exposure.settle(files, first, settled, out, score=by_bits)
        rows = listing.page(out, listing.ExposureFilter())
        assert done.people == len(rows)
        return {row.person_id: row.categories for row in rows}, done.doubtful, done.ambiguous

    assert after({}) == ({10: 0b100, 20: 0b011, 30: 0b011, 40: 0b100}, 3, 3)
    assert after({1: [20]}) == ({10: 0b100, 20: 0b011, 30: 0b010, 40: 0b100}, 2, 2)
    assert after({1: [20], 2: [30], 3: []}) == ({10: 0b100, 20: 0b001, 30: 0b010}, 0, 0)
    assert after({1: [20, 30], 2: [], 3: [40]}) == ({10: 0b100, 20: 1, 30: 1, 40: 0b100}, 0, 0)


def test_lines_counted_before_crowds_had_files_of_their_own_are_listed_and_settled(
    tmp_path: Path,
) -> None:
    leak = write_leak(
        tmp_path,
        [
            (1, 0b001, 0, [(EMAIL, "home@x")]),
            (2, 0b010, 0, [(EMAIL, "ann@x"), (PHONE, "+49")]),
        ],
    )
    held = snapshot(tmp_path, PEOPLE_HELD, INDEX_HELD)
    files, first = exposure.LeakFiles.in_folder(tmp_path), tmp_path / "out.parquet"
    assert listing.doubts(files) == [], "nothing was counted yet"
    exposure.from_leak(leak, held, first, files, score=by_bits)
    files.crowds.unlink()
    files.crowd_lines.unlink()
    doubts = {row.line: row.person_ids for row in listing.doubts(files)}
    assert doubts == {1: (20, 30), 2: (40,)}, "that line two is of 10 is beyond doubt"
    out = tmp_path / "settled.parquet"
    done = exposure.settle(files, first, {1: [20]}, out, score=by_bits)
    assert (done.people, done.doubtful, done.ambiguous) == (3, 1, 1)
    assert [row.person_id for row in listing.everyone(out)] == [10, 20, 40]
