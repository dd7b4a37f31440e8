"""A records part from before an upgrade, with the keys part from after it: the nightly backup
replaces the keys, and records are kept for months."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from aboveboard.basics.actor import SYSTEM
from aboveboard.keys.models import PersonKey
from aboveboard.recovery.upgrading import authenticate_rows
from aboveboard.retention.actions import place_hold
from aboveboard.retention.models import Hold
from aboveboard.retention.reasons import HoldReason
from aboveboard.vault import actions as vault
from aboveboard.vault.queries import fetch, find, unreadable
from tests.recovery import stand
from tests.recovery.stand import NOW
from tests.world import ADVISER, load

pytestmark = pytest.mark.django_db(transaction=True)

BEFORE = {
    "other tables": [("identity", "0002_row_macs"), ("intake", "0006_row_macs")],
    "tables of keys": [("keys", "0002_wrapping_keys")],
}
"""The last migrations of an earlier version, by what the upgrade from it changes."""


@contextmanager
def earlier(last: list[tuple[str, str]]) -> Iterator[None]:
    """Inside the block the tables are those of an earlier version."""
    entries = dict(PersonKey.objects.values_list("pk", "entries"))
    MigrationExecutor(connection).migrate(last)
    try:
        yield
    finally:
        call_command("migrate", verbosity=0)
        for number, count in entries.items():
            PersonKey.objects.filter(pk=number).update(entries=count)


@pytest.mark.parametrize("last", BEFORE.values(), ids=BEFORE)
def test_they_go_together_and_who_was_erased_stays_so(
    last: list[tuple[str, str]], tmp_path: Path
) -> None:
    authenticate_rows(by=SYSTEM, at=NOW)
    (erased, gone), (kept, row), *_ = load(4)
    with earlier(last):
        old = stand.back_up(tmp_path / "backups", NOW)
    vault.erase(erased, reason="asked", by=SYSTEM, at=NOW)
    place_hold(kept, HoldReason.CLAIM, reference="case/1", until=None, by=ADVISER, at=NOW)
    new = stand.back_up(tmp_path / "backups", NOW + timedelta(days=1))
    assert old.keys.name in new.keys_removed
    with stand.mirrored(tmp_path) as log:
        stand.lose_everything()
        stand.restore(old.records, new.keys, log_copy=log)
    assert find("customer_number", row["customer_id"]) == [kept]
    assert unreadable([kept]) == []
    assert find("customer_number", gone["customer_id"]) == []
    assert fetch([erased, kept]).keys() == {kept}
    # And the tables are those of this version.
    for label in ("identity.DistinctPeople", "intake.HeldBackRow"):
        assert apps.get_model(label).objects.count() == 0
    # Of what happened since, the keys know how many entries are about whom.
    assert PersonKey.objects.get(person_id=kept).entries > 0
    assert Hold.objects.filter(person_id=kept).count() == 1
