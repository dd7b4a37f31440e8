"""The console in a real browser, on a phone and at a desk, light and dark: axe finds nothing, and
the way works without a script."""

from __future__ import annotations

import io
import os
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from playwright.sync_api import BrowserContext, Page, expect

from aboveboard.accounts.models import Account
from aboveboard.accounts.queries import actor_for
from aboveboard.basics import clock
from aboveboard.basics import settings as instance
from aboveboard.basics.actor import Role
from aboveboard.basics.setting_sections import DemoSettings
from aboveboard.commands.demo.story import leaked_file
from aboveboard.custody.actions import register_device
from aboveboard.custody.terms import DeviceKind, EncryptionState
from aboveboard.incidents.leaks.opening import open_from_leak, sample
from aboveboard.incidents.models import Incident
from aboveboard.keys.demonstration import mark_as_demonstration
from aboveboard.keys.log_signing import sequence_now
from aboveboard.outbox import jobs
from tests.accounts.people import staff_client, staff_member
from tests.browser import ROOT, assert_accessible, photograph
from tests.loss import lost_laptop
from tests.world import load

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def sign_in(page: Page, account: Account) -> None:
    """Be signed in with a second factor; signing in itself is asked in ``tests/accounts``."""
    client = staff_client(account=account)
    cookie = client.cookies[settings.SESSION_COOKIE_NAME]
    page.context.clear_cookies()
    page.goto("/healthz")
    page.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": page.url}])


def seen(page: Page, name: str, address: str = "", *, keep: bool = False) -> None:
    """Go there, ask axe, and take the picture."""
    if address:
        page.goto(address)
    assert_accessible(page)
    photograph(page, name, keep=keep)


@pytest.fixture
def lead() -> Account:
    """The incident lead."""
    return staff_member(Role.INCIDENT_LEAD, team="Security")


def leaked(rows: list[dict[str, str]], lead: Account) -> Incident:
    """A leaked file of these people's rows among strangers', counted."""
    stream = io.BytesIO(leaked_file(rows))
    found = sample(stream)
    stream.seek(0)
    incident = open_from_leak(
        stream,
        found.form,
        [guess.role for guess in found.columns],
        file_name="forum-dump.csv",
        title="Customer file found on a public forum",
        reported_in_seconds=48,
        by=actor_for(lead),
        at=clock.now() - timedelta(hours=27),
    )
    jobs.run_jobs_once(worker="test")
    return incident


def test_an_incident_from_its_page_to_everyone_told(page: Page, lead: Account) -> None:
    people = load(600)
    incident = leaked([row for _, row in people[:420]], lead)
    place = f"/console/incidents/{incident.number}"
    sign_in(page, lead)
    page.goto("/console/")
    expect(page.get_by_role("region", name="Next duty")).to_be_visible()
    seen(page, "console-home-lead")
    seen(page, "console-incidents", "/console/incidents/")
    page.get_by_role("link", name="Customer file found on a public forum").click()
    page.get_by_role("link", name="Write the notices").click()
    seen(page, "console-prepare")
    page.get_by_label("What we did, in English").fill(
        "We closed the way in and made everyone choose a new password."
    )
    page.get_by_role("button", name="Prepare").click()
    expect(page.get_by_role("heading", name="Someone else must approve")).to_be_visible()
    seen(page, "incident", f"{place}/", keep=True)
    for name in (
        "people",
        "timeline",
        "circumstances",
        "circumstances/hands",
        "report",
        "lines/stranger",
        "lines/unread",
    ):
        seen(page, f"console-incident-{name.replace('/', '-')}", f"{place}/{name}/")
    page.goto(f"{place}/")
    page.get_by_role("link", name="What you need to do").click()
    seen(page, "console-duty")
    second = staff_member(Role.PRIVACY_LEAD, team="Privacy")
    sign_in(page, second)
    seen(page, "console-home-second", "/console/")
    page.get_by_role("link", name="Review the notices").click()
    seen(page, "notices")
    # The first screen of it: the whole is as long as all notices together.
    if os.environ.get("KEEP_PHOTOGRAPHS"):
        page.screenshot(path=ROOT / "docs" / "images" / "notices-desktop.png")
    page.get_by_role("button", name="Approve and send").click()
    expect(page.get_by_role("alert")).to_contain_text("Confirm that you have read the notices.")
    seen(page, "console-notices-error")
    page.get_by_label("What must be changed?").fill("Say on which day the file was found.")
    page.get_by_role("button", name="Request changes").click()
    expect(page.get_by_role("button", name="Approve and send")).to_have_count(0)
    seen(page, "console-notices-requested")
    page.get_by_role("button", name="Withdraw the request").click()
    page.get_by_role("button", name="Open customer").first.click()
    expect(page.get_by_text("They can see that you looked.").first).to_be_visible()
    seen(page, "console-notices-opened")
    page.get_by_label("I have read every notice on this page").check()
    page.get_by_role("button", name="Approve and send").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("told")
    jobs.run_jobs_once(worker="test")
    page.reload()
    seen(page, "console-sending")
    page.get_by_role("link", name="Waiting to be sent").first.click()
    seen(page, "console-told")


