"""The rows of a batch in the form that the database takes fastest: bytes of
PostgreSQL's binary COPY, or tuples.

Pure. The binary format is that of the PostgreSQL manual, COPY, "Binary Format"; times are
microseconds since 2000. The columns are those of ``vault.bulk.TABLES``.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_size = struct.Struct(">i").pack

Facets = Any
"""Where a person lives, their language and the times of their record, in the form of
the shape that made it."""


@dataclass(slots=True)
class TableRows:
    """One item for each person in each table; of look-ups, all of one person together."""

    people: list[Any] = field(default_factory=list)
    keys: list[Any] = field(default_factory=list)
    records: list[Any] = field(default_factory=list)
    look_ups: list[Any] = field(default_factory=list)

    def without_places(self, left_out: set[int]) -> TableRows:
        """Return the same without the people at these places."""
        if not left_out:
            return self
        kept = [place for place in range(len(self.people)) if place not in left_out]
        return TableRows(*([table[place] for place in kept] for table in self.in_storage_order()))

    def in_storage_order(self) -> tuple[list[Any], ...]:
        """Return the lists in the order in which they must be stored: a key, a record and a look-up
        each name their person."""
        return self.people, self.keys, self.records, self.look_ups


class TableFormat(Protocol):
    """One of the two forms."""

    def facets(
        self, jurisdiction: str, language: str, collected_at: datetime, at: datetime
    ) -> Facets:
        """Return the facets of everyone who lives there."""

    def look_up(self, number: int, generation: int) -> Any:
        """Return what begins each row of one blind index, of one generation of its key."""

    def add(
        self,
        tables: TableRows,
        person_id: int,
        facets: Facets,
        wrapped: bytes,
        record: bytes,
        digests: Sequence[tuple[Any, bytes]],
    ) -> None:
        """Add one person."""


class BinaryCopyFormat:
    """Bytes of binary COPY."""

    def facets(
        self, jurisdiction: str, language: str, collected_at: datetime, at: datetime
    ) -> Facets:
        """Return the fields behind the id, encoded."""
        times = (
            struct.pack(">q", (moment - _EPOCH) // _MICROSECOND) for moment in (collected_at, at)
        )
        return b"".join(
            _size(len(part)) + part for part in (jurisdiction.encode(), language.encode(), *times)
        )

    def look_up(self, number: int, generation: int) -> bytes:
        """Return the row up to its digest."""
        return (
            b"\x00\x04"
            + _size(2)
            + struct.pack(">h", number)
            + _size(2)
            + struct.pack(">h", generation)
            + _size(32)
        )

    def add(
        self,
        tables: TableRows,
        person_id: int,
        facets: Facets,
        wrapped: bytes,
        record: bytes,
        digests: Sequence[tuple[Any, bytes]],
    ) -> None:
        """Add one person."""
        number = b"\x00\x00\x00\x08" + person_id.to_bytes(8, "big")
        tables.people.append(b"\x00\x05" + number + facets)
        tables.keys.append(b"\x00\x02" + number + _size(len(wrapped)) + wrapped)
        tables.records.append(b"\x00\x02" + number + _size(len(record)) + record)
        # Joined in one go: this runs for each person of a file.
        tables.look_ups.append(b"".join([start + digest + number for start, digest in digests]))


class TupleFormat:
    """Tuples, as the database's driver takes them."""

    def facets(
        self, jurisdiction: str, language: str, collected_at: datetime, at: datetime
    ) -> Facets:
        """Return the values behind the id."""
        return jurisdiction, language, collected_at, at

    def look_up(self, number: int, generation: int) -> tuple[int, int]:
        """Return the kind and the generation."""
        return number, generation

    def add(
        self,
        tables: TableRows,
        person_id: int,
        facets: Facets,
        wrapped: bytes,
        record: bytes,
        digests: Sequence[tuple[Any, bytes]],
    ) -> None:
        """Add one person."""
        tables.people.append((person_id, *facets))
        tables.keys.append((person_id, wrapped))
        tables.records.append((person_id, record))
        tables.look_ups.append(
            [(kind, generation, digest, person_id) for (kind, generation), digest in digests]
        )
