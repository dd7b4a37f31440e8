"""What a proxy says is believed of named proxies alone; and the configurations of nginx and Caddy
that are shipped do what the guide says."""

from __future__ import annotations

import json
import os
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from aboveboard.basics import settings
from aboveboard.site.proxies import PROXY_HEADERS, NamedProxies, is_named
from aboveboard.site.serving.environ import environ_of
from scripts import programs
from tests.site.served import PAUSE, Served, served

SHIPPED = Path(__file__).parents[2] / "deploy"
FORGED = {"HTTP_X_FORWARDED_FOR": "203.0.113.9", "HTTP_X_FORWARDED_PROTO": "https"}


def through(address: str, **headers: str) -> HttpRequest:
    """Return a request as the views would get it."""
    seen: list[HttpRequest] = []

    def view(request: HttpRequest) -> HttpResponse:
        seen.append(request)
        return HttpResponse()

    request = RequestFactory().get("/", REMOTE_ADDR=address, headers=None, **headers)
    NamedProxies(view)(request)
    return seen[0]


@pytest.mark.parametrize("address", ["127.0.0.1", "::1", "::ffff:127.0.0.1"])
def test_a_named_proxy_says_who_called(address: str) -> None:
    assert through(address, **FORGED).META["HTTP_X_FORWARDED_FOR"] == "203.0.113.9"


@pytest.mark.parametrize("address", ["192.0.2.1", "10.0.0.7", "2001:db8::1", "", "unix:"])
def test_what_anybody_else_says_is_left_out(address: str) -> None:
    request = through(address, **dict.fromkeys(PROXY_HEADERS, "203.0.113.9"))
    assert not set(PROXY_HEADERS) & set(request.META)
    assert not request.is_secure()


def test_proxies_are_named_by_address_or_network(monkeypatch: pytest.MonkeyPatch) -> None:
    current = settings.load(settings.current().home, {"ABOVEBOARD_SERVER_PROXIES": "10.1.0.0/24"})
    monkeypatch.setattr(settings, "current", lambda: current)
    is_named.cache_clear()
    try:
        assert is_named("10.1.0.9")
        assert not is_named("10.1.1.9")
        assert not is_named("127.0.0.1")
    finally:
        is_named.cache_clear()


@pytest.mark.parametrize("value", ["localhost", "10.0.0.0/33", "10.0.0.7 10.0.0.8", "*"])
def test_a_proxy_that_is_no_address_stops_the_start(value: str) -> None:
    with pytest.raises(settings.WrongSetting, match=r"server\.proxies"):
        settings.load(settings.current().home, {"ABOVEBOARD_SERVER_PROXIES": value})


@pytest.mark.parametrize(
    "name", [b"x_forwarded_for", b"x-forwarded_for", b"content_length", b"host_", b"_authorization"]
)
def test_a_header_spelt_with_an_underscore_is_left_out(name: bytes) -> None:
    scope = {
        "server": ("127.0.0.1", 8000),
        "client": ("127.0.0.1", 1),
        "method": "GET",
        "raw_path": b"/",
        "query_string": b"",
        "http_version": "1.1",
        "scheme": "http",
        "headers": [(b"x-forwarded-for", b"192.0.2.1"), (name, b"203.0.113.9")],
    }
    environ = environ_of(scope)
    assert environ["HTTP_X_FORWARDED_FOR"] == "192.0.2.1"
    assert "203.0.113.9" not in map(str, environ.values())


def test_headers_that_come_twice_are_one_list_and_cookies_one_line() -> None:
    scope = {
        "server": ("127.0.0.1", 8000),
        "client": ("127.0.0.1", 1),
        "method": "GET",
        "raw_path": b"/%C3%A9%20/",
        "query_string": b"a=%20",
        "http_version": "1.1",
        "scheme": "http",
        "headers": [(b"x-a", b"1"), (b"x-a", b"2"), (b"cookie", b"a=1"), (b"cookie", b"b=2")],
    }
    environ = environ_of(scope)
    assert environ["HTTP_X_A"] == "1,2"
    assert environ["HTTP_COOKIE"] == "a=1; b=2"
    assert environ["PATH_INFO"].encode("latin-1").decode() == "/é /"
    assert environ["QUERY_STRING"] == "a=%20"


