"""Reading a part of a declaration: who needs a key asks for it, and what nobody asked for is named.

A part is a table of the file. Each question says what is expected, so a wrong value is reported
with file, line and field, what stands there, what is expected and what to do; all of them at once.
Words that may be a secret are not repeated.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Final

from aboveboard.basics.canonical import Json
from aboveboard.basics.redaction import is_like_secret
from aboveboard.connectors.secrets import FORMS, SecretReference
from aboveboard.promise.loading.lines import Item, Scalar, Series, Table
from aboveboard.promise.loading.problems import Located, ProblemReport, quoted
from aboveboard.promise.loading.shape import nearest

_HIDDEN: Final = "what stands here"
_WHOLE = re.compile(r"-?[0-9]{1,12}")


class DeclarationPart:
    """A table of a declaration, or the place where one is missing.

    Attributes:
        name: the way to it in the file, the keys with dots between.
        present: whether it is in the file.
    """

    def __init__(self, table: Table | None, name: str, report: ProblemReport, at: Located) -> None:
        self.name = name
        self.present = table is not None
        self._table = table or Table(at.line, at.column)
        self._report = report
        self._at = at
        self._asked: dict[str, str] = {}
        self._below: dict[str, DeclarationPart] = {}
        self._listed: dict[str, list[DeclarationPart]] = {}

    def problem(self, key: str, message: str, fix: str, *, code: str = "wrong_value") -> None:
        """Report something about a key, or about the part where ``key`` is ""."""
        place = self._table.marks.get(key, self._at)
        self._report.add(place, code, message, fix)

    def has(self, key: str) -> bool:
        """Whether something stands under the key."""
        item = self._table.entries.get(key)
        return item is not None and not (isinstance(item, Scalar) and item.is_nothing)

    @property
    def keys(self) -> Sequence[str]:
        """The keys that are written, in the order of the file."""
        return list(self._table.entries)

    def text(
        self,
        key: str,
        expected: str,
        *,
        required: bool = False,
        default: str = "",
        pattern: str = "",
        choices: Collection[str] = (),
    ) -> str:
        """Return the words under a key. ``expected`` ends the sentence "Expected: …"."""
        scalar = self._scalar(key, expected, required)
        if scalar is None:
            return default
        if choices and scalar.text not in choices:
            fix = nearest(scalar.text, choices, otherwise=f"Expected: {expected}.")
            self._report_value(key, scalar, fix)
            return default
        if pattern and not re.fullmatch(pattern, scalar.text):
            self._report_value(key, scalar, f"Expected: {expected}.")
            return default
        return scalar.text

    def number(self, key: str, expected: str, *, default: int, least: int, most: int) -> int:
        """Return the whole number under a key."""
        scalar = self._scalar(key, expected, False)
        if scalar is None:
            return default
        if not _WHOLE.fullmatch(scalar.text) or not least <= int(scalar.text) <= most:
            self._report_value(key, scalar, f"Expected: {expected}, from {least} to {most}.")
            return default
        return int(scalar.text)

    def flag(self, key: str, expected: str, *, default: bool = False) -> bool:
        """Return ``true`` or ``false`` under a key."""
        scalar = self._scalar(key, expected, False)
        if scalar is None:
            return default
        if not scalar.plain or scalar.text not in ("true", "false"):
            self._report_value(key, scalar, "Write `true` or `false`, without quotes.")
            return default
        return scalar.text == "true"

    def day(self, key: str, expected: str) -> date | None:
        """Return the day under a key, or None."""
        scalar = self._scalar(key, expected, False)
        if scalar is None:
            return None
        try:
            return date.fromisoformat(scalar.text)
        except ValueError:
            self._report_value(key, scalar, f"Expected: {expected}, as 2031-12-31.")
            return None

    def secret(self, key: str, expected: str, *, required: bool = False) -> SecretReference | None:
        """Return the reference to a secret. The secret itself may not stand here."""
        scalar = self._scalar(key, expected, required)
        if scalar is None:
            return None
        reference = SecretReference.parse(scalar.text)
        if reference is None:
            # Never repeated: what is no reference is most often the secret.
            self.problem(
                key,
                f"`{self._path(key)}` is no reference to a secret, and is not shown.",
                f"Write where the secret is: {FORMS}. If it was a secret, change it.",
                code="secret_in_file",
            )
        return reference

    def words(
        self, key: str, expected: str, *, required: bool = False, choices: Collection[str] = ()
    ) -> tuple[str, ...]:
        """Return the words of a list; a single word is a list of one."""
        item = self._item(key, expected, required)
        if isinstance(item, Table):
            self._report_shape(key, expected)
            return ()
        items = item.items if isinstance(item, Series) else [item] if item is not None else []
        words = []
        for each in items:
            if not isinstance(each, Scalar) or each.is_nothing:
                self._report_shape(key, expected)
            elif choices and each.text not in choices:
                fix = nearest(each.text, choices, otherwise=f"Expected: {expected}.")
                self._report_value(key, each, fix)
            else:
                words.append(each.text)
        return tuple(words)

    def pairs(self, key: str, expected: str) -> Mapping[str, str]:
        """Return words by name."""
        item = self._item(key, expected, False)
        if item is None:
            return {}
        if not isinstance(item, Table):
            self._report_shape(key, expected)
            return {}
        pairs = {}
        for name, value in item.entries.items():
            if isinstance(value, Scalar):
                pairs[name] = value.text
            else:
                self._report_shape(key, expected)
        return pairs

    def part(self, key: str, expected: str, *, required: bool = False) -> DeclarationPart:
        """Return the table under a key; where there is none, an empty one."""
        if key not in self._below:
            item = self._item(key, expected, required)
            if item is not None and not isinstance(item, Table):
                self._report_shape(key, expected)
            table = item if isinstance(item, Table) else None
            self._below[key] = self._inner(table, key)
        return self._below[key]

    def parts(
        self, key: str, expected: str, *, required: bool = False, pattern: str = ".{1,200}"
    ) -> dict[str, DeclarationPart]:
        """Return the tables below the table under a key, by name. A name with nothing after it is
        an empty table."""
        outer = self.part(key, expected, required=required)
        for name in outer.keys:
            if not re.fullmatch(pattern, name):
                outer.problem(
                    name, f"{quoted_word(name)} is no name here.", f"Expected: {expected}."
                )
        return {
            name: outer.part(name, expected) for name in outer.keys if re.fullmatch(pattern, name)
        }

    def series(self, key: str, expected: str) -> list[DeclarationPart]:
        """Return the tables of a list."""
        if key not in self._listed:
            item = self._item(key, expected, False)
            tables = item.items if isinstance(item, Series) else []
            if item is not None and not (tables and all(isinstance(t, Table) for t in tables)):
                self._report_shape(key, expected)
            self._listed[key] = [
                self._inner(each, f"{key}[{place}]")
                for place, each in enumerate(tables)
                if isinstance(each, Table)
            ]
        return self._listed[key]

    def data(self, key: str, expected: str) -> Json:
        """Return whatever stands under a key, as data: for bodies and templates of a system."""
        item = self._item(key, expected, False)
        return None if item is None else plain(item)

    def report_unknown(self) -> None:
        """Report, here and below, every key that nobody asked for."""
        for key in self._table.entries:
            if key not in self._asked:
                self.problem(
                    key,
                    f"{self._title()} has no key {quoted_word(key)}.",
                    nearest(key, self._asked, otherwise="docs/reference/system-file.md has them."),
                    code="unknown_key",
                )
        for below in self._below.values():
            below.report_unknown()
        for listed in self._listed.values():
            for each in listed:
                each.report_unknown()

    def asked(self) -> Mapping[str, str]:
        """Return every key that was asked for, here and below, with what was expected of it."""
        keys = dict(self._asked)
        for below in (*self._below.values(), *(e for each in self._listed.values() for e in each)):
            keys.update(below.asked())
        return keys

    def _inner(self, table: Table | None, key: str) -> DeclarationPart:
        at = self._table.marks.get(key, self._at)
        return DeclarationPart(table, self._path(key), self._report, at)

    def _item(self, key: str, expected: str, required: bool) -> Item | None:
        self._asked[key] = expected
        if self.has(key):
            return self._table.entries[key]
        if required:
            self.problem(
                key,
                f"{self._title()} has no `{key}`.",
                f"Add `{key}:` — {expected}.",
                code="missing",
            )
        return None

    def _scalar(self, key: str, expected: str, required: bool) -> Scalar | None:
        item = self._item(key, expected, required)
        if item is None or isinstance(item, Scalar):
            return item
        self._report_shape(key, expected)
        return None

    def _report_value(self, key: str, at: Scalar, fix: str) -> None:
        self._report.add(
            at,
            "wrong_value",
            f"`{self._path(key)}`: {quoted_word(at.text)} is not allowed here.",
            fix,
        )

    def _report_shape(self, key: str, expected: str) -> None:
        self.problem(
            key,
            f"`{self._path(key)}` is not of the right shape.",
            f"Expected: {expected}.",
            code="wrong_type",
        )

    def _path(self, key: str) -> str:
        return f"{self.name}.{key}" if self.name else key

    def _title(self) -> str:
        return f"`{self.name}`" if self.name else "The declaration"


def quoted_word(text: str) -> str:
    """Return words of the file for a message, unless they may be a secret."""
    return _HIDDEN if is_like_secret(text) else quoted(text)


def plain(item: Item) -> Json:
    """Return a tree as data: whole numbers, true, false and null where they are written so without
    quotes, else words."""
    if isinstance(item, Table):
        return {key: plain(value) for key, value in item.entries.items()}
    if isinstance(item, Series):
        return [plain(value) for value in item.items]
    if item.is_nothing:
        return None
    if item.plain and item.text in ("true", "false"):
        return item.text == "true"
    return int(item.text) if item.plain and _WHOLE.fullmatch(item.text) else item.text