def test_a_loss_reported_in_a_minute(page: Page, tmp_path: Path) -> None:
    people = load(20)
    adviser = staff_member(Role.ADVISER)
    register_device(
        kind=DeviceKind.LAPTOP,
        name="Field laptop",
        tag="LT-0042",
        encrypted=EncryptionState.NO,
        holder_id=adviser.pk,
        by=actor_for(adviser),
        at=clock.now(),
    )
    sign_in(page, adviser)
    seen(page, "console-home-adviser", "/console/")
    seen(page, "console-devices-own", "/console/devices/")
    page.get_by_role("navigation").get_by_role("link", name="Report a loss").click()
    seen(page, "console-report")
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("alert")).to_contain_text("Choose what happened.")
    seen(page, "console-report-error")
    page.get_by_label("My field laptop, LT-0042").check()
    page.get_by_role("button", name="Continue").click()
    seen(page, "console-report-when")
    page.get_by_role("button", name="Continue").click()
    page.get_by_label("Your account").fill("Left on the 17:42 to Leeds.")
    seen(page, "console-report-what-happened")
    page.get_by_role("button", name="Report it").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Thank you for reporting it")
    seen(page, "console-reported")
    lost_laptop([person for person, _ in people], tmp_path, at=clock.now(), tag="LT-0043")
    sign_in(page, staff_member(Role.INCIDENT_LEAD))
    seen(page, "console-devices", "/console/devices/")
    page.get_by_role("link", name="LT-0043").click()
    seen(page, "console-device")
    page.get_by_role("link", name="people in").click()
    seen(page, "console-export")
    seen(page, "console-exports", "/console/exports/")
    seen(page, "console-add-device", "/console/devices/add/")
    page.get_by_role("button", name="Add the device").click()
    seen(page, "console-add-device-error")
    page.get_by_label("Label").fill("LT-0051")
    page.get_by_label("Name").fill("Counter laptop")
    page.get_by_label("Laptop").check()
    page.get_by_label("Who has it?").select_option(index=1)
    page.get_by_role("button", name="Add the device").click()
    expect(page.get_by_role("status")).to_contain_text("LT-0051 added")
    seen(page, "console-device-added")
    page.get_by_role("link", name="Hand it over").click()
    seen(page, "console-hand-over")
    page.get_by_label("New holder").select_option("")
    page.get_by_role("button", name="Hand it over").click()
    page.get_by_role("link", name="Take it out of service").click()
    seen(page, "console-retire")
    page.get_by_label("Wiped").check()
    page.get_by_role("button", name="Take it out of service").click()
    expect(page.get_by_role("main")).to_contain_text("Retired: wiped")


def test_pages_that_everyone_reads(page: Page) -> None:
    load(5)
    sequence_now()
    sign_in(page, staff_member(Role.ADMINISTRATOR))
    for name, address in {
        "console-home-administrator": "/console/",
        "console-promise": "/console/promise/",
        "console-version": "/console/promise/1/",
        "console-register": "/console/promise/register/",
        "console-settings": "/console/settings/",
        "console-incidents-empty": "/console/incidents/",
        "console-devices-empty": "/console/devices/",
    }.items():
        seen(page, name, address)


def test_looking_somebody_up(page: Page) -> None:
    row = load(5)[0][1]
    sign_in(page, staff_member(Role.ADVISER))
    seen(page, "console-people", "/console/people/")
    page.get_by_role("link", name="To answer a customer").click()
    seen(page, "console-look-up")
    page.get_by_role("button", name="Look up").click()
    seen(page, "console-look-up-error")
    page.get_by_label("Who is it about?").fill(row["email"])
    page.get_by_role("button", name="Look up").click()
    expect(page.get_by_text(row["last_name"], exact=True)).to_be_visible()
    seen(page, "console-opened")
    page.get_by_role("button", name="Record a choice").click()
    seen(page, "console-record-choice")
    page.goto("/console/people/answer-contact/")
    page.get_by_label("Who is it about?").fill(row["email"])
    page.get_by_role("button", name="Look up").click()
    page.get_by_role("button", name="Add Proof of purchase").click()
    seen(page, "console-add-document")
    page.get_by_label("File", exact=True).set_input_files(
        {"name": "page.html", "mimeType": "application/pdf", "buffer": b"<script>"}
    )
    page.get_by_role("button", name="Upload").click()
    expect(page.get_by_role("alert")).to_contain_text("not of a kind we accept")
    seen(page, "console-add-document-error")
    page.get_by_label("File", exact=True).set_input_files(
        {"name": "receipt.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7"}
    )
    page.get_by_role("button", name="Upload").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Document added: Proof of purchase")
    seen(page, "console-document-added")
    page.get_by_role("link", name="Look someone up").click()
    page.get_by_label("Who is it about?").fill(row["email"])
    page.get_by_label("Proof of purchase").check()
    page.get_by_role("button", name="Look up").click()
    seen(page, "console-opened-document")
    with page.expect_download() as download:
        page.get_by_role("button", name="Download Proof of purchase").click()
    assert download.value.suggested_filename == "receipt.pdf"


