"""What an API has, for discovery: what its declaration says, and what a few records show."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice

from aboveboard.basics.canonical import Json
from aboveboard.basics.personal import Personal
from aboveboard.connectors.contract import FieldSeen
from aboveboard.connectors.http.calls import ApiCaller
from aboveboard.connectors.http.limits import SAMPLE_ITEMS, SAMPLE_PATHS
from aboveboard.connectors.http.matching import key_of
from aboveboard.connectors.http.pages import listed
from aboveboard.connectors.http.paths import as_text
from aboveboard.connectors.http.placeholders import Scope
from aboveboard.connectors.http.shape import ApiCollection, ApiPart

_TYPES = {str: "text", int: "number", float: "number", bool: "yes or no", type(None): "nothing"}


def fields(caller: ApiCaller, collection: ApiCollection, samples: int) -> Iterator[FieldSeen]:
    """Yield the fields of a collection and of what hangs on it.

    With ``samples`` the first records of anybody are listed, if the declaration says how, and up to
    so many values are given of each path.
    """
    seen: dict[str, dict[str, tuple[str, list[str]]]] = {}
    if samples and collection.list is not None:
        for item in islice(listed(caller, collection.list, {}), SAMPLE_ITEMS):
            _take_samples(caller, collection, item, {}, samples, seen)
    for part in collection.with_parts():
        declared = {name: each.category for name, each in part.about.fields.items()}
        paths = seen.get(part.name, {})
        for path in dict.fromkeys((*declared, *paths)):
            kind, values = paths.get(path, ("", []))
            yield FieldSeen(
                part.name, path, kind, tuple(map(Personal, values)), declared.get(path, "")
            )


def _take_samples(
    caller: ApiCaller,
    part: ApiPart,
    item: Json,
    scope: Scope,
    samples: int,
    seen: dict[str, dict[str, tuple[str, list[str]]]],
) -> None:
    paths = seen.setdefault(part.name, {})
    inner = part.values.first(item) if part.values else None
    whole: dict[str, Json] = dict(item) if isinstance(item, Mapping) else {}
    if isinstance(inner, Mapping):
        whole.update(inner)
    for path, value in _leaves(whole):
        if path not in paths and len(paths) >= SAMPLE_PATHS:
            continue
        _, values = paths.setdefault(path, (_TYPES.get(type(value), ""), []))
        text = as_text(value)
        if text and len(values) < samples and text not in values:
            values.append(text)
    scope = {**scope, **key_of(part, item)}
    for below in part.parts:
        if below.read is not None:
            for each in islice(listed(caller, below.read, scope), samples):
                _take_samples(caller, below, each, scope, samples, seen)


def _leaves(value: Json, path: str = "") -> Iterator[tuple[str, Json]]:
    """Yield the values of an object, each with its path; elements of a list share one."""
    if isinstance(value, Mapping):
        for name, each in value.items():
            yield from _leaves(each, f"{path}.{name}" if path else name)
    elif isinstance(value, list):
        for each in value:
            yield from _leaves(each, f"{path}[*]")
    else:
        yield path, value
