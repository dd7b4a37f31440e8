"""One use over HTTP: looked up, decided, written down, opened — beside a program that only
stores one row and answers."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from aboveboard.access.limits import USE_BATCH
from aboveboard.commands.demo.people import people, write
from bench.instance import ROOT, aboveboard, instance, python
from bench.row import Row

PEOPLE = 2_000
REQUESTS = 4_000
BATCHES = 64
STREAM_ROUNDS = 5
CONNECTIONS = 8
FLOOR = [
    "-m",
    "granian",
    "--interface",
    "wsgi",
    "--workers",
    "1",
    "--blocking-threads",
    "8",
    "--log-level",
    "warning",
    "bench.floor_wsgi:application",
    "--port",
]
"""How the program is served that stands for the least such a server could do."""


def run() -> list[Row]:
    """Measure on both databases, one server process each."""
    return [row for database in ("sqlite", "postgres") for row in _measure(database)]


def _measure(database: str) -> list[Row]:
    with tempfile.TemporaryDirectory() as folder, instance(database) as environment:
        file = Path(folder) / "customers.csv"
        write(file, PEOPLE)
        aboveboard(environment, "import", str(file), "--sample-mapping", "--json")
        token = python(environment, "bench.uses", "client").strip()
        named = [
            {"kind": "customer_number", "value": person["customer_id"]} for person in people(PEOPLE)
        ]
        asked = {
            "purpose": "deliver-orders",
            "fields": ["first_name", "last_name", "address_line1", "city"],
            "channel": "api",
        }
        ones = [json.dumps(asked | {"person": person}).encode() for person in named]
        batches = [
            json.dumps(asked | {"people": named[at : at + USE_BATCH]}).encode()
            for at in range(0, PEOPLE, USE_BATCH)
        ]
        lines = "\n".join(json.dumps(one) for one in [asked, *named * STREAM_ROUNDS]).encode()
        with serving(
            ["-m", "aboveboard.commands.main", "serve", "--no-worker", "--port"], environment
        ) as (server, port):
            one = _speed(server, port, "/api/v1/uses", token, ones, REQUESTS)
            batch = _speed(server, port, "/api/v1/uses/batch", token, batches, BATCHES)
            stream = _speed(server, port, "/api/v1/uses/stream", token, [lines], 2, connections=2)
        with serving(FLOOR, environment) as (server, port):
            one_floor = _speed(server, port, "/", token, [b"{}"], REQUESTS)
            batch_floor = _speed(server, port, "/batch", token, batches, BATCHES)
    on = f"{database}, 1 process, load made on the same cores"
    streamed = PEOPLE * STREAM_ROUNDS
    return [
        _row("use over HTTP", "uses/s", 1, one, one_floor, f"{on}, {CONNECTIONS} connections"),
        _row(
            "batch over HTTP",
            "people/s",
            USE_BATCH,
            batch,
            batch_floor,
            f"{on}, {CONNECTIONS} connections",
        ),
        _row(
            "stream over HTTP",
            "people/s",
            streamed,
            stream,
            (batch_floor[0] * USE_BATCH / streamed, 0),
            f"{on}, 2 connections",
        ),
    ]


def _row(
    name: str,
    unit: str,
    each: int,
    measured: tuple[float, float],
    floor: tuple[float, float],
    on: str,
) -> Row:
    note = f"{on}; {measured[1] / each * 1e6:,.0f} µs of the server's CPU each"
    return Row(name, measured[0] * each, unit, floor[0] * each, note)


@contextmanager
def serving(words: list[str], environment: dict[str, str]) -> Iterator[tuple[int, int]]:
    """Serve in a process of its own, and give its number and its port."""
    port = _free_port()
    command = [sys.executable, *words, str(port)]
    server = subprocess.Popen(
        command, env=environment, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        _wait(port)
        yield server.pid, port
    finally:
        server.terminate()
        server.wait(20)


def _speed(
    server: int,
    port: int,
    path: str,
    token: str,
    bodies: list[bytes],
    count: int,
    connections: int = CONNECTIONS,
) -> tuple[float, float]:
    """Return requests a second, and the seconds of CPU that the server's
    processes took for each."""
    requests = [
        b"POST %b HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer %b\r\n"
        b"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n%b"
        % (path.encode(), token.encode(), len(body), body)
        for body in bodies
    ]
    _load(port, requests, max(count // 10, 1), connections)
    start, used = time.perf_counter(), _cpu(server)
    _load(port, requests, count, connections)
    return count / (time.perf_counter() - start), (_cpu(server) - used) / count


def _cpu(process: int) -> float:
    """Return the seconds of CPU that a process and those it started took so far."""
    total = 0.0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):  # it ended meanwhile
            continue
        if process in (int(stat.parent.name), int(fields[1])):
            total += (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return total


def _load(port: int, requests: list[bytes], count: int, connections: int) -> None:
    failures: list[bytes] = []

    def one(first: int) -> None:
        with socket.create_connection(("127.0.0.1", port)) as connection:
            for number in range(first, count, connections):
                connection.sendall(requests[number % len(requests)])
                answer = _answer(connection)
                if not answer.startswith(b"HTTP/1.1 200"):
                    failures.append(answer)
                    return

    threads = [threading.Thread(target=one, args=(first,)) for first in range(connections)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise RuntimeError(f"a use was not answered with 200: {failures[0][:600]!r}")


def _answer(connection: socket.socket) -> bytes:
    data = b""
    while b"\r\n\r\n" not in data:
        data += connection.recv(65536)
    head, _, body = data.partition(b"\r\n\r\n")
    if b"transfer-encoding: chunked" in head.lower():
        while not body.endswith(b"0\r\n\r\n"):
            body = body[-8:] + connection.recv(65536)
        return head
    length = next(
        int(line.split(b":")[1])
        for line in head.lower().split(b"\r\n")
        if line.startswith(b"content-length:")
    )
    left = length - len(body)
    while left > 0:
        left -= len(connection.recv(65536))
    return head


def _wait(port: int) -> None:
    for _ in range(200):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=1).close()
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError("the server did not start")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _make_client() -> str:
    import django

    django.setup()
    from datetime import timedelta

    from aboveboard.accounts.clients import actions, tokens
    from aboveboard.accounts.models import ServiceClient
    from aboveboard.basics import clock
    from aboveboard.basics.actor import SYSTEM

    client, _ = actions.make_client(
        name="bench",
        role="shop-system",
        team="Bench",
        purposes=["deliver-orders"],
        channels=["api"],
        by=SYSTEM,
        at=clock.now(),
    )
    row = ServiceClient.objects.get(pk=client.id)
    return tokens.issue(row, at=clock.now(), life=timedelta(hours=1))


if __name__ == "__main__" and sys.argv[1:] == ["client"]:
    print(_make_client())