@dataclass(frozen=True)
class ProxyInFront:
    """A proxy with the configuration that is shipped: its port for TLS, its socket for plain HTTP,
    and where it would keep files."""

    port: int
    plain: Path
    kept: Path


@contextmanager
def in_front(proxy: str, folder: Path, upstream: int) -> Iterator[ProxyInFront]:
    """Run the proxy in front of what listens on ``upstream``."""
    folder.mkdir()
    certificate = "req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=data.example.org"
    files = "-keyout key.pem -out cert.pem"
    words = ["openssl", *certificate.split(), *files.split()]
    subprocess.run(words, cwd=folder, check=True, capture_output=True)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    (folder / "kept").mkdir()
    found = ProxyInFront(port, folder / "http", folder / "kept")
    started = {"nginx": _nginx, "caddy": _caddy}[proxy](found, folder, upstream)
    environment = {**os.environ, "TMPDIR": str(found.kept), "HOME": str(folder)}
    process = subprocess.Popen(started, env=environment, stderr=subprocess.DEVNULL)
    try:
        for _ in range(100):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        yield found
    finally:
        process.terminate()
        process.wait(20)


def _changed(name: str, *changes: tuple[str, str]) -> str:
    text = (SHIPPED / name).read_text()
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return text


def _nginx(found: ProxyInFront, folder: Path, upstream: int) -> list[str]:
    text = _changed(
        "nginx.conf",
        ("127.0.0.1:8000", f"127.0.0.1:{upstream}"),
        ("listen 443 ssl;", f"listen 127.0.0.1:{found.port} ssl;"),
        ("    listen [::]:443 ssl;\n", ""),
        ("    listen 80;\n    listen [::]:80;\n", f"    listen unix:{found.plain};\n"),
        ("/etc/ssl/data.example.org.pem", f"{folder}/cert.pem"),
        ("/etc/ssl/data.example.org.key", f"{folder}/key.pem"),
    )
    kept = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
    folders = "".join(f"{name}_temp_path {found.kept}/{name};\n" for name in kept)
    (folder / "nginx.conf").write_text(
        f"daemon off;\npid {folder}/pid;\nerror_log {folder}/error.log;\nevents {{}}\n"
        f"http {{ access_log off;\n{folders}{text} }}\n"
    )
    words = [programs.ensure("nginx"), "-p", str(folder), "-c", str(folder / "nginx.conf")]
    return [*words, "-e", str(folder / "error.log")]


def _caddy(found: ProxyInFront, folder: Path, upstream: int) -> list[str]:
    tls = f"tls {folder}/cert.pem {folder}/key.pem"
    text = _changed(
        "Caddyfile",
        ("{\n\tservers {", "{\n\tadmin off\n\tauto_https off\n\tservers {"),
        ("127.0.0.1:8000", f"127.0.0.1:{upstream}"),
        ("http://data.example.org {", f"http://data.example.org {{\n\tbind unix/{found.plain}"),
        (
            "https://data.example.org {",
            f"https://data.example.org:{found.port} {{\n\tbind 127.0.0.1\n\t{tls}",
        ),
    )
    (folder / "Caddyfile").write_text(text)
    words = [programs.ensure("caddy"), "run", "--adapter", "caddyfile"]
    return [*words, "--config", str(folder / "Caddyfile")]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A served instance that is reached over TLS."""
    folder = tmp_path_factory.mktemp("served")
    with served(folder, promise=True, origin="https://data.example.org") as running:
        yield running


@pytest.fixture(scope="module", params=["nginx", "caddy"])
def proxy(
    request: pytest.FixtureRequest, server: Served, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[ProxyInFront]:
    """Each proxy in front of the instance."""
    folder = tmp_path_factory.mktemp(request.param) / "proxy"
    with in_front(request.param, folder, server.port) as found:
        yield found


def ask(port: int, request: bytes, *, patience: float = 20) -> bytes:
    """Send a request over TLS and return all that comes back."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE  # it signed itself a moment ago
    with (
        socket.create_connection(("127.0.0.1", port)) as plain,
        context.wrap_socket(plain, server_hostname="data.example.org") as connection,
    ):
        connection.settimeout(patience)
        connection.sendall(request)
        received = b""
        while piece := connection.recv(65536):
            received += piece
        return received


_HOST = "Host: data.example.org\r\nConnection: close\r\n"


