"""Backup and restore of an instance that has a row of every table which decides: each of them comes
back with its MAC, and agrees with the log."""

from __future__ import annotations

from pathlib import Path

import pytest

from aboveboard.basics.actor import SYSTEM
from aboveboard.promise.queries import forget
from aboveboard.recovery.comparing import compare_rows, deciding_tables, model_of
from aboveboard.recovery.upgrading import authenticate_rows
from tests.recovery import stand
from tests.recovery.everything import make_everything
from tests.recovery.stand import NOW

pytestmark = pytest.mark.django_db(transaction=True)
NOT_BACKED_UP = {"accounts.AccessToken", "accounts.SignInLink"}


def test_every_row_that_decides_comes_back_and_agrees_with_the_log(tmp_path: Path) -> None:
    forget()
    authenticate_rows(by=SYSTEM, at=NOW)
    make_everything()
    before = {table.table: model_of(table).objects.count() for table in deciding_tables()}
    assert all(before.values()), before
    made = stand.back_up(tmp_path / "backups", NOW)
    stand.restore(made.records, made.keys)
    after = {table.table: model_of(table).objects.count() for table in deciding_tables()}
    assert after == before | dict.fromkeys(NOT_BACKED_UP, 0)
    assert list(compare_rows()) == []
