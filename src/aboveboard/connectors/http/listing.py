"""The catalogue, and the kind ``http`` of a system: an API of the catalogue, or of one's own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

from aboveboard.connectors.contract import Connector
from aboveboard.connectors.declaration import (
    DeclarationRefused,
    DeclaredCollection,
    SystemDeclaration,
    SystemKind,
)
from aboveboard.connectors.http.connector import HttpConnector
from aboveboard.connectors.http.reading import missing_settings, read_shape
from aboveboard.connectors.http.shape import ApiShape
from aboveboard.connectors.outgoing.addresses import read_rules
from aboveboard.connectors.reading import DeclarationPart
from aboveboard.connectors.secrets import SecretReference
from aboveboard.promise.loading import lines
from aboveboard.promise.loading.problems import ProblemReport

FOLDER: Final = Path(__file__).with_name("catalogue")
_VALUE: Final = r"[^\x00-\x1f\x7f<>]{1,200}"


@dataclass(frozen=True, slots=True)
class HttpSettings:
    """What a declaration of this kind says.

    Attributes:
        shape: the API.
        values: its settings.
        secrets: where each secret is.
        plain_http: hosts that are spoken to without TLS.
        authorities: the path of a PEM file with certificate authorities of one's own; "" for none.
    """

    shape: ApiShape
    values: Mapping[str, str]
    secrets: Mapping[str, SecretReference]
    plain_http: tuple[str, ...] = ()
    authorities: str = ""


def names() -> tuple[str, ...]:
    """Return the names of the APIs of the catalogue, in order."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.yaml")))


@lru_cache(maxsize=64)
def catalogue_shape(name: str) -> ApiShape:
    """Return an API of the catalogue. ``name`` is one of :func:`names`."""
    return shape_of((FOLDER / f"{name}.yaml").read_text("utf-8"), f"{name}.yaml")


def shape_of(source: str, name: str) -> ApiShape:
    """Return the API that a file of the catalogue's form declares.

    Raises:
        DeclarationRefused: with every problem of it.
    """
    report = ProblemReport(name)
    root = lines.read(source, report)
    if root is None:
        raise DeclarationRefused(report.problems())
    part = DeclarationPart(root, "", report, root)
    shape = read_shape(part)
    part.report_unknown()
    if problems := report.problems():
        raise DeclarationRefused(problems)
    return shape


def _read(part: DeclarationPart, _: Mapping[str, DeclarationPart]) -> HttpSettings | None:
    own = part.part("api", "the API, where the catalogue does not have it")
    name = part.text("catalogue", "an API of the catalogue", choices=names())
    if bool(name) == own.present:
        part.problem(
            "catalogue",
            f"`{part.name}` needs `catalogue`, or `api`, and not both.",
            "aboveboard systems catalogue lists what there is.",
        )
        return None
    shape = catalogue_shape(name) if name else read_shape(own)
    given, secret = (
        part.part("settings", "what the API asks"),
        part.part("secrets", "where they are"),
    )
    values = {
        setting: given.text(setting, each.about, default=each.default, pattern=_VALUE)
        for setting, each in shape.settings.items()
    }
    for setting in missing_settings(shape, values):
        about = shape.settings[setting].about
        part.problem(
            "settings",
            f"`{part.name}.settings` has no `{setting}`.",
            f"Add `{setting}:` — {about}.",
            code="missing",
        )
    references = {
        name: reference
        for name, about in shape.secrets.items()
        if (reference := secret.secret(name, about, required=True))
    }
    return HttpSettings(
        shape,
        values,
        references,
        part.words("plain_http", "hosts that are spoken to without TLS"),
        part.text("authorities", "the path of a PEM file with authorities of your own"),
    )


def _build(declaration: SystemDeclaration) -> Connector:
    settings: HttpSettings = declaration.settings
    return HttpConnector(
        declaration.key,
        settings.shape,
        settings.values,
        lambda name: settings.secrets[name].fetch().reveal(),
        read_rules(
            declaration.private_addresses,
            plain_http=settings.plain_http,
            authorities=settings.authorities,
        ),
    )


def _collections(settings: HttpSettings) -> Mapping[str, DeclaredCollection]:
    return {part.name: part.about for part in settings.shape.parts()}


KIND: Final = SystemKind("An HTTP API", _read, _build, _collections)