def test_pages_come_through_over_tls(proxy: ProxyInFront) -> None:
    answer = ask(proxy.port, f"GET /accounts/login/ HTTP/1.1\r\n{_HOST}\r\n".encode())
    assert answer.startswith(b"HTTP/1.1 200")
    assert b"__Host-aboveboard-csrf" in answer
    assert b"strict-transport-security" in answer.lower()


@pytest.mark.parametrize(
    ("path", "status"), [("/you/", b"301"), ("/api/v1/uses", b"403"), ("/oauth/token", b"403")]
)
def test_over_plain_http_people_are_sent_to_tls_and_programs_refused(
    proxy: ProxyInFront, path: str, status: bytes
) -> None:
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(str(proxy.plain))
        connection.sendall(f"GET {path} HTTP/1.1\r\n{_HOST}\r\n".encode())
        answer = connection.recv(65536)
    assert answer.split()[1] == status
    assert (b"https://data.example.org/you/" in answer) == (status == b"301")


def test_a_body_is_never_written_to_the_disk_of_a_proxy(
    proxy: ProxyInFront, server: Served
) -> None:
    for path, size in (("/accounts/login/", 60_000), ("/console/incidents/new/leak/", 5_000_000)):
        head = (
            f"POST {path} HTTP/1.1\r\n{_HOST}Content-Type: multipart/form-data; boundary=B\r\n"
            f"Content-Length: {size}\r\n\r\n"
        )
        # It may be refused before it was all read.
        with suppress(ssl.SSLError, ConnectionError, TimeoutError):
            ask(proxy.port, head.encode() + b"Mike.Victim" * (size // 11))
        assert [file for file in proxy.kept.rglob("*") if file.is_file()] == []
    assert server.healthy_within() < PAUSE


def test_a_stalled_body_is_ended(proxy: ProxyInFront, server: Served) -> None:
    head = f"POST /accounts/login/ HTTP/1.1\r\n{_HOST}Content-Length: 1000\r\n\r\nab"
    start = time.monotonic()
    ask(proxy.port, head.encode(), patience=30)
    assert time.monotonic() - start < 25
    assert server.healthy_within() < PAUSE


class _Echo(BaseHTTPRequestHandler):
    """Answers with what it was sent: the headers, and how many bytes of a body came at once."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self._answer(dict(self.headers))

    def do_POST(self) -> None:
        # Only the first bytes: a proxy that keeps the body until it is whole sends nothing yet.
        self._answer({"first": len(self.rfile.read1(65536))})
        self.close_connection = True

    def _answer(self, given: object) -> None:
        body = json.dumps(given).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Print nothing."""


@pytest.fixture(scope="module", params=["nginx", "caddy"])
def echo(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[ProxyInFront]:
    """Each proxy in front of what tells how it was asked."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Echo) as listening:
        threading.Thread(target=listening.serve_forever, daemon=True).start()
        folder = tmp_path_factory.mktemp(request.param) / "proxy"
        with in_front(request.param, folder, listening.server_port) as found:
            yield found
        listening.shutdown()


def test_only_what_the_proxy_saw_is_passed_on(echo: ProxyInFront) -> None:
    forged = "X-Forwarded-For: 203.0.113.9\r\nX-Forwarded-Proto: http\r\n"
    answer = ask(echo.port, f"GET / HTTP/1.1\r\n{_HOST}{forged}\r\n".encode())
    headers = {name.lower(): value for name, value in _json(answer).items()}
    assert headers["x-forwarded-for"] == "127.0.0.1"
    assert headers["x-forwarded-proto"] == "https"
    assert headers["host"] == "data.example.org"


@pytest.mark.parametrize("path", ["incidents/new/leak/", "people/documents/7/add/"])
def test_a_file_of_512_megabytes_goes_through_as_it_comes(echo: ProxyInFront, path: str) -> None:
    head = f"POST /console/{path} HTTP/1.1\r\n{_HOST}Content-Length: {512 << 20}\r\n\r\n"
    answer = ask(echo.port, head.encode() + b"a" * 1000)
    assert answer.startswith(b"HTTP/1.1 200"), answer[:100]
    assert _json(answer)["first"] > 0


def _json(answer: bytes) -> dict[str, Any]:
    given: dict[str, Any] = json.loads(answer.partition(b"\r\n\r\n")[2])
    return given
