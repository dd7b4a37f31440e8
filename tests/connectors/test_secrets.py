"""A secret is named in a declaration and fetched when it is used; nothing prints it, and what opens
Aboveboard itself is given to no other system."""

from __future__ import annotations

import json
import pickle
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from aboveboard.basics import settings
from aboveboard.connectors.secrets import SecretNotThere, SecretReference

SECRET = "correct-horse-battery"


def fetch(text: str) -> str:
    reference = SecretReference.parse(text)
    assert reference is not None
    return reference.fetch().reveal()


def refusal(text: str) -> str:
    with pytest.raises(SecretNotThere) as refused:
        fetch(text)
    assert text in str(refused.value)
    assert SECRET not in str(refused.value)
    return str(refused.value)


def test_what_is_no_reference_is_none() -> None:
    for text in (SECRET, "env:", "env:A B", "file:", "vault:secret", "vault:a/b", "http://x#y"):
        assert SecretReference.parse(text) is None


def test_a_variable_gives_it_unless_it_opens_aboveboard(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOP_PASSWORD", SECRET)
    assert fetch("env:SHOP_PASSWORD") == SECRET
    for name in ("ABOVEBOARD_MAIL", "VAULT_TOKEN", "BAO_TOKEN"):
        monkeypatch.setenv(name, SECRET)
        assert "opens Aboveboard itself" in refusal(f"env:{name}")
    assert "Set SHOP_NOTHING" in refusal("env:SHOP_NOTHING")


def test_a_file_gives_it_if_nobody_else_may_read_it(tmp_path: Path) -> None:
    file = tmp_path / "password"
    file.write_text(f"{SECRET}\n")
    file.chmod(0o600)
    assert fetch(f"file:{file}") == SECRET
    for mode in (0o604, 0o620):
        file.chmod(mode)
        assert "chmod 600" in refusal(f"file:{file}")
    assert "no such file" in refusal(f"file:{tmp_path / 'other'}")
    home = settings.current().home
    way = tmp_path / "way"
    way.symlink_to(home / "signing.key")
    for path in (home / "signing.key", home / "secrets" / ".." / "signing.key", way, "root.key"):
        assert "belongs to Aboveboard" in refusal(f"file:{path}")


def test_one_that_was_fetched_does_not_show_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOP_PASSWORD", SECRET)
    secret = SecretReference("env:SHOP_PASSWORD").fetch()
    assert SECRET not in f"{secret} {secret!r} {[secret]}"
    with pytest.raises(TypeError):
        pickle.dumps(secret)


class _Vault(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        allowed = self.headers["X-Vault-Token"] == "t0ken"
        known = self.path == "/v1/kv/data/shop/db"
        body = json.dumps({"data": {"data": {"password": SECRET}}}).encode()
        self.send_response(200 if allowed and known else 404 if allowed else 403)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Write nothing."""


@pytest.fixture
def vault(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Vault)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.delenv("BAO_TOKEN", raising=False)
    monkeypatch.delenv("BAO_ADDR", raising=False)
    monkeypatch.setenv("VAULT_ADDR", f"http://127.0.0.1:{server.server_port}")
    monkeypatch.setenv("VAULT_TOKEN", "t0ken")
    yield
    server.shutdown()
    server.server_close()


def test_vault_gives_it_by_path_and_key(vault: None, monkeypatch: pytest.MonkeyPatch) -> None:
    assert fetch("vault:kv/shop/db#password") == SECRET
    assert "no such key" in refusal("vault:kv/shop/db#user")
    assert "404" in refusal("vault:kv/other#password")
    monkeypatch.setenv("VAULT_TOKEN", "wrong")
    assert "403" in refusal("vault:kv/shop/db#password")
    monkeypatch.setenv("VAULT_ADDR", "http://127.0.0.1:9")
    assert "cannot be reached" in refusal("vault:kv/shop/db#password")
