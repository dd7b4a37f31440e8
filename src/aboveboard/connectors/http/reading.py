"""Reading the declaration of an API into its shape. What is wrong is reported on its line, all of
it at once; ``docs/reference/http-systems.md`` has every key."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any, Final

from aboveboard.connectors.declaration import DeclaredCollection, DeclaredField
from aboveboard.connectors.http.limits import DEPTH
from aboveboard.connectors.http.placeholders import PlaceholderText
from aboveboard.connectors.http.reading_calls import CallReader, path, paths, way_of
from aboveboard.connectors.http.shape import (
    ApiCollection,
    ApiHost,
    ApiPart,
    ApiShape,
    DeclaredCorrection,
    DeclaredErasure,
    DeclaredFailures,
    DeclaredListing,
    DeclaredWait,
    SettingDeclared,
)
from aboveboard.connectors.outgoing.retries import CallRate
from aboveboard.connectors.reading import DeclarationPart
from aboveboard.law import categories

NAME: Final = r"[a-z][a-z0-9_]{0,49}"
_MOST_CALLS: Final = 100_000


def read_shape(part: DeclarationPart) -> ApiShape:
    """Return an API's shape; problems are reported on the part."""
    settings = {
        name: SettingDeclared(
            each.text("about", "what it is, and where it is found", required=True),
            each.text("default", "what is used if nothing else is said"),
        )
        for name, each in part.parts("settings", "names of settings", pattern=NAME).items()
    }
    secrets = part.pairs("secrets", "names of secrets, and what each is")
    for name in secrets:
        if not re.fullmatch(NAME, name) or name in settings:
            part.problem("secrets", "A secret's name is taken or has other marks.", "Change it.")
    hosts = part.parts("hosts", "names of further hosts of the same system", pattern=NAME)
    reader = CallReader(settings, hosts)
    test, rate = part.part("test", "a call to test it by"), part.part("rate", "how often")
    failures = part.part("failures", "how it says with status 200 that a call failed")
    base = reader.template(part, "base", "its address, from https://", (), required=True)
    collections = part.parts("collections", "what it holds", required=True, pattern=NAME)
    return ApiShape(
        part.text("name", "what people call it"),
        base,
        reader.auth(part.part("auth", "how it is told who asks", required=True), secrets),
        {
            name: _CollectionReader(reader, each, name).collection()
            for name, each in collections.items()
        },
        part.words("references", "addresses of its public reference"),
        str(part.day("checked", "the day on which it was compared with the reference") or ""),
        settings,
        secrets,
        reader.templates(part, "headers", "headers of every call", ()),
        reader.call(test, ()) if test.present else None,
        _rate(rate) if rate.present else None,
        _failures(failures) if failures.present else None,
        {
            name: ApiHost(
                reader.template(each, "base", "its address, from https://", (), required=True),
                reader.auth(each.part("auth", "how it is told who asks", required=True), secrets),
            )
            for name, each in hosts.items()
        },
        part.words("data_uses", "data uses of fideslang"),
        part.words("data_subjects", "data subjects of fideslang"),
        part.words("cannot", "what no call reaches, as sentences that people read"),
    )


def _rate(part: DeclarationPart) -> CallRate:
    return CallRate(
        part.number("calls", "how many calls", default=1, least=1, most=_MOST_CALLS),
        float(part.number("seconds", "in how many seconds", default=1, least=1, most=86_400)),
    )


def _failures(part: DeclarationPart) -> DeclaredFailures:
    wrong = part.words("wrong", "where something stands if it failed")
    return DeclaredFailures(
        path(part, "ok", "where true stands if it did not fail"),
        tuple(way for text in wrong if (way := way_of(part, "wrong", text))),
        path(part, "code", "where it says which error it is"),
        frozenset(part.words("absent", "errors that mean that there is nothing")),
    )


