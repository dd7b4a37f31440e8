"""What every test of sign-in stands on: its own addresses, a directory of two
customers, mail sent at once."""

from __future__ import annotations

from collections.abc import Generator

import pytest
from django.core.cache import cache

from aboveboard.accounts.signin import background_mail
from aboveboard.basics.package import Package, gathered
from tests.declared import gather_these

JON, JON_MAIL = 4711, "jon24@adventure-works.com"
SHARED_MAIL = "family@adventure-works.com"
PEOPLE = {JON_MAIL: [JON], SHARED_MAIL: [4712, 4713]}


@pytest.fixture(autouse=True)
def _own_customers(
    request: pytest.FixtureRequest, settings: object, monkeypatch: pytest.MonkeyPatch
) -> Generator[None]:
    settings.ROOT_URLCONF = "tests.accounts.routes"  # type: ignore[attr-defined]
    monkeypatch.setattr(background_mail, "hand_over", lambda job: job())
    if request.node.get_closest_marker("django_db"):
        request.getfixturevalue("_django_db_helper")
        # Counters of tries: their table is no model's, so a test that commits leaves them behind.
        cache.clear()
    before = gathered()
    known = Package(
        name="vault",
        customers_by_email=lambda email: PEOPLE.get(email.lower(), []),
        lock_customer=lambda number: number,
    )
    gather_these([known, *before])
    yield
    gather_these(before)
