"""Which data a law covers, and whether a person lost any of it.

US state laws count only "personal information" of their own definition, mostly a name
together with a number that opens money or identity. GDPR-like laws cover all personal
data and need no entry here. The format is described in ``definitions.yaml``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

from aboveboard.basics import shipped
from aboveboard.law.rules import catalogue
from aboveboard.law.rules.sources import LawSource, read_sources
from aboveboard.law.severity import any_of
from aboveboard.law.terms import Required

_DATA = Path(__file__).with_name("definitions.yaml")


@dataclass(frozen=True, slots=True)
class DataCoverage:
    """Whether the data is covered, by which elements (in words), and the sentence that says so."""

    covered: Required
    elements: tuple[str, ...]
    reason: str


class _ElementGroup(StrEnum):
    """Together with what an element counts: the lists of a definition."""

    ALONE = "without_name"
    NAME = "with_name"
    IDENTIFIER = "with_identifier"
    PHONE_OR_ADDRESS = "with_phone_or_address"
    PUBLIC_BODY = "public_body_only"
    IDENTITY_THEFT = "if_identity_theft"


_GROUP_WORDS: Mapping[_ElementGroup, str] = {
    _ElementGroup.NAME: "with a name",
    _ElementGroup.IDENTIFIER: "with a name or another identifier",
    _ElementGroup.PHONE_OR_ADDRESS: "with a phone number or an address",
    _ElementGroup.ALONE: "without a name",
    _ElementGroup.PUBLIC_BODY: "with a name, held by a public body",
    _ElementGroup.IDENTITY_THEFT: "without a name, if enough for identity theft",
}

# What must be there beside the element itself; nothing for those that count alone.
_BESIDE: Mapping[_ElementGroup, str] = {
    _ElementGroup.NAME: "name",
    _ElementGroup.PUBLIC_BODY: "name",
    _ElementGroup.IDENTIFIER: "any",
    _ElementGroup.PHONE_OR_ADDRESS: "phone_or_address",
}


@dataclass(frozen=True, slots=True)
class _DatedElement:
    """A line of a definition: ``account+code? since 2018-06-02 until 2019-12-31``."""

    group: _ElementGroup
    key: str
    needs_code: bool
    or_expiry: bool
    if_usable: bool
    since: date | None
    until: date | None

    def is_law_on(self, day: date) -> bool:
        return (not self.since or day >= self.since) and (not self.until or day <= self.until)


class _Doubt(StrEnum):
    """Why an element is for counsel; each with its sentence."""

    CODE = "Whether the law covers the {} depends on whether a code is needed, and got out."
    OPENS = "A password counts here only if it opens a financial account: that is for counsel."
    THEFT = (
        "Without a name, this law counts the {} only if it is enough for identity theft: "
        "that is for counsel."
    )


_NOT_KNOWN = "What this law counted on that date is not known here: ask counsel."
_NO_LAW = "There was no such law on that date."
_NOTHING = "None of the data that this law covers was exposed in readable form."


def coverage(
    place: str,
    readable: frozenset[str],
    *,
    codes_taken: bool | None,
    on: date,
    public_body: bool = False,
) -> DataCoverage:
    """Say whether ``readable`` is personal information in the sense of the
    law of ``place`` on ``on``.

    ``place``: a place with a definition (:func:`places`). ``codes_taken``: codes or passwords that
    open cards and accounts went too; ``None``: not known. ``public_body``: we are one; some data
    counts only if a public body held it. For a day before the first that was checked, the answer is
    for counsel, whatever was exposed.

    Raises:
        KeyError: there is no definition for the place.
    """
    definition = _definition(place)
    begins = first_day(place)
    if begins and on < begins:
        if definition.get("predecessor") == "none":
            return DataCoverage(Required.NO, (), _NO_LAW)
        return DataCoverage(Required.ASK, (), _NOT_KNOWN)
    # Label of what surely counts, with the sentence on how the law was read, if any.
    sure: dict[str, str] = {}
    unsure: dict[str, list[str]] = {}
    for item in _lines(definition):
        if item.is_law_on(on) and _is_there(item, readable, public_body=public_body):
            opened = codes_taken or (item.or_expiry and any_of(_tables()["expiry"], readable))
            _answer(item, definition, True if opened else codes_taken, sure, unsure)
    if _credentials_count(definition, readable, on):
        sure[_tables()["credentials"]["label"]] = _read_widely(definition, "credentials")
    if sure:
        words = [f"The law covers what was lost: {', '.join(sure)}.", *filter(None, sure.values())]
        return DataCoverage(Required.YES, tuple(sure), " ".join(words))
    if unsure:
        labels = tuple(dict.fromkeys(label for row in unsure.values() for label in row))
        words = [why.format(" and ".join(row)) for why, row in unsure.items()]
        return DataCoverage(
            Required.ASK, labels, " ".join([*words, definition.get("note", "")]).strip()
        )
    return DataCoverage(Required.NO, (), f"{_NOTHING}{_besides(definition)}")


def _is_there(item: _DatedElement, readable: frozenset[str], *, public_body: bool) -> bool:
    """Whether the element was exposed, and beside it what makes it count."""
    if item.group is _ElementGroup.PUBLIC_BODY and not public_body:
        return False
    own = {key for key in readable if any_of(_element(item.key)["keys"], frozenset({key}))}
    if not own:
        return False
    beside = _BESIDE.get(item.group)
    # A number that identifies somebody is not its own "other identifier".
    return beside is None or _identifies(beside, readable - own)


def _identifies(kind: str, readable: frozenset[str]) -> bool:
    return any(
        all(any_of(keys, readable) for keys in alternative)
        for alternative in _tables()["identifiers"][kind]
    )


def _answer(
    item: _DatedElement,
    definition: Mapping[str, Any],
    codes_taken: bool | None,
    sure: dict[str, str],
    unsure: dict[str, list[str]],
) -> None:
    """Put the element where it belongs: surely covered, for counsel and why, or neither."""
    element = _element(item.key)
    label = element["label"]
    needs_code = item.needs_code or element.get("is_code", False)
    unclear = definition.get("unclear", {}).get(item.key)
    if needs_code and codes_taken is False and not item.if_usable:
        return
    why = ""
    if (needs_code or item.if_usable) and not codes_taken:
        why = _Doubt.OPENS if element.get("is_code") else _Doubt.CODE
    elif item.group is _ElementGroup.IDENTITY_THEFT:
        why = _Doubt.THEFT
    elif unclear:
        why = str(unclear)
    if not why:
        sure.setdefault(label, _read_widely(definition, item.key))
    elif label not in unsure.setdefault(why, []):
        unsure[why].append(label)


def _read_widely(definition: Mapping[str, Any], key: str) -> str:
    return str(definition.get("read_widely", {}).get(key, ""))


def _credentials_count(definition: Mapping[str, Any], readable: frozenset[str], on: date) -> bool:
    rule = _credentials(definition)
    if not rule or not rule.is_law_on(on):
        return False
    words = _tables()["credentials"]
    identifiers: Sequence[str] = words["identifiers"][definition.get("credentials_by", "any")]
    if not any_of(identifiers, readable) or not any_of(words["secret"], readable):
        return False
    return rule.group is _ElementGroup.ALONE or _identifies("name", readable)


def _credentials(definition: Mapping[str, Any]) -> _DatedElement | None:
    line = definition.get("credentials", "")
    group = _ElementGroup.ALONE if line.startswith("alone") else _ElementGroup.NAME
    return _line(group, line) if line else None


def _besides(definition: Mapping[str, Any]) -> str:
    more = definition.get("no_category", ())
    return f" It also counts what is not asked for here: {', '.join(more)}." if more else ""


# -- in words --------------------------------------------------------------------------------------


def coverage_in_words(place: str) -> str:
    """Return what the law of ``place`` counts, in words: by what it needs beside it.

    Raises:
        KeyError: there is no definition for the place.
    """
    definition = _definition(place)
    parts: dict[_ElementGroup, list[str]] = {group: [] for group in _GROUP_WORDS}
    for item in _lines(definition):
        parts[item.group].append(_words(item))
    credentials = _credentials(definition)
    if credentials:
        words = _tables()["credentials"]
        label = words["email_label" if "credentials_by" in definition else "label"]
        parts[credentials.group].append(f"{label}{_days(credentials)}")
    sentences = [f"{_GROUP_WORDS[group]}: {', '.join(row)}" for group, row in parts.items() if row]
    if "no_category" in definition:
        sentences.append(f"not asked for here: {', '.join(definition['no_category'])}")
    return "; ".join(sentences)


def _words(item: _DatedElement) -> str:
    how = (
        " usable without a code, or with it"
        if item.if_usable
        else " with its code or expiry date"
        if item.or_expiry
        else " with its code"
        if item.needs_code
        else ""
    )
    return f"{_element(item.key)['label']}{how}{_days(item)}"


def _days(item: _DatedElement) -> str:
    since = f" since {item.since}" if item.since else ""
    return f"{since} until {item.until}" if item.until else since


# -- the data --------------------------------------------------------------------------------------


def places() -> frozenset[str]:
    """Return the places with a definition of their own, and the definitions that several share."""
    own = {
        place for place in catalogue.place_codes() if "definition" in catalogue.place_file(place)
    }
    return frozenset(own | set(_tables()["shared"]))


def first_day(place: str) -> date | None:
    """Return the earliest day for which it is known what the law of ``place`` counts.

    ``None``: it has always counted the same.

    Raises:
        KeyError: there is no definition for the place.
    """
    definition = _definition(place)
    day: date | None = definition.get("valid_from") or definition.get("known_since")
    return day


def definition_sources(place: str) -> tuple[LawSource, ...]:
    """Return where the definition of ``place`` was read; none for one that several share.

    Raises:
        KeyError: there is no definition for the place.
    """
    return read_sources(_definition(place).get("sources", ()))


def _lines(definition: Mapping[str, Any]) -> Iterator[_DatedElement]:
    for group in _ElementGroup:
        for line in definition.get(group, ()):
            yield _line(group, line)


def _line(group: _ElementGroup, line: str) -> _DatedElement:
    name, *rest = line.split()
    days = {word: date.fromisoformat(day) for word, day in zip(rest[::2], rest[1::2], strict=True)}
    return _DatedElement(
        group=group,
        key=name.removesuffix("?").partition("+")[0],
        needs_code="+code" in name,
        or_expiry=name.endswith("/expiry"),
        if_usable=name.endswith("?"),
        since=days.get("since"),
        until=days.get("until"),
    )


def _element(key: str) -> Mapping[str, Any]:
    element: Mapping[str, Any] = _tables()["elements"][key]
    return element


def _definition(place: str) -> Mapping[str, Any]:
    shared: Mapping[str, Any] = _tables()["shared"]
    if place in shared:
        definition: Mapping[str, Any] = shared[place]
    else:
        definition = catalogue.place_file(place)["definition"]
    return definition


@cache
def _tables() -> Mapping[str, Any]:
    loaded: Mapping[str, Any] = shipped.load(_DATA)
    return loaded
