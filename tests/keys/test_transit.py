"""OpenBao and Vault beyond the contract: answers that are not as they should be, tokens
that end, TLS, addresses."""

from __future__ import annotations

import base64
import datetime
import ipaddress
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aboveboard.basics.errors import AboveboardError
from aboveboard.keys.providers import transit_client as tokens
from aboveboard.keys.providers.provider import ProviderAway, RenewalRefused
from aboveboard.keys.providers.transit import TransitProvider
from aboveboard.keys.providers.transit_client import parse_address, read
from aboveboard.keys.wrapping import KeyUnwrapFailed
from tests.keys.transit_server import Engine, Server

KEY, CONTEXT = bytes(range(32)), b"context"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    running = Server(Engine())
    running.start()
    (tmp_path / "token").write_text(running.engine.token())
    yield running
    running.stop()


def provider(server: Server, folder: Path, end: str = "aboveboard") -> TransitProvider:
    return TransitProvider(
        parse_address(f"vault:http://127.0.0.1:{server.port}/transit/{end}"),
        ca=None,
        token_file=folder / "token",
    )


names = st.sampled_from(["data", "errors", "plaintext", "ciphertext", "type"])
json_like = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner),
    max_leaves=6,
)


@pytest.mark.slow
@given(
    st.sampled_from([200, 204, 301, 307, 400, 403, 404, 429, 473, 500, 503]),
    json_like,
    st.binary(max_size=20),
    st.booleans(),
)
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_an_answer_of_any_kind_releases_nothing_and_is_no_fault_of_ours(
    server: Server, tmp_path: Path, status: int, said: object, raw: bytes, as_json: bool
) -> None:
    ours = provider(server, tmp_path)
    server.engine.answer_with = (status, json.dumps(said).encode() if as_json else raw)
    for ask in (lambda: ours.wrap(KEY, CONTEXT), lambda: ours.unwrap(b"vault:v1:AAAA", CONTEXT)):
        with pytest.raises(AboveboardError) as refused:
            ask()
        assert ours.name in str(refused.value)


@given(st.binary(max_size=200))
def test_bytes_that_are_no_json_are_read_as_nothing_said(raw: bytes) -> None:
    assert isinstance(read(200, raw).part("data"), dict)


def test_an_answer_cut_short_or_endless_is_no_answer(server: Server, tmp_path: Path) -> None:
    ours = provider(server, tmp_path)
    wrapped = ours.wrap(KEY, CONTEXT)
    server.engine.answer_with = (200, b'{"data": {"plaintext": "AAAA')
    with pytest.raises(ProviderAway):
        ours.unwrap(wrapped, CONTEXT)
    server.engine.answer_with = (200, b" " * 100_000)
    with pytest.raises(ProviderAway, match="longer"):
        ours.unwrap(wrapped, CONTEXT)
    server.engine.answer_with = None
    assert ours.unwrap(wrapped, CONTEXT) == KEY


@pytest.mark.parametrize(
    ("story", "end", "says"),
    [
        ("there is no such key", "nokey", "no such engine or key"),
        ("the key binds no context", "signing", "not of a kind that binds"),
    ],
)
def test_nothing_is_wrapped_when(
    story: str, end: str, says: str, server: Server, tmp_path: Path
) -> None:
    with pytest.raises(ProviderAway, match=says):
        provider(server, tmp_path, end).wrap(KEY, CONTEXT)
    assert "nokey" not in server.engine.keys, "encrypt would have made it"