class _CollectionReader:
    """Reads one collection and what hangs on it."""

    def __init__(self, reader: CallReader, part: DeclarationPart, name: str) -> None:
        self._reader, self._part, self._name = reader, part, name

    def collection(self) -> ApiCollection:
        part = self._part
        kept = self._kept_of(part, self._name, (), 0)
        names = kept["key"].keys()
        if not names:
            part.problem("key", f"`{part.name}` has no `key`.", "Say where a record has its id.")
        if kept["read"] is None:
            part.problem("read", f"`{part.name}` has no `read`.", "Add the call that reads one.")
        find = part.parts("find", "the call for each identifier", required=True, pattern=NAME)
        correct = part.part("correct", "the call that sets values")
        restrict = part.parts("restrict", "calls by the use that they end", pattern=NAME)
        listed = part.part("list", "the call that lists anybody's, for discovery")
        return ApiCollection(
            **kept,
            find={kind: self._finding(kind, each) for kind, each in find.items()},
            learns=paths(part, "learns", "what it tells of the person, by kind of identifier"),
            list=self._reader.listing(listed, ()) if listed.present else None,
            many=part.flag("many", "true where one person has many of it"),
            correct=self._correction(correct, names) if correct.present else None,
            restrict={
                use: self._reader.call(each, names, method="POST") for use, each in restrict.items()
            },
        )

    def _finding(self, kind: str, part: DeclarationPart) -> DeclaredListing:
        listing = self._reader.listing(part, (kind,), (kind,))
        exact = part.flag("exact", "true where the reference says that nothing else is found")
        if not exact and kind not in listing.same:
            part.problem(
                "same",
                f"`{part.name}` does not say how an item is known to be the person's.",
                f"Say where an item has it (same: {{{kind}: ...}}), or `exact: true`.",
            )
        return listing

    def _kept_of(
        self, part: DeclarationPart, name: str, names: Collection[str], depth: int
    ) -> dict[str, Any]:
        """Return what a collection and a part of one have in common."""
        key = paths(part, "key", "names for further calls, and where an item has them")
        inner = (*names, *key)
        read = part.part("read", "the call that reads it")
        erase = part.part("erase", "the calls that erase it")
        below = part.parts("parts", "what hangs on it", pattern=NAME)
        if depth >= DEPTH and below:
            part.problem("parts", f"`{part.name}` is too deep.", f"{DEPTH} levels are enough.")
            below = {}
        with_parent = part.flag("with_parent", "true where it goes with what it hangs on")
        keeps = part.text("keeps", "why it stays, as a sentence that people read")
        if sum((erase.present, with_parent, bool(keeps))) > 1 or (
            depth and not (erase.present or with_parent or keeps)
        ):
            part.problem(
                "erase",
                f"`{part.name}` must say what becomes of it.",
                "Write one of `erase`, `with_parent: true` or `keeps`.",
            )
        return {
            "about": self._declared_collection(part, name),
            # A part is read by what it hangs on, a collection by its own key.
            "read": self._reader.listing(read, names if depth else inner) if read.present else None,
            "key": key,
            "values": path(part, "values", "where an item has what it tells"),
            "parts": tuple(
                ApiPart(**self._kept_of(each, inner_name, inner, depth + 1))
                for inner_name, each in below.items()
            ),
            "erase": self._erasure(erase, inner) if erase.present else None,
            "keeps": keeps,
            "with_parent": with_parent,
        }

    def _declared_collection(self, part: DeclarationPart, name: str) -> DeclaredCollection:
        known = categories.all_categories()
        others = part.words("others", "fields that are about somebody else as well")
        fields = part.pairs("fields", "data categories of fideslang, by field")
        for field, category in fields.items():
            if category not in known:
                part.problem(
                    "fields",
                    f"`{part.name}.fields`: {field} has no category of fideslang.",
                    "docs/reference has them, such as user.contact.email.",
                )
        return DeclaredCollection(
            name,
            part.text("about", "what it is, in words that customers read"),
            {
                field: DeclaredField(field, fields.get(field, ""), others=field in others)
                for field in dict.fromkeys((*fields, *others))
            },
        )

    def _erasure(self, part: DeclarationPart, names: Collection[str]) -> DeclaredErasure:
        calls = tuple(
            self._reader.call(each, names, method="DELETE")
            for each in part.series("calls", "calls, in order")
        )
        if not calls:
            part.problem("calls", f"`{part.name}` has no calls.", "Write a list of calls.")
        wait = part.part("wait", "how it says that it erases later")
        return DeclaredErasure(
            calls,
            part.flag("once", "true where the calls erase all of it together"),
            self._wait(wait, names) if wait.present else None,
        )

    def _wait(self, part: DeclarationPart, names: Collection[str]) -> DeclaredWait:
        pending = part.part("pending", "lists erasures that were asked for")
        return DeclaredWait(
            part.text("message", "a sentence for who waits", required=True),
            self._reader.listing(pending, names, names) if pending.present else None,
            path(part, "state", "where such an erasure has its state"),
            frozenset(part.words("open", "the states in which it is not done yet")),
        )

    def _correction(self, part: DeclarationPart, names: Collection[str]) -> DeclaredCorrection:
        call = self._reader.call(part, names, method="PATCH")
        fields = paths(part, "fields", "where the body takes a value, by data category")
        held = paths(part, "held", "where a record that is read has it, by data category")
        return DeclaredCorrection(call, fields, {**fields, **held})


def missing_settings(shape: ApiShape, given: Mapping[str, str]) -> list[str]:
    """Return the settings that an organisation must still say."""
    return [
        name for name, each in shape.settings.items() if not each.default and not given.get(name)
    ]


def host_of(base: PlaceholderText) -> str:
    """Return the host of an address with settings in it, for people."""
    text = "".join(p if isinstance(p, str) else f"<{p.name}>" for p in base.pieces)
    return text.partition("://")[2].partition("/")[0]
