"""Counting the entries about each person: the handle of an entry is computed from its number.

Whoever writes an entry takes the next number in the same transaction, and holds the row until it
commits: no two entries have one number, and of two entries about one person the later has the
greater id, so that a page of them is a range of numbers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any, Final

from django.db import connection

from aboveboard.keys.models import PersonKey

_TABLE: Final = PersonKey._meta.db_table

# By hand: a statement on the way of every use, which the ORM would make two of.
_TAKE: Final = f"""
    UPDATE {_TABLE} SET entries = entries + %s WHERE person_id {{some}}
    RETURNING person_id, entries - %s
"""  # noqa: S608 - our own table; values are parameters

# Many are locked in the order of their ids first: an UPDATE takes them as it finds them, and two
# batches about the same people would wait for each other.
_LOCK: Final = f"""
    SELECT person_id FROM {_TABLE} WHERE person_id = ANY(%s) ORDER BY person_id FOR UPDATE
"""  # noqa: S608 - as above


def take(wanted: Mapping[int, int]) -> dict[int, int]:
    """Take the numbers of the next entries about people, so many for each; return the first of
    each. Whoever has no key is left out.

    Raises:
        RuntimeError: there is no surrounding transaction.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("a number is taken in the transaction that writes its entry")
    alike: defaultdict[int, list[int]] = defaultdict(list)
    for person_id, count in wanted.items():
        alike[count].append(person_id)
    if connection.vendor == "postgresql":
        if len(wanted) > 1:
            _ask(_LOCK, [list(wanted)])
        rows = [
            row
            for count, people in alike.items()
            for row in _ask(_TAKE.format(some="= ANY(%s)"), [count, people, count])
        ]
    else:
        rows = [
            row
            for count, people in alike.items()
            for row in _ask(
                _TAKE.format(some=f"IN ({', '.join(['%s'] * len(people))})"),
                [count, *people, count],
            )
        ]
    return {int(person_id): int(number) for person_id, number in rows}


def advance(counts: Mapping[int, int]) -> None:
    """Count on from where a restored database learns that it was: the log is ahead of it."""
    for person_id, count in counts.items():
        PersonKey.objects.filter(person_id=person_id, entries__lt=count).update(entries=count)


def _ask(sql: str, values: list[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            from psycopg import Cursor

            # psycopg's own cursor prepares what it is asked again; Django's writes the values into
            # the text, which is parsed and planned every time.
            cursor.cursor = Cursor(connection.connection)
        cursor.execute(sql, values)
        return list(cursor.fetchall())
