"""Where a log is read from: a file that is not there is told apart from one that cannot be read,
and nothing longer than a log's file is taken."""

from __future__ import annotations

import io
import tarfile
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from aboveboard.ledger.verify.ahead import WINDOW, ReadAhead
from aboveboard.ledger.verify.sources import (
    FILE_BYTES,
    LogDirectory,
    LogInBackup,
    LogOnWeb,
    SourceUnreadable,
    is_web_address,
)

LONG = "x" * 5_000
"""A name that no file system takes."""


def test_a_folder_is_the_log_or_holds_it(tmp_path: Path) -> None:
    (tmp_path / "log").mkdir()
    (tmp_path / "log/checkpoint").write_bytes(b"inside")
    assert LogDirectory(tmp_path).read("checkpoint") == b"inside"
    assert LogDirectory(tmp_path / "log").read("checkpoint") == b"inside"
    (tmp_path / "checkpoint").write_bytes(b"here")
    assert LogDirectory(tmp_path).read("checkpoint") == b"here"
    for missing in ("vkey", "log", "checkpoint/2"):
        assert LogDirectory(tmp_path).read(missing) is None
    with pytest.raises(SourceUnreadable):
        LogDirectory(tmp_path).read(LONG)


def packed(folder: Path, **files: bytes) -> LogInBackup:
    with tarfile.open(folder / "log.tar", "w") as archive:
        directory = tarfile.TarInfo("handover")
        directory.type = tarfile.DIRTYPE
        archive.addfile(directory)
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return LogInBackup(folder)


def test_the_log_in_a_backup_is_read_in_its_place(tmp_path: Path) -> None:
    assert not LogInBackup.is_one(tmp_path)
    with pytest.raises(SourceUnreadable):
        LogInBackup(tmp_path)
    (tmp_path / "log.tar").mkdir()
    assert not LogInBackup.is_one(tmp_path)
    (tmp_path / "log.tar").rmdir()
    source = packed(tmp_path, checkpoint=b"text", vkey=b"", tile=bytes(FILE_BYTES))
    assert LogInBackup.is_one(tmp_path)
    assert (source.read("checkpoint"), source.read("vkey")) == (b"text", b"")
    assert source.read("tile") == bytes(FILE_BYTES)
    assert source.read("handover") is source.read("witnessed") is None
    longer = packed(tmp_path, tile=bytes(FILE_BYTES + 1))
    with pytest.raises(SourceUnreadable, match="longer than any file"):
        longer.read("tile")


def test_a_backup_that_was_spoiled_or_went_away_is_said_to_be_unreadable(tmp_path: Path) -> None:
    source = packed(tmp_path, checkpoint=b"text", vkey=b"key")
    archive = tmp_path / "log.tar"
    whole = archive.read_bytes()
    archive.write_bytes(whole[: 2 * 512 + 2])
    with pytest.raises(SourceUnreadable, match="ends early"):
        source.read("checkpoint")
    archive.write_bytes(b"no archive")
    with pytest.raises(SourceUnreadable, match="not a whole archive"):
        LogInBackup(tmp_path)
    archive.unlink()
    with pytest.raises(SourceUnreadable, match="No such file"):
        source.read("checkpoint")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("https://log.example", True),
        ("http://log.example:8080/log/", True),
        ("http://[::1]/", True),
        ("ftp://log.example", False),
        ("https://", False),
        ("https://:443/log", False),
        ("http://log.example:0/", False),
        ("http://log.example:port/", False),
        ("http://[", False),
        ("log.example", False),
    ],
)
def test_an_address_on_the_web_has_a_host_and_a_port_that_is_one(text: str, expected: bool) -> None:
    assert is_web_address(text) is expected


class Answers(BaseHTTPRequestHandler):
    """Answers ``/log/410`` with 410, and ``/log/N-long`` with N bytes."""

    def do_GET(self) -> None:
        word = self.path.removeprefix("/log/")
        status, length = (200, int(word[:-5])) if word.endswith("-long") else (int(word), 4)
        self.send_response(status)
        self.send_header("Content-Length", str(length))
        self.end_headers()
        self.wfile.write(bytes(length))

    def log_message(self, *args: object) -> None: ...


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}/log/"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize("prefix", ["", "/"])
def test_only_an_answer_that_says_so_means_that_a_file_is_not_there(
    address: str, prefix: str
) -> None:
    source = LogOnWeb(address.rstrip("/") + prefix)
    assert source.read("200") == bytes(4)
    for gone in ("404", "410"):
        assert source.read(gone) is None
    for trouble in ("403", "429", "500", "503"):
        with pytest.raises(SourceUnreadable, match=f"answered {trouble}"):
            source.read(trouble)


def test_no_more_is_taken_of_an_answer_than_a_file_of_a_log_can_have(address: str) -> None:
    assert len(LogOnWeb(address).read(f"{FILE_BYTES}-long") or b"") == FILE_BYTES
    with pytest.raises(SourceUnreadable, match="longer than any file"):
        LogOnWeb(address).read(f"{FILE_BYTES + 1}-long")


class Counted:
    """A source that notes what was asked of it."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def read(self, name: str) -> bytes | None:
        self.asked.append(name)
        return name.encode()


def test_what_is_expected_is_fetched_once_no_further_ahead_than_the_window() -> None:
    counted = Counted()
    names = [str(number) for number in range(3 * WINDOW)]
    with ReadAhead(counted) as source:
        source.expect(iter(names))
        read = [source.read("another")]
        assert len(counted.asked) <= WINDOW + 1
        for place, name in enumerate(names):
            read.append(source.read(name))
            assert len(counted.asked) <= place + WINDOW + 2
    assert read == [b"another", *(name.encode() for name in names)]
    assert sorted(counted.asked) == sorted(["another", *names])
