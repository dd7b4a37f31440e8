"""What a system put into a pack, as the formats read it: its redacted spool, a collection at a
time, in memory that does not grow with it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from aboveboard.basics.personal import Personal
from aboveboard.connectors.contract import Attachment
from aboveboard.rights.pack import limits, spool
from aboveboard.rights.pack.contents import PackRecord, PackSystem
from aboveboard.rights.pack.redacting import RedactionTally


@dataclass(frozen=True, slots=True)
class PackPart:
    """One system of a pack.

    Attributes:
        system: what it is.
        folder: its name in the pack.
        file: its redacted spool; None where it holds nothing.
        identity: the key of that.
        tally: what stands in it.
    """

    system: PackSystem
    folder: str
    file: Path | None
    identity: Personal[str]
    tally: RedactionTally

    @property
    def records(self) -> int:
        """How many records it has."""
        return sum(each.records for each in self.tally.collections.values())

    @property
    def files(self) -> int:
        """How many files it has."""
        return sum(each.files for each in self.tally.collections.values())

    def columns(self, collection: str) -> list[str]:
        """Return the names in the records of a collection, in the order in which they came."""
        return list(self.tally.collections[collection].columns)

    def collections(self) -> Iterator[tuple[str, Iterator[PackRecord]]]:
        """Yield each collection that has records, with them. Small ones are read many at once, a
        large one alone; its records are read before the next is asked for."""
        for group in self._groups():
            if len(group) == 1:
                yield group[0], self._read(frozenset(group))
                continue
            gathered: dict[str, list[PackRecord]] = {name: [] for name in group}
            for record in self._read(frozenset(group)):
                gathered[record.collection].append(record)
            for name, records in gathered.items():
                yield name, iter(records)

    def records_in_order(self) -> Iterator[PackRecord]:
        """Yield all records as they came."""
        for item in self._items():
            if isinstance(item, PackRecord):
                yield item

    def attachments(self) -> Iterator[Attachment]:
        """Yield the files as they came; the bytes of each are read before the next."""
        if not self.files:
            return
        for item in self._items():
            if isinstance(item, Attachment):
                yield item

    def _groups(self) -> Iterator[list[str]]:
        """Yield names of collections whose records fit into memory, or one that need not."""
        group: list[str] = []
        size = 0
        for name, counted in self.tally.collections.items():
            if not counted.records:
                continue
            if group and size + counted.size > limits.GROUP_BYTES:
                yield group
                group, size = [], 0
            group.append(name)
            size += counted.size
        if group:
            yield group

    def _read(self, names: frozenset[str]) -> Iterator[PackRecord]:
        return (record for record in self.records_in_order() if record.collection in names)

    def _items(self) -> Iterator[object]:
        if self.file is not None:
            yield from spool.read(self.file, self.identity)
