"""A promise was adopted, and is not in this database: restored from before, until it is adopted
again. ``tests/story/test_every_door.py`` opens every page then; here, what each is shown."""

from __future__ import annotations

import pytest
from django.test import Client

from aboveboard.basics import clock
from aboveboard.basics.actor import SYSTEM, Role
from aboveboard.promise.actions import adopt_promise
from aboveboard.promise.models import PromiseVersion
from aboveboard.promise.queries import forget, last_serial
from tests.accounts.people import staff_client
from tests.world import PROMISE_FILE, adopt

pytestmark = pytest.mark.django_db


def lose_the_promise_in_force() -> None:
    """Adopt another version, and let it be missing as after a restoration from before."""
    text = PROMISE_FILE.read_text("utf-8") + "\n# as of this week\n"
    newest = adopt_promise(text, name="new.yaml", by=SYSTEM, at=clock.now())
    PromiseVersion.objects.filter(pk=newest.serial).delete()
    forget()


def test_what_needs_no_promise_is_shown_and_the_rest_says_that_something_is_away() -> None:
    adopt()
    lose_the_promise_in_force()
    assert last_serial() is None
    shown = ("/accounts/staff/", "/trust/check/", "/trust/check/proof.html")
    for address in shown:
        assert Client().get(address).status_code == 200, address
    assert staff_client(Role.PRIVACY_LEAD).get("/console/").status_code == 200
    for address in ("/trust/", "/trust/promise/", "/trust/facts.json"):
        assert Client().get(address).status_code == 503, address
