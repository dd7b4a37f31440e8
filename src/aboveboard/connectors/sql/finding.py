"""Finding the rows that are people, by an identifier however it was written on either side.

The database narrows, and the rules of ``kinds`` decide: an e-mail address is compared without
regard to case, a phone number by its last digits first and its whole normal form then, a customer
number without spaces and dashes. Every value is a parameter.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, Final
from uuid import UUID

import msgspec
import sqlalchemy as sa

from aboveboard.basics.personal import Personal
from aboveboard.connectors.contract import (
    CUSTOMER_NUMBER,
    EMAIL,
    PHONE,
    Identifier,
    Match,
    SystemAnswerUnreadable,
)
from aboveboard.connectors.limits import SQL_MATCHES
from aboveboard.connectors.plain import decoded
from aboveboard.connectors.sql.plan import Condition, PlannedTable
from aboveboard.connectors.sql.settings import ColumnRule
from aboveboard.kinds import email_addresses, normalise

_PHONE_TAIL: Final = 6
"""Digits of a phone number by which the database narrows; kinds compares the whole."""
_PHONE_MARKS: Final = (" ", "-", "(", ")", ".", "/", "+")
_LARGEST: Final = 2**63 - 1


@dataclass
class FoundRow:
    """A row that an identifier found. ``kinds``: of the identifiers that did."""

    key: tuple[Any, ...]
    learned: tuple[Identifier, ...]
    kinds: list[str] = field(default_factory=list)
    several: bool = False


def find(
    connection: sa.Connection, people: Sequence[PlannedTable], identifiers: Sequence[Identifier]
) -> Iterator[Match]:
    """Yield every row of these collections that one of the identifiers names, each once.

    What the driver raises is for the caller to translate.
    """
    for planned in people:
        rows: dict[tuple[Any, ...], FoundRow] = {}
        for identifier in identifiers:
            met = set()
            for column, rule in _columns(planned, identifier.kind):
                for row in _rows(connection, planned, column, rule, identifier):
                    known = rows.setdefault(row.key, row)
                    if identifier.kind not in known.kinds:
                        known.kinds.append(identifier.kind)
                    met.add(row.key)
            for key in met if len(met) > 1 else ():
                rows[key].several = True
        for row in rows.values():
            yield Match(
                planned.name,
                Personal(key_text(row.key)),
                tuple(row.kinds),
                learned=row.learned,
                several=row.several,
            )


def key_text(values: Sequence[Any]) -> str:
    """Return the key of a row as text, for a :class:`Match`."""
    plain = [each if isinstance(each, int | str) else _spelled(each) for each in values]
    return msgspec.json.encode(plain).decode()


def key_values(planned: PlannedTable, text: str, *, system: str) -> dict[str, Any]:
    """Return what :func:`key_text` wrote, by column, in the types of the columns.

    Raises:
        SystemAnswerUnreadable: the key is of another form: the declaration was changed since.
    """
    try:
        parts = msgspec.json.decode(text, type=list[int | str])
        pairs = zip(planned.key, parts, strict=True)
        return {column.key: _typed(column, str(part), part) for column, part in pairs}
    except (msgspec.DecodeError, ValueError, InvalidOperation):
        raise SystemAnswerUnreadable(system=system, where=f"the key in {planned.name}") from None


def python_type(column: sa.Column[Any]) -> type:
    """Return what values of a column are in Python; ``object`` where the database has a type of
    its own."""
    try:
        return column.type.python_type
    except NotImplementedError:
        return object


def _columns(planned: PlannedTable, kind: str) -> Iterator[tuple[sa.Column[Any], ColumnRule]]:
    for name, declared in planned.declared.fields.items():
        if declared.identifier == kind:
            yield planned.table.columns[name], planned.rule.columns[name]


def _rows(
    connection: sa.Connection,
    planned: PlannedTable,
    column: sa.Column[Any],
    rule: ColumnRule,
    identifier: Identifier,
) -> Iterator[FoundRow]:
    value = identifier.value.reveal()
    # No column holds a NUL, and PostgreSQL refuses one.
    narrowed = None if "\x00" in value else _condition(column, rule, identifier.kind, value)
    if narrowed is None:
        return
    identifying = [
        (planned.table.columns[name], declared.identifier)
        for name, declared in planned.declared.fields.items()
        if declared.identifier
    ]
    statement = (
        sa.select(*planned.key, column, *(each for each, _ in identifying))
        .where(narrowed)
        .limit(SQL_MATCHES)
    )
    width = len(planned.key)
    wanted = _normal_forms(identifier.kind, value, rule)
    for row in connection.execute(statement):
        if wanted & _normal_forms(identifier.kind, _words(row[width]), rule):
            learned = _learned_identifiers(list(zip(identifying, row[width + 1 :], strict=True)))
            yield FoundRow(tuple(row[:width]), learned)


def _learned_identifiers(
    identifying: Sequence[tuple[tuple[sa.Column[Any], str], Any]],
) -> tuple[Identifier, ...]:
    identifiers = []
    for (_, kind), value in identifying:
        if value is None or value == "":
            continue
        text = _words(value)
        if kind == EMAIL:
            text = normalise.email(text) or text
        identifiers.append(Identifier(kind, Personal(text)))
    return tuple(dict.fromkeys(identifiers))


def _normal_forms(kind: str, value: str, rule: ColumnRule) -> frozenset[str]:
    if kind == PHONE:
        regions = (None, rule.country) if rule.country else (None,)
        return frozenset(normalise.normal_forms(kind, value, regions))
    if kind in (EMAIL, CUSTOMER_NUMBER):
        return frozenset(normalise.normal_forms(kind, value))
    return frozenset((value,))


def _condition(column: sa.Column[Any], rule: ColumnRule, kind: str, value: str) -> Condition | None:
    """Return what narrows the rows, or None where no row can have this value."""
    of = python_type(column)
    if of is bytes and kind in (EMAIL, PHONE, CUSTOMER_NUMBER):
        # Words that are kept as bytes, as MediaWiki does.
        column, of = sa.cast(column, sa.String(255)), str  # type: ignore[assignment]
    if of is not str and of is not object:
        try:
            typed: Condition = column == _typed(column, value.strip(), value)
            return typed
        except (ValueError, InvalidOperation):
            return None
    forms = _normal_forms(kind, value, rule)
    if not forms or not value:
        return None
    if rule.exact:
        return column.in_(sorted({*forms, value}))
    if kind == EMAIL:
        # An address of a domain with letters of its own is stored in either of its two spellings.
        shown = {email_addresses.display(form).lower() for form in forms}
        return sa.func.lower(sa.func.trim(column)).in_(sorted({*forms, *shown}))
    if kind == PHONE:
        digits: Any = column
        for mark in _PHONE_MARKS:
            digits = sa.func.replace(digits, mark, "")
        tails = {normalise.digits(form)[-_PHONE_TAIL:] for form in forms}
        return sa.or_(*(digits.like(f"%{tail}") for tail in sorted(tails)))
    if kind == CUSTOMER_NUMBER:
        plain = sa.func.replace(sa.func.replace(sa.func.upper(column), " ", ""), "-", "")
        return plain.in_(sorted(forms))
    return column == value


def _typed(column: sa.Column[Any], text: str, value: Any) -> Any:
    """Return a value in the type of a column.

    Raises:
        ValueError, ArithmeticError: it cannot be one.
    """
    of = python_type(column)
    if of is int:
        if not text.isascii() or not text.isdecimal() or int(text) > _LARGEST:
            raise ValueError(text)
        return int(text)
    if of is UUID:
        return UUID(text)
    if of is Decimal:
        return Decimal(text)
    if of is bytes:
        return bytes.fromhex(text)
    if of is date:
        return date.fromisoformat(text)
    if of is str:
        return text if not isinstance(value, str) else value
    if of is object:
        return value
    raise ValueError(text)


def _words(value: Any) -> str:
    return decoded(bytes(value)) if isinstance(value, bytes | memoryview) else str(value)


def _spelled(value: Any) -> str:
    return bytes(value).hex() if isinstance(value, bytes | memoryview) else str(value)
