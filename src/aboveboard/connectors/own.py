"""Aboveboard itself, asked like every other system: the sealed record, and what each package
declares that it holds of a person (``basics.package.PersonalData``).

Values are opened by a use alone, with a purpose of the promise, and people are erased, corrected
and restricted by the packages above this one. So whoever works a request brings four functions, and
nothing here opens or changes anything by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from aboveboard.basics.canonical import Json
from aboveboard.basics.package import NotNeeded, personal_data
from aboveboard.basics.personal import Personal
from aboveboard.connectors.contract import (
    CUSTOMER_NUMBER,
    EMAIL,
    PHONE,
    Attachment,
    FieldSeen,
    Health,
    Identifier,
    Match,
    Record,
    SystemChange,
    SystemRefused,
    Verb,
)
from aboveboard.promise.queries import NoPromise, in_force
from aboveboard.vault.personal_data import export_person
from aboveboard.vault.queries import find, people, people_count

KEY: Final = "aboveboard"
PERSON: Final = "aboveboard_person"
"""The kind of identifier that is a person's number here: of somebody who is signed in, or whom an
adviser has open."""
PEOPLE: Final = "people"
RECORD: Final = "record"
"""The collection of the sealed record's opened values."""
_INDEXED: Final = (EMAIL, PHONE, CUSTOMER_NUMBER)


@dataclass(frozen=True, slots=True)
class OwnActions:
    """How this instance is opened and changed, by the packages that may.

    Attributes:
        open: given a person's number, returns the values that a use opened, by field.
        erase, correct, restrict: as in the contract, for a person's number. ``erase`` is not called
            for a dry run.
    """

    open: Callable[[int], Mapping[str, Personal[str]]]
    erase: Callable[[int], SystemChange]
    correct: Callable[[int, Mapping[str, Personal[str]]], SystemChange]
    restrict: Callable[[int, str | None], SystemChange]


@dataclass(frozen=True, slots=True)
class OwnConnector:
    """This instance."""

    actions: OwnActions
    regions: tuple[str | None, ...] = (None,)
    """Countries (ISO 3166) in which a phone number without one is tried."""

    @property
    def key(self) -> str:
        """The name of this instance among the systems."""
        return KEY

    @property
    def verbs(self) -> frozenset[Verb]:
        """Everything."""
        return frozenset(Verb)

    def test(self) -> Health:
        """Say whether the database answers and a promise is in force."""
        count = people_count()
        try:
            serial = in_force().serial
        except NoPromise as error:
            return Health(False, str(error))
        return Health(True, f"It answers: {count:,} people, version {serial} of the promise.")

    def describe(self, *, samples: int = 0) -> Iterator[FieldSeen]:
        """Yield the fields of the promise in force. No samples: values are opened by a use alone,
        and discovery has nothing to find out about what the promise declares."""
        for name, declared in in_force().promise.fields.items():
            yield FieldSeen(RECORD, name, declared.kind.value, declared=declared.category)

    def find(self, identifiers: Sequence[Identifier]) -> Iterator[Match]:
        """Yield the people whom the blind index knows by these, each once."""
        by: dict[int, list[str]] = {}
        shared: set[int] = set()
        for identifier in identifiers:
            numbers = self._numbers(identifier)
            for number in numbers:
                by.setdefault(number, []).append(identifier.kind)
            if len(numbers) > 1:
                shared.update(numbers)
        for number, kinds in sorted(by.items()):
            yield Match(
                PEOPLE,
                Personal(str(number)),
                tuple(dict.fromkeys(kinds)),
                learned=(Identifier(PERSON, Personal(str(number))),),
                several=number in shared,
            )

    def _numbers(self, identifier: Identifier) -> Sequence[int]:
        value = identifier.value.reveal()
        if identifier.kind == PERSON:
            return list(people([int(value)])) if value.isdecimal() else []
        if identifier.kind in _INDEXED:
            return find(identifier.kind, value, regions=self.regions)
        return []

    def read(self, match: Match) -> Iterator[Record | Attachment]:
        """Yield the opened record, then the rows of each package, as each exports them."""
        number = self._number(match)
        if number is None:
            return
        values: dict[str, Personal[Json]] = {
            name: Personal(value.reveal()) for name, value in self.actions.open(number).items()
        }
        if values:
            yield Record(RECORD, values)
        for collection, rows in export_person(number).items():
            for row in rows:
                yield Record(collection, {name: Personal(value) for name, value in row.items()})

    def correct(self, match: Match, values: Mapping[str, Personal[str]]) -> SystemChange:
        """Have the record corrected."""
        number = self._number(match)
        return SystemChange() if number is None else self.actions.correct(number, values)

    def erase(self, match: Match, *, dry_run: bool = False) -> SystemChange:
        """Have the person erased; a dry run counts the rows of each package."""
        number = self._number(match)
        if number is None:
            return SystemChange()
        if not dry_run:
            return self.actions.erase(number)
        rows = export_person(number)
        counted = {
            data.name for _, data in personal_data() if not isinstance(data.erase, NotNeeded)
        }
        return SystemChange(
            changed={name: len(rows[name]) for name in rows if name in counted and rows[name]}
        )

    def restrict(self, match: Match, purpose: str | None) -> SystemChange:
        """Have the processing restricted."""
        number = self._number(match)
        return SystemChange() if number is None else self.actions.restrict(number, purpose)

    def _number(self, match: Match) -> int | None:
        """Return whom a match is about; None where they were erased since.

        Raises:
            SystemRefused: two people have the identifier, and nobody has decided whose it is.
        """
        if match.several:
            raise SystemRefused(system=KEY, reason="two people have this identifier")
        number = int(match.key.reveal())
        return number if people([number]) else None
