"""A log inside an archive is the same log; and an archive is not trusted."""

from __future__ import annotations

import io
import shutil
import tarfile
import tempfile
import zipfile
from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace

import pytest

from aboveboard.ledger.verify.archives import LEAST_FREE, is_archive, open_archive
from aboveboard.ledger.verify.log import verify_log
from aboveboard.ledger.verify.sources import FILE_BYTES, SourceUnreadable
from tests.ledger.logs import SIGNER, bodies, write_log


def pack(place: Path, files: Mapping[str, bytes]) -> Path:
    """Write an archive of the kind that its name says."""
    if place.suffix == ".zip":
        with zipfile.ZipFile(place, "w", zipfile.ZIP_DEFLATED) as packed:
            packed.mkdir("empty")
            for name, data in files.items():
                packed.writestr(name, data)
        return place
    with tarfile.open(place, "w:gz" if place.suffix == ".gz" else "w") as archive:
        folder = tarfile.TarInfo("empty")
        folder.type = tarfile.DIRTYPE
        archive.addfile(folder)
        link = tarfile.TarInfo("log/tile/entries/999")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return place


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    folder = tmp_path_factory.mktemp("log")
    write_log(folder, bodies(300))
    return {
        str(file.relative_to(folder)): file.read_bytes()
        for file in folder.rglob("*")
        if file.is_file()
    }


def entries_in(archive: Path) -> int:
    """Return how many entries of the log in an archive are whole."""
    assert is_archive(archive)
    with open_archive(archive) as source:
        report = verify_log(source, [SIGNER.verifier])[0]
    assert report.findings == []
    return report.entries


KINDS = ["log.tar", "log.tar.gz", "log.zip"]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("prefix", ["", "log/", "backup/2026/log/", "./log/"])
def test_a_log_in_an_archive_is_whole_wherever_it_lies(
    tmp_path: Path, log: dict[str, bytes], kind: str, prefix: str
) -> None:
    if kind == "log.zip" and prefix.startswith("./"):
        prefix = "log/"
    files = {f"{prefix}{name}": data for name, data in log.items()} | {"readme.txt": b"hello"}
    assert entries_in(pack(tmp_path / kind, files)) == 300


@pytest.mark.parametrize("kind", KINDS)
def test_of_two_logs_the_one_in_a_folder_of_that_name_is_taken_then_the_one_nearest_the_top(
    tmp_path: Path, log: dict[str, bytes], kind: str
) -> None:
    def packed(*prefixes: str) -> Path:
        files = {f"{prefixes[0]}{name}": data for name, data in log.items()}
        files |= {f"{other}checkpoint": b"another" for other in prefixes[1:]}
        return pack(tmp_path / kind, files)

    assert entries_in(packed("a/log/", "a/", "b/")) == 300
    assert entries_in(packed("b/", "a/deep/")) == 300
    assert entries_in(packed("", "a/log/")) == 300


def test_only_the_files_of_a_log_are_unpacked_and_they_are_removed_afterwards(
    tmp_path: Path, log: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    unpacked = tmp_path / "unpacked"
    unpacked.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(unpacked))
    strange = ["../../outside", "log/../../outside", "log/tile/entries/../../../x", "log/note.txt"]
    files = {f"log/{name}": data for name, data in log.items()} | dict.fromkeys(strange, b"!")
    with open_archive(pack(tmp_path / "log.tar", files)):
        (folder,) = unpacked.iterdir()
        found = {str(file.relative_to(folder)) for file in folder.rglob("*") if file.is_file()}
    assert found == set(log)
    assert list(unpacked.iterdir()) == []


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_a_file_longer_than_any_of_a_log_is_refused_and_one_as_long_is_not(
    tmp_path: Path, log: dict[str, bytes], kind: str
) -> None:
    files = {"checkpoint": log["checkpoint"], "tile/entries/000": bytes(FILE_BYTES)}
    with open_archive(pack(tmp_path / kind, files)) as source:
        assert len(source.read("tile/entries/000") or b"") == FILE_BYTES
    files["tile/entries/000"] = bytes(FILE_BYTES + 1)
    with (
        pytest.raises(SourceUnreadable, match="longer than any file of a log"),
        open_archive(pack(tmp_path / kind, files)),
    ):
        pass


def test_unpacking_leaves_room_on_the_disk(
    tmp_path: Path, log: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    data = log["checkpoint"]
    archive = pack(tmp_path / "log.zip", {"checkpoint": data})
    free = LEAST_FREE + len(data)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: SimpleNamespace(free=free))
    with open_archive(archive) as source:
        assert source.read("checkpoint") == data
    monkeypatch.setattr(shutil, "disk_usage", lambda path: SimpleNamespace(free=free - 1))
    with pytest.raises(SourceUnreadable, match="no room"), open_archive(archive):
        pass


@pytest.mark.parametrize("kind", KINDS)
def test_an_archive_that_is_cut_short_or_holds_no_log_is_refused(
    tmp_path: Path, log: dict[str, bytes], kind: str
) -> None:
    whole = pack(tmp_path / kind, {f"log/{name}": data for name, data in log.items()})
    # In the middle of a tar's third file; compressed, anywhere.
    length = 3 * 512 + 10 if kind == "log.tar" else whole.stat().st_size // 2
    cut = tmp_path / f"cut-{kind}"
    cut.write_bytes(whole.read_bytes()[:length])
    with pytest.raises(SourceUnreadable), open_archive(cut):
        pass
    with (
        pytest.raises(SourceUnreadable, match="no checkpoint"),
        open_archive(pack(tmp_path / kind, {"log/tile/0/000": b""})),
    ):
        pass


def test_what_is_no_archive_is_not_taken_for_one(tmp_path: Path) -> None:
    (tmp_path / "checkpoint").write_text("localhost/log\n1\nAAAA\n")
    assert not is_archive(tmp_path / "checkpoint")
    assert not is_archive(tmp_path / "missing")
