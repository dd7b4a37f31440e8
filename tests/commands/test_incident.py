"""``aboveboard incident``: the whole way on the command line, with exit codes and JSON."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from aboveboard.access.actions import use
from aboveboard.access.use import Subject, UseRequest
from aboveboard.accounts.models import Account
from aboveboard.accounts.queries import actor_for
from aboveboard.basics import clock
from aboveboard.basics.actor import SYSTEM
from aboveboard.basics.person_codes import person_code
from aboveboard.commands import exits, main
from aboveboard.incidents import affected
from aboveboard.ledger.models import Entry
from tests.incidents.conftest import export, laptop, leak_bytes
from tests.world import load

pytestmark = pytest.mark.django_db


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Any:
    # The log of the instance belongs to the tests of the ledger.
    monkeypatch.setattr("aboveboard.keys.log_signing.sequence_now", lambda: None)

    def call(*words: str) -> tuple[int, str]:
        code = main.main(["incident", *words])
        return code, capsys.readouterr().out

    return call


@pytest.fixture
def staff(db: None) -> None:
    for name, role in (("lead", "incident-lead"), ("second", "privacy-lead")):
        Account.objects.create(
            email=f"{name}@example.com", role=role, name=name, created_at=clock.now()
        )


def test_a_leak_from_file_to_approved_notices(run: Any, staff: None, tmp_path: Path) -> None:
    people = load(12)
    file = tmp_path / "dump.csv"
    file.write_bytes(leak_bytes([row for _, row in people[:8]], strangers=3))
    code, out = run("open-leak", str(file), "--yes", "--as", "lead@example.com", "--json")
    facts = json.loads(out)
    assert code == exits.DONE
    assert (facts["people"], facts["stranger_lines"], facts["unread_lines"]) == (8, 3, 1)

    assert run("list")[0] == exits.DONE
    assert "8 of our customers" in run("show", facts["incident"])[1]
    code, out = run("duties", facts["incident"], "--json")
    assert code == exits.DONE
    duties = json.loads(out)
    assert (
        run("done", str(duties[0]["duty"]), "--reference", "X-1", "--as", "lead@example.com")[0]
        == exits.DONE
    )
    assert (
        run(
            "notices",
            "prepare",
            facts["incident"],
            "--measures",
            "We had it removed.",
            "--as",
            "lead@example.com",
        )[0]
        == exits.DONE
    )
    assert (
        run("notices", "approve", facts["incident"], "--as", "lead@example.com")[0]
        == exits.CONFLICT
    )
    assert run("notices", "approve", facts["incident"])[0] == exits.REFUSED
    code, out = run("notices", "approve", facts["incident"], "--as", "second@example.com", "--json")
    assert (code, json.loads(out)["state"]) == (exits.DONE, "approved")
    assert json.loads(run("report", facts["incident"], "--json")[1])["edpb"]["field_68"] == 8
    assert json.loads(run("veris", facts["incident"])[1])["incident_id"] == facts["incident"]
    assert (
        run("report", facts["incident"])[0]
        == run("notices", "status", facts["incident"])[0]
        == exits.DONE
    )
    actors = {
        json.loads(bytes(body))["actor"]["role"]
        for body in Entry.objects.filter(kind="notice.approved").values_list("body", flat=True)
    }
    assert actors == {"privacy-lead"}


def test_a_lost_device(run: Any, staff: None, tmp_path: Path) -> None:
    people = load(12)
    export(laptop(), [people[0][0]], tmp_path)
    code, out = run(
        "report-device", "lt-0042", "--note", "On the train", "--as", "lead@example.com"
    )
    assert code == exits.DONE
    assert "1 of our customers was exposed" in out
    assert run("report-device", "lt-0042")[0] == exits.CONFLICT


def test_what_goes_wrong_has_its_code(run: Any, db: None, tmp_path: Path) -> None:
    assert run("open-leak", str(tmp_path / "nothing"))[0] == exits.INVALID
    assert run("report-device", "LT-9")[0] == exits.NOT_FOUND
    assert run("show", "INC-0009")[0] == exits.NOT_FOUND
    assert run("notices", "status", "9")[0] == exits.NOT_FOUND
    assert run("show", "INC-0009", "--as", "nobody@example.com")[0] == exits.NOT_FOUND
    file = tmp_path / "dump.csv"
    file.write_bytes(leak_bytes([]))
    # Nobody is there to confirm the columns.
    assert run("open-leak", str(file))[0] == exits.INVALID
    with pytest.raises(SystemExit):
        run("show", "the last one")


def test_without_incidents_the_list_says_what_to_do(run: Any, db: None) -> None:
    assert "report-device" in run("list")[1]


def test_a_list_of_affected_people_is_added_whole_or_refused(
    run: Any, staff: None, tmp_path: Path
) -> None:
    (_, ann), (_, bob) = load(2)
    number = json.loads(run("open-other", "A box of forms", "--json")[1])["incident"]
    file, said = tmp_path / "people.csv", ("--data", "first_name,email", "--json")
    filling = "x" * 1_100
    rows = [f"{ann['email']};{filling}", *[f"nobody;{filling}"] * 2_000, f"{bob['email']};y"]
    file.write_text("\n".join(rows))
    assert run("affected", number, "--list", str(file), *said)[0] == exits.INVALID
    assert json.loads(run("affected", number, "--json")[1])["lists"] == []
    file.write_text("\n".join([rows[0], *rows[1:1_000], rows[-1]]))
    code, out = run("affected", number, "--list", str(file), *said)
    assert code == exits.DONE
    assert [each["people"] for each in json.loads(out)["lists"]] == [2]


def test_a_stolen_login_is_read_from_the_ledger(run: Any, staff: None) -> None:
    (ann, _), (bob, _) = load(2)
    lead = Account.objects.get(email="lead@example.com")
    for person_id, fields in ((ann, ("email", "phone")), (bob, ("card_number",))):
        asked = UseRequest(
            actor_for(lead), "tell-you-of-a-loss", fields, "office", Subject(person_id)
        )
        use(asked, at=clock.now())
    number = json.loads(run("open-other", "A stolen login", "--json")[1])["incident"]
    whose = ("--staff", "lead@example.com")
    assert run("from-login", number, *whose)[0] == exits.INVALID
    since = clock.to_text(clock.now() - timedelta(hours=1))
    code, out = run("from-login", number, *whose, "--from", since, "--json")
    facts = json.loads(out)
    assert (code, facts["people"]) == (exits.DONE, 1)
    assert {key: each["people"] for key, each in facts["did"].items()} == {
        "opened": 1,
        "refused": 1,
    }
    acts = json.loads(run("from-login", number, "--acts", str(facts["list"]), "--json")[1])
    assert [(each["outcome"], each["person"], each["fields"]) for each in acts] == [
        ("opened", person_code(ann), ["email", "phone"]),
        ("refused", person_code(bob), ["card_number"]),
    ]
    nobody = ("--program", "no-such-program", "--from", since)
    assert run("from-login", number, *nobody)[0] == exits.NOT_FOUND


def test_sources_are_added_from_the_command_line(run: Any, staff: None, tmp_path: Path) -> None:
    (_, ann), (_, bob) = load(2)
    number = json.loads(run("open-other", "Something", "--json")[1])["incident"]
    message, report = tmp_path / "m.eml", tmp_path / "r.csv"
    message.write_text(f"To: {ann['email']}, {bob['email']}\n\nHello")
    report.write_text(f"customer number\n{bob['customer_id']}\nZZ99\n")
    code, out = run("from-mail", number, str(message), "--certainty", "not_excluded", "--json")
    facts = json.loads(out)
    assert (code, facts["people"], facts["certainty"]) == (exits.DONE, 2, "not_excluded")
    named = ("--supplier", "Parcel Post", "--processor", "no", "--data", "email")
    code, out = run("from-supplier", number, str(report), *named, "--json")
    facts = json.loads(out)
    assert (code, facts["people"], facts["evidence"]["unknown"]) == (exits.DONE, 1, 1)
    assert run("from-supplier", number, "--lines", str(facts["list"]))[1] == "line 3\n"
    assert "own  Our own customer records" in run("from-system", number)[1]
    assert run("from-system", number, "--system", "own")[0] == exits.INVALID
    moment = clock.to_text(clock.now())
    code, out = run("from-system", number, "--system", "own", "--as-of", moment)
    assert (code, "2 people, certain" in out) == (exits.DONE, True)
    back = ("affected", number, "--take-back-list", str(facts["list"]))
    assert run(*back)[0] == exits.INVALID, "without a reason"
    assert "taken back: They erred." in run(*back, "--reason", "They erred.")[1]


def test_incidents_are_joined_and_separated(run: Any, staff: None) -> None:
    (_, ann), _ = load(2)
    part, whole = (
        json.loads(run("open-other", title, "--json")[1])["incident"] for title in ("Part", "Whole")
    )
    affected.add_list(int(part[-4:]), [ann["email"]], ["user.name"], by=SYSTEM, at=clock.now())
    assert run("count", part)[0] in (exits.DONE, exits.ATTENTION)
    code, out = run("join", part, "--into", whole, "--json")
    assert (code, json.loads(out)["people"]) == (exits.DONE, 1)
    assert run("join", part, "--into", whole)[0] == exits.CONFLICT
    assert run("join", part, "--undo")[0] == exits.INVALID, "without a reason"
    code, out = run("join", part, "--undo", "--reason", "They are two.")
    assert (code, "an incident of its own again" in out) == (exits.DONE, True)


def test_notices_are_reviewed_and_changes_requested(run: Any, staff: None, tmp_path: Path) -> None:
    people = load(12)
    export(laptop(), [person_id for person_id, _ in people], tmp_path)
    lead, second = ("--as", "lead@example.com"), ("--as", "second@example.com")
    run("report-device", "lt-0042", *lead)
    assert run("notices", "review", "1")[0] == exits.NOT_FOUND
    run("notices", "prepare", "1", *lead)
    code, out = run("notices", "review", "1", "--json")
    facts = json.loads(out)
    assert code == exits.DONE
    assert sum(row["people"] for row in facts["index"]) == facts["people"] == 12
    assert sum(text["people"] for text in facts["texts"]) == 12
    assert facts["may_approve"] == ["second, privacy lead"]
    shown = run("notices", "review", "1")[1]
    assert "--- Text 1, " in shown
    assert "May approve: second, privacy lead." in shown
    assert person_code(facts["texts"][0]["for_example"][0]) in shown

    assert run("notices", "request-changes", "1", *second)[0] == exits.INVALID
    assert run("notices", "request-changes", "1", "--note", "When?", *lead)[0] == exits.REFUSED
    asked = run("notices", "request-changes", "1", "--note", "When?", *second)
    assert asked[0] == exits.DONE
    assert "nobody can approve" in asked[1]
    assert run("notices", "approve", "1", *second)[0] == exits.CONFLICT
    assert "When?" in run("notices", "review", "1")[1]
    assert run("notices", "answer", "1", "--note", "On Monday.", *lead)[0] == exits.DONE
    run("notices", "request-changes", "1", "--note", "Sure?", *second)
    assert run("notices", "withdraw", "1", *second)[0] == exits.DONE
    assert run("notices", "withdraw", "1", *second)[0] == exits.NOT_FOUND
    assert run("notices", "send-back", "1", *second)[0] == exits.DONE
    assert run("notices", "approve", "1", *second)[0] == exits.CONFLICT


def test_the_same_file_is_noticed_and_opened_again_if_asked(
    run: Any, staff: None, tmp_path: Path
) -> None:
    file = tmp_path / "dump.csv"
    file.write_bytes(leak_bytes([row for _, row in load(3)], strangers=1))
    opened = ("open-leak", str(file), "--yes", "--json")
    first = json.loads(run(*opened)[1])["incident"]
    assert run(*opened)[0] == exits.CONFLICT
    assert json.loads(run(*opened, "--again")[1])["incident"] != first


def test_where_an_incident_stands_is_said_and_taken_back(run: Any, staff: None) -> None:
    load(1)
    _, out = run("open-other", "A letter", "--json", "--as", "lead@example.com")
    number = json.loads(out)["incident"]
    assert run("state", number, "contained", "--note", "Fetched.")[0] == exits.DONE
    assert f"{number}: open." in run("state", number, "contained", "--undo")[1]
    assert run("state", number, "contained", "--undo")[0] == exits.CONFLICT
    duties = json.loads(run("duties", number, "--json")[1])
    due = [each["duty"] for each in duties if each["required"] == "yes"]
    assert due
    assert run("state", number, "closed")[0] == exits.CONFLICT
    for duty in due:
        assert run("done", str(duty))[0] == exits.DONE
    assert run("done", str(due[0]), "--undo")[0] == exits.DONE
    assert run("state", number, "notified")[0] == exits.CONFLICT
    assert run("done", str(due[0]))[0] == exits.DONE
    assert run("state", number, "notified")[0] == exits.DONE


def test_questions_are_listed_answered_and_taken_back(run: Any, staff: None) -> None:
    """EDPB Guidelines 01/2021, case 13: two parcels swapped."""
    load(2)
    assert run("open-other", "Two parcels", "--as", "lead@example.com")[0] == exits.DONE
    data = "first_name,last_name,address_line1,user.behavior.purchase_history"
    affected = ("affected", "INC-0001", "--estimate", "FR=2", "--data", data)
    assert run(*affected, "--as", "lead@example.com")[0] == exits.DONE
    code, listed = run("questions", "INC-0001")
    assert code == exits.DONE
    assert "habits=trace  Next to nothing" in listed
    assert "recipients=NUMBER" in listed
    assert "Taken until you say" in listed
    assert "money=" not in listed
    said = ("hands=few_known", "recipients=2", "deletion=yes", "habits=trace", "malicious=no")
    rest = ("outage=none", "change=none", "vital=no", "vulnerable=no", "taking=acquired")
    code, answered = run("answer", "INC-0001", *said, *rest, "--json", "--as", "lead@example.com")
    facts = json.loads(answered)
    assert (code, facts["risk"], facts["notify_authority"]) == (exits.DONE, "unlikely", False)
    assert facts["answers"]["recipients"] == "2"
    assert "habits" not in facts["open"]
    asked = {row["key"]: row for row in json.loads(run("questions", "INC-0001", "--json")[1])}
    assert asked["habits"]["answer"] == "trace"
    code, taken_back = run("answer", "INC-0001", "habits=", "--as", "lead@example.com")
    assert code == exits.DONE
    assert "A high risk to people is likely" in taken_back
    assert run("answer", "INC-0001", "hands=everyone")[0] == exits.INVALID
    assert "Open: How much does it tell" in run("show", "INC-0001")[1]


def test_a_group_is_set_listed_and_removed(run: Any, staff: None) -> None:
    load(2)
    run("open-other", "A website", "--as", "lead@example.com")
    exposed = ("user.account.username", "user.authorization.password")
    estimate = ("affected", "INC-0001", "--estimate", "FR=900", "--data", ",".join(exposed))
    assert run(*estimate, "--protected", exposed[1], "--as", "lead@example.com")[0] == exits.DONE
    assert run("group", "INC-0001")[1] == "All people of this incident are judged alike.\n"
    name, own = "Passwords", ("opens=financial", "protection=hashed_plain")
    code, shown = run("group", "INC-0001", name, *own, "--data", exposed[1])
    assert code == exits.DONE
    assert "Passwords: whoever had user.authorization.password exposed" in shown
    assert "opens=financial" in shown
    assert json.loads(run("group", "INC-0001", "--json")[1])[0]["name"] == name
    assert run("group", "INC-0001", name, "--remove")[1].startswith("All people")
    assert run("group", "INC-0001", name, "--remove")[0] == exits.NOT_FOUND


def test_records_of_others_come_in_and_go_out_whole(run: Any, staff: None, tmp_path: Path) -> None:
    record = {
        "incident_id": "A-1",
        "summary": "A disc went astray.",
        "actor": {"unknown": {}},
        "action": {"error": {"variety": ["Loss"], "vector": ["Unknown"]}},
        "asset": {"assets": [{"variety": "M - Disk media"}]},
        "timeline": {"incident": {"year": 2007}},
        "plus": {"x_ours": [1, "ü"]},
    }
    file = tmp_path / "others.jsonl"
    file.write_text(json.dumps(record) + "\nrubbish\n")
    code, out = run("import-veris", str(file), "--json", "--as", "lead@example.com")
    said = json.loads(out)
    assert code == 2
    assert [row["place"] for row in said["refused"]] == [2]
    (reference,) = said["incidents"]
    assert json.loads(run("veris", reference)[1]) == record
