"""``/console/personal-data/``: the worker scans, a person decides, and the promise is compared."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client

from aboveboard.basics import clock
from aboveboard.basics.actor import Role
from aboveboard.commands.demo import systems as demo
from aboveboard.connectors import queries, registry
from aboveboard.discovery import scans
from aboveboard.outbox import jobs
from tests.accounts.people import staff_client
from tests.pages import words
from tests.world import adopt, load

pytestmark = pytest.mark.django_db
LIST = "/console/personal-data/"
PAGE = f"{LIST}in/web-shop/"


@pytest.fixture
def lead(tmp_path: Path) -> Client:
    adopt()
    demo.connect(tmp_path, [row for _, row in load(6)], at=clock.now() - timedelta(days=1))
    return staff_client(Role.PRIVACY_LEAD)


def answers(page: str, **wanted: str) -> dict[str, str]:
    """Return the form of a page, with these answers by column."""
    hidden = dict(re.findall(r'type="hidden"\s+name="(\w+)"\s+value="([^"]*)"', page))
    chosen = {
        f"answer_{name.removeprefix('path_')}": wanted[value]
        for name, value in hidden.items()
        if name.startswith("path_") and value in wanted
    }
    return hidden | chosen


def test_what_was_found_is_decided_and_stands_in_the_declaration(lead: Client) -> None:
    overview = words(lead.get(LIST))
    assert "Held without a purpose" in overview
    assert "Religion: customer.religion" in overview
    assert "Signed contracts was not looked at" in overview
    page = lead.get(PAGE).content.decode()
    assert "Online team to decide" in words(lead.get(PAGE))
    before, version = queries.source(registry.version("web-shop")), registry.version("web-shop")
    form = answers(page, phone="personal", religion="not_personal")
    decided = words(lead.post(PAGE, form, follow=True))
    assert "Decided: 2 columns." in decided
    after = queries.source(registry.version("web-shop"))
    assert registry.version("web-shop") != version
    assert "      phone: {category: user.contact.phone_number}\n" in after
    assert "      religion: {}\n" in after
    assert "# The card is with the payment service" in after, "the file stays as it was written"
    assert len(after.splitlines()) == len(before.splitlines()) + 2
    assert "customer.religion" not in words(lead.get(LIST)), "what is rejected is not held"

    # From another version nothing is decided, and without an answer nothing either.
    stale = lead.post(PAGE, form)
    assert stale.status_code == 409
    assert "Somebody declared web-shop anew" in words(stale)
    assert lead.post(PAGE, answers(page)).status_code == 422
    assert queries.source(registry.version("web-shop")) == after


def test_a_look_is_the_workers_and_shows_how_far_it_is_and_what_moved(
    lead: Client, tmp_path: Path
) -> None:
    with closing(sqlite3.connect(tmp_path / "web-shop.sqlite3")) as shop, shop:
        shop.execute("ALTER TABLE customer DROP COLUMN last_name")
        shop.execute("ALTER TABLE customer ADD COLUMN home_address TEXT")
    assert "It is being looked at" in words(lead.post(f"{LIST}scan/", follow=True))
    again = words(lead.post(f"{LIST}scan/", {"system": "web-shop"}, follow=True))
    assert "looked at already" in again
    assert jobs.run_jobs_once(worker="test") == 2
    page = words(lead.get(PAGE))
    assert "customer.home_address" in page
    assert "gone" in page
    form = answers(lead.get(PAGE).content.decode(), last_name="take_out")
    assert "Decided: 1 column." in words(lead.post(PAGE, form, follow=True))
    assert "last_name" not in queries.source(registry.version("web-shop"))


def test_a_system_that_is_down_says_so_and_delays_no_other(lead: Client, tmp_path: Path) -> None:
    (tmp_path / "web-shop.sqlite3").unlink()
    registry.forget()
    lead.post(f"{LIST}scan/")
    jobs.run_jobs_once(worker="test")
    page = words(lead.get(LIST))
    assert "not looked at" in page
    assert lead.get(PAGE).status_code == 200
    assert lead.get(f"{LIST}in/nobody/").status_code == 404
    assert lead.post(f"{LIST}scan/", {"system": "nobody"}).status_code == 404


def test_a_look_that_nobody_did_is_said_to_be_overdue(lead: Client) -> None:
    at = clock.now()
    assert scans.begin(["contracts"], at=at - timedelta(hours=1)) == ["contracts"]
    assert "Check that a worker runs" in words(lead.get(LIST))
    assert scans.begin(["contracts"], at=at) == ["contracts"], "it may be asked for again"
