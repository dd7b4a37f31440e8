"""The cache that all processes share is a table: what stands there is counted with, and never
believed."""

from __future__ import annotations

import base64
import logging
import os
import pickle
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.cache import cache
from django.db import connection
from django.utils import timezone

pytestmark = pytest.mark.django_db


def rewrite(**columns: object) -> None:
    """Write into every row, past the program."""
    with connection.cursor() as cursor:
        for column, value in columns.items():
            cursor.execute(f"UPDATE site_cache SET {column} = %s", [value])  # noqa: S608 - a test


def count() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT COUNT(*) FROM site_cache")
        return int(cursor.fetchone()[0])


def test_numbers_texts_and_lists_come_back_and_what_is_not_there_does_not() -> None:
    values = {"a": 3, "b": "three", "c": [1.5, 2.5], "d": None}
    cache.set_many(values)
    assert cache.get_many([*values, "e"]) == values
    assert cache.get_many([]) == {}
    assert cache.get("e", 7) == 7
    cache.delete("a")
    assert cache.get("a") is None


def test_a_row_whose_time_is_over_counts_for_nothing_and_is_deleted() -> None:
    cache.set("tries", 3, 60)
    rewrite(expires=timezone.now() + timedelta(seconds=30))
    assert cache.get("tries") == 3
    rewrite(expires=timezone.now() - timedelta(seconds=30))
    assert cache.get("tries") is None
    assert count() == 0


class Program:
    """A pickle that runs something when it is loaded."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def __reduce__(self) -> tuple[object, tuple[object, ...]]:
        return os.mkdir, (str(self.file),)


@pytest.mark.parametrize("what", ["a program", "a class", "no base64", "nothing whole"])
def test_a_row_that_anybody_wrote_runs_nothing_and_starts_the_count_again(
    what: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    cache.set("tries", 3)
    made = tmp_path / "made"
    whole = base64.b64encode(pickle.dumps(5)).decode()
    rewrite(
        value={
            "a program": base64.b64encode(pickle.dumps(Program(made))).decode(),
            "a class": base64.b64encode(pickle.dumps(timedelta(1))).decode(),
            "no base64": f"\n{whole}",
            "nothing whole": base64.b64encode(pickle.dumps("three")[:-3]).decode(),
        }[what]
    )
    with caplog.at_level(logging.WARNING):
        assert cache.get("tries") is None
    assert "a row of the shared cache was passed over" in caplog.text
    assert not made.exists()
    rewrite(value=whole)
    assert cache.get("tries") == 5
