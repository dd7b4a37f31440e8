"""Finding a person: each identifier asked in each collection that knows its kind, what is somebody
else's left out, and two people behind one identifier told apart."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import msgspec

from aboveboard.basics.canonical import Json
from aboveboard.basics.personal import Personal
from aboveboard.connectors.contract import EMAIL, Identifier, Match, SystemAnswerUnreadable
from aboveboard.connectors.http.calls import ApiCaller
from aboveboard.connectors.http.limits import PEOPLE
from aboveboard.connectors.http.pages import is_theirs, listed
from aboveboard.connectors.http.paths import as_text
from aboveboard.connectors.http.placeholders import Scope
from aboveboard.connectors.http.shape import ApiCollection, ApiPart
from aboveboard.kinds import normalise


@dataclass(slots=True)
class _Candidate:
    """A record that was found: by which kinds, and whether each pointed at it alone."""

    learned: tuple[Identifier, ...]
    by: list[str] = field(default_factory=list)
    is_several: bool = True


def matches(
    caller: ApiCaller, collection: ApiCollection, identifiers: Sequence[Identifier]
) -> Iterator[Match]:
    """Yield a match for each record of a collection that is the person's.

    Where a person has one record there (``many`` is not declared), an identifier that finds two may
    point at two people: both are marked, unless another identifier finds one of them alone.

    Raises:
        SystemAnswerUnreadable: a record has no key where the declaration says.
    """
    asked = [each for each in map(_askable, identifiers) if each and each.kind in collection.find]
    if collection.many:
        yield from _many(caller, collection, asked)
        return
    candidates: dict[str, _Candidate] = {}
    for identifier in asked:
        keys: dict[str, Json] = {}
        for key, item in _items(caller, collection, identifier):
            if len(keys) < PEOPLE:
                keys.setdefault(key, item)
        for key, item in keys.items():
            candidate = candidates.setdefault(key, _Candidate(_learned(collection, item)))
            if identifier.kind not in candidate.by:
                candidate.by.append(identifier.kind)
            candidate.is_several &= len(keys) > 1
    for key, candidate in candidates.items():
        yield Match(
            collection.name,
            Personal(key),
            tuple(candidate.by),
            candidate.learned,
            candidate.is_several,
        )


def _many(
    caller: ApiCaller, collection: ApiCollection, identifiers: Sequence[Identifier]
) -> Iterator[Match]:
    been: set[int] = set()
    for identifier in identifiers:
        for key, item in _items(caller, collection, identifier):
            if hash(key) not in been:
                been.add(hash(key))
                learned = _learned(collection, item)
                yield Match(collection.name, Personal(key), (identifier.kind,), learned)


def _items(
    caller: ApiCaller, collection: ApiCollection, identifier: Identifier
) -> Iterator[tuple[str, Json]]:
    listing = collection.find[identifier.kind]
    scope = {identifier.kind: identifier.value.reveal()}
    for item in listed(caller, listing, scope):
        if is_theirs(item, listing, identifier):
            yield write_key(caller, collection, item), item


def _askable(identifier: Identifier) -> Identifier | None:
    """Return an identifier in the form in which it is asked for; None for an address that is none:
    nobody has it."""
    if identifier.kind != EMAIL:
        return identifier if identifier.value.reveal() else None
    normal = normalise.email(identifier.value.reveal())
    return Identifier(EMAIL, Personal(normal)) if normal else None


def _learned(collection: ApiCollection, item: Json) -> tuple[Identifier, ...]:
    return tuple(
        Identifier(kind, Personal(text))
        for kind, path in collection.learns.items()
        for value in path.values(item)
        if (text := _normal(kind, as_text(value)))
    )


def _normal(kind: str, text: str | None) -> str | None:
    if text is None:
        return None
    if kind == EMAIL:
        return normalise.email(text)
    return normalise.phone(text, None) if kind == "phone" else text


def write_key(caller: ApiCaller, collection: ApiCollection, item: Json) -> str:
    """Return what finds a record again: its one key, or all its keys as JSON.

    Raises:
        SystemAnswerUnreadable: the record lacks one.
    """
    values = {name: as_text(path.first(item)) for name, path in collection.key.items()}
    if None in values.values():
        missing = next(name for name, value in values.items() if value is None)
        raise SystemAnswerUnreadable(
            system=caller.system, where=f"{collection.name}: a record without {missing}"
        )
    if len(values) == 1:
        return str(next(iter(values.values())))
    return json.dumps(values, sort_keys=True)


def read_key(collection: ApiCollection, text: str) -> Scope | None:
    """Return the names and values of a key, or None where it is none of this collection."""
    names = collection.key.keys()
    if len(names) == 1:
        return dict.fromkeys(names, text)
    try:
        values = msgspec.json.decode(text)
    except (msgspec.DecodeError, ValueError):
        return None
    is_whole = isinstance(values, Mapping) and values.keys() == names
    return values if is_whole and all(isinstance(v, str) for v in values.values()) else None


def key_of(part: ApiPart, item: Json) -> dict[str, str]:
    """Return the names by which calls know an item; those that it does not have are left out."""
    return {
        name: text
        for name, path in part.key.items()
        if (text := as_text(path.first(item))) is not None
    }
