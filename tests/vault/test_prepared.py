"""Statements on the path of every use: the same rows on both databases, and one plan a
connection on PostgreSQL."""

from __future__ import annotations

import pytest
from django.db import connection
from django.db.utils import DatabaseError

from aboveboard.vault import prepared

pytestmark = pytest.mark.django_db

ASK = (
    "SELECT id, word FROM asked_here WHERE kind = %s AND id {some} "
    "UNION ALL SELECT id, word FROM asked_here WHERE word {some} ORDER BY 1, 2"
)


def _make() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMPORARY TABLE asked_here (id bigint, kind smallint, word "
            f"{connection.data_types['BinaryField']})"
        )
        cursor.executemany(
            "INSERT INTO asked_here VALUES (%s, %s, %s)",
            [(1, 3, b"one"), (2, 3, b"two"), (3, 4, b"three")],
        )


def _asked(kind: int | None, ids: set[int], words: list[bytes]) -> list[tuple[int, bytes]]:
    return [(number, bytes(word)) for number, word in prepared.ask(ASK, kind, ids, words)]


def test_each_part_stands_where_its_mark_is() -> None:
    _make()
    assert _asked(3, {1, 2, 3, -1}, [b"three"]) == [(1, b"one"), (2, b"two"), (3, b"three")]
    assert _asked(4, {1}, [b"two", b"no"]) == [(2, b"two")]
    assert _asked(None, {1}, [b"no"]) == []
    assert _asked(3, {2**40, 2}, [b"no"]) == [(2, b"two")]


def test_many_ask_as_few_do() -> None:
    _make()
    assert _asked(3, set(range(1, 501)), [b"x%d" % number for number in range(500)]) == [
        (1, b"one"),
        (2, b"two"),
    ]


def test_a_table_made_anew_is_read_as_it_is_now() -> None:
    """A backup is restored below connections that have asked before."""
    for _ in range(2):
        _make()
        for _ in range(8):
            assert _asked(3, {1, 2}, [b"no"]) == [(1, b"one"), (2, b"two")]
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE asked_here")


def test_what_the_database_refuses_is_an_error_of_django() -> None:
    """Callers answer "unavailable" to those, and to nothing else."""
    with pytest.raises(DatabaseError):
        prepared.ask("SELECT id FROM nowhere WHERE id {some}", [1])


def test_what_is_asked_again_is_planned_once() -> None:
    _make()
    for count in range(1, 12):
        assert _asked(3, set(range(3, 3 + count)), [b"word"] * count) == []
    # SQLite keeps its statements by their text, and shows none.
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%asked_here%'"
            )
            assert cursor.fetchone() == (1,)
