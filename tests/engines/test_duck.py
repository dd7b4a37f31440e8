"""An engine is alone: what one computation makes, another does not see; it keeps to its bounds, and
leaves nothing behind."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import duckdb
import pytest

from aboveboard.basics.locks import locked
from aboveboard.engines import duck
from tests import one_engine

Opened = Callable[[], AbstractContextManager[duckdb.DuckDBPyConnection]]
WAYS = {"as in an instance": one_engine.of_an_instance, "as in other tests": one_engine.opened}


@pytest.mark.parametrize("opened", WAYS.values(), ids=WAYS)
def test_what_one_makes_another_does_not_see(opened: Opened) -> None:
    with opened() as one, opened() as other:
        one.execute("CREATE TABLE digests AS SELECT 1 AS digest")
        with pytest.raises(duckdb.CatalogException):
            other.execute("SELECT * FROM digests")
    with opened() as later, pytest.raises(duckdb.CatalogException):
        later.execute("SELECT * FROM digests")


@pytest.fixture
def scratch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder in which programs of this machine keep what they need for a while."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def test_an_engine_keeps_to_its_memory_and_spills_where_it_is_swept(scratch: Path) -> None:
    names = (
        "memory_limit",
        "threads",
        "temp_directory",
        "autoinstall_known_extensions",
        "autoload_known_extensions",
        "enable_progress_bar",
        "preserve_insertion_order",
    )
    with duck.engine(memory_bytes=256 * 2**20, threads=1) as connection:
        asked = ", ".join(f"current_setting('{name}')" for name in names)
        memory, threads, spill, *switches = connection.execute(f"SELECT {asked}").fetchall()[0]
        assert (memory, threads) == ("256.0 MiB", 1)
        assert switches == [False] * 4
        assert Path(spill).parent == scratch
        assert duck.delete_spill_folders() == 0, "somebody is at it"
        assert Path(spill).is_dir()
    assert list(scratch.iterdir()) == []


def test_what_a_killed_computation_spilled_is_deleted_and_nothing_else(
    scratch: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    killed, held, begun = (scratch / f"aboveboard-engine-{name}" for name in ("k", "h", "b"))
    for folder in (killed, held, begun):
        folder.mkdir()
        (folder / "spilled").touch()
    (killed / ".held").touch()
    others = scratch / "another-program"
    others.mkdir()
    (others / ".held").touch()
    (scratch / "aboveboard-engine-file").touch()
    with locked(held / ".held"):
        assert duck.delete_spill_folders() == 1
    assert {each.name for each in scratch.iterdir()} == {
        "aboveboard-engine-h",
        "aboveboard-engine-b",
        "aboveboard-engine-file",
        "another-program",
    }
    us = os.getuid()
    monkeypatch.setattr(os, "getuid", lambda: us + 1)
    assert duck.delete_spill_folders() == 0, "it is another account's"
    monkeypatch.setattr(os, "getuid", lambda: us)
    assert duck.delete_spill_folders() == 1


def test_a_file_is_there_whole_or_as_it_was(tmp_path: Path) -> None:
    file = tmp_path / "new" / "folder" / "set.parquet"
    with duck.atomic_path(file) as part:
        part.write_text("first")
        assert not file.exists()
    part.write_text("left by a killed process")

    def fail() -> None:
        with duck.atomic_path(file) as part:
            assert not part.exists()
            part.write_text("half")
            raise ValueError

    with pytest.raises(ValueError):  # noqa: PT011 - our own
        fail()
    assert file.read_text() == "first"
    assert [each.name for each in file.parent.iterdir()] == ["set.parquet"]


def test_a_folder_that_somebody_emptied_meanwhile_is_no_fault(scratch: Path) -> None:
    with duck.engine() as connection:
        (folder,) = scratch.iterdir()
        shutil.rmtree(folder)
        assert connection.execute("SELECT 1").fetchone() == (1,)
    assert list(scratch.iterdir()) == []


def test_a_statement_that_is_not_there_is_not_made_up() -> None:
    with pytest.raises(FileNotFoundError):
        duck.statement("nothing")
