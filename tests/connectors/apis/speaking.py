"""Connectors of the catalogue, made to speak to the server of recorded shapes."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable
from dataclasses import replace
from functools import cache
from ipaddress import ip_network

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from aboveboard.connectors.http import listing, signing
from aboveboard.connectors.http.connector import HttpConnector
from aboveboard.connectors.http.placeholders import PlaceholderText
from aboveboard.connectors.http.shape import ApiShape, DeclaredAuth
from aboveboard.connectors.outgoing.addresses import OutgoingRules
from tests.connectors.apis.server import ApiServer

SECRETS = ("secret-one", "secret-two", "secret-three")


class Resolver:
    """Says that every name is this machine, or, while ``down``, that there is none."""

    def __init__(self) -> None:
        self.down = False

    def __call__(self, host: str, port: int) -> list[str]:
        if self.down:
            raise OSError
        return ["127.0.0.1"]

    def __enter__(self) -> Resolver:
        self.down = True
        return self

    def __exit__(self, *_: object) -> None:
        self.down = False


def rules(hosts: Iterable[str]) -> OutgoingRules:
    """Return rules under which this machine may be spoken to without TLS."""
    loopback = ip_network("127.0.0.0/8")
    return OutgoingRules(networks=(loopback,), plain_http=frozenset(hosts))


def connector(name: str, server: ApiServer, resolver: Resolver) -> HttpConnector:
    """Return the connector of an API of the catalogue, at the server."""
    shape = _moved(listing.catalogue_shape(name), name, server.port)
    settings = dict.fromkeys(shape.settings, "example")
    if "since" in settings:
        settings["since"] = "2020-01-01"
    values = dict(zip(shape.secrets, SECRETS, strict=False))
    if "key" in values and shape.auth.kind == "service_account":
        values["key"] = _key_pem()
    return HttpConnector(
        name,
        replace(shape, rate=None),
        settings,
        values.__getitem__,
        rules([f"{name}.test"]),
        resolver=resolver,
        wait=lambda _: None,
    )


def _moved(shape: ApiShape, name: str, port: int) -> ApiShape:
    """Return an API whose addresses are at the server, their paths kept."""
    signing._tokens._held.clear()
    hosts = {
        key: replace(host, base=_at(host.base, name, port), auth=_auth(host.auth, name, port))
        for key, host in shape.hosts.items()
    }
    base = _at(shape.base, name, port)
    return replace(shape, base=base, auth=_auth(shape.auth, name, port), hosts=hosts)


def _auth(auth: DeclaredAuth, name: str, port: int) -> DeclaredAuth:
    if "token_address" not in auth.texts:
        return auth
    moved = _at(auth.texts["token_address"], name, port)
    return replace(auth, texts={**auth.texts, "token_address": moved})


def _at(template: PlaceholderText, name: str, port: int) -> PlaceholderText:
    text = "".join(p if isinstance(p, str) else f"<{p.name}>" for p in template.pieces)
    path = text.partition("://")[2].partition("/")[2]
    moved = PlaceholderText.parse(f"http://{name}.test:{port}/{path}")
    assert moved is not None
    return moved


@cache
def _key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def _key_pem() -> str:
    pem = _key().private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return pem.decode().replace("\n", "\\n")


def is_signed_well(form: dict[str, str]) -> bool:
    """Whether a form has a token that is signed with our key and says who asks (RFC 7523)."""
    signed, _, signature = form["assertion"].rpartition(".")
    claims = json.loads(_bytes(signed.partition(".")[2]))
    _key().public_key().verify(
        _bytes(signature), signed.encode(), padding.PKCS1v15(), hashes.SHA256()
    )
    return (
        form["grant_type"].endswith("jwt-bearer")
        and claims["iss"] == claims["sub"] == "example"
        and claims["exp"] - claims["iat"] <= 3600
        and claims["aud"].endswith("/token")
    )


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
