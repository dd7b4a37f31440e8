"""A campaign in a real browser, on a phone and at a desk, without a script: axe finds nothing, from
the list to its parcel."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from aboveboard.basics import clock
from aboveboard.basics.actor import CUSTOMER, Role
from aboveboard.choices.actions import choose
from aboveboard.choices.state import ChoiceAnswer
from aboveboard.custody import parcel
from aboveboard.outbox import jobs
from tests.accounts.people import staff_member
from tests.console.test_in_browser import seen, sign_in
from tests.world import load

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_list_becomes_a_parcel_without_a_script(
    chromium: Browser, page: Page, live_server: object, tmp_path: Path
) -> None:
    person, row = load(3)[0]
    choose(
        person, "personal-offers", ChoiceAnswer.YES, channel="portal", evidence="portal:1",
        by=CUSTOMER, at=clock.now(),
    )  # fmt: skip
    file = tmp_path / "spring.csv"
    file.write_text(f"ID,Mail\n{row['customer_id']},{row['email']}\nAW-none,no@body.example\n")
    context = chromium.new_context(java_script_enabled=False, base_url=str(live_server))
    plain = context.new_page()
    adviser = staff_member(Role.ADVISER)
    sign_in(plain, adviser)
    plain.goto("/console/campaigns/")
    plain.get_by_role("link", name="To choose offers for a customer").click()
    plain.get_by_label("A list that I upload").check()
    plain.get_by_label("Your list").set_input_files(file)
    plain.get_by_label("Public keys").fill(parcel.new_key(tmp_path / "key.txt"))
    plain.get_by_role("button", name="Continue").click()
    expect(plain.get_by_role("heading", level=1)).to_contain_text("2 rows")
    sign_in(page, adviser)
    seen(page, "campaigns", "/console/campaigns/")
    seen(page, "campaign-new", "/console/campaigns/new/personal-offers/")
    seen(page, "campaign-columns", plain.url)
    plain.get_by_role("button", name="Decide about 2").click()
    expect(plain.get_by_role("progressbar")).to_be_visible()
    jobs.run_jobs_once(worker="test", limit=20)
    plain.get_by_role("link", name="Refresh now").click()
    expect(plain.get_by_role("heading", level=1)).to_contain_text("1 of 2 go out")
    seen(page, "campaign-done", plain.url)
    with plain.expect_download() as got:
        plain.get_by_role("button", name="Fetch the parcel").click()
    parcel.open_parcel(got.value.path(), tmp_path / "key.txt", tmp_path / "got.csv")
    assert row["email"] in (tmp_path / "got.csv").read_text()
    context.close()
