"""Strangers cost nothing: whoever sends or reads slowly holds up nobody, is ended within a
deadline, and leaves no file."""

from __future__ import annotations

import json
import re
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.site.served import PAUSE, THREADS, Served, served

CONNECTIONS = 200
LATEST = 4 * PAUSE + 4
"""Seconds within which everything that stalls must be over, on a busy machine too."""

_POST = "POST {} HTTP/1.1\r\nHost: 127.0.0.1\r\n"
_LOGIN = _POST.format("/accounts/login/")
_FORM = "Content-Type: application/x-www-form-urlencoded\r\n"
_FILE = (
    '--B\r\nContent-Disposition: form-data; name="file"; filename="{}"\r\n'
    "Content-Type: text/csv\r\n\r\n"
)

STALLED = {
    "a body that stops": _LOGIN + _FORM + "Content-Length: 1000\r\n\r\nab",
    "a token's body that stops": _POST.format("/oauth/token")
    + _FORM
    + "Content-Length: 1000\r\n\r\nab",
    "a page's address and a body": "GET /trust/ HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nab",
    "a body in chunks that stops": _LOGIN + _FORM + "Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n",
    "a chunk that stops": _LOGIN + _FORM + "Transfer-Encoding: chunked\r\n\r\nff\r\nab",
    "a file that stops": _LOGIN
    + "Content-Type: multipart/form-data; boundary=B\r\nContent-Length: 9000\r\n\r\n"
    + _FILE.format("rows.csv"),
    "a file for staff that stops": _POST.format("/console/incidents/new/leak/")
    + "Content-Type: multipart/form-data; boundary=B\r\nContent-Length: 9000\r\n\r\n"
    + _FILE.format("rows.csv"),
    "a use that stops": _POST.format("/api/v1/uses") + "Content-Length: 500\r\n\r\n{",
    "a stream that stops": _POST.format("/api/v1/uses/stream")
    + "Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n",
    "headers that stop": "GET / HTTP/1.1\r\nHost: a\r\nX-A: ",
    "nothing at all": "",
    "half a method": "PO",
}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("served"), promise=True) as running:
        yield running


@pytest.fixture(autouse=True)
def no_connection_outlives_its_test(request: pytest.FixtureRequest) -> Iterator[None]:
    yield
    if "server" in request.fixturenames:
        request.getfixturevalue("server").hang_up()


def ended(connection: socket.socket, until: float) -> bytes:
    """Return what came until the other side ended the connection; fail where it did not."""
    received = b""
    while True:
        connection.settimeout(max(until - time.monotonic(), 0.01))
        try:
            piece = connection.recv(65536)
        except TimeoutError:
            pytest.fail(f"still open; so far it said {received[:200]!r}")
        except ConnectionError:
            return received
        if not piece:
            return received
        received += piece


@pytest.mark.parametrize("sent", STALLED.values(), ids=STALLED)
def test_hundreds_that_stall_hold_up_nobody_and_are_ended(server: Served, sent: str) -> None:
    connections = [server.connect() for _ in range(CONNECTIONS)]
    for connection in connections:
        connection.sendall(sent.encode())
    time.sleep(0.2)
    slowest = max(server.healthy_within() for _ in range(5))
    until = time.monotonic() + LATEST
    answers = [ended(connection, until) for connection in connections]
    assert slowest < PAUSE
    # Refused, and not answered as if what came had been all.
    assert not any(re.match(rb"HTTP/1\.1 2", answer) for answer in answers)


def test_a_byte_now_and_then_is_no_way_to_stay(server: Served) -> None:
    connections = [server.connect() for _ in range(2 * THREADS)]
    for connection in connections:
        connection.sendall((_LOGIN + _FORM + "Content-Length: 1000\r\n\r\n").encode())
    start, slowest, open_still = time.monotonic(), 0.0, set(connections)
    while open_still:
        assert time.monotonic() - start < LATEST
        for connection in list(open_still):
            try:
                connection.sendall(b"a")
                connection.settimeout(0.001)
                if not connection.recv(4096):
                    open_still.discard(connection)
            except TimeoutError:
                continue
            except ConnectionError:
                open_still.discard(connection)
        slowest = max(slowest, server.healthy_within())
        time.sleep(PAUSE / 4)
    assert slowest < PAUSE


def test_a_connection_that_is_kept_open_and_not_used_ends(server: Served) -> None:
    connections = [server.connect() for _ in range(CONNECTIONS)]
    for connection in connections:
        connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
    assert server.healthy_within() < PAUSE
    until = time.monotonic() + LATEST
    assert all(b"200 OK" in ended(connection, until) for connection in connections)


