"""Sealing a block of rows at once: what one row costs is what an import costs. Pure, so that
other processes can do it.

It writes what :mod:`aboveboard.vault.sealed` and :mod:`aboveboard.vault.blind`
would, with everything that is the same for every row made once; a property test
holds the two against each other.
"""

from __future__ import annotations

import hmac
import os
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from aboveboard.intake import copying, people_file
from aboveboard.intake.mapping import ColumnMapping as FileMapping
from aboveboard.kinds import normalise
from aboveboard.kinds.kind import FieldKind
from aboveboard.vault import record_format, sealed
from aboveboard.vault.origin import ValueOrigin, day_of

_LAYOUTS = 4_096
_NONCE = sealed.NONCE_BYTES
_AROUND = _NONCE + sealed.TAG_BYTES
_length = struct.Struct(">I").pack

Identifier = tuple[int, bytes]
"""The number of a kind that people are looked up by, and a digest."""

SealedKey = tuple[int, bytes, bytes]
"""A person's id, their key, and the key wrapped."""


@dataclass(frozen=True, slots=True)
class SealingPlan:
    """All that is the same for each row of one import. It holds the keys of the blind indexes,
    and is never written down.

    ``look_ups``: kind of field to the number of its index and the keys of its digests, one for
    each of ``generations``.
    """

    header: tuple[str, ...]
    mapping: FileMapping
    kinds: Mapping[str, str]
    origins: Mapping[str, ValueOrigin]
    look_ups: Mapping[str, tuple[int, tuple[bytes, ...]]] = field(repr=False)
    collected_at: datetime
    at: datetime
    copy: bool
    """Whether rows are wanted as PostgreSQL's COPY takes them, or as tuples."""
    generations: tuple[int, ...] = (0,)
    """Of the index key: the first tells two people apart."""
    erased_keys: Mapping[str, bytes] = field(default_factory=dict, repr=False)
    """The key of each kind for recognising those who were erased; empty while nobody was."""


@dataclass(slots=True)
class SealedBlock:
    """A block as it goes into the tables: one item of each list for each person, in file order.

    ``digests`` tell two people apart; ``lines`` are where they stand. ``rows`` counts people and
    those with ``problems``.
    """

    rows: int = 0
    lines: list[int] = field(default_factory=list)
    people: list[int] = field(default_factory=list)
    digests: list[bytes] = field(default_factory=list)
    tables: copying.TableRows = field(default_factory=copying.TableRows)
    problems: list[tuple[int, people_file.RowProblem]] = field(default_factory=list)
    shared: list[tuple[Identifier, ...]] = field(default_factory=list)
    """What else each can be looked up by: kind number and digest of the blind index."""
    recognised_by: list[tuple[Identifier, ...]] = field(default_factory=list)
    """By what each would be recognised if they had been erased; what tells two people apart comes
    first."""


@dataclass(frozen=True, slots=True)
class _Layout:
    """How the record of everyone who has exactly these fields begins, and of each field: its place,
    name part, bound part."""

    start: bytes
    boxes: tuple[tuple[int, bytes, bytes], ...]