@pytest.mark.parametrize(
    ("status", "says"),
    [
        (307, "another server"),
        (400, "does not know that key"),
        (403, "refuses the token"),
        (404, "no such engine or key"),
        (418, "not one that a transit engine gives"),
        (429, "overloaded or a standby"),
        (500, "a fault of its own"),
        (502, "a fault of its own"),
        (503, "sealed or in maintenance"),
    ],
)
def test_each_status_says_what_is_wrong_and_releases_nothing(
    status: int, says: str, server: Server, tmp_path: Path
) -> None:
    """Also where the body is that of a success: the status decides."""
    ours = provider(server, tmp_path)
    text = base64.b64encode(KEY).decode()
    said = {"type": "aes256-gcm96", "ciphertext": "vault:v1:AAAA", "plaintext": text}
    server.engine.answer_with = (status, json.dumps({"data": said}).encode())
    for asked in ("", "/encrypt/"):  # its first request too, and the last alone
        server.engine.answer_to = asked
        with pytest.raises(ProviderAway, match=rf"{says} \(status {status}\)"):
            ours.wrap(KEY, CONTEXT)
    server.engine.answer_to = ""
    if status == 400:  # to a decryption it says: not what it wrapped
        with pytest.raises(KeyUnwrapFailed):
            ours.unwrap(b"vault:v1:AAAA", CONTEXT)
    else:
        with pytest.raises(ProviderAway, match=says):
            ours.unwrap(b"vault:v1:AAAA", CONTEXT)


@pytest.mark.parametrize("wrapped", ["AAAA", "vault:v1:\u00e9", 7, None])
def test_what_is_no_wrapped_key_is_not_kept_as_one(
    wrapped: object, server: Server, tmp_path: Path
) -> None:
    said = {"data": {"type": "aes256-gcm96", "ciphertext": wrapped}}
    server.engine.answer_with = (200, json.dumps(said).encode())
    with pytest.raises(ProviderAway, match="not one that a transit engine gives"):
        provider(server, tmp_path).wrap(KEY, CONTEXT)


@pytest.mark.parametrize("text", ["not base64!", base64.b64encode(bytes(31)).decode()])
def test_what_is_no_key_is_not_opened_as_one(text: str, server: Server, tmp_path: Path) -> None:
    server.engine.answer_with = (200, json.dumps({"data": {"plaintext": text}}).encode())
    with pytest.raises(AboveboardError):
        provider(server, tmp_path).unwrap(b"vault:v1:AAAA", CONTEXT)


def test_a_token_file_that_is_no_text_is_named(server: Server, tmp_path: Path) -> None:
    (tmp_path / "token").write_bytes(b"\xff\xfe")
    with pytest.raises(ProviderAway, match="token_file cannot be read"):
        provider(server, tmp_path).wrap(KEY, CONTEXT)


def test_a_sealed_server_says_so_and_recovers(server: Server, tmp_path: Path) -> None:
    ours = provider(server, tmp_path)
    wrapped = ours.wrap(KEY, CONTEXT)
    server.engine.sealed = True
    with pytest.raises(ProviderAway, match="Unseal it"):
        ours.unwrap(wrapped, CONTEXT)
    server.engine.sealed = False
    assert ours.unwrap(wrapped, CONTEXT) == KEY


