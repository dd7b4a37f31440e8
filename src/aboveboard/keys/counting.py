"""Counting the entries about each person: the handle of an entry is computed from its number.

Whoever writes an entry takes the next number in the same transaction, and holds the row until it
commits: no two entries have one number, and of two entries about one person the later has the
greater id, so that a page of them is a range of numbers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Final

from django.db import DEFAULT_DB_ALIAS, connections

from aboveboard.basics import statements
from aboveboard.keys.models import PersonKey
from aboveboard.ledger.actions import NEXT_ID, reserve_ids

_TABLE: Final = PersonKey._meta.db_table

_TAKE: Final = f"""
    UPDATE {_TABLE} SET entries = entries + %s WHERE person_id {{some}}
    RETURNING person_id, entries - %s
"""  # noqa: S608 - our own table; values are parameters

# Many are locked in the order of their ids first: an UPDATE takes them as it finds them, and two
# batches about the same people would wait for each other.
_LOCK: Final = f"""
    SELECT person_id FROM {_TABLE} WHERE person_id = ANY(%s) ORDER BY person_id FOR UPDATE
"""  # noqa: S608 - as above
_IN_ORDER: Final = f"IN ({_LOCK})"
_ALONE: Final = "= ANY(%s)"

# The ids are counted out from how many rows were updated, so that none is given before all of these
# people are locked: of two entries about one person the later has the greater id.
_TAKE_WITH_IDS: Final = f"""
    WITH taken (person_id, number) AS ({_TAKE})
    SELECT person_id, number FROM taken
    UNION ALL
    SELECT CAST(NULL AS bigint), {NEXT_ID}
    FROM generate_series(1, (SELECT greatest(%s, count(*)) FROM taken))
"""  # noqa: S608 - as above


def take_numbers(wanted: Mapping[int, int]) -> dict[int, int]:
    """Take the numbers of the next entries about people, so many for each; return the first of
    each. Whoever has no key is left out.

    Raises:
        RuntimeError: there is no surrounding transaction.
    """
    connection = connections[DEFAULT_DB_ALIAS]
    if not connection.in_atomic_block:
        raise RuntimeError("a number is taken in the transaction that writes its entry")
    alike: defaultdict[int, list[int]] = defaultdict(list)
    for person_id, count in wanted.items():
        alike[count].append(person_id)
    if connection.vendor == "postgresql":
        if len(alike) > 1:
            # Each statement locks in order, and so must all of them together.
            statements.execute(connection, _LOCK, [statements.array_literal(wanted)])
        asked = [
            (_TAKE.format(some=_some(people)), [count, statements.array_literal(people), count])
            for count, people in alike.items()
        ]
    else:
        asked = [
            (
                _TAKE.format(some=f"IN ({', '.join(['%s'] * len(people))})"),
                [count, *people, count],
            )
            for count, people in alike.items()
        ]
    return {
        int(person_id): int(number)
        for sql, values in asked
        for person_id, number in statements.execute(connection, sql, values)
    }


def take_numbers_and_ids(
    wanted: Mapping[int, int], entries: int
) -> tuple[dict[int, int], list[int]]:
    """Take the numbers of the next entries about people, as :func:`take_numbers`, and the ids of
    ``entries`` entries, those about nobody counted: in ascending order, all of them given after
    these people were locked.

    Raises:
        RuntimeError: there is no surrounding transaction.
    """
    connection = connections[DEFAULT_DB_ALIAS]
    counts = set(wanted.values())
    if connection.vendor != "postgresql" or len(counts) != 1 or not connection.in_atomic_block:
        numbers = take_numbers(wanted) if wanted else {}
        return numbers, reserve_ids(entries)
    (count,) = counts
    people = list(wanted)
    rows = statements.execute(
        connection,
        _TAKE_WITH_IDS.format(some=_some(people)),
        [count, statements.array_literal(people), count, entries],
    )
    numbers = {person_id: number for person_id, number in rows if person_id is not None}
    return numbers, sorted(number for person_id, number in rows if person_id is None)


def _some(people: Sequence[int]) -> str:
    # One row is locked by its update: nobody else's can come before it.
    return _ALONE if len(people) == 1 else _IN_ORDER


def advance(counts: Mapping[int, int]) -> None:
    """Count on from where a restored database learns that it was: the log is ahead of it."""
    for person_id, count in counts.items():
        PersonKey.objects.filter(person_id=person_id, entries__lt=count).update(entries=count)
