"""The post-incident pack: everything of a case, which whoever gets it checks with the log's key."""

from __future__ import annotations

import hashlib
import io
import json
import shutil
import zipfile
from pathlib import Path

import pytest

from aboveboard.basics import clock
from aboveboard.basics.actor import Role
from aboveboard.basics.person_codes import person_code
from aboveboard.commands import exits
from aboveboard.commands.main import main
from aboveboard.incidents import actions, affected
from aboveboard.incidents.case.decisions import record_decision
from aboveboard.incidents.case.freeze import freeze_communications
from aboveboard.incidents.case.freezing import CommunicationsFrozen
from aboveboard.incidents.exposure.counting import count
from aboveboard.incidents.pack.checking import PackRefused, check_pack
from aboveboard.incidents.pack.making import make_pack, take_pack
from aboveboard.ledger import queries as ledger
from aboveboard.ledger.format.note import Verifier
from tests.accounts.people import staff_client, staff_member
from tests.console.asked import refused_to_the_others
from tests.console.test_affected import LEADS
from tests.incidents.conftest import LEAD, STAFF
from tests.pages import words
from tests.world import load

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def case() -> tuple[int, list[tuple[int, dict[str, str]]]]:
    """A letter to the wrong address, of two customers; and another incident beside it."""
    people = load(3)
    number = actions.open_other(title="A letter went astray", by=STAFF, at=clock.now()).number
    actions.open_other(title="Another loss", by=STAFF, at=clock.now())
    lines = [row["email"] for _, row in people[:2]]
    affected.add_list(number, lines, ["user.name"], by=LEAD, at=clock.now())
    count(number, by=LEAD, at=clock.now())
    record_decision(number, "We write to both.", reason="Art. 34.", by=LEAD, at=clock.now())
    return number, people


def pack(number: int, folder: Path, *, people: bool = False) -> Path:
    out = folder / f"pack-{people}.zip"
    make_pack(number, out, people=people, by=LEAD, at=clock.now())
    return out


def keys() -> list[Verifier]:
    return [Verifier.from_vkey(key) for key in ledger.verifier_keys()]