def test_a_token_is_renewed_at_half_its_life_and_a_new_one_in_the_file_is_taken(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours = provider(server, tmp_path)
    wrapped = ours.wrap(KEY, CONTEXT)
    now = [tokens.monotonic()]
    monkeypatch.setattr(tokens, "monotonic", lambda: now[0])
    server.engine.asked.clear()
    ours.unwrap(wrapped, CONTEXT)
    assert server.engine.asked == ["POST transit/decrypt/aboveboard"]
    now[0] += 1900
    ours.unwrap(wrapped, CONTEXT)
    assert server.engine.asked[1] == "POST auth/token/renew-self"
    server.engine.tokens.clear()
    with pytest.raises(ProviderAway, match="refuses the token"):
        ours.unwrap(wrapped, CONTEXT)
    (tmp_path / "token").write_text(server.engine.token())
    assert ours.unwrap(wrapped, CONTEXT) == KEY


def test_no_token_or_one_that_would_break_a_header_is_named(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in tokens.VARIABLES:
        monkeypatch.delenv(name, raising=False)
    ours = TransitProvider(
        parse_address(f"vault:http://127.0.0.1:{server.port}/transit/aboveboard"),
        ca=None,
        token_file=None,
    )
    with pytest.raises(ProviderAway, match="BAO_TOKEN"):
        ours.wrap(KEY, CONTEXT)
    monkeypatch.setenv("BAO_TOKEN", "a\r\nX-Other: b")
    with pytest.raises(ProviderAway, match="BAO_TOKEN"):
        ours.wrap(KEY, CONTEXT)
    monkeypatch.setenv("BAO_TOKEN", server.engine.token())
    assert ours.unwrap(ours.wrap(KEY, CONTEXT), CONTEXT) == KEY


def test_a_policy_that_leaves_rotation_to_its_keeper_is_said(
    server: Server, tmp_path: Path
) -> None:
    server.engine.may_rotate = False
    with pytest.raises(RenewalRefused, match="--same-version"):
        provider(server, tmp_path).renew()


def test_a_namespace_goes_with_each_request(server: Server, tmp_path: Path) -> None:
    server.engine.namespace = "team-a"
    with pytest.raises(ProviderAway, match="refuses the token"):
        provider(server, tmp_path).wrap(KEY, CONTEXT)
    ours = provider(server, tmp_path, "aboveboard?namespace=team-a")
    assert ours.unwrap(ours.wrap(KEY, CONTEXT), CONTEXT) == KEY
    assert ours.name.endswith("?namespace=team-a")


def test_over_tls_only_a_trusted_certificate_gets_the_token(tmp_path: Path) -> None:
    server = Server(Engine(), _certificate(tmp_path))
    server.start()
    try:
        (tmp_path / "token").write_text(server.engine.token())
        at = parse_address(f"vault:https://127.0.0.1:{server.port}/transit/aboveboard")
        ours = TransitProvider(at, ca=tmp_path / "server.pem", token_file=tmp_path / "token")
        assert ours.unwrap(ours.wrap(KEY, CONTEXT), CONTEXT) == KEY
        server.engine.asked.clear()
        with pytest.raises(ProviderAway, match="certificate is not trusted"):
            TransitProvider(at, ca=None, token_file=tmp_path / "token").wrap(KEY, CONTEXT)
        assert not server.engine.asked
    finally:
        server.stop()


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("vault:http://vault.example.org/transit/key", "https:"),
        ("vault:https://me:word@vault.example.org/transit/key", "no login"),
        ("vault:https://me@vault.example.org/transit/key", "no login"),
        ("vault:https://:word@vault.example.org/transit/key", "no login"),
        ("vault:ftp://vault.example.org/transit/key", "such as"),
        ("vault:https:///transit/key", "such as"),
        ("vault:https://vault.example.org/transit/", "such as"),
        ("vault:https://vault.example.org/transit/key?ca", "such as"),
        ("vault:https://vault.example.org/transit/key?token=x", "nothing but"),
        ("vault:https://vault.example.org/key", "such as"),
        ("vault:https://[/transit/key", "such as"),
        ("vault:https://host:99999/transit/key", "such as"),
    ],
)
def test_an_address_is_refused_that(url: str, says: str) -> None:
    assert says in parse_address(url).problem


def test_an_address_is_taken_apart_and_named_without_what_only_this_machine_knows() -> None:
    ours = parse_address("vault:https://[2001:db8::1]/a%20b/c/key?namespace=ns&ca=ca.pem")
    assert (ours.secure, ours.host, ours.port) == (True, "2001:db8::1", 8200)
    assert (ours.mount, ours.key, ours.namespace, ours.ca) == ("a b/c", "key", "ns", "ca.pem")
    assert ours.problem == ""
    assert ours.name == "vault:https://[2001:db8::1]:8200/a b/c/key?namespace=ns"
    for loopback in ("127.0.0.1", "localhost", "[::1]"):
        here = parse_address(f"vault:http://{loopback}:8201/transit/key")
        assert (here.problem, here.secure) == ("", False)
        assert here.name == f"vault:http://{loopback}:8201/transit/key"


def _certificate(folder: Path) -> tuple[Path, Path]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "vault of the tests")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]),
            critical=False,
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file, secret = folder / "server.pem", folder / "server.key"
    file.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    plain = serialization.NoEncryption()
    secret.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    )
    return file, secret
