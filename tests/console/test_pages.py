"""The first page, the promise, the settings, and the demonstration's mail."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from django.test import Client

from aboveboard.basics import clock, settings
from aboveboard.basics.actor import SYSTEM, Role
from aboveboard.basics.personal import MASK
from aboveboard.basics.setting_sections import DemoSettings
from aboveboard.console.settings import mask_value, settings_by_section
from aboveboard.incidents.notices.actions import prepare
from aboveboard.keys.demonstration import mark_as_demonstration
from aboveboard.promise.actions import adopt_promise
from tests.accounts.people import customer_client, staff_client
from tests.console.asked import refused_to_the_others
from tests.loss import LEAD, lost_laptop
from tests.world import PROMISE_FILE, adopt, load

pytestmark = pytest.mark.django_db


def test_a_lead_sees_the_next_duty_and_what_waits_for_approval(tmp_path: Path) -> None:
    incident = lost_laptop([person for person, _ in load(8)], tmp_path, at=clock.now())
    prepare(incident.number, by=LEAD, at=clock.now())
    page = staff_client(Role.PRIVACY_LEAD).get("/console/").content.decode()
    assert "within" in page
    assert "8 notices need a second person’s approval" in page
    assert f"/console/incidents/{incident.number}/" in page


def test_an_adviser_sees_looking_up_and_no_incident(tmp_path: Path) -> None:
    lost_laptop([person for person, _ in load(3)], tmp_path, at=clock.now())
    page = staff_client(Role.ADVISER).get("/console/").content.decode()
    assert "Look someone up" in page
    assert "INC-" not in page
    assert "/console/settings/" not in page


def test_everyone_of_the_staff_has_a_first_page() -> None:
    adopt()
    assert refused_to_the_others("/console/", list(Role)) == []
    for role in (Role.INCIDENT_LEAD, Role.ADMINISTRATOR):
        assert (
            "You have nothing to do right now."
            in staff_client(role, account=None).get("/console/").content.decode()
        )


def test_the_promise_its_versions_and_the_register() -> None:
    adopt()
    newer = adopt_promise(
        PROMISE_FILE.read_text("utf-8").replace("keep: P2Y", "keep: P5Y", 1),
        name="retailer.yaml",
        by=SYSTEM,
        at=clock.now(),
    )
    client = staff_client(Role.ADVISER)
    assert f"Version {newer.serial}, since" in client.get("/console/promise/").content.decode()
    assert "we do more" in client.get(f"/console/promise/{newer.serial}/").content.decode()
    assert (
        "The first promise" in client.get(f"/console/promise/{newer.serial - 1}/").content.decode()
    )
    assert client.get("/console/promise/99/").status_code == 404
    assert "Art. 30" in client.get("/console/promise/register/").content.decode()
    table = client.get("/console/promise/register.csv")
    assert table.content.decode().startswith("Controller (a)")
    assert "attachment" in table["Content-Disposition"]


@pytest.mark.parametrize(
    "address", ["/console/promise/", "/console/promise/register/", "/console/promise/register.csv"]
)
def test_any_staff_reads_the_promise_and_nobody_posts_to_it(address: str) -> None:
    adopt()
    assert refused_to_the_others(address, list(Role)) == []
    assert staff_client(Role.ADVISER).post(address).status_code == 405


def test_every_setting_is_shown_to_the_administrator_alone() -> None:
    page = staff_client(Role.ADMINISTRATOR, account=None).get("/console/settings/").content.decode()
    assert "The name that customers know you by." in page
    assert "Set in aboveboard.toml." in page
    assert "Not set: this is the default." in page


def test_a_page_of_the_console_is_english_to_the_last_word() -> None:
    adopt()
    german = {"accept-language": "de"}
    page = staff_client(Role.ADVISER).get("/console/", headers=german).content.decode()
    assert '<html lang="en"' in page
    assert "Sign out" in page
    assert "Abmelden" not in page
    refused = customer_client(load(1)[0][0]).get("/console/", headers=german).content.decode()
    assert '<html lang="de"' in refused


def test_settings_are_refused_to_the_others() -> None:
    assert refused_to_the_others("/console/settings/", [Role.ADMINISTRATOR]) == []


def test_what_runs_is_shown_and_that_the_file_says_something_else() -> None:
    """The page read the file each time, and showed where a setting was set from one that did not
    run."""
    browser, file = staff_client(Role.ADMINISTRATOR), settings.current().path(settings.FILE_NAME)
    before = file.read_text("utf-8")
    assert "something else than what runs" not in browser.get("/console/settings/").content.decode()
    try:
        file.write_text(before + '[logs]\nlevel = "warning"\n')
        page = browser.get("/console/settings/").content.decode()
        assert "something else than what runs" in page
        assert "After a restart: <code>warning</code>" in page
        file.write_text(before + "[logs\n")
        page = browser.get("/console/settings/").content.decode()
        assert "The file cannot be used as it is now" in page
        assert "not TOML" in page
    finally:
        file.write_text(before)


def test_where_a_setting_was_set() -> None:
    current = replace(settings.current(), set_in_file=frozenset({"organisation.name"}))
    sections = dict(settings_by_section(current, current, {"ABOVEBOARD_SERVER_PORT": "8001"}))
    assert {row.name: row.where for row in sections["organisation"]}[
        "name"
    ] == "Set in aboveboard.toml."
    assert {row.name: row.where for row in sections["server"]}[
        "port"
    ] == "Set in the environment: ABOVEBOARD_SERVER_PORT."


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (
            "postgresql://app:s3cret@db:5432/aboveboard",
            f"postgresql://app:{MASK}@db:5432/aboveboard",
        ),
        ("postgresql://app:s3@cret@db/aboveboard", f"postgresql://app:{MASK}@db/aboveboard"),
        ("postgresql://db/aboveboard?password=s3cret", f"postgresql://db/aboveboard?{MASK}"),
        ("smtp+tls://mail.example:587", "smtp+tls://mail.example:587"),
        ("sqlite:aboveboard.sqlite3", "sqlite:aboveboard.sqlite3"),
        (8, "8"),
        (True, "yes"),
    ],
)
def test_a_password_is_masked(value: object, text: str) -> None:
    assert mask_value(value) == text


@pytest.fixture
def demo(db: None, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A demonstration, with one message in its mailbox; its folder."""
    mark_as_demonstration()
    on = replace(settings.current(), demo=DemoSettings(enabled=True))
    monkeypatch.setattr(settings, "current", lambda: on)
    folder = on.path("mail")
    folder.mkdir()
    name = "01795320465098226286-f88e3124c38b82cf.eml"
    (folder / name).write_text(
        "From: us@example.org\nTo: jon@example.org\nSubject: <b>Your code</b>\n\nIt is 1234-5678.\n"
    )
    return folder


def test_the_mail_of_a_demonstration_is_open_to_all(demo: Path) -> None:
    page = Client().get("/demo/mail").content.decode()
    assert "&lt;b&gt;Your code&lt;/b&gt;" in page
    (file,) = demo.iterdir()
    message = Client().get(f"/demo/mail/{file.name}").content.decode()
    assert "It is 1234-5678." in message
    assert "jon@example.org" in message


@pytest.mark.parametrize(
    "name", ["01795320465098226286-0000000000000000.eml", "aboveboard.toml", "..%2Froot.key"]
)
def test_no_other_file_is_given_out(name: str, demo: Path) -> None:
    assert Client().get(f"/demo/mail/{name}").status_code == 404


def test_without_a_demonstration_there_is_no_mailbox() -> None:
    assert Client().get("/demo/mail").status_code == 404
    assert Client().get("/demo/mail/01795320465098226286-f88e3124c38b82cf.eml").status_code == 404
    assert Client().post("/demo/mail").status_code in (404, 405)
