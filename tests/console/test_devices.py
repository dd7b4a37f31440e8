"""Devices: one's own for everyone, all for leads; what is on each opens as the people it counts."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from aboveboard.accounts.models import Account
from aboveboard.basics import clock
from aboveboard.basics.actor import Role
from aboveboard.custody import parcel
from aboveboard.custody import queries as custody
from aboveboard.custody.exporting import ExportFormat, make_export
from aboveboard.custody.models import Export
from aboveboard.custody.queries import DeviceRow
from aboveboard.custody.terms import DeviceState, EncryptionState
from aboveboard.vault import queries as vault
from tests.accounts.people import staff_client, staff_member
from tests.console.asked import refused_to_the_others
from tests.loss import lost_laptop
from tests.pages import words
from tests.world import ADVISER, adopt, load

pytestmark = pytest.mark.django_db
LEADS = (Role.INCIDENT_LEAD, Role.PRIVACY_LEAD, Role.ADMINISTRATOR)
KEEPERS = (Role.INCIDENT_LEAD, Role.ADMINISTRATOR)
NEW = {
    "tag": "LT-0050",
    "name": "Counter laptop",
    "kind": "laptop",
    "encrypted": "yes",
    "holder": "",
}


@pytest.fixture
def lost(tmp_path: Path) -> DeviceRow:
    """A missing laptop with an export of four people on it; nobody here carries it."""
    incident = lost_laptop([person for person, _ in load(4)], tmp_path, at=clock.now())
    assert incident.device_id is not None
    return custody.device(incident.device_id)


@pytest.fixture
def keeper() -> Client:
    return staff_client(Role.ADMINISTRATOR)


def test_a_device_that_was_added_is_listed_with_its_holder(keeper: Client) -> None:
    adopt()
    holder = staff_member(Role.ADVISER)
    answer = keeper.post("/console/devices/add/", NEW | {"holder": str(holder.pk)}, follow=True)
    assert "Counter laptop LT-0050" in words(answer)
    (row,) = custody.devices()
    assert (row.holder_id, row.encrypted) == (holder.pk, EncryptionState.YES)
    page = keeper.get("/console/devices/").content.decode()
    assert holder.name in page
    own = staff_client(account=holder)
    assert "LT-0050" in own.get("/console/devices/").content.decode()
    assert own.get(f"/console/devices/{row.id}/").status_code == 200


@pytest.mark.parametrize(
    ("story", "changed", "says"),
    [
        ("no label", {"tag": ""}, "Enter the label"),
        ("a label that is taken", {"tag": "LT-0042"}, "already a device"),
        ("a kind that is none", {"kind": "boat"}, "valid choice"),
        ("a holder who is nobody", {"holder": "999"}, "valid choice"),
    ],
)
def test_bad_input(
    story: str, changed: dict[str, str], says: str, keeper: Client, lost: DeviceRow
) -> None:
    answer = keeper.post("/console/devices/add/", NEW | changed)
    assert answer.status_code == 422
    assert says in answer.content.decode()


def test_what_is_on_it_opens_as_the_people_it_counts(keeper: Client, lost: DeviceRow) -> None:
    page = keeper.get(f"/console/devices/{lost.id}/").content.decode()
    assert "To deliver" in page or "Deliver" in page
    (export,) = custody.exports_on(lost.id)
    answer = keeper.get(f"/console/devices/{lost.id}/exports/{export.id}/")
    manifest = answer.content.decode()
    assert manifest.count('data-th="In the file"') == export.people == 4
    assert "e-mail address" in manifest
    assert "your e-mail address" not in words(answer)


def test_found_and_then_out_of_service(keeper: Client, lost: DeviceRow) -> None:
    page = f"/console/devices/{lost.id}/"
    assert keeper.post(f"{page}retire/", {"how": "wiped"}).status_code == 422
    assert keeper.post(f"{page}found/", {"note": "In the lost property office."}).status_code == 302
    assert keeper.post(f"{page}found/").status_code == 422
    assert keeper.post(f"{page}retire/").status_code == 422, "how it left service is asked"
    assert keeper.post(f"{page}retire/", {"how": "destroyed"}).status_code == 302
    assert [record.state for record in custody.device_history(lost.id)][-2:] == [
        DeviceState.FOUND,
        DeviceState.RETIRED,
    ]
    shown = words(keeper.get(page))
    assert "lost property office" in shown
    assert "Retired: destroyed" in shown


def test_a_device_is_handed_over_and_its_history_says_so(keeper: Client) -> None:
    adopt()
    one, other = staff_member(Role.ADVISER), staff_member(Role.INCIDENT_LEAD)
    keeper.post("/console/devices/add/", NEW | {"holder": str(one.pk)})
    (row,) = custody.devices()
    address = f"/console/devices/{row.id}/hand-over/"
    assert "Who has it from now on?" in words(keeper.get(address))
    assert keeper.post(address, {"to": "999"}).status_code == 422
    assert keeper.post(address, {"to": str(one.pk)}).status_code == 422, "they have it already"
    assert keeper.post(address, {"to": str(other.pk), "note": "New job"}).status_code == 302
    shown = words(keeper.get(f"/console/devices/{row.id}/"))
    assert f"held by {other.name}" in shown
    assert f"Handed over to {other.name} New job" in shown
    assert keeper.post(address, {"to": ""}).status_code == 302
    assert "held by nobody" in words(keeper.get(f"/console/devices/{row.id}/"))


def test_only_what_can_be_done_is_offered(lost: DeviceRow) -> None:
    page = f"/console/devices/{lost.id}/"
    missing = staff_client(Role.INCIDENT_LEAD).get(page).content.decode()
    assert f"{page}found/" in missing
    assert f"{page}retire/" not in missing
    assert f"{page}found/" not in staff_client(Role.PRIVACY_LEAD).get(page).content.decode()


def test_nobody_sees_a_device_that_another_carries(lost: DeviceRow) -> None:
    adviser: Account = staff_member(Role.ADVISER)
    client = staff_client(account=adviser)
    assert client.get(f"/console/devices/{lost.id}/").status_code == 404
    assert "LT-0042" not in client.get("/console/devices/").content.decode()


def test_who_may(lost: DeviceRow) -> None:
    assert refused_to_the_others("/console/devices/add/", KEEPERS) == []


@pytest.mark.parametrize("change", ["hand-over", "retire", "found"])
def test_who_may_change_a_device(change: str, lost: DeviceRow) -> None:
    assert refused_to_the_others(f"/console/devices/{lost.id}/{change}/", KEEPERS) == []


def test_who_may_list_an_export(lost: DeviceRow) -> None:
    export = custody.exports_on(lost.id)[0]
    assert refused_to_the_others(f"/console/devices/{lost.id}/exports/{export.id}/", LEADS) == []


@pytest.mark.parametrize(
    "address",
    ["99/", "99/exports/1/", "{device}/exports/99/", "{device}/exports/{export}/?after=x"],
)
def test_missing(address: str, keeper: Client, lost: DeviceRow) -> None:
    export = custody.exports_on(lost.id)[0].id
    assert (
        keeper.get(f"/console/devices/{address.format(device=lost.id, export=export)}").status_code
        == 404
    )


def test_wrong_method(keeper: Client, lost: DeviceRow) -> None:
    assert keeper.put("/console/devices/").status_code == 405
    assert keeper.post(f"/console/devices/{lost.id}/eaten/").status_code == 404


def test_what_was_handed_over_is_listed_with_its_protection_and_opens_as_people(
    lost: DeviceRow, keeper: Client, tmp_path: Path
) -> None:
    people = list(vault.iter_person_ids())
    key = parcel.new_key(tmp_path / "key.txt")
    sealed = make_export(
        people,
        ("city",),
        purpose="deliver-orders",
        out=tmp_path / "areas.csv.age",
        recipient="courier",
        file_format=ExportFormat(age_keys=(key,)),
        by=ADVISER,
        at=clock.now(),
    )
    Export.objects.create(
        recipient="courier",
        purpose="deliver-orders",
        fields=["city"],
        protection="parcel",
        begun_at=clock.now(),
        by={},
        file_name="torn.csv.age",
    )
    page = words(keeper.get("/console/exports/"))
    assert (
        page.index("torn.csv.age")
        < page.index("never made")
        < page.index("areas.csv.age")
        < page.index("an encrypted parcel")
    )
    assert "not protected" in page  # the file on the laptop
    manifest = keeper.get(f"/console/exports/{sealed.id}/").content.decode()
    assert manifest.count('data-th="In the file"') == 4
    assert keeper.get("/console/devices/").content.decode().count("/console/exports/") == 1
    for address in ("99999/", "?page=x", f"?page={2**63}", "?page=2", f"{sealed.id}/?after=x"):
        assert keeper.get(f"/console/exports/{address}").status_code == 404


@pytest.mark.parametrize("address", ["/console/exports/", "/console/exports/{export}/"])
def test_who_may_see_what_was_handed_over(address: str, lost: DeviceRow) -> None:
    assert refused_to_the_others(address.format(export=custody.exports()[0].id), LEADS) == []


def inventory(*lines: str) -> SimpleUploadedFile:
    return SimpleUploadedFile("assets.csv", "\n".join(lines).encode())


def test_an_inventory_is_looked_at_first_and_then_taken_in(keeper: Client) -> None:
    adopt()
    lines = ("asset tag,serial,model,encrypted", "LT-1,S1,MacBook Air,yes", ",,,no")
    previewed = keeper.post(
        "/console/devices/inventory/", {"file": inventory(*lines), "step": "look"}
    )
    assert "This would come of it" in words(previewed)
    assert "Line 3: neither asset tag nor serial number nor name" in words(previewed)
    assert not custody.devices()
    taken = keeper.post("/console/devices/inventory/", {"file": inventory(*lines), "step": "take"})
    assert "Taken in" in words(taken)
    (row,) = custody.devices()
    assert (row.tag, row.encrypted) == ("LT-1", EncryptionState.YES)
    page = words(keeper.get(f"/console/devices/{row.id}/"))
    assert "Snipe-IT" in page
    keeper.post(f"/console/devices/{row.id}/encryption/", {"encrypted": "paused"})
    page = words(keeper.get(f"/console/devices/{row.id}/"))
    assert "Encrypted, protection off since" in page
    assert "A person" in page


@pytest.mark.parametrize(
    ("story", "sent", "says"),
    [
        ("no file", {}, "Choose a file"),
        (
            "a workbook",
            {"file": SimpleUploadedFile("a.xlsx", b"PK\x03\x04")},
            "Save the sheet as CSV",
        ),
        ("no devices", {"file": inventory("colour", "red")}, "which device a row is about"),
    ],
)
def test_what_is_no_inventory(
    story: str, sent: dict[str, SimpleUploadedFile], says: str, keeper: Client
) -> None:
    answer = keeper.post("/console/devices/inventory/", sent | {"step": "take"})
    assert answer.status_code == 422
    assert says in words(answer)
