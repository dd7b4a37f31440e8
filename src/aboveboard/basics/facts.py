"""What a ledger entry says, typed: one frozen dataclass for each kind of entry, declared by the
package that writes it.

A fact is a word of the promise, a code of ours, a digest, a number, a moment, or what somebody
wrote as a sealed fact (:mod:`aboveboard.basics.sealing`): free text has no type here, so it cannot
reach the log (design, invariant 4). The same class reads the entry back, so that no other package
reads a fact by its name in a dictionary.

    @dataclass(frozen=True, slots=True)
    class HoldPlaced(Facts):
        kind: ClassVar = "hold.placed"
        on_restore: ClassVar = Repeat("the hold is in force again")

        why: Code
        reference: SealedFact
        until: datetime | None
"""

from __future__ import annotations

import dataclasses
import re
import types
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar, Final, NewType, Self, Union, get_args, get_origin, get_type_hints

from aboveboard.basics import clock
from aboveboard.basics.canonical import Json
from aboveboard.basics.errors import Damaged

Word = NewType("Word", str)
"""A name that the promise gives: of a purpose, a field, a channel, a role."""
Code = NewType("Code", str)
"""A code of ours, or of a standard: a reason, a state, a kind."""
Digest = NewType("Digest", str)
"""Hex of a digest over something that nobody outside can guess and that holds no personal data."""
SealedFact = NewType("SealedFact", str)
"""What somebody outside wrote, such as a case number or the digest of a file, as a sealed fact: see
:mod:`aboveboard.basics.sealing`. An entry from before facts were sealed has it in clear, or as a
plain digest."""
SealedBox = NewType("SealedBox", str)
"""Hex of what an entry holds sealed under a key of the person it is about; opened when a law no
longer forbids it."""
TeamName = NewType("TeamName", str)
"""What an administrator calls a team or branch: people who act are named by it. An e-mail address
or the number of a person does not fit."""
VerifierKey = NewType("VerifierKey", str)
"""A key of a signed note (C2SP signed-note): name, hash and public key."""

SEALED_HEX: Final = 96
"""Characters of a sealed fact: a salt of 16 bytes and an HMAC-SHA-256, in hex."""

_FORM: Final[dict[Any, re.Pattern[str]]] = {
    Word: re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.:/-]{0,99}|"),
    Code: re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.:/+-]{0,99}|"),
    Digest: re.compile(r"([0-9a-f]{2}){8,64}|"),
    SealedFact: re.compile(rf"[0-9a-f]{{{SEALED_HEX}}}"),
    SealedBox: re.compile(r"([0-9a-f]{2}){300,8000}"),
    TeamName: re.compile(r"(?!.*[0-9]{5})[^\x00-\x1f\x7f@]{0,80}"),
    VerifierKey: re.compile(r"[!-~]{1,300}"),
}


_READ_STILL: Final[dict[Any, re.Pattern[str]]] = {
    # Written in clear, or as a plain SHA-256, before facts were sealed. An entry cannot be mended.
    SealedFact: re.compile(rf"[0-9a-f]{{{SEALED_HEX}}}|[A-Za-z0-9:._/-]{{0,80}}"),
}


class FactsMalformed(Damaged):
    """The facts of an entry {kind} do not have their form at {field}."""

    code = "facts_malformed"
    next_step = "Run: aboveboard ledger verify."


@dataclass(frozen=True, slots=True)
class RepeatOnRestore:
    """A restored database repeats the change, as its package says. ``sentence``: what it did."""

    sentence: str


@dataclass(frozen=True, slots=True)
class NothingToRestore:
    """The entry changed nothing that a restored database could lack, and ``sentence`` says why."""

    sentence: str


@dataclass(frozen=True, slots=True)
class RedoByHand:
    """The log does not hold what was changed, so a person does it again: ``sentence`` says what."""

    sentence: str


OnRestore = RepeatOnRestore | NothingToRestore | RedoByHand


def optional_fact(key: str | None = None) -> Any:
    """Return the default of a fact that is left out of the entry where it is None.

    ``key``: what the entry calls it, as in :func:`named_fact`.
    """
    metadata = {"omitted": True} if key is None else {"omitted": True, "key": key}
    return dataclasses.field(default=None, metadata=metadata)


def named_fact(key: str) -> Any:
    """Return a fact that the entry calls ``key``: ``kind``, for one, means the entry's own here."""
    return dataclasses.field(metadata={"key": key})


def matches_form(form: Any, value: str) -> bool:
    """Whether ``value`` has the form of a type such as :data:`TeamName`: asked before anything is
    changed, so that the person who typed it can mend it."""
    return _FORM[form].fullmatch(value) is not None


