"""Letters in the console and on the command line: a parcel is fetched, acknowledged, and what the
print house says is taken in."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from playwright.sync_api import Page, expect

from aboveboard.basics import clock
from aboveboard.basics.actor import Role
from aboveboard.commands.main import main
from aboveboard.delivery import actions as delivery
from aboveboard.delivery.post import queries
from tests import letters, loss
from tests.accounts.people import staff_client, staff_member
from tests.console.test_in_browser import seen, sign_in
from tests.letters import PrintHouse


@pytest.fixture
def place(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, db: None) -> str:
    """The address of a batch whose letters are sealed."""
    PrintHouse(monkeypatch, tmp_path)
    people = letters.load_without_email(letters.made_up(4), tmp_path)
    letters.adopt()
    incident = loss.lost_laptop(people, tmp_path, at=clock.now())
    loss.approved(incident, at=clock.now())
    delivery.drain(worker="test", at=clock.now() + timedelta(minutes=1))
    from aboveboard.incidents.notices.queries import newest_batch

    batch = newest_batch(incident.number)
    assert batch is not None
    return f"/console/incidents/{incident.number}/notices/{batch.id}/letters/"


@pytest.mark.django_db
def test_a_parcel_is_fetched_and_what_became_of_its_letters_is_shown(place: str) -> None:
    lead = staff_client(Role.INCIDENT_LEAD)
    assert "4 letters" in lead.get(place).content.decode()
    (parcel,) = queries.parcels()
    fetched = b"".join(iter(lead.get(f"/console/letters/{parcel.number}/file/")))
    assert fetched.startswith(b"age-encryption.org/v1")
    today = clock.now().date().isoformat()
    listed = f"letter;state;date\n{parcel.number}-1;posted;{today}\n77-1;posted;{today}\n"
    answer = lead.post(f"{place}list/", {"file": SimpleUploadedFile("l.csv", listed.encode())})
    page = answer.content.decode()
    assert "Posted: 1" in page
    assert "No such letter" in page
    wrong = lead.post(f"/console/letters/{parcel.number}/", {"sha256": "ab" * 32})
    assert wrong.status_code == 422
    right = lead.post(f"/console/letters/{parcel.number}/", {"sha256": parcel.sha256.upper()})
    assert right.status_code == 302
    assert "The print house has it" in lead.get(place).content.decode()
    assert lead.get(f"{place}test/FR/").content.startswith(b"%PDF-")


@pytest.mark.django_db
def test_the_same_on_the_command_line(
    place: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (parcel,) = queries.parcels()
    out = tmp_path / "stick"
    out.mkdir()
    assert main(["letters", "fetch", str(parcel.number), "--out", str(out)]) == 0
    sheet = json.loads((out / f"{parcel.file_name}.manifest.json").read_text())
    assert (sheet["sha256"], sheet["people"]) == (parcel.sha256, 4)
    assert main(["letters", "acknowledge", str(parcel.number), parcel.sha256]) == 0
    listed = tmp_path / "posted.csv"
    today = clock.now().date().isoformat()
    listed.write_text(f"letter,state,date\n{parcel.number}-2,posted,{today}\nx,posted,{today}\n")
    assert main(["letters", "take-in", str(listed)]) == 1
    capsys.readouterr()
    assert main(["letters", "list", "--json"]) == 0
    (row,) = json.loads(capsys.readouterr().out)
    assert (row["letters"], row["states"]) == (4, {"sealed": 3, "posted": 1})
    test = tmp_path / "test.pdf"
    assert main(["letters", "test", "INC-0001", "--country", "de", "--out", str(test)]) == 0
    assert test.read_bytes().startswith(b"%PDF-")


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_the_pages_are_looked_at(place: str, page: Page) -> None:
    (parcel,) = queries.parcels()
    sign_in(page, staff_member(Role.INCIDENT_LEAD))
    seen(page, "letters", place)
    seen(page, "letters-list", f"{place}list/")
    seen(page, "letters-parcel", f"/console/letters/{parcel.number}/")
    page.get_by_label("SHA-256 of the file").fill(parcel.sha256)
    page.get_by_role("button", name="The print house has it").click()
    expect(page.get_by_role("main")).to_contain_text("The copy here was removed")
