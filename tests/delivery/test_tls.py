"""Mail over TLS, from the start or by STARTTLS, and never by mistake without it."""

from __future__ import annotations

import datetime
import ipaddress
import ssl
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from aboveboard.delivery.channels import DeliveryVerdict
from aboveboard.delivery.smtp.message import OutgoingMail
from aboveboard.delivery.smtp.pool import MailPool
from aboveboard.delivery.smtp.server import MailServer, NoServer
from tests.delivery.scripted import ScriptedServer
from tests.delivery.test_smtp import MESSAGE, send


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for 127.0.0.1 and its key, in one file; whoever trusts that
    file trusts the server."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "scripted")])
    today = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(today - datetime.timedelta(days=1))
        .not_valid_after(today + datetime.timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]),
            critical=False,
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = tmp_path_factory.mktemp("tls") / "certificate.pem"
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file.write_bytes(made.public_bytes(serialization.Encoding.PEM) + secret)
    return file


def serving(certificate: Path, *, from_the_start: bool, password: str = "") -> ScriptedServer:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return ScriptedServer(tls=context, tls_from_the_start=from_the_start, password=password)


def post_to(scheme: str, server: ScriptedServer, who: str = "") -> MailPool:
    return MailPool(
        MailServer.from_url(f"{scheme}://{who}127.0.0.1:{server.port}"),
        sender="us@example.com",
        connections=2,
        timeout=5,
    )


def refusal_of(post: MailPool) -> str:
    with post:
        post.give([OutgoingMail(1, "a@x.example", MESSAGE)])
        with pytest.raises(NoServer) as caught:
            post.pump(0.1)
    return caught.value.reason


@pytest.mark.parametrize("scheme", ["smtps", "smtp+tls"])
def test_messages_small_and_large_pass_through_tls(
    scheme: str, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    large = b"Subject: large\r\n\r\n" + (b"0123456789" * 7 + b"\r\n") * 50_000
    letters = [
        OutgoingMail(number, f"p{number}@x.example", MESSAGE if number % 10 else large)
        for number in range(40)
    ]
    with serving(certificate, from_the_start=scheme == "smtps", password="p@ss") as server:
        outcomes = send(post_to(scheme, server, "us:p%40ss@"), letters)
    assert {outcome.verdict for outcome in outcomes.values()} == {DeliveryVerdict.TAKEN}
    assert dict(server.kept) == {letter.to: letter.data for letter in letters}


@pytest.mark.parametrize("scheme", ["smtps", "smtp+tls"])
def test_a_server_that_is_not_who_it_says_gets_nothing(scheme: str, certificate: Path) -> None:
    with serving(certificate, from_the_start=scheme == "smtps") as server:
        assert refusal_of(post_to(scheme, server)) == "mail-server-not-trusted"
    assert server.kept == []


def test_a_server_without_starttls_gets_nothing() -> None:
    with ScriptedServer() as server:
        assert refusal_of(post_to("smtp+tls", server)) == "mail-server-refuses"
    assert server.kept == []


def test_a_wrong_password_fails_no_letter(
    certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with serving(certificate, from_the_start=True, password="right") as server:
        assert refusal_of(post_to("smtps", server, "us:wrong@")) == "mail-server-refuses"
    assert server.kept == []