class Facts:
    """The facts of one kind of entry. Subclasses are frozen dataclasses with slots."""

    __slots__ = ()

    kind: ClassVar[str]
    on_restore: ClassVar[OnRestore]

    def to_json(self) -> dict[str, Json]:
        """Return the facts as they stand in the entry.

        Raises:
            FactsMalformed: a value is not of the form that its type promises.
        """
        written: dict[str, Json] = {}
        for name, key, omit, write, _ in _fields(type(self)):
            value = getattr(self, name)
            if value is None and omit:
                continue
            try:
                written[key] = write(value)
            except (ValueError, TypeError, AttributeError):
                raise FactsMalformed(kind=self.kind, field=key) from None
        return written

    @classmethod
    def from_json(cls, facts: Mapping[str, Json]) -> Self:
        """Return what an entry of this kind says.

        Raises:
            FactsMalformed: a fact is missing, or not of its form.
        """
        read = {}
        for name, key, omit, _, back in _fields(cls):
            if key not in facts:
                if omit:
                    continue
                raise FactsMalformed(kind=cls.kind, field=key)
            try:
                read[name] = back(facts[key])
            except (ValueError, TypeError, AttributeError, KeyError):
                raise FactsMalformed(kind=cls.kind, field=key) from None
        return cls(**read)


@dataclass(frozen=True, slots=True)
class Particulars:
    """Facts within facts, such as how something was before: a frozen dataclass of its own."""


Write = Callable[[Any], Json]
Read = Callable[[Any], Any]


_KNOWN: Final[dict[type, tuple[tuple[str, str, bool, Write, Read], ...]]] = {}


def _fields(cls: type) -> tuple[tuple[str, str, bool, Write, Read], ...]:
    """Return each fact's name here and in the entry, whether it may be left out, and how it is
    written and read."""
    if (known := _KNOWN.get(cls)) is None:
        hints = get_type_hints(cls)
        known = _KNOWN[cls] = tuple(
            (
                field.name,
                field.metadata.get("key", field.name),
                bool(field.metadata.get("omitted")),
                *_codec(hints[field.name]),
            )
            for field in dataclasses.fields(cls)
        )
    return known


def _codec(hint: Any) -> tuple[Write, Read]:
    """Return how values of a type are written and read.

    Raises:
        TypeError: facts have no such type. Bare ``str`` is none: it would let free text in.
    """
    if hint in _FORM:
        check = _pattern_check(_FORM[hint])
        return check, _pattern_check(_READ_STILL[hint]) if hint in _READ_STILL else check
    if hint in (int, bool, float):
        same = _exact_type(hint)
        return same, same
    if hint is datetime:
        return clock.to_text, clock.from_text
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return (lambda value: hint(value).value), hint
    if isinstance(hint, type) and issubclass(hint, Particulars):
        return _particulars(hint)
    origin, args = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType) and len(args) == 2 and type(None) in args:
        return _optional(next(arg for arg in args if arg is not type(None)))
    if origin is tuple and len(args) == 2 and args[1] is Ellipsis:
        return _list(args[0])
    if origin is Mapping or origin is dict:
        return _mapping(*args)
    raise TypeError(
        f"a fact cannot be {hint}: use Word, Code, Digest, SealedFact, a number, a moment"
    )


def _pattern_check(form: re.Pattern[str]) -> Callable[[Any], Any]:
    def check(value: Any) -> Any:
        if not isinstance(value, str) or form.fullmatch(value) is None:
            raise ValueError
        return value if type(value) is str else str(value)

    return check


def _exact_type(kind: type) -> Callable[[Any], Any]:
    def same(value: Any) -> Any:
        if type(value) is not kind and not (kind is float and type(value) is int):
            raise ValueError
        return value

    return same


def _optional(hint: Any) -> tuple[Write, Read]:
    write, read = _codec(hint)
    return (
        lambda value: None if value is None else write(value),
        lambda value: None if value is None else read(value),
    )


def _list(hint: Any) -> tuple[Write, Read]:
    write, read = _codec(hint)

    def back(value: Any) -> Any:
        if isinstance(value, str) or not isinstance(value, Sequence):
            raise ValueError
        return tuple(map(read, value))

    return (lambda value: [write(item) for item in value]), back


def _mapping(key: Any, hint: Any) -> tuple[Write, Read]:
    (name, name_back), (write, read) = _codec(key), _codec(hint)
    return (
        lambda value: {str(name(each)): write(item) for each, item in value.items()},
        lambda value: {name_back(each): read(item) for each, item in value.items()},
    )


def _particulars(cls: type) -> tuple[Write, Read]:
    def write(value: Any) -> Json:
        if type(value) is not cls:
            raise ValueError
        return {
            key: encode(getattr(value, name))
            for name, key, omit, encode, _ in _fields(cls)
            if not (omit and getattr(value, name) is None)
        }

    def read(value: Any) -> Any:
        if not isinstance(value, Mapping):
            raise ValueError
        return cls(
            **{
                name: back(value[key])
                for name, key, omit, _, back in _fields(cls)
                if key in value or not omit
            }
        )

    return write, read
