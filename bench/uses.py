"""One use over HTTP: looked up, decided, written down, opened — beside a program that only stores one row and answers."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from pathlib import Path

from aboveboard.commands.demo.people import people, write
from bench.instance import ROOT, aboveboard, instance, python
from bench.row import Row

PEOPLE = 2_000
REQUESTS = 4_000
CONNECTIONS = 8


def run() -> list[Row]:
    """Measure on both databases, one server process each."""
    return [_measure("sqlite"), _measure("postgres")]


def _measure(database: str) -> Row:
    with tempfile.TemporaryDirectory() as folder, instance(database) as environment:
        file = Path(folder) / "customers.csv"
        write(file, PEOPLE)
        aboveboard(environment, "import", str(file), "--sample-mapping", "--json")
        token = python(environment, "bench.uses", "client").strip()
        numbers = [person["customer_id"] for person in people(PEOPLE)]
        asked = [
            {"person": {"kind": "customer_number", "value": number}, "purpose": "deliver-orders",
             "fields": ["first_name", "last_name", "address_line1", "city"], "channel": "api"}
            for number in numbers
        ]  # fmt: skip
        port = _free_port()
        serve = [sys.executable, "-m", "aboveboard.commands.main", "serve", "--no-worker", "--port", str(port)]
        figure = _speed(serve, environment, port, "/api/v1/uses", token, [json.dumps(body).encode() for body in asked])
        floor_port = _free_port()
        floor_serve = [sys.executable, "-m", "granian", "--interface", "wsgi", "--port", str(floor_port), "--workers", "1",
                       "--blocking-threads", "8", "--log-level", "warning", "bench.floor_wsgi:application"]  # fmt: skip
        floor = _speed(floor_serve, environment, floor_port, "/", token, [b"{}"])
    return Row("use over HTTP", figure, "uses/s", floor, f"{database}, 1 process, {CONNECTIONS} connections on the same 2 cores")


def _speed(command: list[str], environment: dict[str, str], port: int, path: str, token: str, bodies: list[bytes]) -> float:
    server = subprocess.Popen(command, env=environment, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait(port)
        requests = [
            b"POST %b HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer %b\r\n"
            b"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n%b" % (path.encode(), token.encode(), len(body), body)
            for body in bodies
        ]
        _load(port, requests, REQUESTS // 10)
        start = time.perf_counter()
        _load(port, requests, REQUESTS)
        return REQUESTS / (time.perf_counter() - start)
    finally:
        server.terminate()
        server.wait(20)


def _load(port: int, requests: list[bytes], count: int) -> None:
    failures: list[bytes] = []

    def one(first: int) -> None:
        with socket.create_connection(("127.0.0.1", port)) as connection:
            for number in range(first, count, CONNECTIONS):
                connection.sendall(requests[number % len(requests)])
                answer = _answer(connection)
                if not answer.startswith(b"HTTP/1.1 200"):
                    failures.append(answer)
                    return

    threads = [threading.Thread(target=one, args=(first,)) for first in range(CONNECTIONS)]
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
    length = next(int(line.split(b":")[1]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
    while len(body) < length:
        body += connection.recv(65536)
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

    from aboveboard.accounts.programs import credentials, tokens
    from aboveboard.basics import clock

    client, _ = credentials.make_client(
        name="bench", role="shop-system", team="Bench", purposes=["deliver-orders"], channels=["api"], at=clock.now()
    )  # fmt: skip
    return tokens.issue(client, at=clock.now(), life=timedelta(hours=1))


if __name__ == "__main__" and sys.argv[1:] == ["client"]:
    print(_make_client())
