"""The systems that are connected now, and how a connector is made from each declaration.

A connector is made once in a process for each version of a declaration and lives as long: it holds
pools and what it learned of its system's schema, and no state of any request.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Final

from aboveboard.basics.errors import NotFound
from aboveboard.connectors import declaration as declarations
from aboveboard.connectors.contract import Connector
from aboveboard.connectors.declaration import SystemDeclaration, SystemKind
from aboveboard.connectors.models import System
from aboveboard.connectors.rows import current_rows, source_of

CONNECTORS_KEPT: Final = 256
"""Connectors that a process keeps. Our choice: more systems than any register has."""


def _by_hand() -> SystemKind:
    from aboveboard.connectors import by_hand

    return by_hand.KIND


def _sql() -> SystemKind:
    from aboveboard.connectors import sql

    return sql.KIND


def _http() -> SystemKind:
    from aboveboard.connectors.http import listing

    return listing.KIND


def _imap() -> SystemKind:
    from aboveboard.connectors.imap import connector

    return connector.KIND


def _files() -> SystemKind:
    from aboveboard.connectors import files

    return files.KIND


KINDS: Final[Mapping[str, Callable[[], SystemKind]]] = {
    "by_hand": _by_hand,
    "files": _files,
    "sql": _sql,
    "http": _http,
    "imap": _imap,
}
"""Every kind of system, by the word of the declaration. Imported when first needed: what a kind
needs is heavy, and most instances have few of them."""


def read_declaration(source: str | bytes, *, name: str) -> SystemDeclaration:
    """Return what a declaration says; ``name`` is what problems call the file.

    Raises:
        DeclarationRefused: with every problem found.
    """
    return declarations.load(source, name=name, kinds=KINDS)


def build(declaration: SystemDeclaration) -> Connector:
    """Return a connector for a declaration, whether it is connected here or not."""
    return KINDS[declaration.kind]().build(declaration)


def active() -> list[Connector]:
    """Return a connector for every system that is connected, by key.

    Raises:
        SystemRowDamaged: a row is not as this program wrote it. None is left out in silence, or
            "nothing held" would be said without asking all of them.
    """
    return [_connector(row) for row in current_rows()]


def connector(key: str) -> Connector:
    """Return the connector of one system.

    Raises:
        NotFound: no such system is connected.
        SystemRowDamaged: its row is not as this program wrote it.
    """
    return _connector(_row(key))


def declaration(key: str) -> SystemDeclaration:
    """Return what is declared of a connected system.

    Raises:
        NotFound, SystemRowDamaged: as :func:`connector`.
    """
    row = _row(key)
    return _declaration(row.serial, row.digest)


def version(key: str) -> int:
    """Return which version of a system's declaration is in force.

    Raises:
        NotFound, SystemRowDamaged: as :func:`connector`.
    """
    return _row(key).serial


def forget() -> None:
    """Let go of every connector: the database behind this process is being replaced."""
    _connectors.cache_clear()
    _declaration.cache_clear()


def _row(key: str) -> System:
    for row in current_rows():
        if row.key == key:
            return row
    raise NotFound(what="connected system")


def _connector(row: System) -> Connector:
    return _connectors(row.serial, row.digest)


# By number and digest: tests and restorations give a number twice.
@lru_cache(maxsize=CONNECTORS_KEPT)
def _connectors(serial: int, digest: str) -> Connector:
    return build(_declaration(serial, digest))


@lru_cache(maxsize=CONNECTORS_KEPT)
def _declaration(serial: int, digest: str) -> SystemDeclaration:
    key, text = source_of(serial, digest)
    return read_declaration(text, name=key)
