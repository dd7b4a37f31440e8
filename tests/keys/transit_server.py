"""A transit engine for tests that speaks the HTTP API of OpenBao and Vault: keys with versions,
tokens with lives, namespaces.

Faithful to what was observed on a real Vault (docs/how-to/keep-the-keys.md says which): paths,
status codes, error texts, answers.
"""

from __future__ import annotations

import base64
import json
import os
import secrets
import ssl
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM


@dataclass
class Engine:
    """What outlives a restart of the server."""

    keys: dict[str, list[bytes]] = field(
        default_factory=lambda: {"aboveboard": [os.urandom(32)], "signing": [os.urandom(32)]}
    )
    tokens: dict[str, float] = field(default_factory=dict)
    may_rotate: bool = True
    sealed: bool = False
    namespace: str = ""
    life: int = 3600
    asked: list[str] = field(default_factory=list)
    answer_with: tuple[int, bytes] | None = None
    answer_to: str = ""
    """Only to paths that have this in them."""

    def token(self, life: float = 3600) -> str:
        made = "hvs." + secrets.token_urlsafe(24)
        self.tokens[made] = time.monotonic() + life
        return made


class Refused(Exception):
    def __init__(self, status: int, *errors: str) -> None:
        self.status, self.errors = status, list(errors)


def answer(
    engine: Engine, method: str, path: str, token: str, namespace: str, body: dict[str, Any]
) -> dict[str, Any] | None:
    if engine.sealed:
        raise Refused(503, "Vault is sealed")
    if engine.tokens.get(token, 0) < time.monotonic() or namespace != engine.namespace:
        raise Refused(403, "permission denied")
    if path == "auth/token/lookup-self":
        return {"data": {"ttl": int(engine.tokens[token] - time.monotonic()), "renewable": True}}
    if path == "auth/token/renew-self":
        engine.tokens[token] = time.monotonic() + engine.life
        return {"auth": {"client_token": token, "lease_duration": engine.life, "renewable": True}}
    mount, _, rest = path.partition("/")
    what, _, name = rest.partition("/")
    if mount != "transit" or what not in ("keys", "encrypt", "decrypt"):
        raise Refused(404, f'no handler for route "{path}". route entry not found.')
    if what == "keys" and name.endswith("/rotate"):
        if not engine.may_rotate:
            raise Refused(403, "1 error occurred:\n\t* permission denied\n\n")
        engine.keys[name.removesuffix("/rotate")].append(os.urandom(32))
        return {"data": {"latest_version": len(engine.keys[name.removesuffix("/rotate")])}}
    if what == "keys" and method == "GET":
        if name not in engine.keys:
            raise Refused(404)
        kind = "ed25519" if name == "signing" else "aes256-gcm96"
        return {"data": {"name": name, "type": kind, "latest_version": len(engine.keys[name])}}
    return {"data": _crypt(engine, what, name, body)}


def _crypt(engine: Engine, what: str, name: str, body: dict[str, Any]) -> dict[str, Any]:
    bound = base64.b64decode(body.get("associated_data", ""))
    if what == "encrypt":
        # As the real one does: it makes what is not there.
        versions = engine.keys.setdefault(name, [os.urandom(32)])
        nonce = os.urandom(12)
        box = nonce + AESGCM(versions[-1]).encrypt(
            nonce, base64.b64decode(body["plaintext"]), bound
        )
        return {
            "ciphertext": f"vault:v{len(versions)}:{base64.b64encode(box).decode()}",
            "key_version": len(versions),
        }
    if name not in engine.keys:
        raise Refused(400, "encryption key not found")
    try:
        _, version, text = str(body["ciphertext"]).split(":")
        box = base64.b64decode(text, validate=True)
        plain = AESGCM(engine.keys[name][int(version[1:]) - 1]).decrypt(box[:12], box[12:], bound)
    except (ValueError, IndexError, InvalidTag):
        raise Refused(400, "cipher: message authentication failed") from None
    return {"plaintext": base64.b64encode(plain).decode()}


class Server:
    """The engine on a port of this machine; it can be stopped and started on the same one."""

    def __init__(self, engine: Engine, certificate: tuple[Path, Path] | None = None) -> None:
        self.engine = engine
        self._certificate = certificate
        self.port = 0
        self._server: ThreadingHTTPServer | None = None

    def start(self) -> None:
        engine = self.engine

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            timeout = 10

            def _handle(self) -> None:
                length = int(self.headers.get("Content-Length") or 0)
                body = json.loads(self.rfile.read(length)) if length else {}
                path = self.path.removeprefix("/v1/")
                engine.asked.append(f"{self.command} {path}")
                try:
                    token, namespace = (
                        self.headers.get("X-Vault-Token", ""),
                        self.headers.get("X-Vault-Namespace", ""),
                    )
                    said = answer(engine, self.command, path, token, namespace, body)
                    status, raw = 200, json.dumps(said).encode()
                except Refused as refused:
                    status, raw = refused.status, json.dumps({"errors": refused.errors}).encode()
                if (
                    engine.answer_with is not None
                    and engine.answer_to in path
                    and not path.startswith("auth/")
                ):
                    status, raw = engine.answer_with
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(raw)))
                self.end_headers()
                self.wfile.write(raw)

            do_GET = do_POST = _handle

            def log_message(self, format: str, *args: object) -> None:
                """Say nothing."""

        server = ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        server.daemon_threads = True
        if self._certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*self._certificate)
            server.socket = context.wrap_socket(server.socket, server_side=True)
        self._server, self.port = server, server.server_address[1]
        threading.Thread(
            target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
        ).start()

    def stop(self) -> None:
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None
