"""Statements by hand: those on the path of every use, one text however many people they are asked
about (:mod:`aboveboard.basics.statements`); and the names of the tables that packages above may
join in statements of their own, to read set-wise what no function of one person answers."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, Final

from django.db import DEFAULT_DB_ALIAS, connections

from aboveboard.basics import statements
from aboveboard.vault.models import Alias, BlindIndex, Person, SealedRecord

PERSON: Final = Person._meta.db_table
ALIAS: Final = Alias._meta.db_table
SEALED_RECORD: Final = SealedRecord._meta.db_table
BLIND_INDEX: Final = BlindIndex._meta.db_table
"""Names of tables, to read only; their columns are those of the models."""


def ask(sql: str, *parts: int | Collection[int] | Sequence[bytes] | None) -> list[tuple[Any, ...]]:
    """Return all rows. ``{some}`` in the statement is a list: ``digest {some}`` holds for each
    of the values of its part.

    Every part has its mark in the statement, in order: ``%s`` for a single
    value, ``{some}`` for a list.
    """
    connection = connections[DEFAULT_DB_ALIAS]
    if connection.vendor == "postgresql":
        return statements.execute(
            connection,
            sql.format(some="= ANY(%s)"),
            [
                part if part is None or isinstance(part, int) else statements.array_literal(part)
                for part in parts
            ],
        )
    flat: list[Any] = []
    lists: list[str] = []
    for part in parts:
        if part is None or isinstance(part, int):
            flat.append(part)
        else:
            flat.extend(part)
            lists.append(f"IN ({', '.join(['%s'] * len(part))})")
    pieces = sql.split("{some}")
    text = "".join(piece + mark for piece, mark in zip(pieces, [*lists, ""], strict=True))
    return statements.execute(connection, text, flat)
