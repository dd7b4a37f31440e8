"""Traces for OpenTelemetry: off unless asked for; routes and times, and nothing of a person."""

from __future__ import annotations

import gzip
import subprocess
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from aboveboard.basics.setting_checks import check_collector
from tests.commands.conftest import command
from tests.site.served import Served, served

TYPED = "ada.lovelace@example.org"
NUMBER = "4711081500"


class Collector:
    """What a collector got: each export as it came."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []
        self.paths: set[str] = set()

    def spans(self) -> dict[str, dict[str, str]]:
        """Return the attributes of each span, by its name."""
        exported = [ExportTraceServiceRequest.FromString(body) for body in self.bodies]
        return {
            span.name: {
                each.key: each.value.string_value or str(each.value.int_value)
                for each in span.attributes
            }
            for export in exported
            for resource in export.resource_spans
            for scope in resource.scope_spans
            for span in scope.spans
        }


@contextmanager
def collecting() -> Iterator[tuple[Collector, str]]:
    """Be a collector at an address of this machine."""
    collector = Collector()

    class Answer(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if self.headers.get("Content-Encoding") == "gzip":
                body = gzip.decompress(body)
            collector.bodies.append(body)
            collector.paths.add(self.path)
            self.send_response(200)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Answer)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield collector, f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _ask(running: Served, path: str) -> int:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{running.port}{path}", timeout=20) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as refused:
        return refused.code


def test_a_request_and_a_job_are_traced_by_their_route_and_kind_alone(tmp_path: Path) -> None:
    with collecting() as (collector, address):
        settings = {
            "ABOVEBOARD_TELEMETRY_ENDPOINT": address,
            "OTEL_BSP_SCHEDULE_DELAY": "200",
        }
        with served(tmp_path, promise=True, **settings) as running:
            _ask(running, "/trust/")
            _ask(running, f"/trust/incidents/{NUMBER}/?q={TYPED}")
            _ask(running, f"/{TYPED}")
            done = subprocess.run(
                command("worker", "--once"),
                env=running.environment,
                capture_output=True,
                text=True,
                check=False,
            )
            assert done.returncode == 0, done.stderr
            wanted = {"GET /trust/", "GET /trust/incidents/<int:number>/", "GET (no such page)"}
            end = time.monotonic() + 20
            while not wanted <= set(collector.spans()) and time.monotonic() < end:
                time.sleep(0.1)
        spans = collector.spans()
    assert collector.paths == {"/v1/traces"}
    assert wanted <= set(spans), sorted(spans)
    assert spans["GET /trust/incidents/<int:number>/"] == {
        "http.request.method": "GET",
        "http.route": "/trust/incidents/<int:number>/",
        "http.response.status_code": "404",
    }
    everything = b"".join(collector.bodies)
    assert TYPED.encode() not in everything
    assert NUMBER.encode() not in everything
    assert b"aboveboard" in everything
    assert all(name.startswith(("GET ", "job ")) for name in spans), sorted(spans)


def test_a_collector_that_does_not_answer_holds_nothing_up(tmp_path: Path) -> None:
    with served(tmp_path, promise=True, ABOVEBOARD_TELEMETRY_ENDPOINT="http://127.0.0.1:9") as up:
        assert [_ask(up, "/trust/") for _ in range(3)] == [200, 200, 200]


@pytest.mark.parametrize(
    ("value", "right"),
    [
        ("", True),
        ("http://127.0.0.1:4318", True),
        ("https://collector.example.org", True),
        ("http://127.0.0.1:4318/v1/traces", False),
        ("127.0.0.1:4318", False),
        ("grpc://127.0.0.1:4317", False),
    ],
)
def test_the_address_of_a_collector_is_checked_at_the_start(value: str, *, right: bool) -> None:
    assert (check_collector(value) is None) is right
