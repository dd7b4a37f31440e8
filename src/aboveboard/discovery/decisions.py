"""What a person decided of columns, written into the declaration of their system.

The file stays as it was written where it can: new fields are put in front of those that are there.
Where it cannot (fields in braces, a field that changes), the file is written anew with the same
content and without its comments; the version before it is kept.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from aboveboard.basics.actor import Actor
from aboveboard.basics.errors import Conflict, Damaged, Invalid
from aboveboard.connectors import actions, queries, registry
from aboveboard.connectors.declaration import DeclaredField, SystemDeclaration
from aboveboard.connectors.queries import SystemRecord
from aboveboard.law import categories
from aboveboard.promise.loading import lines
from aboveboard.promise.loading.problems import ProblemReport

_WORD: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
_READ_OTHERWISE: Final = frozenset({"true", "false", "null", "yes", "no", "on", "off", "y", "n"})


class ColumnAnswer(StrEnum):
    """What a person says of a column."""

    PERSONAL = "personal"
    NOT_PERSONAL = "not_personal"
    KEEP = "keep"
    """It stays as declared, whatever it looks like: its category is what was decided against."""
    TAKE_OUT = "take_out"
    """The system no longer has it, so its declaration need not name it."""


@dataclass(frozen=True, slots=True)
class ColumnDecision:
    """What was decided of one column; ``category`` is a fideslang key where it is personal, and
    where it stays as declared, the one that it looks like."""

    collection: str
    path: str
    answer: ColumnAnswer
    category: str = ""


class CollectionNotDeclared(Conflict):
    """The declaration of {system} does not name {collection} yet, so nobody knows whose its rows
    are."""

    code = "collection_not_declared"
    next_step = (
        "Add it to the system's file first, with what it belongs to: aboveboard discover declare "
        "{system} prints a beginning."
    )


def decide(
    key: str, decisions: Sequence[ColumnDecision], *, version: int, by: Actor, at: datetime
) -> SystemRecord:
    """Declare a system anew with what was decided. ``version``: of the declaration that whoever
    decided had before them.

    Raises:
        NotFound: no such system is connected.
        CollectionNotDeclared: of one of them nobody has said whose its rows are.
        DeclarationReplaced: the declaration is another by now.
        DeclarationRefused: the file would have problems; nothing was changed.
        Invalid: a category is none.
    """
    declaration = registry.declaration(key)
    if version != registry.version(key):
        raise actions.DeclarationReplaced(key=key)
    source = declare_columns(queries.source(version), decisions, declaration)
    return actions.declare(source, name=f"{key}.yaml", over=version, by=by, at=at)


def declare_columns(
    source: str, decisions: Sequence[ColumnDecision], declaration: SystemDeclaration
) -> str:
    """Return the text of a declaration with what was decided. Pure.

    Raises:
        CollectionNotDeclared, Invalid: as :func:`decide`.
    """
    wanted = _tree(source)
    for decision in decisions:
        _apply(wanted, decision, declaration)
    kept = _with_new_fields(source, decisions)
    if kept is not None and _content(_tree(kept)) == _content(wanted):
        return kept
    return "".join(f"{line}\n" for line in _written(wanted))


def _tree(source: str) -> lines.Table:
    report = ProblemReport("declaration")
    tree = lines.read(source, report)
    if tree is None:
        raise Damaged(what="a declaration that was read before")
    return tree


def _apply(root: lines.Table, decision: ColumnDecision, declaration: SystemDeclaration) -> None:
    if decision.answer in (ColumnAnswer.PERSONAL, ColumnAnswer.KEEP) and (
        decision.category not in categories.all_categories()
    ):
        raise Invalid(found="a category that is none", fix="Choose one of fideslang's.")
    known = declaration.collections.get(decision.collection)
    if known is None:
        raise CollectionNotDeclared(system=declaration.key, collection=decision.collection)
    collection = _below(_below(root, "collections"), decision.collection)
    fields = _below(collection, "fields")
    if not fields.entries:
        # A kind that knows its collections (an API of the catalogue) gives way to what the file
        # says of one, so all that it knows is taken over.
        fields.entries.update({name: _field(each) for name, each in known.fields.items()})
        if known.about:
            collection.entries.setdefault("about", lines.Scalar(0, 0, known.about, False))
    field = fields.entries.get(decision.path)
    if decision.answer is ColumnAnswer.TAKE_OUT:
        fields.entries.pop(decision.path, None)
    elif decision.answer is ColumnAnswer.NOT_PERSONAL:
        fields.entries[decision.path] = _table({})
    elif decision.answer is ColumnAnswer.KEEP:
        if not isinstance(field, lines.Table):
            raise Invalid(found="a column that nobody declared", fix="Say what it is first.")
        entries = {**field.entries, "despite": _scalar(decision.category)}
        fields.entries[decision.path] = _table(entries)
    else:
        entries = dict(field.entries) if isinstance(field, lines.Table) else {}
        entries["category"] = _scalar(decision.category)
        entries.pop("despite", None)
        fields.entries[decision.path] = _table(entries)


def _below(table: lines.Table, key: str) -> lines.Table:
    below = table.entries.get(key)
    if not isinstance(below, lines.Table):
        below = _table({})
        table.entries[key] = below
    return below


def _field(declared: DeclaredField) -> lines.Table:
    texts = {
        "category": declared.category,
        "identifier": declared.identifier,
        "others": "true" if declared.others else "",
        "provided": "" if declared.provided else "false",
        "despite": declared.despite,
    }
    entries: dict[str, lines.Item] = {name: _scalar(text) for name, text in texts.items() if text}
    if declared.about:
        entries["about"] = lines.Scalar(0, 0, declared.about, False)
    return _table(entries)


def _table(entries: dict[str, lines.Item]) -> lines.Table:
    return lines.Table(0, 0, entries)


def _scalar(text: str) -> lines.Scalar:
    return lines.Scalar(0, 0, text, True)


def _with_new_fields(source: str, decisions: Sequence[ColumnDecision]) -> str | None:
    """Return the text with a line for each new field, or None where it has no place for one."""
    rows, root = source.split("\n"), _tree(source)
    added: dict[int, list[str]] = {}
    for decision in decisions:
        fields: Any = root
        for key in ("collections", decision.collection, "fields"):
            fields = fields.entries.get(key) if isinstance(fields, lines.Table) else None
        if not isinstance(fields, lines.Table) or not fields.marks:
            return None
        first = min(fields.marks.values(), key=lambda mark: (mark.line, mark.column))
        indent = rows[first.line - 1][: first.column - 1]
        if indent.strip():
            return None
        personal = decision.answer is ColumnAnswer.PERSONAL
        value = f"{{category: {decision.category}}}" if personal else "{}"
        added.setdefault(first.line - 1, []).append(f"{indent}{_key(decision.path)}: {value}")
    for place in sorted(added, reverse=True):
        rows[place:place] = added[place]
    return "\n".join(rows)


def _content(item: lines.Item) -> object:
    """Return what a tree says, without where it stands."""
    if isinstance(item, lines.Table):
        return {key: _content(below) for key, below in item.entries.items()}
    if isinstance(item, lines.Series):
        return [_content(below) for below in item.items]
    return (item.text, item.plain)


def _written(item: lines.Item, indent: str = "") -> list[str]:
    """Return a tree as lines of YAML."""
    if isinstance(item, lines.Table):
        written = []
        for key, below in item.entries.items():
            written += _lines_under(f"{indent}{_key(key)}:", below, indent + "  ")
        return written
    if isinstance(item, lines.Series):
        return [
            line
            for below in item.items
            for line in _lines_under(f"{indent}-", below, indent + "  ")
        ]
    return [indent + _text(item)]


def _lines_under(head: str, below: lines.Item, indent: str) -> list[str]:
    if isinstance(below, lines.Scalar):
        return [f"{head} {_text(below)}".rstrip()]
    inside = below.entries if isinstance(below, lines.Table) else below.items
    if not inside:
        return [f"{head} {'{}' if isinstance(below, lines.Table) else '[]'}"]
    return [head, *_written(below, indent)]


def _text(scalar: lines.Scalar) -> str:
    # What was written without quotes had no line break; with them, JSON's are YAML's too.
    return scalar.text if scalar.plain else json.dumps(scalar.text, ensure_ascii=False)


def _key(text: str) -> str:
    plain = _WORD.fullmatch(text) and text.lower() not in _READ_OTHERWISE
    return text if plain else json.dumps(text, ensure_ascii=False)
