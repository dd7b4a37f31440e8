"""The connector of files: a row is a person's where a column that is declared as an identifier has
theirs; rows go or change by writing the file anew."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from aboveboard.basics.personal import Personal
from aboveboard.connectors.contract import (
    EMAIL,
    PHONE,
    Attachment,
    FieldSeen,
    Health,
    Identifier,
    Match,
    Record,
    Retained,
    SystemAnswerUnreadable,
    SystemChange,
    SystemRefused,
    SystemUnavailable,
    Verb,
)
from aboveboard.connectors.declaration import DeclaredCollection, SystemDeclaration
from aboveboard.connectors.files.forms import Change, FileNotReadable, FileRow, rewrite, rows
from aboveboard.connectors.files.places import FilePlace, OpenPlace
from aboveboard.connectors.files.settings import XLSX, FileRule, FileSettings
from aboveboard.connectors.plain import plain_value
from aboveboard.kinds import normalise


@dataclass(frozen=True, slots=True)
class RowIdentifier:
    """What names a person's rows in a collection: a kind of identifier, and its normal forms."""

    kind: str
    forms: tuple[str, ...]


class FileConnector:
    """Files, by their declaration."""

    def __init__(self, declaration: SystemDeclaration) -> None:
        self.declaration = declaration
        self._settings: FileSettings = declaration.settings
        self._place = FilePlace(declaration.key, self._settings, declaration.private_addresses)

    @property
    def key(self) -> str:
        """The name of the system."""
        return self.declaration.key

    @property
    def verbs(self) -> frozenset[Verb]:
        """All but restricting: a file has no switch. In workbooks nothing is changed."""
        written = any(rule.form != XLSX for rule in self._settings.collections.values())
        changes = {Verb.CORRECT, Verb.ERASE} if written else set()
        return frozenset({Verb.FIND, Verb.READ} | changes)

    def test(self) -> Health:
        """Say whether the files are there and the first row of each can be read."""
        details = []
        try:
            with self._opening() as place:
                for name, rule in self._settings.collections.items():
                    paths = place.files(rule.pattern)
                    for path in paths:
                        next(self._rows(place, path, name), None)
                    details.append(f"{name}: {len(paths)} files")
        except (SystemUnavailable, SystemRefused, SystemAnswerUnreadable) as error:
            return Health(False, str(error))
        return Health(True, "It answers, and its files can be read.", tuple(details))

    def describe(self, *, samples: int = 0) -> Iterator[FieldSeen]:
        """Yield the columns of the first file of each collection."""
        with self._opening() as place:
            for name, rule in self._settings.collections.items():
                seen: dict[str, list[Personal[str]]] = {}
                for path in place.files(rule.pattern)[:1]:
                    for number, row in enumerate(self._rows(place, path, name)):
                        for column, value in row.items():
                            kept = seen.setdefault(column, [])
                            if number < samples and value not in (None, ""):
                                kept.append(Personal(str(value)[:200]))
                        if number >= samples:
                            break
                fields = self.declaration.collections[name].fields
                for column, kept in seen.items():
                    declared = fields[column].category if column in fields else ""
                    yield FieldSeen(name, column, "", tuple(kept), declared)

    def find(self, identifiers: Sequence[Identifier]) -> Iterator[Match]:
        """Yield one match for each collection and identifier that rows have."""
        with self._opening() as place:
            for name, rule in self._settings.collections.items():
                collection = self.declaration.collections[name]
                wanted = [
                    named
                    for identifier in identifiers
                    if (named := _row_identifier(identifier, collection, rule)) is not None
                ]
                yield from self._matches(place, name, collection, wanted) if wanted else ()

    def _matches(
        self,
        place: OpenPlace,
        name: str,
        collection: DeclaredCollection,
        wanted: Sequence[RowIdentifier],
    ) -> Iterator[Match]:
        learned: dict[RowIdentifier, dict[Identifier, None]] = {}
        for row in self._all_rows(place, name):
            for named in wanted:
                if self._is_of(name, row, named):
                    learnt = learned.setdefault(named, {})
                    learnt.update(dict.fromkeys(_learned_identifiers(collection, row)))
        for named, learnt in learned.items():
            key = msgspec.json.encode([named.kind, named.forms]).decode()
            # Rows that share an address and have two numbers are of two people, perhaps.
            kinds = Counter(identifier.kind for identifier in learnt)
            several = any(count > 1 for kind, count in kinds.items() if kind != named.kind)
            yield Match(name, Personal(key), (named.kind,), tuple(learnt), several)

    def read(self, match: Match) -> Iterator[Record | Attachment]:
        """Yield the person's rows, file by file."""
        named = self._identifier_of(match)
        others = self.declaration.collections[match.collection].others
        with self._opening() as place:
            for row in self._all_rows(place, match.collection):
                if self._is_of(match.collection, row, named):
                    values = {column: Personal(plain_value(value)) for column, value in row.items()}
                    yield Record(match.collection, values, others & values.keys())

    def erase(self, match: Match, *, dry_run: bool = False) -> SystemChange:
        """Take the person's rows out of every file."""
        named = self._identifier_of(match)
        rule = self._settings.collections[match.collection]
        if rule.form == XLSX or rule.ground:
            count = sum(1 for _ in self.read(match))
            if rule.ground:
                return SystemChange(retained=(Retained(match.collection, count, rule.ground),))
            return _by_hand(match.collection)
        count = self._rewritten(
            match.collection,
            lambda row: None if self._is_of(match.collection, row, named) else row,
            dry_run=dry_run,
        )
        return SystemChange({match.collection: count} if count else {})

    def correct(self, match: Match, values: Mapping[str, Personal[str]]) -> SystemChange:
        """Set the columns of these categories in the person's rows."""
        named = self._identifier_of(match)
        name = match.collection
        fields = self.declaration.collections[name].fields.values()
        columns = {
            field.name: values[field.category].reveal()
            for field in fields
            if field.category in values and not field.others
        }
        missing = set(values) - {field.category for field in fields}
        messages = tuple(
            f"No column is declared as {category}: look whether it is held there."
            for category in sorted(missing)
        )
        if not columns:
            return SystemChange(messages=messages, done=not messages)
        if self._settings.collections[name].form == XLSX:
            return _by_hand(name)

        def set_values(row: FileRow) -> FileRow:
            new = {column: value for column, value in columns.items() if column in row}
            if not self._is_of(name, row, named) or all(row[c] == v for c, v in new.items()):
                return row
            return {**row, **new}

        count = self._rewritten(name, set_values, dry_run=False)
        return SystemChange({name: count} if count else {}, messages=messages, done=not messages)

    def restrict(self, match: Match, purpose: str | None) -> SystemChange:
        """Say that somebody has to see to it: a file has no switch."""
        return SystemChange(
            messages=(f"{match.collection} is files: see to it that they are not used for this.",),
            done=False,
        )

    def _rewritten(self, name: str, change: Change, *, dry_run: bool) -> int:
        """Write anew every file in which a row changes; return how many rows do."""
        total = 0
        rule = self._settings.collections[name]
        with self._opening() as place:
            for path in place.files(rule.pattern):
                changed = sum(1 for row in self._rows(place, path, name) if change(row) is not row)
                total += changed
                if changed and not dry_run:
                    self._write(place, path, rule, change)
        return total

    def _write(self, place: OpenPlace, path: str, rule: FileRule, change: Change) -> None:
        before = place.version(path)
        # Only for its owner, and gone with the block: it holds what others in the file have.
        with tempfile.TemporaryDirectory() as folder:
            made = Path(folder) / "made"
            with place.open(path) as opened, made.open("wb") as output:
                rewrite(opened, rule, change, output)
            place.replace(path, made, before)

    @contextmanager
    def _opening(self) -> Iterator[OpenPlace]:
        with self._place.opening() as place:
            try:
                yield place
            except FileNotReadable as error:
                raise SystemAnswerUnreadable(system=self.key, where=f"a file: {error}") from None

    def _rows(self, place: OpenPlace, path: str, name: str) -> Iterator[FileRow]:
        with place.open(path) as opened:
            yield from rows(opened, self._settings.collections[name])

    def _all_rows(self, place: OpenPlace, name: str) -> Iterator[FileRow]:
        for path in place.files(self._settings.collections[name].pattern):
            yield from self._rows(place, path, name)

    def _is_of(self, name: str, row: FileRow, named: RowIdentifier) -> bool:
        rule = self._settings.collections[name]
        for column, field in self.declaration.collections[name].fields.items():
            value = row.get(column)
            if field.identifier == named.kind and value not in (None, ""):
                country = rule.phone_countries.get(column, "")
                if not set(named.forms).isdisjoint(_forms(named.kind, _text(value), country)):
                    return True
        return False

    def _identifier_of(self, match: Match) -> RowIdentifier:
        """Return what a match's key says.

        Raises:
            SystemRefused: several people have the identifier, and nobody has decided whose it is.
            SystemAnswerUnreadable: its collection is not declared any more.
        """
        if match.several:
            raise SystemRefused(system=self.key, reason="two people have this identifier")
        if match.collection not in self.declaration.collections:
            raise SystemAnswerUnreadable(system=self.key, where=match.collection)
        kind, forms = msgspec.json.decode(match.key.reveal(), type=tuple[str, tuple[str, ...]])
        return RowIdentifier(kind, forms)


