"""An API as a system: what its declaration says, done."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator, Mapping, Sequence

from aboveboard.basics.canonical import Json
from aboveboard.basics.personal import Personal
from aboveboard.connectors.contract import (
    FieldSeen,
    Health,
    Identifier,
    Match,
    Record,
    SystemAnswerUnreadable,
    SystemChange,
    SystemRefused,
    SystemUnavailable,
    Verb,
)
from aboveboard.connectors.http import describing, erasing, matching
from aboveboard.connectors.http.calls import ApiCaller
from aboveboard.connectors.http.pages import listed
from aboveboard.connectors.http.paths import JsonPath, as_text, merged_at
from aboveboard.connectors.http.placeholders import Scope
from aboveboard.connectors.http.shape import (
    ApiCollection,
    ApiPart,
    ApiShape,
    DeclaredCorrection,
    DeclaredListing,
)
from aboveboard.connectors.outgoing.addresses import OutgoingRules, Resolver, system_resolver
from aboveboard.connectors.outgoing.client import OutgoingClient


class HttpConnector:
    """A system behind an HTTP API. Keeps nothing between two calls but tokens and its pace.

    ``secrets`` returns a secret by its name in the declaration, when it is used. ``resolver``,
    ``wait`` and ``clock`` are given by tests.
    """

    def __init__(
        self,
        key: str,
        shape: ApiShape,
        settings: Scope,
        secrets: Callable[[str], str],
        rules: OutgoingRules,
        *,
        resolver: Resolver = system_resolver,
        wait: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._key, self._shape, self._settings = key, shape, settings
        self._secrets, self._rules = secrets, rules
        self._resolver, self._wait, self._clock = resolver, wait, clock

    def __repr__(self) -> str:
        return f"HttpConnector({self._key})"

    @property
    def key(self) -> str:
        """The name of the system in its declaration."""
        return self._key

    @property
    def verbs(self) -> frozenset[Verb]:
        """What at least one collection can be asked."""
        collections = self._shape.collections.values()
        offered = {
            Verb.FIND: True,
            Verb.READ: True,
            Verb.CORRECT: any(each.correct for each in collections),
            Verb.ERASE: any(each.erase for each in collections),
            Verb.RESTRICT: any(each.restrict for each in collections),
        }
        return frozenset(verb for verb, is_offered in offered.items() if is_offered)

    def test(self) -> Health:
        """Make the declared test call."""
        call = self._shape.test
        if call is None:
            return Health(False, "Its declaration has no call to test it by. Add `test:`.")
        try:
            with self._caller() as caller:
                answer = caller.ask(call, {})
        except (SystemUnavailable, SystemRefused, SystemAnswerUnreadable) as error:
            return Health(False, str(error))
        if answer is None:
            return Health(False, "It has nothing at the address of the test. Check the settings.")
        return Health(True, "It answers, and knows us.")

    def describe(self, *, samples: int = 0) -> Iterator[FieldSeen]:
        """Yield the declared fields, and with ``samples`` every path of the first records."""
        with self._caller() as caller:
            for collection in self._shape.collections.values():
                yield from describing.fields(caller, collection, samples)

    def find(self, identifiers: Sequence[Identifier]) -> Iterator[Match]:
        """Yield the person's own records."""
        with self._caller() as caller:
            for collection in self._shape.collections.values():
                yield from matching.matches(caller, collection, identifiers)

    def read(self, match: Match) -> Iterator[Record]:
        """Yield the record and all that hangs on it, page by page."""
        collection, scope = self._place(match)
        with self._caller() as caller:
            for item in listed(caller, _read_of(collection), scope):
                yield _record(collection, item)
                yield from _below(caller, collection, scope)

    def correct(self, match: Match, values: Mapping[str, Personal[str]]) -> SystemChange:
        """Set what is declared to be settable and differs from what is held."""
        collection, scope = self._place(match)
        declared = collection.correct
        fields = declared.fields if declared else {}
        known = {
            category: value.reveal() for category, value in values.items() if category in fields
        }
        messages = tuple(
            f"{category} cannot be corrected here by a call: do it by hand."
            for category in values
            if category not in fields
        )
        changed = 0
        if declared and known:
            with self._caller() as caller:
                if body := self._differences(caller, collection, declared, scope, known):
                    changed = int(caller.change(declared.call, scope, body))
        counts = {collection.name: changed} if changed else {}
        return SystemChange(counts, messages=messages, done=not messages)

    def erase(self, match: Match, *, dry_run: bool = False) -> SystemChange:
        """Erase what hangs on the record, then the record; :mod:`erasing` says in what order."""
        collection, scope = self._place(match)
        erasure = collection.erase
        if erasure is None:
            ground = collection.keeps or "This system has no call for it: erase it by hand."
            return SystemChange(messages=(ground,), done=False)
        with self._caller() as caller:
            return erasing.erase(
                caller, collection, erasure, scope, self._shape.cannot, dry_run=dry_run
            )

    def restrict(self, match: Match, purpose: str | None) -> SystemChange:
        """Make the call that is declared for a purpose, else the one that ends every use."""
        collection, scope = self._place(match)
        call = collection.restrict.get(purpose or "all") or collection.restrict.get("all")
        if call is None:
            message = "This system has no call that ends this use: end it by hand."
            return SystemChange(messages=(message,), done=False)
        with self._caller() as caller:
            done = caller.change(call, scope)
        return SystemChange({collection.name: 1} if done else {})

    @contextlib.contextmanager
    def _caller(self) -> Iterator[ApiCaller]:
        client = OutgoingClient(self._key, self._rules, resolver=self._resolver, wait=self._wait)
        caller = ApiCaller(
            self._key,
            self._shape,
            self._settings,
            self._secrets,
            client,
            self._rules,
            clock=self._clock,
            wait=self._wait,
        )
        with contextlib.closing(caller):
            yield caller

    def _place(self, match: Match) -> tuple[ApiCollection, Scope]:
        """Return the collection of a match, and the names by which calls know its record.

        Raises:
            SystemRefused: the record may be another person's, or nothing of this declaration.
        """
        if match.several:
            raise SystemRefused(
                system=self._key, reason="several people are behind it, and nobody has decided"
            )
        collection = self._shape.collections.get(match.collection)
        scope = matching.read_key(collection, match.key.reveal()) if collection else None
        if collection is None or scope is None:
            raise SystemRefused(
                system=self._key, reason="its declaration has changed since the record was found"
            )
        return collection, scope

    def _differences(
        self,
        caller: ApiCaller,
        collection: ApiCollection,
        declared: DeclaredCorrection,
        scope: Scope,
        values: Mapping[str, str],
    ) -> dict[str, Json]:
        """Return the body with those values that the record does not have yet."""
        item = next(listed(caller, _read_of(collection), scope), None)
        body: dict[str, Json] = {}
        for category, value in values.items():
            if item is not None and as_text(declared.held[category].first(item)) != value:
                merged_at(declared.fields[category], value, body)
        return body


def _read_of(part: ApiPart) -> DeclaredListing:
    if part.read is None:
        raise ValueError("a collection without a call that reads it is refused when it is declared")
    return part.read


def _below(caller: ApiCaller, part: ApiPart, scope: Scope) -> Iterator[Record]:
    for below in part.parts:
        if below.read is None:
            continue
        for item in listed(caller, below.read, scope):
            yield _record(below, item)
            if below.parts:
                yield from _below(caller, below, {**scope, **matching.key_of(below, item)})


def _record(part: ApiPart, item: Json) -> Record:
    """Return an item as a record: its own members, and those of where it has its values."""
    whole: dict[str, Json] = dict(item) if isinstance(item, Mapping) else {"value": item}
    if part.values is not None:
        inner = part.values.first(item)
        if isinstance(inner, Mapping):
            whole.pop(part.values.top, None)
            whole.update(inner)
    others = {_top(name) for name in part.about.others}
    return Record(
        part.name,
        {name: Personal(value) for name, value in whole.items()},
        frozenset(others & whole.keys()),
    )


def _top(name: str) -> str:
    path = JsonPath.parse(name)
    return path.top if path else name
