"""AWS KMS: which addresses are taken, and what an answer must be to be believed."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from aboveboard.keys.providers.kms import KmsProvider, parse_url
from aboveboard.keys.providers.provider import ProviderAway, RenewalRefused
from aboveboard.keys.wrapping import KeyUnwrapFailed

ARN = "arn:aws:kms:eu-west-1:111122223333:key/0b4f"
REGION = "eu-west-1"


@pytest.mark.parametrize(
    ("url", "taken"),
    [
        (f"awskms:alias/ours?region={REGION}", ("alias/ours", REGION, "")),
        (f"awskms:{ARN}", (ARN, REGION, "")),
        (f"awskms:{ARN}?region=us-east-1", (ARN, "us-east-1", "")),
        (
            f"awskms:0b4f?region={REGION}&endpoint=https://kms.example",
            ("0b4f", REGION, "https://kms.example"),
        ),
        (
            f"awskms:0b4f?region={REGION}&endpoint=http://127.0.0.1:9",
            ("0b4f", REGION, "http://127.0.0.1:9"),
        ),
    ],
)
def test_an_address_names_key_region_and_endpoint(url: str, taken: tuple[str, str, str]) -> None:
    assert parse_url(url) == (*taken, "")


@pytest.mark.parametrize(
    "url",
    [
        "awskms:",
        "awskms:alias/ours",
        "awskms:arn:aws:kms:eu-west-1",
        f"awskms:?region={REGION}",
        "awskms:alias/ours?region",
        "awskms:alias/ours?region=",
        f"awskms:alias/ours?region={REGION}&profile=x",
        f"awskms:alias/ours?region={REGION}&endpoint=ftp://kms.example",
        f"awskms:alias/ours?region={REGION}&endpoint=http://[",
    ],
)
def test_what_is_no_address_says_what_one_looks_like(url: str) -> None:
    assert "awskms:alias/aboveboard?region=eu-west-1" in parse_url(url)[3]


class Answering(ThreadingHTTPServer):
    """A service that answers every request with what it was told to."""

    status, body = 200, {}

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answer)
        threading.Thread(target=self.serve_forever, daemon=True).start()


class Answer(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        assert isinstance(self.server, Answering)
        self.rfile.read(int(self.headers["Content-Length"]))
        body = json.dumps(self.server.body).encode()
        self.send_response(self.server.status)
        self.send_header("Content-Type", "application/x-amz-json-1.1")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture(scope="module")
def service() -> Iterator[tuple[Answering, KmsProvider]]:
    server = Answering()
    with pytest.MonkeyPatch.context() as patch:
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            patch.setenv(name, "made-up")
        yield server, KmsProvider("0b4f", REGION, f"http://127.0.0.1:{server.server_port}")
    server.shutdown()
    server.server_close()


def of_length(size: int) -> str:
    return base64.b64encode(bytes(size)).decode()


@pytest.mark.slow
def test_an_answer_that_is_not_what_kms_gives_is_not_believed(
    service: tuple[Answering, KmsProvider],
) -> None:
    server, provider = service
    server.status = 200
    for body in ({}, {"CiphertextBlob": ""}):
        server.body = body
        with pytest.raises(ProviderAway, match="not one that KMS gives"):
            provider.wrap(bytes(32), b"context")
    for body in ({}, {"Plaintext": of_length(31)}, {"Plaintext": of_length(33)}):
        server.body = body
        with pytest.raises(KeyUnwrapFailed, match="no key of ours"):
            provider.unwrap(b"wrapped", b"context")
    server.body = {"Plaintext": of_length(32)}
    assert provider.unwrap(b"wrapped", b"context") == bytes(32)
    assert provider.unwrap(bytes(6144), b"context") == bytes(32), "as long as KMS makes them"
    for wrapped in (b"", bytes(6145)):
        with pytest.raises(KeyUnwrapFailed, match="did not wrap it"):
            provider.unwrap(wrapped, b"context")


def test_a_refusal_is_told_from_a_key_that_another_wrapped_and_from_silence(
    service: tuple[Answering, KmsProvider],
) -> None:
    server, provider = service
    server.status = 400
    for code in ("InvalidCiphertextException", "IncorrectKeyException"):
        server.body = {"__type": code}
        with pytest.raises(KeyUnwrapFailed, match="not what it wrapped"):
            provider.unwrap(b"wrapped", b"context")
    server.body = {"__type": "AccessDeniedException"}
    with pytest.raises(ProviderAway, match="it refuses: AccessDeniedException"):
        provider.unwrap(b"wrapped", b"context")
    with pytest.raises(RenewalRefused, match="it refuses: AccessDeniedException"):
        provider.renew()
    away = KmsProvider("0b4f", REGION, "http://127.0.0.1:9")
    with pytest.raises(ProviderAway, match="EndpointConnectionError"):
        away.renew()


def test_the_root_key_is_in_nobody_s_hands_and_its_keeper_keeps_what_is_older() -> None:
    provider = KmsProvider("0b4f", REGION)
    assert provider.local_key(b"\x00\x00\x00\x01") is None
    assert provider.settle([b"wrapped"]) == ""
    assert provider.name == f"awskms:0b4f?region={REGION}"
