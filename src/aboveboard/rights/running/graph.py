"""The identity graph: which identifiers are known of a person, and from where. Pure.

An identifier that one system tells asks the next. Each keeps the way it came, so that somebody can
judge it. What a match tells that points at several people is followed only once a person decided
whose it is: two people behind one key are never merged.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from aboveboard.connectors.contract import Identifier, Match
from aboveboard.rights import limits


@dataclass(frozen=True, slots=True)
class GraphHop:
    """One step of the way: a system told identifiers of a kind, found by others. No value."""

    system: str
    collection: str
    by: tuple[str, ...]
    learned: tuple[str, ...]


@dataclass(slots=True)
class IdentityGraph:
    """What is known so far. ``asked`` holds, for each system, what it was asked by already."""

    identifiers: dict[tuple[str, str], Identifier] = field(default_factory=dict)
    hops: list[GraphHop] = field(default_factory=list)
    asked: dict[str, set[tuple[str, str]]] = field(default_factory=dict)

    def add(self, identifiers: Iterable[Identifier]) -> list[str]:
        """Add what is not known yet, up to ``limits.GRAPH_IDENTIFIERS``; return the kinds of what
        was added."""
        added = []
        for identifier in identifiers:
            name = (identifier.kind, identifier.value.reveal())
            if name in self.identifiers or len(self.identifiers) >= limits.GRAPH_IDENTIFIERS:
                continue
            self.identifiers[name] = identifier
            added.append(identifier.kind)
        return added

    def to_ask(self, system: str) -> Sequence[Identifier]:
        """Return what a system was not asked by yet, and note that it is asked now."""
        before = self.asked.setdefault(system, set())
        fresh = [each for name, each in self.identifiers.items() if name not in before]
        before.update(self.identifiers)
        return fresh

    def learn(self, system: str, matches: Iterable[Match]) -> list[GraphHop]:
        """Take over what matches tell, but for those that point at several people; return the
        hops that told something new."""
        hops = []
        for match in matches:
            if match.several:
                continue
            if added := self.add(match.learned):
                hops.append(GraphHop(system, match.collection, match.by, tuple(sorted(added))))
        self.hops += hops
        return hops


def add_matches(known: list[Match], fresh: Iterable[Match]) -> list[Match]:
    """Return matches without doubles: a record that two identifiers found is one record. Where one
    way is doubtful and another is not, it is not doubtful."""
    merged = {(match.collection, match.key.reveal()): match for match in known}
    for match in fresh:
        name = (match.collection, match.key.reveal())
        before = merged.get(name)
        if before is None or (before.several and not match.several):
            merged[name] = match
    return list(merged.values())
