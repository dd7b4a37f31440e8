"""Every kind of provider, real as far as a test can have it, with a switch to take it
away and bring it back."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from aboveboard.basics import settings
from aboveboard.keys.providers import passphrase
from aboveboard.keys.providers.places import provider_at
from aboveboard.keys.providers.provider import Provider
from tests.keys.kms_server import Kms
from tests.keys.relay import Relay
from tests.keys.transit_server import Engine, Server

REAL = "TEST_VAULT_ADDRESS"
"""``HOST:PORT`` of an OpenBao or Vault that speaks http there, with TEST_VAULT_TOKEN and
``transit/keys/aboveboard`` to try on."""

KINDS = (
    "file",
    "file with passphrase",
    "env",
    "secret",
    "vault",
    "awskms",
    *(["real vault"] if REAL in os.environ else []),
)
PASSPHRASE = "correct horse battery staple"


@dataclass
class Place:
    """One provider: ``make`` returns it as a fresh process would; ``prepare_renewal`` does what its
    keeper must do first."""

    url: str
    make: Callable[[], Provider]
    away: Callable[[], None]
    back: Callable[[], None]
    prepare_renewal: Callable[[], None] = lambda: None


class Places:
    """Makes places for one test and takes them down after it."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self._folder = folder
        self._patch = monkeypatch
        self._close: list[Callable[[], None]] = []

    def close(self) -> None:
        for one in self._close:
            one()

    def make(self, kind: str) -> Place:
        return getattr(self, "_" + kind.partition(" ")[0])(kind)  # type: ignore[no-any-return]

    def _provider(self, url: str, **keys: object) -> Callable[[], Provider]:
        current = settings.current()
        changed = replace(current, keys=replace(current.keys, root=url, **keys))  # type: ignore[arg-type]
        return lambda: provider_at(url, changed)

    def _file(self, kind: str) -> Place:
        file = self._folder / f"{secrets.token_hex(4)}.key"
        text = secrets.token_hex(32)
        if kind.endswith("passphrase"):
            self._patch.setenv(passphrase.VARIABLE, PASSPHRASE)
            text = passphrase.seal(text, PASSPHRASE, memory=256)
        file.touch(0o600)
        file.write_text(text)
        hidden = file.with_suffix(".hidden")
        return Place(
            f"file:{file}",
            self._provider(f"file:{file}"),
            lambda: file.rename(hidden) and None,
            lambda: hidden.rename(file) and None,
        )

    def _secret(self, kind: str) -> Place:
        file = self._folder / "handed-over"
        file.write_text(secrets.token_hex(32))
        hidden = self._folder / "hidden"
        url = f"secret:{file}"

        def two() -> None:
            file.write_text(secrets.token_hex(32) + " " + file.read_text())

        return Place(
            url,
            self._provider(url),
            lambda: file.rename(hidden) and None,
            lambda: hidden.rename(file) and None,
            two,
        )

    def _env(self, kind: str) -> Place:
        self._patch.setenv("THE_ROOT_KEY", secrets.token_hex(32))
        kept: list[str] = []

        def away() -> None:
            kept.append(os.environ["THE_ROOT_KEY"])
            self._patch.delenv("THE_ROOT_KEY")

        def two() -> None:
            self._patch.setenv(
                "THE_ROOT_KEY", secrets.token_hex(32) + " " + os.environ["THE_ROOT_KEY"]
            )

        return Place(
            "env:THE_ROOT_KEY",
            self._provider("env:THE_ROOT_KEY"),
            away,
            lambda: self._patch.setenv("THE_ROOT_KEY", kept[-1]),
            two,
        )

    def _vault(self, kind: str) -> Place:
        server = Server(Engine())
        server.start()
        self._close.append(server.stop)
        token = self._folder / "token"
        token.write_text(server.engine.token())
        url = f"vault:http://127.0.0.1:{server.port}/transit/aboveboard"
        return Place(url, self._provider(url, token_file=str(token)), server.stop, server.start)

    def _real(self, kind: str) -> Place:
        host, _, port = os.environ[REAL].rpartition(":")
        line = Relay(host, int(port))
        line.start()
        self._close.append(line.stop)
        token = self._folder / "token"
        token.write_text(os.environ["TEST_VAULT_TOKEN"])
        url = f"vault:http://127.0.0.1:{line.port}/transit/aboveboard"
        return Place(url, self._provider(url, token_file=str(token)), line.stop, line.start)

    def _awskms(self, kind: str) -> Place:
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            self._patch.setenv(name, "made-up")
        server = Kms()
        server.start()
        self._close.append(server.stop)
        from botocore.session import Session

        client = Session().create_client("kms", "eu-west-1", endpoint_url=server.endpoint)
        key = client.create_key()["KeyMetadata"]["KeyId"]
        client.close()
        url = f"awskms:{key}?region=eu-west-1&endpoint={server.endpoint}"
        return Place(url, self._provider(url), server.stop, server.start)
