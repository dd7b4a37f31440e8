"""An instance with a row of every table that decides, made once for a file of tests."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction

from aboveboard.accounts.clients import tokens
from aboveboard.promise.queries import forget
from tests.recovery.everything import Everything, make_everything


@pytest.fixture(scope="module")
def made(django_db_setup: None, django_db_blocker: Any) -> Iterator[Everything]:
    """Made once: each test changes it, and its changes are undone."""
    around = transaction.atomic()
    around._from_testcase = True  # type: ignore[attr-defined]  # as those of Django's own TestCase
    with django_db_blocker.unblock(), around:
        forget()
        yield make_everything()
        transaction.set_rollback(True)


@pytest.fixture
def everything(made: Everything, db: None) -> Everything:
    forget()
    tokens.forget()
    return made
