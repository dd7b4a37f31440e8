"""The bytes of a destroyed key are in no file of the database, once the worker has swept up."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from django.db import connection

from aboveboard.basics.actor import SYSTEM
from aboveboard.commands.instance import worker
from aboveboard.keys.models import PersonKey
from aboveboard.recovery.scrubbing import scrub
from aboveboard.vault import actions as vault
from aboveboard.vault.models import BlindIndex, SealedRecord
from tests.recovery.stand import NOW
from tests.story.database import bytes_of_database
from tests.world import load

pytestmark = pytest.mark.django_db(transaction=True)


def files_of(on_postgres: bool) -> bytes:
    """Every byte that is on the disk: SQLite's files; of PostgreSQL what a client
    is given of any table."""
    return bytes_of_database(on_postgres)


def test_no_file_has_an_erased_persons_key_look_ups_or_record(on_postgres: bool) -> None:
    people = load(30)
    person = people[11][0]
    needles = [
        bytes(PersonKey.objects.get(person_id=person).wrapped),
        bytes(SealedRecord.objects.get(person_id=person).boxes)[-48:],
        *map(bytes, BlindIndex.objects.filter(person_id=person).values_list("digest", flat=True)),
    ]
    assert len(needles) > 3
    assert all(needle in files_of(on_postgres) for needle in needles)
    vault.erase(person, reason="asked", by=SYSTEM, at=NOW)
    assert scrub()
    assert not [needle for needle in needles if needle in files_of(on_postgres)]


def test_it_waits_for_nobody_and_says_so(on_postgres: bool) -> None:
    load(1)
    reader = connection.copy()
    if on_postgres:
        assert scrub()
        return
    with reader.cursor() as cursor:
        cursor.execute("BEGIN")
        cursor.execute("SELECT count(*) FROM vault_person")
        # There is one.
        vault.erase(PersonKey.objects.first().person_id, reason="asked", by=SYSTEM, at=NOW)  # type: ignore[union-attr]
        assert not scrub()
        cursor.execute("ROLLBACK")
    reader.close()
    assert scrub()
    assert Path(str(connection.settings_dict["NAME"]) + "-wal").stat().st_size == 0


def test_the_worker_does_it(monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[bool] = []
    monkeypatch.setattr("aboveboard.recovery.scrubbing.scrub", lambda: done.append(True) or True)
    assert next(
        loop for loop in worker.make_loops("w", threading.Event()) if loop.name == "retention"
    ).run_until_idle()
    assert done == [True]
