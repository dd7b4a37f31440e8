"""What other systems know of devices, in the forms that they write it in, becomes rows of the
register: nothing is lost, and nothing that is not known is read as "no" or "yes"."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from aboveboard.basics import clock
from aboveboard.basics.actor import Role
from aboveboard.basics.errors import AboveboardError
from aboveboard.custody import actions, queries
from aboveboard.custody.inventory.reading import Inventory, not_taken_as_csv, read_inventory
from aboveboard.custody.inventory.taking_in import TakenIn, take_in
from aboveboard.custody.terms import DeviceKind, DeviceState, EncryptionSource, EncryptionState
from aboveboard.ledger.models import Entry
from tests.accounts.people import staff_member
from tests.incidents.conftest import STAFF, laptop

pytestmark = pytest.mark.django_db
DEVICES = Path(__file__).parents[3] / "shared" / "data" / "devices"


def read(text: str, encoding: str = "utf-8") -> Inventory:
    return read_inventory(text.encode(encoding), "inventory.csv")


def take(text: str) -> TakenIn:
    return take_in(read(text), by=STAFF, at=clock.now())


def codes(notes: list[object] | tuple[object, ...]) -> list[str]:
    return [note.code for note in notes]  # type: ignore[attr-defined]


# What the columns of a system say, and what it means (shared/data/devices/COLUMNS.md; the schema of
# osquery; Win32_EncryptableVolume; Jamf Pro's FileVault 2 states; Microsoft Graph managedDevice;
# Fleet's disk encryption states).
BITLOCKER = "hostname,hardware_serial,conversion_status,protection_status,percentage_encrypted\n"
MEANINGS = {
    "osquery, on": ("host_display_name,hardware_serial,encrypted,filevault_status,user_uuid\n"
                    "mac,S1,1,on,", EncryptionState.YES),
    "osquery, off": ("hostname,hardware_serial,encrypted,filevault_status,user_uuid\n"
                     "mac,S1,0,off,", EncryptionState.NO),
    "osquery, undefined": ("hostname,hardware_serial,encryption_status,filevault_status\n"
                           "mac,S1,undefined,unknown", EncryptionState.UNKNOWN),
    "BitLocker, converted and on": (BITLOCKER + "pc,S1,1,1,100", EncryptionState.YES),
    "BitLocker, converted and off": (BITLOCKER + "pc,S1,1,0,100", EncryptionState.SUSPENDED),
    "BitLocker, locked": (BITLOCKER + "pc,S1,1,2,100", EncryptionState.UNKNOWN),
    "BitLocker, under way": (BITLOCKER + "pc,S1,2,0,41", EncryptionState.UNFINISHED),
    "BitLocker, paused": (BITLOCKER + "pc,S1,4,0,41", EncryptionState.UNFINISHED),
    "BitLocker, none": (BITLOCKER + "pc,S1,0,0,0", EncryptionState.NO),
    "BitLocker, only the share": (BITLOCKER + "pc,S1,,1,55", EncryptionState.UNFINISHED),
    "BitLocker, nothing": (BITLOCKER + "pc,S1,,,", EncryptionState.UNKNOWN),
    "BitLocker, in words": (BITLOCKER + "pc,S1,Fully Encrypted,Protection Off,100%",
                            EncryptionState.SUSPENDED),
    **{
        f"Jamf, {word}": (f"Computer Name,Serial Number,FileVault 2 Status\nmac,S1,{word}", state)
        for word, state in {
            "ENCRYPTED": EncryptionState.YES, "UNENCRYPTED": EncryptionState.NO,
            "DECRYPTED": EncryptionState.NO, "INELIGIBLE": EncryptionState.NO,
            "ENCRYPTING": EncryptionState.UNFINISHED, "DECRYPTING": EncryptionState.UNFINISHED,
            "ENCRYPTING_PAUSED": EncryptionState.UNFINISHED,
            "DECRYPTING_PAUSED": EncryptionState.UNFINISHED,
            "RESTART_NEEDED": EncryptionState.UNFINISHED,
            "OPTIMIZING": EncryptionState.UNFINISHED,
            "UNKNOWN": EncryptionState.UNKNOWN, "": EncryptionState.UNKNOWN,
        }.items()
    },
    "Intune": ("DeviceName,SerialNumber,EncryptionStatusString,UPN\npc,S1,Encrypted,a@b.example",
               EncryptionState.YES),
    "Intune, German": ("Gerätename;Seriennummer;Verschlüsselt;Primärer Benutzer-UPN\npc;S1;Nein;",
                       EncryptionState.NO),
    "Intune, French": ("Nom de l’appareil;Numéro de série;Chiffré\npc;S1;Oui",
                       EncryptionState.YES),
    "Intune, empty": ("Device name,Serial number,Encrypted,Primary user UPN\npc,S1,,",
                      EncryptionState.UNKNOWN),
    "Graph": (json.dumps({"value": [{"deviceName": "pc", "serialNumber": "S1",
                                     "isEncrypted": True, "azureADDeviceId": "x"}]}),
              EncryptionState.YES),
    "Graph, null": (json.dumps({"value": [{"deviceName": "pc", "isEncrypted": None}]}),
                    EncryptionState.UNKNOWN),
    "Fleet's API": (json.dumps({"hosts": [{"hostname": "mac", "hardware_serial": "S1",
                                           "disk_encryption_enabled": True, "mdm": {
                        "macos_settings": {"disk_encryption": "verifying"}}}]}),
                    EncryptionState.UNFINISHED),
    "Jamf's API": (json.dumps({"results": [{"general": {"name": "mac", "assetTag": "A1"},
        "hardware": {"serialNumber": "S1"}, "diskEncryption": {"bootPartitionEncryptionDetails": {
            "partitionFileVault2State": "ENCRYPTED"}}}]}), EncryptionState.YES),
    "a word of their own": ("label,encrypted\nLT-1,mostly", EncryptionState.UNKNOWN),
    "two columns that differ": ("label,encrypted,FileVault 2 Status\nLT-1,yes,UNENCRYPTED",
                                EncryptionState.NO),
    "no column": ("label,name\nLT-1,Field laptop", None),
}  # fmt: skip


@pytest.mark.parametrize("story", MEANINGS)
def test_what_a_system_says_of_encryption(story: str) -> None:
    text, state = MEANINGS[story]
    (row,) = read(text).rows
    assert row.encrypted == state


def test_a_computer_is_protected_as_its_worst_disk_is() -> None:
    disks = BITLOCKER + "pc,S1,1,1,100\npc,S1,0,0,0\nother,S2,1,1,100\n"
    inventory = read(disks)
    assert {row.serial: row.encrypted for row in inventory.rows} == {
        "S1": EncryptionState.NO,
        "S2": EncryptionState.YES,
    }
    assert not inventory.problems


def test_of_sticks_that_osquery_saw_only_those_that_can_be_carried_away_are_taken() -> None:
    inventory = read(
        "vendor,model,serial,removable\nSanDisk,Ultra,4C53,1\nLogitech,Mouse,,0\nKingston,DT,,1"
    )
    assert [(row.tag, row.kind) for row in inventory.rows] == [("4C53", DeviceKind.STICK)]
    assert codes(inventory.problems) == ["no_label"]


ROW = "label,serial number,name\nLT-1,S1,Éva’s laptop\nLT-2,S2,Counter\n"


@pytest.mark.parametrize(
    ("story", "data"),
    [
        ("a mark in front", ROW.encode("utf-8-sig")),
        ("CR alone", ROW.replace("\n", "\r").encode()),
        ("CR and LF", ROW.replace("\n", "\r\n").encode()),
        ("an old Mac", ROW.replace("\n", "\r").encode("mac_roman")),
        ("Windows", ROW.encode("cp1252")),
        ("UTF-16", ROW.encode("utf-16")),
        ("tabs", ROW.replace(",", "\t").encode()),
        ("semicolons", ROW.replace(",", ";").encode()),
        ("a title above", ("All devices\n\n" + ROW).encode()),
        ("no end of the last line", ROW.strip().encode()),
        ("cells that a spreadsheet left", ROW.replace("\n", ",,,\n").encode()),
        ("empty rows", (ROW + ",,\n\n,,\n").encode()),
    ],
)
def test_the_same_rows_whoever_wrote_the_file(story: str, data: bytes) -> None:
    inventory = read_inventory(data, "f.csv")
    assert [(row.tag, row.serial, row.name) for row in inventory.rows] == [
        ("LT-1", "S1", "Éva’s laptop"),
        ("LT-2", "S2", "Counter"),
    ]
    assert not inventory.problems


def test_bad_rows_are_listed_and_good_rows_are_kept() -> None:
    inventory = read(
        "label,serial number,name,colour\n"
        "LT-1,S1,One\n"
        ",,,nothing to know it by\n"
        "LT-2,S2,Two,red,more,cells\n"
        'LT-3,S3,"never closed\n'
        'LT-4,S4,A 13" screen\n'
        "LT-1,S1,Again\n"
        f"{'L' * 41},,{'N' * 41}\n"
        'LT-5,S5,"over two\nlines"\n'
        "LT-6,6.37702E+15,=HYPERLINK(1)\n"
    )
    assert [row.tag for row in inventory.rows] == ["LT-1", "LT-4", "LT-5", "LT-6"]
    assert [(note.line, note.code) for note in inventory.problems] == [
        (3, "no_label"),
        (4, "too_many_cells"),
        (5, "quote_open"),
        (7, "device_twice"),
        (8, "label_too_long"),
    ]
    assert all(note.cells or note.code == "device_twice" for note in inventory.problems)
    assert "number_mangled" in codes(inventory.remarks)
    kept = "".join(not_taken_as_csv(inventory.header, inventory.problems))
    assert "more" in kept
    assert "never closed" in kept


@pytest.mark.parametrize(
    ("story", "data", "says"),
    [
        ("a workbook", b"PK\x03\x04rest", "Save the sheet as CSV"),
        ("nothing", b"  \r\n", "nothing in it"),
        ("no device", b"colour,size\nred,4\n", "which device"),
        ("disks of no computer", b"name,uuid,filevault_status\nd,u,on\n", "hardware_serial"),
        ("other JSON", b"[1, 2]", "no list of objects"),
        ("broken JSON", b'{"a": 1', "not JSON"),
    ],
)  # fmt: skip
def test_what_is_no_inventory_says_what_to_do(story: str, data: bytes, says: str) -> None:
    with pytest.raises(AboveboardError, match=says):
        read_inventory(data, "f.csv")


@pytest.mark.shared
@pytest.mark.parametrize(
    ("file", "rows", "remarks"),
    [
        ("snipeit-assets-sample.csv", 22, {"kind_unknown"}),
        ("snipeit-assets-sample-BAD.csv", 200, {"kind_unknown", "no_serial"}),
        ("snipeit-assets-sample-BLANKS.csv", 200, {"kind_unknown", "no_serial"}),
        ("fleet-hosts-report-sample.csv", 3, {"kind_unknown", "no_serial"}),
    ],
)
def test_the_samples_lose_nothing_and_say_what_is_wrong_with_each_row(
    file: str, rows: int, remarks: set[str]
) -> None:
    inventory = read_inventory((DEVICES / file).read_bytes(), file)
    assert len(inventory.rows) + len(inventory.problems) == rows
    assert {note.code for note in inventory.remarks} == remarks
    assert not inventory.says_encryption
    taken = take_in(inventory, by=STAFF, at=clock.now())
    assert len(taken.added) == len(inventory.rows)
    assert taken.silent == len(taken.added), "said nothing: not known, never no"
    assert {row.encrypted for row in queries.devices()} == {EncryptionState.UNKNOWN}
    lost = [row for row in inventory.rows if row.state == "lost"]
    assert codes(taken.remarks).count("said_lost") == len(lost)
    again = take_in(inventory, by=STAFF, at=clock.now())
    assert (again.added, again.unchanged) == ([], len(inventory.rows))


def test_taken_in_again_it_brings_up_to_date_and_adds_nothing() -> None:
    holder = staff_member(Role.ADVISER, email="sam@staff.example")
    first = take(
        "label,serial number,encrypted,upn,model\nLT-1,S1,no,SAM@staff.example,ThinkPad\n"
        "LT-2,S2,yes,nobody@staff.example,iPhone 15\n"
    )
    assert (first.added, first.handed_over) == (["LT-1", "LT-2"], ["LT-1"])
    assert codes(first.remarks) == ["holder_unknown"]
    one = queries.device_by_tag("LT-1")
    assert (one.holder_id, one.kind) == (holder.pk, DeviceKind.LAPTOP)
    # Known by its serial number, under whatever label.
    second = take("asset tag,serial,encrypted\nOTHER,s1,yes\nLT-2,S2,\n")
    assert second.added == []
    assert second.encryption == [
        ("LT-1", EncryptionState.YES),
        ("LT-2", EncryptionState.UNKNOWN),
    ]
    proof = queries.encryption_proof(one.id)
    assert proof
    assert (proof.state, proof.source) == (EncryptionState.YES, EncryptionSource.SNIPE_IT)
    kinds = [*Entry.objects.order_by("id").values_list("kind", flat=True)]
    assert kinds.count("device.registered") == 2
    assert kinds.count("device.encryption") == 2


def test_silence_changes_nothing_and_what_is_older_neither() -> None:
    device = laptop(tag="LT-1", encrypted=EncryptionState.YES)
    assert take("label,name\nLT-1,Field laptop\n").encryption == []
    stale = take("label,encrypted,last contact\nLT-1,no,2020-01-01T00:00:00Z\n")
    assert stale.encryption == []
    assert queries.device(device.id).encrypted is EncryptionState.YES
    take("label,encrypted\nLT-1,yes\n")
    proof = queries.encryption_proof(device.id)
    assert proof
    assert proof.confirmed_at > proof.since, "since when stays; when it was last said moves on"


def test_a_file_reports_nothing_missing_and_retires_nothing() -> None:
    laptop(tag="LT-1")
    taken = take("label,status\nLT-1,Lost/Stolen\n")
    assert codes(taken.remarks)[-1] == "said_lost"
    assert queries.device_by_tag("LT-1").state is DeviceState.IN_USE
    assert codes(take("label,status\nLT-1,Archived\n").remarks)[-1] == "said_gone"


def test_a_label_of_another_device_is_not_taken_over() -> None:
    take("label,serial\nLT-1,S1\n")
    taken = take("label,serial\nLT-1,S9\nLT-2,S2\n")
    assert codes(taken.problems) == ["tag_taken"]
    assert taken.added == ["LT-2"]


def test_only_looking_changes_nothing() -> None:
    laptop(tag="LT-1", encrypted=EncryptionState.NO)
    inventory = read("label,encrypted\nLT-1,yes\nLT-2,no\n")
    before = Entry.objects.count()
    taken = take_in(inventory, by=STAFF, at=clock.now(), dry_run=True)
    assert (taken.added, len(taken.encryption)) == (["LT-2"], 1)
    assert [(row.tag, row.encrypted) for row in queries.devices()] == [("LT-1", EncryptionState.NO)]
    assert Entry.objects.count() == before


def test_only_an_encrypted_disk_protects_what_is_put_on_it() -> None:
    for state in EncryptionState:
        device = laptop(tag=f"LT-{state}", encrypted=state)
        actions.record_encryption(device.id, state, by=STAFF, at=clock.now())
        assert queries.device(device.id).encrypted is state
