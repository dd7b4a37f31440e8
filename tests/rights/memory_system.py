"""A system in memory that obeys the contract of connectors, for tests of requests."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from aboveboard.basics.personal import Personal
from aboveboard.connectors.contract import (
    Attachment,
    FieldSeen,
    Health,
    Identifier,
    Match,
    Record,
    Retained,
    SystemChange,
    SystemUnavailable,
    Verb,
)


@dataclass
class MemorySystem:
    """Rows by number, each with the identifiers it has. ``down``: it cannot be reached."""

    key: str
    rows: dict[int, dict[str, str]] = field(default_factory=dict)
    finds_by: tuple[str, ...] = ("email",)
    tells: tuple[str, ...] = ()
    verbs: frozenset[Verb] = frozenset(Verb)
    down: bool = False
    keeps: int = 0
    finished: bool = True
    calls: list[str] = field(default_factory=list)
    attachment: bytes = b""

    def _reach(self, call: str) -> None:
        if self.down:
            raise SystemUnavailable(system=self.key, what=self.key, fix="")
        self.calls.append(call)

    def test(self) -> Health:
        return Health(True, "It is in memory.")

    def describe(self, *, samples: int = 0) -> Iterator[FieldSeen]:
        yield from ()

    def find(self, identifiers: Sequence[Identifier]) -> Iterator[Match]:
        self._reach("find")
        for identifier in identifiers:
            if identifier.kind not in self.finds_by:
                continue
            numbers = [
                number
                for number, row in self.rows.items()
                if row.get(identifier.kind) == identifier.value.reveal()
            ]
            for number in numbers:
                learned = [
                    Identifier(kind, Personal(self.rows[number][kind])) for kind in self.tells
                ]
                yield Match(
                    "customers",
                    Personal(str(number)),
                    (identifier.kind,),
                    tuple(learned),
                    several=len(numbers) > 1,
                )

    def read(self, match: Match) -> Iterator[Record | Attachment]:
        self._reach(f"read {match.key.reveal()}")
        row = self.rows[int(match.key.reveal())]
        yield Record("customers", {name: Personal(value) for name, value in row.items()})
        if self.attachment:
            yield Attachment("letters", Personal("letter.pdf"), "application/pdf", self._chunks())

    def _chunks(self) -> Iterator[bytes]:
        for start in range(0, len(self.attachment), 50_000):
            yield self.attachment[start : start + 50_000]

    def correct(self, match: Match, values: Mapping[str, Personal[str]]) -> SystemChange:
        self._reach("correct")
        row = self.rows[int(match.key.reveal())]
        row.update({name: value.reveal() for name, value in values.items()})
        return SystemChange(changed={"customers": 1})

    def erase(self, match: Match, *, dry_run: bool = False) -> SystemChange:
        self._reach("count" if dry_run else "erase")
        number = int(match.key.reveal())
        if not dry_run:
            self.rows.pop(number, None)
        kept = Retained("invoices", self.keeps, "Tax law keeps invoices.", date(2036, 12, 31))
        return SystemChange({"customers": 1}, (kept,) if self.keeps else (), (), self.finished)

    def restrict(self, match: Match, purpose: str | None) -> SystemChange:
        self._reach(f"restrict {purpose}")
        return SystemChange(changed={"customers": 1})
