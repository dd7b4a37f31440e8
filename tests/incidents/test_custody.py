"""Files that are evidence of a case: sealed, handed over, opened, verified; each step recorded."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest
from django.core.files.base import ContentFile

from aboveboard.basics import clock
from aboveboard.basics.actor import Role
from aboveboard.basics.errors import NotFound
from aboveboard.commands import exits
from aboveboard.commands.main import main
from aboveboard.incidents import actions
from aboveboard.incidents.case import evidence
from aboveboard.incidents.case.sealing import CaseWordsRefused
from aboveboard.incidents.exposure.folders import folder_of
from aboveboard.incidents.models import Incident
from aboveboard.incidents.pack.making import make_pack
from aboveboard.incidents.terms import CustodyAct
from aboveboard.ledger import queries as ledger
from tests.accounts.people import staff_client, staff_member
from tests.console.asked import refused_to_the_others
from tests.console.test_affected import LEADS
from tests.incidents.conftest import LEAD, STAFF
from tests.pages import words
from tests.world import adopt

pytestmark = pytest.mark.django_db
PHOTO = b"JFIF" * 100_000


@pytest.fixture
def number() -> int:
    adopt()
    return actions.open_other(title="A letter went astray", by=STAFF, at=clock.now()).number


def photo(number: int) -> evidence.EvidenceFileView:
    blocks = [PHOTO[:9], PHOTO[9:]]
    return evidence.add_evidence(
        number, blocks, name="holiday/photo.jpg", reason="By the finder.", by=LEAD, at=clock.now()
    )


def test_a_file_is_sealed_and_every_step_is_recorded(number: int) -> None:
    row, sam = photo(number), staff_member(Role.ADVISER, email="sam@example.com")
    assert (row.name, row.size) == ("photo.jpg", len(PHOTO))
    (file,) = folder_of(Incident.objects.get(number=number)).glob("evidence-*")
    assert b"JFIFJFIF" not in file.read_bytes()
    evidence.hand_over_evidence(
        number, row.id, to=sam.pk, reason="For the police.", by=LEAD, at=clock.now()
    )
    name, blocks = evidence.open_evidence(
        number, row.id, reason="To see the label.", by=LEAD, at=clock.now()
    )
    assert (name, b"".join(blocks)) == ("photo.jpg", PHOTO)
    (shown,) = evidence.evidence_files(number)
    assert [(step.act, step.reason) for step in shown.custody] == [
        (CustodyAct.SEALED, "By the finder."),
        (CustodyAct.HANDED_OVER, "For the police."),
        (CustodyAct.OPENED, "To see the label."),
    ]
    facts = [dict(ledger.entry(step.entry_id).facts["custody"]) for step in shown.custody]  # type: ignore[call-overload]
    assert [each["step"] for each in facts] == ["sealed", "handed_over", "opened"]
    assert facts[1]["to"] == sam.pk
    assert row.digest not in json.dumps(facts), "the digest of a known file could be guessed"


def test_what_was_changed_or_is_gone_is_found(number: int) -> None:
    row = photo(number)
    (file,) = folder_of(Incident.objects.get(number=number)).glob("evidence-*")
    ((_, whole),) = evidence.verify_evidence(number, by=LEAD, at=clock.now())
    assert whole
    content = bytearray(file.read_bytes())
    content[7] ^= 1
    for damaged in (bytes(content), content[:-40], None):
        if damaged is None:
            file.unlink()
        else:
            file.write_bytes(damaged)
        ((_, whole),) = evidence.verify_evidence(number, by=LEAD, at=clock.now())
        assert not whole
    assert evidence.evidence_file(number, row.id).custody[-1].act is CustodyAct.DAMAGED


def test_without_a_reason_nothing_is_done(number: int) -> None:
    with pytest.raises(CaseWordsRefused):
        evidence.add_evidence(number, [b"x"], name="x", reason=" ", by=LEAD, at=clock.now())
    row = photo(number)
    with pytest.raises(CaseWordsRefused):
        evidence.open_evidence(number, row.id, reason="", by=LEAD, at=clock.now())
    other = actions.open_other(title="Another", by=STAFF, at=clock.now()).number
    with pytest.raises(NotFound):
        evidence.open_evidence(other, row.id, reason="Why not.", by=LEAD, at=clock.now())
    assert len(evidence.evidence_file(number, row.id).custody) == 1


def test_it_is_sealed_handed_over_and_opened_in_the_console(number: int) -> None:
    lead = staff_member(Role.INCIDENT_LEAD, team="Security")
    client, page = staff_client(account=lead), f"/console/incidents/{number}/evidence/"
    assert refused_to_the_others(page, LEADS) == []
    assert client.post(page, {"reason": "x"}).status_code == 422
    client.post(page, {"file": ContentFile(PHOTO, "photo.jpg"), "reason": "By the finder."})
    (row,) = evidence.evidence_files(number)
    assert "By the finder." in words(client.get(page))
    one = f"{page}{row.id}/"
    assert client.post(one, {"to": str(lead.pk)}).status_code == 422, "without a reason"
    client.post(one, {"to": str(lead.pk), "reason": "For the police."})
    assert "Handed over" in words(client.get(page))
    opened = client.post(one, {"reason": "To see it."})
    assert b"".join(opened.streaming_content) == PHOTO  # type: ignore[attr-defined]
    assert "attachment" in opened["Content-Disposition"]
    assert client.get(f"{page}99/").status_code == 404


@pytest.mark.django_db(transaction=True)
def test_by_command_and_in_the_pack(
    number: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for email in ("lead@example.com", "sam@example.com"):
        staff_member(Role.INCIDENT_LEAD, email=email)
    file, asked = tmp_path / "photo.jpg", ["incident", "evidence", f"INC-{number:04}"]
    file.write_bytes(PHOTO)
    by = ["--as", "lead@example.com"]
    assert main([*asked, "--add", str(file), "--reason", "Found.", *by]) == exits.DONE
    (row,) = evidence.evidence_files(number)
    moved = ["--hand-over", str(row.id), "--to", "sam@example.com", "--reason", "Police."]
    assert main([*asked, *moved, *by]) == exits.DONE
    out = tmp_path / "again.jpg"
    opened = ["--open", str(row.id), "--out", str(out), "--reason", "To see it."]
    assert main([*asked, *opened, *by]) == exits.DONE
    assert out.read_bytes() == PHOTO
    assert main([*asked, *opened, *by]) == exits.INVALID, "it is never written over"
    assert main([*asked, "--verify", *by]) == exits.DONE
    assert f"{row.id}: as it was sealed" in capsys.readouterr().out
    make_pack(number, tmp_path / "pack.zip", by=LEAD, at=clock.now())
    with zipfile.ZipFile(tmp_path / "pack.zip") as archive:
        (shown,) = json.loads(archive.read("custody.json"))
    assert (shown["digest"], len(shown["custody"])) == (row.digest, 4)
    assert "to_name" not in shown["custody"][1]
    (kept,) = folder_of(Incident.objects.get(number=number)).glob("evidence-*")
    kept.unlink()
    assert main([*asked, "--verify", *by]) == exits.ATTENTION