def test_a_leaked_file_without_a_script(
    scriptless: Callable[[], BrowserContext], page: Page, lead: Account
) -> None:
    rows = [row for _, row in load(20)]
    context = scriptless()
    bare = context.new_page()
    sign_in(bare, lead)
    bare.goto("/console/incidents/new/leak/")
    bare.get_by_label("File", exact=True).set_input_files(
        {"name": "dump.csv", "mimeType": "text/csv", "buffer": leaked_file(rows)}
    )
    bare.get_by_role("button", name="Upload").click()
    expect(bare.get_by_label("Column 1, “email”")).to_have_value("email")
    sign_in(page, lead)
    seen(page, "console-leak", "/console/incidents/new/leak/")
    bare.get_by_role("button", name="Open the incident and count").click()
    expect(bare.get_by_role("heading", name="Counting who is affected")).to_be_visible()
    seen(page, "console-counting", bare.url)
    jobs.run_jobs_once(worker="test")
    bare.get_by_role("link", name="Refresh now").click()
    expect(bare.get_by_role("main").get_by_role("link", name="List them")).to_be_visible()
    context.close()


def test_the_columns_of_a_leaked_file(page: Page, lead: Account) -> None:
    rows = [row for _, row in load(20)]
    sign_in(page, lead)
    page.goto("/console/incidents/new/leak/")
    page.get_by_label("File", exact=True).set_input_files(
        {"name": "dump.csv", "mimeType": "text/csv", "buffer": leaked_file(rows)}
    )
    page.get_by_role("button", name="Upload").click()
    seen(page, "console-leak-columns")
    for column in ("Column 1, “email”", "Column 2, “phone”"):
        page.get_by_label(column).select_option("ignore")
    page.get_by_role("button", name="Open the incident and count").click()
    expect(page.get_by_role("alert")).to_be_visible()
    seen(page, "console-leak-columns-error")


def test_the_mail_of_a_demonstration(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    on = replace(instance.current(), demo=DemoSettings(enabled=True))
    monkeypatch.setattr(instance, "current", lambda: on)
    mark_as_demonstration()
    seen(page, "demo-mail-empty", "/demo/mail")
    on.path("mail").mkdir()
    message = (
        "From: us@example.org\nTo: jon@example.org\nSubject: Your code\n\nIt is 1234-5678.\n"
        "See http://localhost/you/\n"
    )
    (on.path("mail") / "01795320465098226286-f88e3124c38b82cf.eml").write_text(message)
    seen(page, "demo-mail", "/demo/mail")
    page.get_by_role("link", name="Your code").click()
    seen(page, "demo-message")


def test_an_emergency_from_asking_to_its_review(page: Page) -> None:
    (_, row), *_ = load(3)
    sign_in(page, staff_member(Role.ADVISER, team="Leeds shop"))
    seen(page, "console-emergency", "/console/emergency/")
    page.get_by_label("Somebody’s life or health is in danger").check()
    page.get_by_label("Who is it about?").fill(row["email"])
    page.get_by_label("Phone number").check()
    page.get_by_label("What happened?").fill("Her neighbour heard her fall, and nobody answers.")
    page.get_by_role("button", name="Show the details").click()
    expect(page.get_by_text("You can show the details again")).to_be_visible()
    seen(page, "console-emergency-opened")
    sign_in(page, staff_member(Role.PRIVACY_LEAD))
    seen(page, "console-home-emergency", "/console/")
    seen(page, "console-emergencies", "/console/emergencies/")
    page.get_by_role("link", name="Review the emergency access").click()
    seen(page, "console-emergency-review")
    page.get_by_role("button", name="Read it").click()
    expect(page.get_by_text("Her neighbour heard her fall")).to_be_visible()
    seen(page, "console-emergency-read")
    page.get_by_label("No, it was not").check()
    page.get_by_role("button", name="Save review").click()
    expect(page.get_by_role("heading", name="This may be a personal data breach")).to_be_visible()
    seen(page, "console-emergency-reviewed")


def test_who_may_see_what_and_why(page: Page) -> None:
    (_, row), *_ = load(3)
    sign_in(page, staff_member(Role.PRIVACY_LEAD))
    page.goto("/console/promise/explain/")
    page.get_by_label("Which detail?").select_option("phone")
    page.get_by_role("button", name="Show who may see it").click()
    expect(page.get_by_text("Nobody else, and for no other reason.")).to_be_visible()
    seen(page, "console-explain")
    page.get_by_role("link", name="Check whether something would be allowed").click()
    page.get_by_label("Who is it about?").fill(row["email"])
    page.get_by_label("Who would ask?").select_option("offers-service")
    page.get_by_label("For what?").select_option("personal-offers")
    page.get_by_label("Through which channel?").select_option("email")
    page.get_by_label("E-mail address", exact=True).check()
    page.get_by_role("button", name="Check").click()
    expect(page.get_by_role("heading", name="It would be refused")).to_be_visible()
    seen(page, "console-explain-allowed")
    page.goto("/console/promise/explain/entry/")
    page.get_by_label("Record number").fill("999")
    page.get_by_role("button", name="Explain").click()
    seen(page, "console-explain-entry")
