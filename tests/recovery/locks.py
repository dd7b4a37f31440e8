"""Watching what is written about people: is the person locked at that moment?"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

import psycopg
from django.apps import apps
from django.db import connection

from aboveboard.basics.package import NotNeeded, personal_data
from aboveboard.vault.models import Person

_INSERT: Final = re.compile(r'\s*INSERT INTO "?(\w+)"?')
_NAMED: Final = "SELECT id FROM vault_person WHERE id = ANY(%s::bigint[])"
_UNLOCKED: Final = f"{_NAMED} FOR KEY SHARE SKIP LOCKED"


@contextmanager
def watching() -> Iterator[set[tuple[str, bool]]]:
    """Inside the block, ask at each row that names a person, and goes when they are erased, whether
    nobody else could lock them now; yield the set of (table, it was locked).

    The database itself is asked, over a second connection: whoever it could lock was locked by
    nobody, and was there before. SQLite has no such lock: a transaction that writes is alone, so
    there nothing is asked.
    """
    seen: set[tuple[str, bool]] = set()
    if connection.vendor != "postgresql":
        yield seen
        return
    known = connection.settings_dict
    tables = _tables_of_people()
    with psycopg.connect(
        dbname=known["NAME"],
        user=known["USER"],
        password=known["PASSWORD"],
        host=known["HOST"],
        port=known["PORT"] or None,
        autocommit=True,
    ) as other:

        def watch(
            execute: Callable[..., Any], sql: str, params: Any, many: bool, context: object
        ) -> Any:
            written = _INSERT.match(sql)
            if written and written[1] in tables and not many:
                numbers = "{" + ",".join(map(str, _numbers(params or ()))) + "}"
                if other.execute(_NAMED, [numbers]).fetchall():
                    unlocked = other.execute(_UNLOCKED, [numbers]).fetchall()
                    seen.add((written[1], not unlocked))
            return execute(sql, params, many, context)

        with connection.execute_wrapper(watch):
            yield seen


def _numbers(params: Any) -> Iterator[int]:
    """Yield the whole numbers among the values; of many rows there is one list for each column, or
    the text of an array."""
    for value in params:
        if isinstance(value, list | tuple):
            yield from _numbers(value)
        elif isinstance(value, int):
            yield int(value)  # a truth value is a number too
        elif isinstance(value, str) and re.fullmatch(r"\{[0-9,]+\}", value):
            yield from map(int, value.strip("{}").split(","))


def _tables_of_people() -> set[str]:
    """Return the tables with a person's number whose rows an erasure takes away, or takes the
    number out of."""
    labels = {
        label
        for _, data in personal_data()
        if not isinstance(data.erase, NotNeeded)
        for label in data.tables
    }
    return {
        model._meta.db_table
        for model in map(apps.get_model, labels)
        if any(
            field.column == "person_id" or field.related_model is Person
            for field in model._meta.concrete_fields
        )
    }
