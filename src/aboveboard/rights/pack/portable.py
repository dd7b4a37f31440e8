"""What of a copy somebody may take elsewhere (GDPR Art. 20(1)): what they provided, where its use
rests on consent or a contract and is carried out by automated means; and what was left out, and
why. Pure.

Provided is what the person gave, and what came from their using a service (Article 29 Working
Party, WP 242 rev.01, p. 10); what was worked out from it, or got elsewhere, is not. The promise
says it of its own fields (``sources``), a declaration of its system, collections and fields. What
nobody said is taken for the person's: too much harms nobody who asks, too little breaks the right.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from aboveboard.basics.personal import Personal
from aboveboard.connectors.contract import Attachment, Record
from aboveboard.connectors.declaration import SystemDeclaration
from aboveboard.connectors.own import RECORD
from aboveboard.promise.model import LawfulBasis, Promise

PORTABLE_BASES: Final = frozenset({LawfulBasis.CONSENT, LawfulBasis.CONTRACT})
"""GDPR Art. 20(1)(a)."""
_OWN: Final = frozenset({RECORD, "choices", "documents"})
"""What of Aboveboard's own part the person gave: their record, their choices, their documents. The
rest is about what was done with it."""


class LeftOutWhy(StrEnum):
    """Why something is not taken elsewhere."""

    NOT_PROVIDED = "not_provided"
    BASIS = "basis"
    """Its use rests on neither consent nor a contract."""
    BY_HAND = "by_hand"
    """No automated means: paper, or a file that no program uses (Art. 20(1)(b))."""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Something that is not in a copy to take elsewhere: all of a system, one of its collections,
    or one field; "" where it is more."""

    system: str
    collection: str
    field: str
    why: LeftOutWhy


@dataclass(frozen=True, slots=True)
class PortableRule:
    """What of one system may be taken elsewhere. ``whole``: why nothing; ``collections`` and
    ``fields`` (by collection): why not these. ``only``: the collections that may, None for all."""

    system: str
    whole: LeftOutWhy | None = None
    collections: Mapping[str, LeftOutWhy] = field(default_factory=dict)
    fields: Mapping[str, Mapping[str, LeftOutWhy]] = field(default_factory=dict)
    only: frozenset[str] | None = None

    def keep(self, items: Iterable[Record | Attachment]) -> Iterator[Record | Attachment]:
        """Yield what may be taken elsewhere of what the system gave."""
        for item in items:
            if self._why_not(item.collection) is not None:
                continue
            out = self.fields.get(item.collection)
            if out and isinstance(item, Record):
                values = {name: each for name, each in item.values.items() if name not in out}
                yield Record(item.collection, values, item.others - frozenset(out))
            else:
                yield item

    def left_out(self, held: Iterable[str]) -> Iterator[LeftOut]:
        """Yield what was left out, of the collections that the system holds of the person."""
        if self.whole is not None:
            yield LeftOut(self.system, "", "", self.whole)
            return
        for collection in sorted(held):
            why = self._why_not(collection)
            if why is not None:
                yield LeftOut(self.system, collection, "", why)
                continue
            for name, reason in sorted(self.fields.get(collection, {}).items()):
                yield LeftOut(self.system, collection, name, reason)

    def _why_not(self, collection: str) -> LeftOutWhy | None:
        if self.whole is not None:
            return self.whole
        if self.only is not None and collection not in self.only:
            return LeftOutWhy.NOT_PROVIDED
        return self.collections.get(collection)


def own_rule(system: str, promise: Promise) -> PortableRule:
    """Return the rule of Aboveboard's own part, by what the promise says of each field."""
    out: dict[str, LeftOutWhy] = {}
    for key in promise.fields:
        bases = {purpose.basis for purpose in promise.purposes_of(key)}
        if promise.sources_of(key):
            out[key] = LeftOutWhy.NOT_PROVIDED
        elif bases.isdisjoint(PORTABLE_BASES):
            out[key] = LeftOutWhy.BASIS
    return PortableRule(system, fields={RECORD: out}, only=_OWN)


def declared_rule(declared: SystemDeclaration, promise: Promise) -> PortableRule:
    """Return the rule of a connected system, by its declaration and the purposes that it names."""
    named = [promise.purposes[each] for each in declared.data_uses if each in promise.purposes]
    whole = None
    if not declared.automated:
        whole = LeftOutWhy.BY_HAND
    elif named and all(purpose.basis not in PORTABLE_BASES for purpose in named):
        whole = LeftOutWhy.BASIS
    elif not declared.provided:
        whole = LeftOutWhy.NOT_PROVIDED
    held = declared.collections
    return PortableRule(
        declared.key,
        whole,
        {name: LeftOutWhy.NOT_PROVIDED for name, each in held.items() if not each.provided},
        {
            name: {
                field_name: LeftOutWhy.NOT_PROVIDED
                for field_name, declared_field in each.fields.items()
                if not declared_field.provided
            }
            for name, each in held.items()
        },
    )


def portable_contact(
    contact: Iterable[tuple[str, Personal[str]]], fields: Mapping[str, str], rule: PortableRule
) -> tuple[tuple[str, Personal[str]], ...]:
    """Return the details of an address book that may be taken elsewhere. ``fields``: the data
    category of each field of the promise."""
    out = {fields[key] for key in rule.fields.get(RECORD, {}) if key in fields}
    return tuple((category, value) for category, value in contact if category not in out)
