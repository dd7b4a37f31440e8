"""Nobody makes us speak to an address inside, and no answer hurts whoever reads it."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from ipaddress import ip_address, ip_network
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aboveboard.basics.personal import Personal
from aboveboard.connectors.contract import (
    SystemAnswerUnreadable,
    SystemRefused,
    SystemUnavailable,
)
from aboveboard.connectors.outgoing import addresses, retries
from aboveboard.connectors.outgoing.addresses import OutgoingRules, is_allowed, read_rules
from aboveboard.connectors.outgoing.bodies import bounded
from aboveboard.connectors.outgoing.client import OutgoingCall, OutgoingClient
from tests.connectors.raw_server import RawServer, certificate, ok

LOOPBACK = ip_network("127.0.0.0/8")
INSIDE = """
0.0.0.0 0.1.2.3 10.0.0.1 10.255.255.255 100.64.0.1 100.127.255.255 127.0.0.1 127.1.2.3 169.254.1.1
169.254.169.254 172.16.0.1 172.31.255.255 192.0.0.1 192.0.2.1 192.88.99.1 192.168.1.1 198.18.0.1
198.51.100.1 203.0.113.1 224.0.0.1 239.255.255.250 240.0.0.1 255.255.255.255 168.63.129.16
100.100.100.200 192.0.0.192 :: ::1 ::ffff:127.0.0.1 ::ffff:8.8.8.8 ::ffff:169.254.169.254
::127.0.0.1 64:ff9b::7f00:1 64:ff9b:1::a00:1 100::1 2001::1 2001:0:53aa:64c::1 2001:db8::1
2002:7f00:1:: 2002:a00:1:: 3fff::1 5f00::1 fc00::1 fd00:ec2::254 fd12:3456::1 fe80::1 fec0::1
ff02::1 4000::1
"""
OUTSIDE = "1.1.1.1 8.8.8.8 100.63.255.255 100.128.0.1 172.32.0.1 2606:4700::1111 2a00:1450::1"


@pytest.mark.parametrize("text", INSIDE.split())
def test_an_address_inside_is_never_spoken_to(text: str) -> None:
    if text != "168.63.129.16":  # public by its number, and a platform's own
        assert not is_allowed(ip_address(text), ())
    with pytest.raises(SystemRefused):
        client(text).send(get("https://name.example/"))


@pytest.mark.parametrize("text", OUTSIDE.split())
def test_an_address_outside_may_be_spoken_to(text: str) -> None:
    assert is_allowed(ip_address(text), ())


@given(st.ip_addresses())
def test_what_python_calls_private_is_inside(address: addresses.Address) -> None:
    if address.is_private or address.is_multicast or address.is_reserved or address.is_loopback:
        assert not is_allowed(address, ()) or str(address).startswith("192.0.0.")


def test_a_declared_network_opens_itself_alone_and_no_cloud_credentials() -> None:
    rules = read_rules(["10.1.0.0/16", "169.254.0.0/16", "shop.internal"])
    assert is_allowed(ip_address("10.1.2.3"), rules.networks)
    assert not is_allowed(ip_address("10.2.0.1"), rules.networks)
    assert is_allowed(ip_address("169.254.7.7"), rules.networks)
    assert not is_allowed(ip_address("169.254.169.254"), rules.networks)
    assert is_allowed(ip_address("169.254.169.254"), read_rules(["169.254.169.254"]).networks)
    assert rules.inside_hosts == {"shop.internal"}
    for answer, host in (("169.254.169.254", "shop.internal"), ("10.9.0.1", "other.internal")):
        with pytest.raises(SystemRefused):
            addresses.resolve("s", host, 443, rules, lambda *_, text=answer: [text])
    assert addresses.resolve("s", "shop.internal", 443, rules, lambda *_: ["10.9.0.1"])


ATTACKS = {
    "IPv4 mapped into IPv6": "https://[::ffff:169.254.169.254]/latest/meta-data/",
    "IPv4 in hexadecimal groups": "https://[::ffff:a9fe:a9fe]/",
    "a number": "https://2130706433/",
    "octal": "https://0177.0.0.1/",
    "hexadecimal": "https://0x7f.0.0.1/",
    "a whole hexadecimal number": "https://0x7f000001/",
    "fewer parts": "https://127.1/",
    "leading zeros": "https://127.000.000.001/",
    "a dot at the end": "https://127.0.0.1./",
    "a dot at the end of a name": "https://localhost./",
    "this machine": "https://localhost/",
    "a user before the host": "https://api.example.com@127.0.0.1/",
    "a password before the host": "https://user:secret@api.example.com/",
    "an encoded at sign": "https://api.example.com%40127.0.0.1/",
    "a backslash": "https://api.example.com\\@127.0.0.1/",
    "a fragment before the host": "https://#@127.0.0.1/",
    "a file": "file:///etc/passwd",
    "gopher": "gopher://127.0.0.1:6379/_FLUSHALL",
    "no scheme": "//127.0.0.1/",
    "no TLS": "http://api.example.com/",
    "a line break": "https://api.example.com/\r\nX-Injected: 1",
    "a space": "https://api.example.com/ HTTP/1.1",
    "another alphabet": "https://exa\u00adm\uff50le.com/",
    "circled digits": "https://\u2460\u2461\u2466.0.0.1/",
    "a zone": "https://[fe80::1%25eth0]/",
    "no host": "https:///path",
    "a port that is none": "https://api.example.com:99999/",
    "port 0": "https://api.example.com:0/",
    "brackets around a name": "https://[localhost]/",
    "an empty label": "https://api..example.com/",
}


@pytest.mark.parametrize("story", ATTACKS)
def test_an_address_that_would_deceive_is_refused(story: str) -> None:
    asked: list[str] = []

    def resolver(host: str, port: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"]

    with pytest.raises(SystemRefused) as error:
        speaking(resolver).send(get(ATTACKS[story]))
    assert "secret" not in str(error.value)
    assert set(asked) <= {"localhost"}


def test_a_name_is_resolved_once_and_the_answer_that_was_judged_is_spoken_to() -> None:
    """DNS rebinding: the second answer, were it asked for, would be inside."""
    with RawServer(ok(b"{}")) as server:
        answers = iter(["127.0.0.1"])
        rules = OutgoingRules((LOOPBACK,), plain_http=frozenset({"name.example"}))
        spoken = speaking(lambda *_: [next(answers)], rules)
        for _ in range(3):
            assert spoken.send(get(f"http://name.example:{server.port}/")).status == 200
    assert f"Host: name.example:{server.port}" in server.asked[0]


def test_one_address_inside_among_others_refuses_them_all() -> None:
    spoken = speaking(lambda *_: ["8.8.8.8", "169.254.169.254"])
    with pytest.raises(SystemRefused):
        spoken.send(get("https://name.example/"))


@pytest.mark.parametrize(
    "location",
    [
        "https://169.254.169.254/latest/",
        "http://10.0.0.1/",
        "file:///etc/passwd",
        "//127.0.0.2:1/",
        "https://user:pw@name.example/",
        "http://other.example/",
        "gopher://name.example/",
    ],
)
def test_a_redirect_is_judged_as_a_call_is(location: str) -> None:
    answer = ok(b"", f"Location: {location}", status="302 Found")
    with RawServer(answer) as server, pytest.raises(SystemRefused):
        _plain(server).send(get(f"http://name.example:{server.port}/"))


def test_a_redirect_takes_no_credentials_to_another_host() -> None:
    with RawServer(ok(b"{}")) as second:
        location = f"Location: http://second.example:{second.port}/there"
        with RawServer(ok(b"", location, status="307 Temporary Redirect")) as first:
            answer = _plain(first).send(
                OutgoingCall(
                    "GET",
                    Personal(f"http://name.example:{first.port}/"),
                    credentials={"Authorization": "Bearer secret"},
                )
            )
    assert answer.status == 200
    assert "Bearer secret" in first.asked[0]
    assert "secret" not in second.asked[0]


def test_what_is_sent_is_never_redirected_and_no_circle_is_walked() -> None:
    with RawServer(ok(b"", "Location: /again", status="302 Found")) as server:
        url = f"http://name.example:{server.port}/"
        for method in ("POST", "DELETE", "GET"):
            with pytest.raises(SystemRefused):
                _plain(server).send(OutgoingCall(method, Personal(url)))
    assert len(server.asked) == 2 + 4


def test_a_certificate_is_checked_against_the_name_and_not_the_address(tmp_path: Path) -> None:
    file = certificate(tmp_path, "api.example.com")
    with RawServer(ok(b"{}"), tls=file) as server:
        for host, trusted, outcome in (
            ("api.example.com", True, 200),
            ("other.example.com", True, SystemRefused),
            ("api.example.com", False, SystemRefused),
        ):
            rules = OutgoingRules((LOOPBACK,), authorities=str(file) if trusted else "")
            spoken = speaking(lambda *_: ["127.0.0.1"], rules)
            call = get(f"https://{host}:{server.port}/")
            if outcome == 200:
                assert spoken.send(call).status == 200
            else:
                with pytest.raises(SystemRefused):
                    spoken.send(call)


BOMB = gzip.compress(b"0" * 20_000_000)
SPOILED = {
    "cut off": b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{",
    "no HTTP": b"SSH-2.0-OpenSSH_9.2\r\n\r\n",
    "too many headers": b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 300 + b"\r\n",
    "a header without end": b"HTTP/1.1 200 OK\r\nX: " + b"y" * 100_000,
    "nothing": b"",
    "a bomb": ok(BOMB, "Content-Encoding: gzip"),
    "a compressed body that is none": ok(b"plain", "Content-Encoding: gzip"),
    "half a compressed body": ok(gzip.compress(b"a" * 99)[:-9], "Content-Encoding: gzip"),
    "another compression": ok(b"x", "Content-Encoding: br"),
    "too large": ok(b"x" * 5000),
}


@pytest.mark.parametrize("story", SPOILED)
def test_a_spoiled_answer_is_an_error_of_the_contract(story: str) -> None:
    errors = (SystemUnavailable, SystemAnswerUnreadable)
    with RawServer(SPOILED[story]) as server, pytest.raises(errors):
        _plain(server).send(get(f"http://name.example:{server.port}/"), most=4000)


def test_an_answer_that_drips_is_cut() -> None:
    with RawServer(ok(b"{}"), pause=0.05) as server, pytest.raises(SystemUnavailable):
        _plain(server, seconds=0.3).send(get(f"http://name.example:{server.port}/"))


def test_a_call_is_repeated_where_it_may_be_and_as_late_as_was_asked() -> None:
    busy = ok(b"", "Retry-After: 7", status="429 Too Many Requests")
    away = ok(b"", "Retry-After: 2", status="503 Service Unavailable")
    waits: list[float] = []
    with RawServer(busy, away, ok(b"{}")) as server:
        assert _plain(server, waits).send(get(f"http://name.example:{server.port}/")).status == 200
    assert waits == [7, 2]
    with RawServer(away) as server:
        call = OutgoingCall(
            "POST", Personal(f"http://name.example:{server.port}/"), repeatable=False
        )
        assert _plain(server, waits).send(call).status == 503
    with RawServer(ok(b"", "Retry-After: 3600", status="429 Slow down")) as server:
        with pytest.raises(SystemUnavailable) as error:
            _plain(server, waits).send(get(f"http://name.example:{server.port}/"))
        assert error.value.details["seconds"] == 3600
        assert len(server.asked) == 1
    with RawServer(b"") as server:
        with pytest.raises(SystemUnavailable):
            _plain(server, waits).send(get(f"http://name.example:{server.port}/"))
        assert len(server.asked) == 4


def test_retry_after_is_a_number_or_a_moment() -> None:
    assert retries.asked_wait("120", 0) == 120
    assert retries.asked_wait("Fri, 31 Dec 1999 23:59:59 GMT", 946684799 - 30) == 30
    assert [retries.asked_wait(text, 0) for text in ("", "soon", "-5", "\u0661")] == [0, 0, 0, 0]


def test_a_bucket_lets_through_what_the_rate_allows() -> None:
    bucket = retries.TokenBucket(retries.CallRate(2, 10.0))
    assert [bucket.take(now) for now in (0.0, 0.0, 0.0, 0.0)] == [0, 0, 5, 10]
    assert bucket.take(100.0) == 0


@given(st.binary(max_size=5000), st.sampled_from(["gzip", "deflate", ""]), st.integers(1, 700))
def test_a_body_comes_back_as_it_was(body: bytes, encoding: str, size: int) -> None:
    sent = {"gzip": gzip.compress, "deflate": zlib.compress, "": bytes}[encoding](body)
    pieces = (sent[start : start + size] for start in range(0, len(sent), size))
    assert b"".join(bounded("s", pieces, encoding, 10_000)) == body


def get(address: str) -> OutgoingCall:
    return OutgoingCall("GET", Personal(address))


@pytest.fixture
def made() -> Iterator[list[OutgoingClient]]:
    """The clients of a test, closed after it."""
    clients: list[OutgoingClient] = []
    yield clients
    for each in clients:
        each.close()


@pytest.fixture(autouse=True)
def _closed(made: list[OutgoingClient], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.connectors.test_outgoing.MADE", made)


MADE: list[OutgoingClient] = []


def speaking(
    resolver: addresses.Resolver,
    rules: OutgoingRules = OutgoingRules(),  # noqa: B008  # frozen
    waits: list[float] | None = None,
    seconds: float = 20,
) -> OutgoingClient:
    """Return a client whose waits are noted and not waited."""
    wait = (waits if waits is not None else []).append
    MADE.append(OutgoingClient("s", rules, resolver=resolver, wait=wait, call_seconds=seconds))
    return MADE[-1]


def client(address: str) -> OutgoingClient:
    """Return a client for which every name has one address."""
    return speaking(lambda *_: [address])


def _plain(
    server: RawServer, waits: list[float] | None = None, seconds: float = 20
) -> OutgoingClient:
    hosts = frozenset({"name.example", "second.example"})
    rules = OutgoingRules((LOOPBACK,), plain_http=hosts)
    return speaking(lambda *_: ["127.0.0.1"], rules, waits, seconds)
