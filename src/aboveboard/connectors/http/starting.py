"""What a declaration of an HTTP API is begun from: an API of the catalogue, or a file of Fides."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import yaml

from aboveboard.basics.errors import Invalid, NotFound
from aboveboard.connectors.contract import Verb
from aboveboard.connectors.http import fides, listing
from aboveboard.connectors.http.shape import ApiShape

UNTRIED: Final = (
    "It was written from its public reference and tried at a server of our tests that speaks as "
    "the reference says, never on the real service."
)
"""Said of every API of the catalogue: ask it for a person of your own before you rely on it."""
_KEY: Final = re.compile(r"[^a-z0-9]+")
_WHY: Final = "Say in a sentence what you have it for: the person reads it."


@dataclass(frozen=True, slots=True)
class CatalogueEntry:
    """An API of the catalogue.

    Attributes:
        key: its name there.
        name: what people call the system.
        finds_by: the kinds of identifier by which a person is found.
        verbs: what it can be asked, in the order of the contract.
        erases_later: whether it erases in the background.
        checked: the day on which its public reference was read (ISO 8601).
        settings, secrets: what an organisation gives, with what each is.
        cannot: what no call reaches.
    """

    key: str
    name: str
    finds_by: tuple[str, ...]
    verbs: tuple[Verb, ...]
    erases_later: bool
    references: tuple[str, ...]
    checked: str
    settings: Mapping[str, str]
    secrets: Mapping[str, str]
    cannot: tuple[str, ...]


def catalogue() -> list[CatalogueEntry]:
    """Return every API of the catalogue, by key."""
    return [catalogue_entry(key) for key in listing.names()]


def catalogue_entry(key: str) -> CatalogueEntry:
    """Return one.

    Raises:
        NotFound: the catalogue has none of that name.
    """
    if key not in listing.names():
        raise NotFound(what="API in the catalogue")
    shape = listing.catalogue_shape(key)
    collections = shape.collections.values()
    return CatalogueEntry(
        key,
        shape.name,
        tuple(sorted({kind for each in collections for kind in each.find})),
        _verbs(shape),
        any(part.erase and part.erase.wait for part in shape.parts()),
        shape.references,
        shape.checked,
        {name: setting.about for name, setting in shape.settings.items()},
        shape.secrets,
        shape.cannot,
    )


def declaration_of(entry: CatalogueEntry) -> str:
    """Return a declaration (YAML) of one's own account to complete, with secrets by reference."""
    about: dict[str, object] = {"catalogue": entry.key}
    if entry.settings:
        about["settings"] = dict(entry.settings)
    about["secrets"] = _references(entry.key, entry.secrets)
    return _system(entry.key, entry.name, about)


def declaration_from_fides(source: str, *, name: str, key: str = "") -> str:
    """Return a declaration (YAML) to complete, made of a Fides SaaS config; what did not come with
    it stands in front, each with its line. ``key``: of the system; "" takes the file's name.

    Raises:
        Invalid: it is no such config.
    """
    draft = fides.convert(source, name=name)
    if draft is None:
        raise Invalid(
            found=f"{name} is no SaaS config of Fides",
            fix="Give the YAML file that begins with `saas_config:`.",
        )
    called = str(draft.api["name"])
    system = key or _KEY.sub("-", called.lower()).strip("-")[:50] or "system"
    secrets = draft.api["secrets"]
    named = {str(each): "" for each in secrets} if isinstance(secrets, Mapping) else {}
    about = {"secrets": _references(system, named), "api": dict(draft.api)}
    notes = "".join(f"# Not carried over, {note}\n" for note in draft.not_carried)
    return notes + _system(system, called, about)


def _verbs(shape: ApiShape) -> tuple[Verb, ...]:
    collections = shape.collections.values()
    offered = {
        Verb.FIND: True,
        Verb.READ: True,
        Verb.CORRECT: any(each.correct for each in collections),
        Verb.ERASE: any(each.erase for each in collections),
        Verb.RESTRICT: any(each.restrict for each in collections),
    }
    return tuple(verb for verb, is_offered in offered.items() if is_offered)


def _references(key: str, secrets: Mapping[str, str]) -> dict[str, str]:
    return {name: f"env:{_KEY.sub('_', f'{key}_{name}'.lower()).upper()}" for name in secrets}


def _system(key: str, name: str, about: Mapping[str, object]) -> str:
    system = {"system": key, "name": name, "kind": "http", "why": _WHY, "http": dict(about)}
    return yaml.safe_dump(system, sort_keys=False, allow_unicode=True, width=100)
