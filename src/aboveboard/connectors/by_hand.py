"""A system that has nothing to connect to: a filing cabinet, a supplier's portal, somebody's desk.

Its declaration says what somebody does there. It can be asked nothing (``verbs`` is empty), so
whoever works a request through gives each step to a person with these instructions; and who calls
it anyway is told that somebody must look, never that nothing is held.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from aboveboard.basics.personal import Personal
from aboveboard.connectors.contract import (
    Attachment,
    FieldSeen,
    Health,
    Identifier,
    Match,
    Record,
    SystemChange,
    Verb,
)
from aboveboard.connectors.declaration import SystemDeclaration, SystemKind
from aboveboard.connectors.reading import DeclarationPart

COLLECTION: Final = "by_hand"
"""The collection of the match that stands for "somebody must look"."""


@dataclass(frozen=True, slots=True)
class ByHandConnector:
    """A system that people look after, by its declaration."""

    declaration: SystemDeclaration

    @property
    def key(self) -> str:
        """The name of the system."""
        return self.declaration.key

    @property
    def verbs(self) -> frozenset[Verb]:
        """Nothing: a person does all of it."""
        return frozenset()

    def instructions(self, verb: Verb) -> str:
        """Return what somebody does there, as a sentence."""
        return instructions(self.declaration, verb)

    def test(self) -> Health:
        """Say that there is nothing to reach, and who answers for it."""
        return Health(True, f"People answer for it: {self.declaration.owner}. Nothing is reached.")

    def describe(self, *, samples: int = 0) -> Iterator[FieldSeen]:
        """Yield what the declaration says that it has; nobody can look."""
        for collection in self.declaration.collections.values():
            for field in collection.fields.values():
                yield FieldSeen(collection.name, field.name, "", declared=field.category)

    def find(self, identifiers: Sequence[Identifier]) -> Iterator[Match]:
        """Yield the one match that says that somebody must look; it was found by nothing."""
        yield Match(COLLECTION, Personal(""), by=())

    def read(self, match: Match) -> Iterator[Record | Attachment]:
        """Yield nothing: what somebody finds, they answer by hand."""
        yield from ()

    def correct(self, match: Match, values: Mapping[str, Personal[str]]) -> SystemChange:
        """Say what somebody has to do."""
        return self._asked(Verb.CORRECT)

    def erase(self, match: Match, *, dry_run: bool = False) -> SystemChange:
        """Say what somebody has to do."""
        return self._asked(Verb.ERASE)

    def restrict(self, match: Match, purpose: str | None) -> SystemChange:
        """Say what somebody has to do."""
        return self._asked(Verb.RESTRICT)

    def _asked(self, verb: Verb) -> SystemChange:
        return SystemChange(messages=(self.instructions(verb),), done=False)


def instructions(declaration: SystemDeclaration, verb: Verb) -> str:
    """Return what somebody does by hand in a system of any kind: as its declaration says, or in
    general."""
    return declaration.by_hand.get(verb) or _GENERAL[verb].format(name=declaration.name)


_GENERAL: Final = {
    Verb.FIND: "Look in {name} for everything that is about this person.",
    Verb.READ: "Copy what {name} holds about this person, and attach it here.",
    Verb.CORRECT: "Put in {name} what has changed, and say here what you changed.",
    Verb.ERASE: "Erase this person from {name}, and say here what was kept, why and until when.",
    Verb.RESTRICT: "See to it that {name} no longer uses this person's data for this purpose.",
}


def _read(part: DeclarationPart, collections: Mapping[str, DeclarationPart]) -> None:
    for verb in (Verb.FIND, Verb.ERASE):
        part.text(verb.value, f"how somebody does this there: {verb.value}", required=True)


KIND: Final = SystemKind("done by hand", _read, ByHandConnector)
