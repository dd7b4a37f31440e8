"""YAML read into a tree that remembers where everything stands, and that cannot hurt who reads it.

Only what a promise needs is accepted: tables, lists and plain words. Anchors, aliases, tags and
second documents are refused, so nothing is built, repeated or run. Words stay as written: ``NO`` is
Norway and ``2026-01-01`` is text; the schema says what each should be.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol, TypeAlias

import yaml

from aboveboard.promise.limits import PROMISE_BYTES, PROMISE_DEPTH
from aboveboard.promise.loading.problems import ProblemReport, quoted

_UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class FilePosition:
    """A place in the file, counted from 1."""

    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Scalar:
    """Words. ``plain``: written without quotes, so that ``true`` and ``3`` may mean
    more than their letters."""

    line: int
    column: int
    text: str
    plain: bool

    @property
    def is_nothing(self) -> bool:
        """Whether nothing was written, as in ``basis:`` with an empty line after it."""
        return self.plain and self.text in ("", "~", "null")


@dataclass(frozen=True, slots=True)
class Series:
    """A list."""

    line: int
    column: int
    items: list[Item] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Table:
    """Keys and what stands under them; ``marks`` has the place of each key."""

    line: int
    column: int
    entries: dict[str, Item] = field(default_factory=dict)
    marks: dict[str, FilePosition] = field(default_factory=dict)


Item: TypeAlias = Scalar | Series | Table


def decode(source: str | bytes, report: ProblemReport) -> str | None:
    """Return the file as text, or None and a problem: too large, or not UTF-8."""
    # Before anything is decoded: the bound is on what must be read, whoever gives it.
    size = (
        len(source) if isinstance(source, bytes) else len(source.encode("utf-8", "surrogatepass"))
    )
    if size > PROMISE_BYTES:
        fix = f"Keep it below {PROMISE_BYTES // 1024} KiB; a promise that long is read by nobody."
        report.add(FilePosition(1, 1), "too_large", f"The file has {size:,} bytes.", fix)
        return None
    if isinstance(source, str):
        return source
    try:
        # Editors on Windows put a mark in front; it is no part of the first key.
        return source.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = source.count(b"\n", 0, error.start) + 1
        report.add(
            FilePosition(line, 1), "not_text", "The file is not UTF-8 text.", "Save it as UTF-8."
        )
        return None


def read(source: str, report: ProblemReport) -> Table | None:
    """Return the tree of the one document in ``source``, or None and at least one problem."""
    builder = _Builder(report)
    try:
        # Events, not objects: an alias is refused before it is followed, so "a billion laughs"
        # costs nothing.
        for event in yaml.parse(source, Loader=yaml.SafeLoader):
            if not builder.take(event):
                return None
    except yaml.MarkedYAMLError as error:
        report.add(
            _mark(error.problem_mark or error.context_mark),
            "not_yaml",
            f"This is not YAML: {error.problem}.",
            _YAML_FIX,
        )
        return None
    except (yaml.YAMLError, ValueError, OverflowError) as error:
        # ReaderError (a character that YAML forbids), and numbers in escapes or directives
        # that no machine can hold.
        report.add(
            _error_position(error, source),
            "not_yaml",
            "This is not YAML: it has a character or number that YAML cannot hold.",
            _YAML_FIX,
        )
        return None
    root = builder.root
    if root is None or (isinstance(root, Scalar) and root.is_nothing):
        report.add(
            FilePosition(1, 1),
            "empty",
            "The file is empty.",
            "Start from the sample: aboveboard promise sample > promise.yaml",
        )
        return None
    if not isinstance(root, Table):
        report.add(root, "wrong_type", "A promise is a table of keys.", "Start with `promise: 1`.")
        return None
    return root


_YAML_FIX = "Check the indentation, the quotes and the colons near this place."


class _YamlMark(Protocol):
    line: int
    column: int


def _mark(mark: _YamlMark | None) -> FilePosition:
    return FilePosition(mark.line + 1, mark.column + 1) if mark else FilePosition(1, 1)


def _error_position(error: Exception, source: str) -> FilePosition:
    position = getattr(error, "position", 0)
    return (
        FilePosition(source.count("\n", 0, position) + 1, 1)
        if isinstance(position, int)
        else FilePosition(1, 1)
    )


class _Builder:
    """Builds the tree from YAML's events, without recursion, and stops at the first
    thing it must not build."""

    def __init__(self, report: ProblemReport) -> None:
        self.root: Item | None = None
        self._report = report
        self._open: list[Series | Table] = []
        self._keys: list[tuple[str, FilePosition] | None] = []
        self._documents = 0

    def take(self, event: yaml.Event) -> bool:
        """Take one event; False when reading must stop."""
        if isinstance(event, yaml.DocumentStartEvent):
            self._documents += 1
            if self._documents > 1:
                fix = "Keep one; remove `---` and what follows."
                return self._stop(
                    event, "not_one_document", "The file holds more than one document.", fix
                )
        elif isinstance(event, yaml.NodeEvent):
            return self._node(event)
        elif isinstance(event, yaml.CollectionEndEvent):
            self._open.pop()
            self._keys.pop()
        return True

    def _node(self, event: yaml.NodeEvent) -> bool:
        if event.anchor is not None:
            message = f"Anchors and aliases ({quoted(event.anchor)}) are not read."
            return self._stop(event, "anchor", message, "Write the words out where they belong.")
        if getattr(event, "tag", None) is not None:
            return self._stop(
                event, "tag", "Tags (words that start with !) are not read.", "Remove the tag."
            )
        mark = _mark(event.start_mark)
        if isinstance(event, yaml.ScalarEvent):
            # A control character would go on into pages, letters and terminals.
            if _UNPRINTABLE.search(event.value):
                return self._stop(
                    event,
                    "not_text",
                    "These words hold a character that cannot be shown.",
                    "Remove it.",
                )
            return self._place(Scalar(mark.line, mark.column, event.value, event.style is None))
        kind: type[Table | Series] = Table if isinstance(event, yaml.MappingStartEvent) else Series
        item = kind(mark.line, mark.column)
        # The checks walk the tree by recursion: its depth is what bounds theirs.
        if len(self._open) >= PROMISE_DEPTH:
            return self._stop(
                event,
                "too_deep",
                "This is nested too deeply.",
                "Five levels are enough: write it flatter.",
            )
        if not self._place(item):
            return False
        self._open.append(item)
        self._keys.append(None)
        return True

    def _place(self, item: Item) -> bool:
        """Put an item where it belongs: the root, the next of a list, or a
        key or value of a table."""
        if not self._open:
            self.root = item
            return True
        parent = self._open[-1]
        if isinstance(parent, Series):
            parent.items.append(item)
            return True
        key = self._keys[-1]
        if key is None:
            return self._begin_key(parent, item)
        name, mark = key
        self._keys[-1] = None
        # YAML lets the last of two win in silence; here that could be a purpose nobody read.
        if name in parent.entries:
            first = parent.marks[name].line
            message = f"{quoted(name)} is written twice: first in line {first}."
            self._report.add(mark, "duplicate_key", message, "Keep one of the two.")
        else:
            parent.entries[name] = item
            parent.marks[name] = mark
        return True

    def _begin_key(self, parent: Table, item: Item) -> bool:
        if not isinstance(item, Scalar):
            self._report.add(
                item,
                "bad_key",
                "A key is a single word, not a list or a table.",
                "Write `key: value`.",
            )
            return False
        self._keys[-1] = (item.text, FilePosition(item.line, item.column))
        return True

    def _stop(self, event: yaml.Event, code: str, message: str, fix: str) -> bool:
        self._report.add(_mark(event.start_mark), code, message, fix)
        return False


NOTHING: Mapping[str, Item] = {}


def entries(item: Item | None, key: str | None = None) -> Mapping[str, Item]:
    """Return the entries of a table, or of the table under ``key`` in it;
    none if it is no table."""
    value = item if key is None else entries(item).get(key)
    return value.entries if isinstance(value, Table) else NOTHING


def scalar_text(item: Item | None, key: str | None = None) -> str:
    """Return the words of a scalar, or of the scalar under ``key``; "" if there are none."""
    value = item if key is None else entries(item).get(key)
    return "" if not isinstance(value, Scalar) or value.is_nothing else value.text


def list_scalars(item: Item | None, key: str | None = None) -> list[Scalar]:
    """Return the scalars of a list, or of the list under ``key``; none if it is no list."""
    value = item if key is None else entries(item).get(key)
    return (
        [entry for entry in value.items if isinstance(entry, Scalar)]
        if isinstance(value, Series)
        else []
    )
