"""What a set is made of is taken whole or not at all: a band for each combination, people to the
last of them, both files of a leak."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from aboveboard.engines import exposure, listing
from tests.engines.test_exposure import (
    EMAIL,
    INDEX_HELD,
    PEOPLE_HELD,
    by_bits,
    snapshot,
    write_leak,
)


@pytest.mark.parametrize(
    ("bands", "taken"),
    [([], False), ([0], False), ([1], True), ([4], True), ([5], False), ([2, 2], False)],
)
def test_each_combination_has_one_of_four_bands(
    tmp_path: Path, bands: list[int], taken: bool
) -> None:
    held, out = snapshot(tmp_path, PEOPLE_HELD, INDEX_HELD), tmp_path / "out.parquet"

    def band_of_ann() -> int:
        exposure.from_manifest([(10, 1, 0, 3)], held, out, score=lambda combinations: bands)
        (row,) = listing.everyone(out)
        return row.severity

    if taken:
        assert [band_of_ann()] == bands
    else:
        with pytest.raises(ValueError, match="exactly one band from 1 to 4"):
            band_of_ann()
        assert not out.exists()


def test_a_list_of_people_that_breaks_off_says_why_and_leaves_nothing(tmp_path: Path) -> None:
    held, out = snapshot(tmp_path, PEOPLE_HELD, INDEX_HELD), tmp_path / "out.parquet"
    before = set(tmp_path.iterdir())

    def people() -> Iterator[tuple[int, int, int, int]]:
        yield 10, 1, 0, 3
        raise OSError(5, "Input/output error")

    with pytest.raises(OSError, match="Input/output error"):
        exposure.from_manifest(people(), held, out, score=by_bits)
    assert set(tmp_path.iterdir()) == before


def test_what_is_kept_of_a_leak_is_forgotten_once_and_for_all(tmp_path: Path) -> None:
    """In a folder that nobody made before; and where somebody forgot half of it, the rest goes."""
    leak = write_leak(tmp_path / "incidents" / "INC-1", [(1, 1, 0, [(EMAIL, "ann@x")])])
    assert leak.exist
    leak.keys.unlink()
    assert not leak.exist, "half a leak is not counted"
    for _ in range(2):
        leak.forget()
        assert not leak.rows.exists()
    leak = write_leak(tmp_path / "incidents" / "INC-1", [(1, 1, 0, [(EMAIL, "ann@x")])])
    leak.rows.unlink()
    assert not leak.exist
    leak.forget()
    assert not leak.keys.exists()