def test_an_answer_that_nobody_reads_is_given_up(server: Served) -> None:
    """The answer is larger than what the two kernels keep between them."""
    connections = [server.connect(receive_buffer=2048) for _ in range(CONNECTIONS)]
    asked = b"GET /static/vendor/govuk-frontend.min.css HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n" * 40
    for connection in connections:
        connection.sendall(asked)
    time.sleep(0.5)
    assert max(server.healthy_within() for _ in range(5)) < PAUSE
    time.sleep(LATEST)
    assert max(server.healthy_within() for _ in range(5)) < PAUSE
    assert connections_of(server) < CONNECTIONS / 10
    for connection in connections:
        connection.close()


def connections_of(server: Served) -> int:
    """Return how many connections the server's processes hold, by the kernel's own list."""
    inodes = set()
    for process in server.answering_processes():
        for descriptor in Path(f"/proc/{process}/fd").iterdir():
            try:
                inodes.add(str(descriptor.readlink()).removeprefix("socket:[").rstrip("]"))
            except OSError:  # closed meanwhile
                continue
    rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    established = "01"
    return sum(row[3] == established and row[9] in inodes for row in rows)


def test_a_refused_body_is_told_why_and_written_down(server: Served) -> None:
    page, use = server.connect(), server.connect()
    page.sendall((_LOGIN + _FORM + "Content-Length: 1000\r\n\r\nab").encode())
    use.sendall((_POST.format("/api/v1/uses") + "Content-Length: 500\r\n\r\n{").encode())
    until = time.monotonic() + LATEST
    said, problem = ended(page, until), ended(use, until)
    assert said.startswith(b"HTTP/1.1 408")
    assert b"That took too long" in said
    assert b"content-security-policy" in said.lower()
    assert problem.startswith(b"HTTP/1.1 408")
    assert b"urn:aboveboard:too_slow" in problem
    assert b"status=408" in server.printed.read_bytes()


def test_one_account_leaves_room_for_the_files_of_others(server: Served) -> None:
    head = _POST.format("/console/incidents/new/leak/") + server.staff()
    head += "Content-Type: multipart/form-data; boundary=B\r\nContent-Length: 9000\r\n\r\n"
    slow = [server.connect() for _ in range(2)]
    for connection in slow:
        connection.sendall((head + _FILE.format("rows.csv")).encode())
    time.sleep(0.5)
    third = server.connect()
    third.sendall((head + _FILE.format("rows.csv")).encode())
    assert ended(third, time.monotonic() + LATEST).startswith(b"HTTP/1.1 503")
    # The first two are ended for being slow, and their places are free again.
    until = time.monotonic() + LATEST
    assert all(ended(connection, until).startswith(b"HTTP/1.1 408") for connection in slow)
    again = server.connect()
    again.sendall((head + _FILE.format("rows.csv")).encode())
    assert ended(again, time.monotonic() + LATEST).startswith(b"HTTP/1.1 408")


def test_a_chunk_that_is_none_is_refused_and_written_down(server: Served) -> None:
    head = _POST.format("/accounts/login/") + "Transfer-Encoding: chunked\r\n\r\n"
    for chunk in ("-1\r\nab\r\n", "2;" + "a" * 20_000 + "\r\nab\r\n", "x\r\n"):
        connection = server.connect()
        connection.sendall((head + chunk).encode())
        said = ended(connection, time.monotonic() + LATEST)
        assert said.startswith(b"HTTP/1.1 400")
        assert b"content-security-policy" in said.lower()
    assert server.printed.read_bytes().count(b"status=400") == 3


@pytest.mark.parametrize(
    ("path", "size"),
    [
        ("/accounts/login/", 64 * 2**20),
        ("/oauth/token", 32 * 2**20),
        ("/trust/", 8 * 2**20),
        ("/api/v1/uses", 3 * 2**20),
        ("/console/incidents/new/leak/", 600 * 2**20),
        ("/nobody/is/here", 8 * 2**20),
    ],
)
def test_a_length_beyond_the_limit_is_refused_before_a_byte_is_read(
    server: Served, path: str, size: int
) -> None:
    connection = server.connect()
    kind = "Content-Type: multipart/form-data; boundary=B\r\n"
    connection.sendall(f"{_POST.format(path)}{kind}Content-Length: {size}\r\n\r\n".encode())
    assert ended(connection, time.monotonic() + LATEST).startswith(b"HTTP/1.1 413")


