"""What a proxy says is believed of named proxies alone; and the nginx configuration that is
shipped does what the guide says."""

from __future__ import annotations

import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from aboveboard.basics import settings
from aboveboard.site.proxies import PROXY_HEADERS, NamedProxies, is_named
from aboveboard.site.serving.environ import environ_of
from scripts import nginx
from tests.site.served import Served, served

SHIPPED = Path(__file__).parents[2] / "deploy" / "nginx.conf"
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


@pytest.fixture(scope="module")
def through_nginx(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Served, int, Path]]:
    """A served instance behind the nginx configuration that is shipped; where nginx would keep
    files."""
    program = nginx.ensure()
    folder = tmp_path_factory.mktemp("nginx")
    certificate = "req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=data.example.org"
    files = "-keyout key.pem -out cert.pem"
    words = ["openssl", *certificate.split(), *files.split()]
    subprocess.run(words, cwd=folder, check=True, capture_output=True)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    with served(folder, promise=True, origin="https://data.example.org") as server:
        text = SHIPPED.read_text()
        for old, new in (
            ("127.0.0.1:8000", f"127.0.0.1:{server.port}"),
            ("listen 443 ssl;", f"listen 127.0.0.1:{port} ssl;"),
            ("    listen [::]:443 ssl;\n", ""),
            ("    listen 80;\n    listen [::]:80;\n", f"    listen unix:{folder}/http;\n"),
            ("/etc/ssl/data.example.org.pem", f"{folder}/cert.pem"),
            ("/etc/ssl/data.example.org.key", f"{folder}/key.pem"),
        ):
            assert old in text
            text = text.replace(old, new)
        kept = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
        folders = "".join(f"{name}_temp_path {folder}/kept/{name};\n" for name in kept)
        (folder / "kept").mkdir()
        (folder / "nginx.conf").write_text(
            f"daemon off;\npid {folder}/pid;\nerror_log {folder}/error.log;\nevents {{}}\n"
            f"http {{ access_log off;\n{folders}{text} }}\n"
        )
        words = [program, "-p", str(folder), "-c", str(folder / "nginx.conf")]
        proxy = subprocess.Popen([*words, "-e", str(folder / "error.log")])
        try:
            for _ in range(100):
                with socket.socket() as probe:
                    if probe.connect_ex(("127.0.0.1", port)) == 0:
                        break
                time.sleep(0.1)
            yield server, port, folder / "kept"
        finally:
            proxy.terminate()
            proxy.wait(20)


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


def test_pages_come_through_nginx_over_tls(through_nginx: tuple[Served, int, Path]) -> None:
    _, port, _ = through_nginx
    answer = ask(port, f"GET /accounts/login/ HTTP/1.1\r\n{_HOST}\r\n".encode())
    assert answer.startswith(b"HTTP/1.1 200")
    assert b"__Host-aboveboard-csrf" in answer
    assert b"strict-transport-security" in answer.lower()


def test_a_body_through_nginx_is_never_written_to_the_disk(
    through_nginx: tuple[Served, int, Path],
) -> None:
    server, port, kept = through_nginx
    for path, size in (("/accounts/login/", 60_000), ("/console/incidents/new/leak/", 5_000_000)):
        head = (
            f"POST {path} HTTP/1.1\r\n{_HOST}Content-Type: multipart/form-data; boundary=B\r\n"
            f"Content-Length: {size}\r\n\r\n"
        )
        # It may be refused before it was all read.
        with suppress(ssl.SSLError, ConnectionError, TimeoutError):
            ask(port, head.encode() + b"Mike.Victim" * (size // 11))
        assert [file for file in kept.rglob("*") if file.is_file()] == []
    assert server.healthy_within() < 1


def test_a_stalled_body_is_ended_by_nginx_or_by_us(through_nginx: tuple[Served, int, Path]) -> None:
    server, port, _ = through_nginx
    head = f"POST /accounts/login/ HTTP/1.1\r\n{_HOST}Content-Length: 1000\r\n\r\nab"
    start = time.monotonic()
    ask(port, head.encode(), patience=30)
    assert time.monotonic() - start < 25
    assert server.healthy_within() < 1