def _row_identifier(
    identifier: Identifier, collection: DeclaredCollection, rule: FileRule
) -> RowIdentifier | None:
    columns = [
        name for name, field in collection.fields.items() if field.identifier == identifier.kind
    ]
    forms = {
        form
        for column in columns
        for form in _forms(
            identifier.kind, identifier.value.reveal(), rule.phone_countries.get(column, "")
        )
    }
    return RowIdentifier(identifier.kind, tuple(sorted(forms))) if forms else None


def _forms(kind: str, value: str, country: str) -> list[str]:
    if kind in normalise.KINDS and kind != "national_id":
        return normalise.normal_forms(kind, value, (None, country) if kind == PHONE else (None,))
    return [value] if value else []


def _text(value: Any) -> str:
    """Return a cell as text: a whole number of a workbook without its point."""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _learned_identifiers(collection: DeclaredCollection, row: FileRow) -> Iterator[Identifier]:
    for name, field in collection.fields.items():
        value = row.get(name)
        if field.identifier and value not in (None, ""):
            text = _text(value)
            if field.identifier == EMAIL:
                text = normalise.email(text) or text
            yield Identifier(field.identifier, Personal(text))


def _by_hand(name: str) -> SystemChange:
    return SystemChange(
        messages=(f"{name} is a workbook, which is not written here: change it by hand.",),
        done=False,
    )