@pytest.mark.parametrize("in_chunks", [False, True], ids=["with a length", "in chunks"])
@pytest.mark.parametrize("path", ["/accounts/login/", "/oauth/token", "/trust/", "/you/"])
def test_a_file_of_nobody_is_refused_and_leaves_nothing(
    server: Served, path: str, in_chunks: bool
) -> None:
    file = (
        _FILE.format("rows.csv").encode() + b"Mike,Victim,1980-01-02\r\n" * 400 + b"\r\n--B--\r\n"
    )
    head = _POST.format(path) + "Content-Type: multipart/form-data; boundary=B\r\n"
    head += "Cookie: aboveboard-csrf=" + "a" * 32 + "\r\nConnection: close\r\n"
    connection = server.connect()
    if in_chunks:
        head += "Transfer-Encoding: chunked\r\n\r\n"
        connection.sendall(head.encode() + f"{len(file):x}\r\n".encode() + file + b"\r\n0\r\n\r\n")
    else:
        connection.sendall(f"{head}Content-Length: {len(file)}\r\n\r\n".encode() + file)
    status = ended(connection, time.monotonic() + LATEST).split()[1]
    assert status in (b"400", b"401", b"403", b"405", b"413", b"302")
    assert files_of(server) == []


def files_of(server: Served) -> list[str]:
    """Return what is in the temporary folder, and of uploads in the instance."""
    folders = (server.temp, server.home / "uploads", server.home / "incidents")
    return [path.name for folder in folders for path in folder.rglob("*") if path.is_file()]


def test_two_lengths_or_two_hosts_are_refused(server: Served) -> None:
    for more in ("Content-Length: 2\r\nContent-Length: 3\r\n\r\nabc", "Content-Length: -2\r\n\r\n"):
        connection = server.connect()
        connection.sendall((_LOGIN + _FORM + more).encode())
        assert ended(connection, time.monotonic() + LATEST).startswith(b"HTTP/1.1 400")


def line(**members: str) -> bytes:
    return json.dumps(members).encode() + b"\n"


def chunk(data: bytes) -> bytes:
    return f"{len(data):x}\r\n".encode() + data + b"\r\n"


ASK = json.dumps(
    {"purpose": "deliver-orders", "fields": ["city"], "channel": "shop", "reference": ""}
).encode()


def begin_stream(server: Served, headers: str) -> socket.socket:
    connection = server.connect()
    head = _POST.format("/api/v1/uses/stream") + headers + "Transfer-Encoding: chunked\r\n\r\n"
    connection.sendall(head.encode() + chunk(ASK + b"\n"))
    return connection


def test_a_client_that_pauses_for_long_is_ended_and_holds_up_nobody(server: Served) -> None:
    headers = server.client()
    streams = [begin_stream(server, headers) for _ in range(2 * THREADS)]
    time.sleep(0.5)
    assert max(server.healthy_within() for _ in range(5)) < PAUSE
    until = time.monotonic() + LATEST
    answers = [ended(stream, until) for stream in streams]
    # Two at once for one client; what is refused is told so.
    assert sum(b'"too_slow","end":false' in answer for answer in answers) == 2
    assert sum(b"HTTP/1.1 429" in answer for answer in answers) == len(streams) - 2


def test_bytes_without_an_end_of_line_do_not_keep_a_stream_open(server: Served) -> None:
    stream = begin_stream(server, server.client())
    start, received = time.monotonic(), b""
    while b'"too_slow"' not in received:
        assert time.monotonic() - start < LATEST, received
        try:
            stream.sendall(chunk(b" "))
            stream.settimeout(PAUSE / 4)
            received += stream.recv(4096)
        except TimeoutError:
            continue
        except ConnectionError:
            break


def test_a_line_is_answered_while_the_next_is_not_there_yet(server: Served) -> None:
    stream = begin_stream(server, server.client())
    stream.sendall(chunk(line(kind="email", value="nobody@example.org")))
    stream.settimeout(LATEST)
    received = b""
    while b'"line":2' not in received:
        received += stream.recv(4096)
    stream.sendall(b"0\r\n\r\n")
    while b'"end":true' not in received:
        received += stream.recv(4096)
    stream.close()


_REVOKE = """
import django
django.setup()
from aboveboard.accounts.clients.actions import revoke_client
from aboveboard.accounts.models import ServiceClient
from aboveboard.basics import clock
from aboveboard.basics.actor import SYSTEM
for row in ServiceClient.objects.filter(revoked_at=None):
    revoke_client(row.pk, by=SYSTEM, at=clock.now())
"""


def test_a_token_that_ends_ends_the_wait_for_the_next_line(server: Served) -> None:
    stream = begin_stream(server, server.client())
    stopped = threading.Event()

    def keep_it_busy() -> None:
        while not stopped.wait(PAUSE / 4):
            try:
                stream.sendall(chunk(line(kind="email", value="nobody@example.org")))
            except OSError:
                return

    thread = threading.Thread(target=keep_it_busy)
    thread.start()
    try:
        server.python(_REVOKE)
    finally:
        stopped.set()
        thread.join()
    # From now on it sends nothing: the wait itself ends, and before the pause is too long.
    assert b'"code":"sign_in_needed","end":false' in ended(stream, time.monotonic() + LATEST)
    stream.close()
