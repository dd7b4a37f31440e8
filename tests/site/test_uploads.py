"""A file that somebody sends is sealed as it is written: no plaintext of it is ever on the disk,
whenever the process is killed."""

from __future__ import annotations

import random
import socket
import time
from pathlib import Path

import pytest

from aboveboard.site.serving.sealed import SealedFile
from tests.site.served import Served, served

MARK = b"Mike.Victim@example.org,1980-01-02"
ROWS = b"email,born\r\n" + (MARK + b"\r\n") * 60_000  # two megabytes
_FORM = (
    b'--B\r\nContent-Disposition: form-data; name="file"; filename="rows.csv"\r\n'
    b"Content-Type: text/csv\r\n\r\n" + ROWS + b"\r\n--B--\r\n"
)


_OPEN: list[socket.socket] = []


def send(server: Served, headers: str, count: int) -> bytes:
    """Send so many bytes of the form; return the beginning of the answer if it is all of it."""
    head = (
        f"POST /console/incidents/new/leak/ HTTP/1.1\r\nHost: 127.0.0.1\r\n{headers}"
        f"Content-Type: multipart/form-data; boundary=B\r\nContent-Length: {len(_FORM)}\r\n\r\n"
    )
    connection = server.connect()
    connection.sendall(head.encode() + _FORM[:count])
    if count < len(_FORM):
        time.sleep(0.1)
        _OPEN.append(connection)  # closed, it would tell the server that no more comes
        return b""
    with connection:
        return connection.recv(4096)


def plaintext_on_disk(server: Served) -> list[str]:
    """Return every file that shows the sample, those without a name included."""
    places = [path for folder in (server.home, server.temp) for path in folder.rglob("*")]
    for process in server.answering_processes():
        places += Path(f"/proc/{process}/fd").iterdir()
    found = []
    for place in places:
        try:
            if place.is_file() and MARK in place.read_bytes():
                found.append(str(place))
        except OSError:  # a socket, or closed meanwhile
            continue
    return found


@pytest.mark.crash
def test_no_plaintext_of_an_upload_is_on_the_disk_whenever_it_is_killed(tmp_path: Path) -> None:
    picks, headers = random.Random(2026), ""
    for _ in range(4):
        with served(tmp_path, promise=True) as server:
            headers = headers or server.staff()
            send(server, headers, picks.randrange(len(_FORM) // 4, len(_FORM)))
            assert plaintext_on_disk(server) == []
            server.kill()
            _OPEN.pop().close()
            assert plaintext_on_disk(server) == []
            # Without a name from the beginning, so there is nothing that a restart would clear.
            assert not any((server.home / "uploads").iterdir())


def test_an_upload_that_comes_whole_waits_sealed(tmp_path: Path) -> None:
    with served(tmp_path, promise=True) as server:
        answer = send(server, server.staff(), len(_FORM))
        assert answer.startswith(b"HTTP/1.1 302")
        assert b"columns" in answer
        assert plaintext_on_disk(server) == []
        assert len(list((server.home / "incidents" / "staged").iterdir())) == 1


@pytest.mark.parametrize("size", [0, 1, 65_535, 65_536, 65_537, 200_000])
def test_a_sealed_file_gives_back_what_was_written(size: int) -> None:
    data = random.Random(size).randbytes(size)
    with SealedFile() as file:
        for start in range(0, size, 10_007):
            file.append(data[start : start + 10_007])
        file.complete()
        assert file.size == size
        assert file.read() == data
        file.seek(size // 2)
        assert file.read() == data[size // 2 :]


def test_a_sealed_file_takes_no_more_once_it_is_read() -> None:
    with SealedFile() as file:
        file.append(b"one")
        with pytest.raises(OSError, match="not complete"):
            file.read(1)
        file.complete()
        with pytest.raises(OSError, match="is complete"):
            file.append(b"two")
