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
from aboveboard.intake.mapping import Mapping as FileMapping
from aboveboard.kinds import normalise
from aboveboard.vault import sealed
from aboveboard.vault.origin import Origin

_LAYOUTS = 4_096
_NONCE = sealed.NONCE_BYTES
_AROUND = _NONCE + sealed.TAG_BYTES
_length = struct.Struct(">I").pack

Key = tuple[int, bytes, bytes]
"""A person's id, their key, and the key wrapped."""


@dataclass(frozen=True, slots=True)
class Plan:
    """All that is the same for each row of one import. It holds the keys of the blind indexes,
    and is never written down.

    ``look_ups``: kind of field to the number of its index and the keys of its digests, one for
    each of ``generations``.
    """

    header: tuple[str, ...]
    mapping: FileMapping
    kinds: Mapping[str, str]
    origins: Mapping[str, Origin]
    look_ups: Mapping[str, tuple[int, tuple[bytes, ...]]] = field(repr=False)
    collected_at: datetime
    at: datetime
    copy: bool
    """Whether rows are wanted as PostgreSQL's COPY takes them, or as tuples."""
    generations: tuple[int, ...] = (0,)
    """Of the index key: the first tells two people apart."""


@dataclass(slots=True)
class Sealed:
    """A block as it goes into the tables: one item of each list for each person, in file order.

    ``digests`` tell two people apart; ``lines`` are where they stand. ``rows`` counts people and
    those with ``problems``.
    """

    rows: int = 0
    lines: list[int] = field(default_factory=list)
    digests: list[bytes] = field(default_factory=list)
    tables: copying.Tables = field(default_factory=copying.Tables)
    problems: list[tuple[int, people_file.RowProblem]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Layout:
    """How the record of everyone who has exactly these fields begins, and of each field: its place,
    name part, bound part."""

    start: bytes
    boxes: tuple[tuple[int, bytes, bytes], ...]


class Sealer:
    """Seals the blocks of one import."""

    def __init__(self, plan: Plan) -> None:
        self._reader = people_file.Reader(plan.header, plan.mapping, plan.kinds)
        self._plan, names = plan, self._reader.names
        self._layout = lru_cache(_LAYOUTS)(self._make_layout)
        self._facets = lru_cache(_LAYOUTS)(self._make_facets)
        self._shape = copying.Copied() if plan.copy else copying.Listed()
        self._look_ups = []
        for at, name in enumerate(names):
            kind = plan.kinds[name]
            if (look_up := plan.look_ups.get(kind.partition(":")[0])) is not None:
                number, index_keys = look_up
                keyed = [
                    (self._shape.look_up(number, generation), hmac.new(key, digestmod="sha256"))
                    for generation, key in zip(plan.generations, index_keys, strict=True)
                ]
                self._look_ups.append((at, name, kind, keyed))

    def seal(self, data: bytes, line: int, keys: Sequence[Key]) -> Sealed:
        """Return the rows of a block, which starts behind line ``line``, sealed with ``keys``, at
        least one for each line."""
        done, nonces, at = Sealed(), _Nonces(), 0
        for row, values, problems in self._reader.rows(
            data.decode("utf-8", errors="replace"), line
        ):
            done.rows += 1
            if problems:
                done.problems += ((row, problem) for problem in problems)
                continue
            country, region = self._reader.place(values)
            digests, identity = self._digests(values, country)
            if identity is None:
                name = self._plan.mapping.identify_by
                done.problems.append(
                    (
                        row,
                        people_file.RowProblem(name, "missing", f"{name} has no letter or digit."),
                    )
                )
                continue
            person_id, key, wrapped = keys[at]
            at += 1
            done.lines.append(row)
            done.digests.append(identity)
            self._shape.add(
                done.tables,
                person_id,
                self._facets(country, region),
                wrapped,
                self._record(person_id, key, values, nonces),
                digests,
            )
        return done

    def _record(self, person_id: int, key: bytes, values: list[str], nonces: _Nonces) -> bytes:
        layout = self._layout(tuple(map(bool, values)))
        encrypt, bound = AESGCM(key).encrypt, sealed.AAD + person_id.to_bytes(8, "big")
        drawn, at = nonces.draw(len(layout.boxes)), 0
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
        return b"".join(parts)

    def _digests(
        self, values: list[str], country: str
    ) -> tuple[list[tuple[Any, bytes]], bytes | None]:
        digests: list[tuple[Any, bytes]] = []
        identity = None
        for at, name, kind, macs in self._look_ups:
            if text := values[at]:
                for form in normalise.forms(kind, text, (country or None,)):
                    plain = form.encode()
                    for shape, mac in macs:
                        keyed = mac.copy()
                        keyed.update(plain)
                        digest = keyed.digest()
                        digests.append((shape, digest))
                        if identity is None and name == self._plan.mapping.identify_by:
                            identity = digest
        return digests, identity

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
            self._plan.collected_at,
            self._plan.at,
        )


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