class BlockSealer:
    """Seals the blocks of one import."""

    def __init__(self, plan: SealingPlan) -> None:
        self._reader = people_file.RowReader(plan.header, plan.mapping, plan.kinds)
        self._plan, names = plan, self._reader.names
        self._layout = lru_cache(_LAYOUTS)(self._make_layout)
        self._facets = lru_cache(_LAYOUTS)(self._make_facets)
        self._shape = copying.BinaryCopyFormat() if plan.copy else copying.TupleFormat()
        self._look_ups: list[tuple[int, str, str, int, list[tuple[Any, hmac.HMAC]], Any]] = []
        for at, name in enumerate(names):
            kind = plan.kinds[name]
            if (look_up := plan.look_ups.get(kind.partition(":")[0])) is not None:
                number, index_keys = look_up
                keyed = [
                    (self._shape.look_up(number, generation), hmac.new(key, digestmod="sha256"))
                    for generation, key in zip(plan.generations, index_keys, strict=True)
                ]
                erased_key = plan.erased_keys.get(kind.partition(":")[0])
                erased = hmac.new(erased_key, digestmod="sha256") if erased_key else None
                self._look_ups.append((at, name, kind, number, keyed, erased))

    def seal(self, data: bytes, line: int, keys: Sequence[SealedKey]) -> SealedBlock:
        """Return the rows of a block, which starts behind line ``line``, sealed with ``keys``, at
        least one for each line."""
        done, nonces, at = SealedBlock(), _Nonces(), 0
        for row, values, problems in self._reader.rows(
            data.decode("utf-8", errors="replace"), line
        ):
            done.rows += 1
            if problems:
                done.problems += ((row, problem) for problem in problems)
                continue
            country, region = self._reader.place(values)
            look_ups = self._digests(values, country)
            if look_ups.identity is None:
                name = self._plan.mapping.identify_by
                done.problems.append(
                    (
                        row,
                        people_file.RowProblem(name, "missing", f"{name} has no letter or digit."),
                    )
                )
                continue
            # Only once nothing can refuse the row: a key that it did not take is for the next.
            person_id, key, wrapped = keys[at]
            at += 1
            done.lines.append(row)
            done.people.append(person_id)
            done.digests.append(look_ups.identity)
            done.shared.append(tuple(look_ups.shared))
            done.recognised_by.append(tuple(look_ups.recognised_by))
            self._shape.add(
                done.tables,
                person_id,
                self._facets(country, region),
                wrapped,
                self._record(person_id, key, values, nonces),
                look_ups.filed,
            )
        return done

    def _record(self, person_id: int, key: bytes, values: list[str], nonces: _Nonces) -> bytes:
        layout = self._layout(tuple(map(bool, values)))
        cipher, bound = AESGCM(key), sealed.AAD + person_id.to_bytes(8, "big")
        encrypt = cipher.encrypt
        drawn, at = nonces.draw(len(layout.boxes) + 1), 0
        parts = [layout.start]
        for place, name, tail in layout.boxes:
            plain = values[place].encode()
            nonce = drawn[at : at + _NONCE]
            at += _NONCE
            parts += (
                name,
                _length(len(plain) + _AROUND),
                nonce,
                encrypt(nonce, plain, bound + tail),
            )
        return record_format.pad_and_seal(cipher, person_id, b"".join(parts), drawn[at:])

    def _digests(self, values: list[str], country: str) -> _LookUps:
        look_ups = _LookUps()
        for at, name, kind, number, macs, erased in self._look_ups:
            if text := values[at]:
                identifies = name == self._plan.mapping.identify_by
                # An address is in its normal form once it was read.
                forms = (
                    (text,)
                    if kind == FieldKind.EMAIL
                    else normalise.normal_forms(kind, text, (country or None,))
                )
                for form in forms:
                    plain = form.encode()
                    digests = [_digest(mac, plain) for _, mac in macs]
                    look_ups.filed += [
                        (shape, digest) for (shape, _), digest in zip(macs, digests, strict=True)
                    ]
                    # Plans list the searched generation first: that one tells people apart.
                    if not identifies:
                        look_ups.shared.append((number, digests[0]))
                    elif look_ups.identity is None:
                        look_ups.identity = digests[0]
                    if erased is not None:
                        place = 0 if identifies else len(look_ups.recognised_by)
                        look_ups.recognised_by.insert(place, (number, _digest(erased, plain)))
        return look_ups

    def _make_layout(self, present: tuple[bool, ...]) -> _Layout:
        filled = [(place, name) for place, name in enumerate(self._reader.names) if present[place]]
        origins = sorted({self._plan.origins[name].bytes for _, name in filled})
        boxes = []
        for place, name in filled:
            origin, key = self._plan.origins[name].bytes, name.encode()
            boxes.append((place, sealed.box_start(key, origins.index(origin)), origin + key))
        return _Layout(sealed.record_start(origins), tuple(boxes))

    def _make_facets(self, country: str, region: str) -> copying.Facets:
        mapping = self._plan.mapping
        language = mapping.language({mapping.country: country})
        return self._shape.facets(
            mapping.jurisdiction_of(country, region),
            language,
            # Days: two moments would tell who came with which file, and in which minute.
            day_of(self._plan.collected_at),
            day_of(self._plan.at),
        )


@dataclass(slots=True)
class _LookUps:
    """What one person is filed under, told apart, found and recognised by."""

    filed: list[tuple[Any, bytes]] = field(default_factory=list)
    identity: bytes | None = None
    shared: list[Identifier] = field(default_factory=list)
    recognised_by: list[Identifier] = field(default_factory=list)


def _digest(mac: hmac.HMAC, plain: bytes) -> bytes:
    # Copying a prepared HMAC saves the two blocks of its key, half of what a short digest costs.
    keyed = mac.copy()
    keyed.update(plain)
    return keyed.digest()


class _Nonces:
    """Random bytes in stock: asking the system for twelve takes as long as sealing a field."""

    _STOCK = 32 * 1024

    def __init__(self) -> None:
        self._stock, self._at = b"", 0

    def draw(self, count: int) -> bytes:
        """Return ``count`` fresh nonces, one behind the other. None is given twice."""
        size = count * _NONCE
        if self._at + size > len(self._stock):
            self._stock, self._at = os.urandom(max(self._STOCK, size)), 0
        start, self._at = self._at, self._at + size
        return self._stock[start : self._at]