def members(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def written(path: Path, changed: dict[str, bytes]) -> Path:
    other = path.with_name("other.zip")
    with zipfile.ZipFile(other, "w") as archive:
        for name, data in changed.items():
            archive.writestr(name, data)
    return other


def test_it_holds_the_whole_case_and_is_checked_with_the_key_alone(
    case: tuple[int, list[tuple[int, dict[str, str]]]],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    number, people = case
    out = pack(number, tmp_path)
    inside = members(out)
    assert b"We write to both." in inside["decisions.json"]
    shown = json.loads(inside["case.json"])["case"]
    assert (shown["incident"]["title"], shown["exposure"]["people"]) == ("A letter went astray", 2)
    assert json.loads(inside["report.json"])["people_by_certainty"] == {"certain": 2}
    assert b"Affected: 2 people were listed." in inside["timeline.csv"]
    index = json.loads(inside["ledger/index.json"])
    assert {row["kind"] for row in index} >= {"incident.opened", "incident.counted"}
    checked = check_pack(out, keys())
    assert (checked.incident, checked.people, checked.entries) == ("INC-0001", False, len(index))
    whole = b"".join(inside.values())
    for person_id, row in people:
        for value in (person_code(person_id), row["email"], row["customer_id"]):
            assert value.encode() not in whole
    alone = tmp_path / "elsewhere"
    alone.mkdir()
    file = shutil.copy(out, alone)
    (key,) = ledger.verifier_keys()
    assert main(["ledger", "check-pack", str(file), "--vkey", key]) == exits.DONE
    assert "The pack is valid: INC-0001" in capsys.readouterr().out
    other = key.replace(key.partition("+")[0], "elsewhere.example", 1)
    assert main(["ledger", "check-pack", str(file), "--vkey", other]) == exits.INVALID
    assert main(["ledger", "check-pack", str(file)]) == exits.INVALID


def test_whoever_was_affected_is_in_it_only_if_somebody_asks(
    case: tuple[int, list[tuple[int, dict[str, str]]]], tmp_path: Path
) -> None:
    number, people = case
    out = pack(number, tmp_path, people=True)
    inside = members(out)
    listed = inside["people.csv"].decode().splitlines()
    assert {line.split(",")[0] for line in listed[1:]} == {
        person_code(person_id) for person_id, _ in people[:2]
    }
    assert check_pack(out, keys()).people
    assert people[0][1]["email"].encode() not in inside["people.csv"]
    kinds = [ledger.entry(row["entry"]).facts for row in json.loads(inside["ledger/index.json"])]
    assert any("list_taken" in facts for facts in kinds), "that they left is recorded"


def test_what_was_changed_added_or_taken_out_is_named(
    case: tuple[int, list[tuple[int, dict[str, str]]]], tmp_path: Path
) -> None:
    number, _ = case
    out = pack(number, tmp_path)
    inside = members(out)
    proof = next(name for name in inside if name.startswith("ledger/") and "proof" in name)
    for changed, why in (
        ({**inside, "timeline.csv": inside["timeline.csv"] + b"x"}, "timeline.csv is not the one"),
        ({**inside, "more.txt": b"x"}, "more.txt is not in its manifest"),
        ({name: data for name, data in inside.items() if name != proof}, "is missing"),
        ({**inside, proof: inside["seal.tlog-proof"]}, "is not the one that was sealed"),
        ({**inside, "manifest.json": b"[]"}, "no JSON object"),
        ({name: data for name, data in inside.items() if name != "seal.tlog-proof"}, "missing"),
    ):
        with pytest.raises(PackRefused, match=why):
            check_pack(written(out, changed), keys())
    manifest = json.loads(inside["manifest.json"])
    for row in manifest["files"]:
        if row["path"] == "duties.csv":
            row |= {"bytes": 1, "sha256": hashlib.sha256(b"x").hexdigest()}
    forged = {**inside, "duties.csv": b"x", "manifest.json": json.dumps(manifest).encode()}
    with pytest.raises(PackRefused, match="another digest"):
        check_pack(written(out, forged), keys())
    (tmp_path / "none.zip").write_bytes(b"PK nothing")
    with pytest.raises(PackRefused, match="ZIP"):
        check_pack(tmp_path / "none.zip", keys())


def test_a_frozen_case_gives_no_pack_and_one_that_is_sent_leaves_no_file(
    case: tuple[int, list[tuple[int, dict[str, str]]]], tmp_path: Path
) -> None:
    number, _ = case
    sent = b"".join(take_pack(number, by=LEAD, at=clock.now()))
    with zipfile.ZipFile(io.BytesIO(sent)) as archive:
        assert "manifest.json" in archive.namelist()
    freeze_communications(number, "The police ask for it.", by=LEAD, at=clock.now())
    with pytest.raises(CommunicationsFrozen):
        pack(number, tmp_path)
    assert not list(tmp_path.iterdir())


def test_a_lead_takes_it_from_the_page_and_the_command_line(
    case: tuple[int, list[tuple[int, dict[str, str]]]],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    number, _ = case
    lead = staff_member(Role.INCIDENT_LEAD, email="lead@example.com")
    page = f"/console/incidents/{number}/pack/"
    client = staff_client(account=lead)
    assert "Nobody affected is in it" in words(client.get(page))
    assert refused_to_the_others(page, LEADS) == []
    sent = client.post(page)
    file = tmp_path / "sent.zip"
    file.write_bytes(b"".join(sent.streaming_content))  # type: ignore[attr-defined]
    assert check_pack(file, keys()).incident == "INC-0001"
    assert "The case was taken as a pack" in words(
        client.get(f"/console/incidents/{number}/timeline/")
    )
    out = ["incident", "pack", "INC-0001", "--out", str(tmp_path / "c.zip")]
    assert main([*out, "--as", "lead@example.com"]) == exits.DONE
    assert "ledger check-pack c.zip" in capsys.readouterr().out
    assert main([*out, "--as", "lead@example.com"]) == exits.INVALID, "it is never written over"
    assert check_pack(tmp_path / "c.zip", keys()).files > 10
    freeze_communications(number, "The police ask for it.", by=LEAD, at=clock.now())
    assert client.post(page).status_code == 422
