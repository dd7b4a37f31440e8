"""A lock is had by one at a time, also while others take its folder away."""

from __future__ import annotations

import shutil
import threading
from pathlib import Path

import pytest

from aboveboard.basics.locks import locked, try_lock


def test_a_folder_that_is_swept_meanwhile_is_made_again(tmp_path: Path) -> None:
    folder = tmp_path / "spilled"
    done = threading.Event()

    def sweep() -> None:
        while not done.is_set():
            shutil.rmtree(folder, ignore_errors=True)

    sweeper = threading.Thread(target=sweep)
    sweeper.start()
    try:
        for _ in range(1500):
            with try_lock(folder / "held"):
                pass
    finally:
        done.set()
        sweeper.join()


def test_a_file_in_the_place_of_its_folder_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "spilled").write_text("")
    with pytest.raises(FileExistsError), locked(tmp_path / "spilled" / "held"):
        pass
