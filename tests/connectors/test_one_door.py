"""Every connection of a connector goes through the one door outwards: nothing else of the package
opens one, and each kind refuses an address inside that its declaration does not name."""

from __future__ import annotations

import ast
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from threading import Thread

import pytest

from aboveboard.basics.personal import Personal
from aboveboard.connectors import registry
from aboveboard.connectors.contract import Identifier, SystemRefused
from tests.connectors.databases import ShopDatabase

PACKAGES = ("connectors", "discovery", "rights")
SOURCE = Path(registry.__file__).parents[1]
CONNECTS = {
    "aiohttp",
    "asyncio",
    "botocore",
    "fsspec",
    "ftplib",
    "http.client",
    "imaplib",
    "paramiko",
    "poplib",
    "pymysql",
    "psycopg",
    "requests",
    "s3fs",
    "smtplib",
    "socket",
    "sqlalchemy",
    "ssl",
    "telnetlib",
    "urllib.request",
    "urllib3",
}
"""Modules by which something could be connected to."""
DOOR = {
    "connectors/outgoing/addresses.py": "resolves: it is the door",
    "connectors/outgoing/client.py": "HTTP of the door",
    "connectors/outgoing/sockets.py": "connects: it is the door",
    "connectors/files/places.py": "gives S3 a resolver of the door, and SFTP a socket of it",
    "connectors/files/s3.py": "the resolver that S3 asks",
    "connectors/files/sftp.py": "takes a socket that is connected already",
    "connectors/imap/session.py": "takes a socket that is connected already",
    "connectors/secrets.py": "asks the operator's own Vault, which no declaration names",
    "connectors/sql/engine.py": "gives its drivers judged addresses, or a socket of the door",
}
"""Which files may import one, and why that goes through the door."""
ONLY_STATEMENTS = "connectors/sql/", "connectors/own.py"
"""What builds statements with SQLAlchemy, and connects to nothing: ``engine.py`` does."""


def _imports(source: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(source.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def _is_one(module: str) -> bool:
    return any(module == name or module.startswith(f"{name}.") for name in CONNECTS)


def test_nothing_beside_the_door_can_connect() -> None:
    beside, used = [], set()
    for package in PACKAGES:
        for file in sorted((SOURCE / package).rglob("*.py")):
            place = str(file.relative_to(SOURCE))
            modules = {name for name in _imports(file) if _is_one(name)}
            if place.startswith(ONLY_STATEMENTS) and place not in DOOR:
                modules -= {name for name in modules if name.startswith("sqlalchemy")}
                assert "create_engine" not in file.read_text("utf-8"), place
            if modules and place not in DOOR:
                beside.append((place, sorted(modules)))
            elif modules:
                used.add(place)
    assert beside == []
    assert used == set(DOOR), "the list names what is there"


KINDS = {
    "postgresql": (
        "sql",
        "  dialect: postgresql\n  host: {host}\n  port: {port}\n  user: u\n  database: d",
    ),
    "mariadb": (
        "sql",
        "  dialect: mariadb\n  host: {host}\n  port: {port}\n  user: u\n  database: d",
    ),
    "s3": ("files", "  place: s3://bucket/x\n  endpoint: http://{host}:{port}"),
    "sftp": (
        "files",
        "  place: sftp://{host}/x\n  port: {port}\n  user: u\n  host_key: ssh-ed25519 AAAA",
    ),
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_an_address_inside_is_not_spoken_to_unless_it_is_named(kind: str, host: str) -> None:
    of, how = KINDS[kind]
    listening = socket.create_server(("127.0.0.1", 0))
    listening.settimeout(0)
    with listening:
        reached = how.format(host=host, port=listening.getsockname()[1])
        text = (
            f"system: x\nname: X\nkind: {of}\nwhy: Y.\n{of}:\n{reached}\ncollections:\n"
            "  people:\n    fields: {email: {identifier: email}}\n"
        )
        connector = registry.build(registry.read_declaration(text, name="x.yaml"))
        asked = [Identifier("email", Personal("a@example.org"))]
        with pytest.raises(SystemRefused, match="inside a network"):
            list(connector.find(asked))
        with pytest.raises(BlockingIOError):
            listening.accept()  # nobody came


def test_a_bucket_asks_for_every_name_here() -> None:
    from asyncio import run

    from aboveboard.connectors.files.s3 import JudgedResolver
    from aboveboard.connectors.outgoing.addresses import read_rules

    answers = {"a.example": ["93.184.216.34"], "b.example": ["93.184.216.34", "169.254.169.254"]}
    judged = JudgedResolver("x", read_rules([]), lambda host, _: answers[host])
    (address,) = run(judged.resolve("a.example", 443))
    assert address["host"] == "93.184.216.34"
    with pytest.raises(OSError, match="system_refused"):
        run(judged.resolve("b.example", 443))


def test_mariadb_is_reached_over_a_socket_of_the_door(
    mariadb_socket: str, shop_on_mariadb: ShopDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop_on_mariadb.fill()
    asked: list[str] = []

    def once(host: str, _: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"]

    with forwarded(mariadb_socket) as port:
        reached = (
            f"  dialect: mariadb\n  host: db.example\n  port: {port}\n  user: shop\n"
            "  database: shop\n  tls: off\naddresses: {private: [127.0.0.1]}\n"
        )
        access = replace(shop_on_mariadb, reached=reached).connector().access
        monkeypatch.setattr(access, "resolver", once)
        with access.reading() as connection:
            assert connection.exec_driver_sql("SELECT 1").scalar_one() == 1
        access.engine.dispose()
    assert asked == ["db.example"], "resolved once, by us"


@contextmanager
def forwarded(place: str) -> Iterator[int]:
    """Pass what comes to a port on to a socket of this machine."""
    listening = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        outer, _ = listening.accept()
        with outer, socket.socket(socket.AF_UNIX) as inner:
            inner.connect(place)
            back = Thread(target=copy, args=(inner, outer), daemon=True)
            back.start()
            copy(outer, inner)
            back.join(5)

    def copy(source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)

    thread = Thread(target=serve, daemon=True)
    thread.start()
    with listening:
        yield listening.getsockname()[1]
    thread.join(5)
