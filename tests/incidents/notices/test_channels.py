"""Who is told by which channel: the next where one does not reach them, and only what is safe for
people at risk."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from aboveboard.access.entries import UseGranted
from aboveboard.basics import clock
from aboveboard.commands import exits
from aboveboard.commands.main import main
from aboveboard.delivery import contact_limits, correspondence, queries, receipts
from aboveboard.delivery.actions import drain
from aboveboard.delivery.receipts import DeliveryReceipt, ReceiptKind
from aboveboard.delivery.sms.segments import SmsEncoding, size_of
from aboveboard.delivery.terms import Channel, CorrespondenceReason, DispatchState
from aboveboard.incidents.models import Incident
from aboveboard.incidents.notices import actions
from aboveboard.incidents.notices import queries as notices
from aboveboard.kinds.normalise import phone
from aboveboard.ledger.models import Entry
from tests.delivery.conftest import mail, server, texting
from tests.delivery.scripted import ScriptedServer
from tests.delivery.sms_servers import SmsServer, serving
from tests.loss import LEAD, approved, lost_laptop
from tests.world import load

__all__ = ["mail", "server", "texting"]  # fixtures
pytestmark = pytest.mark.django_db


@pytest.fixture
def texts(texting: Callable[..., None]) -> Iterator[SmsServer]:
    with serving("twilio") as server:
        texting("twilio", server)
        yield server


def notify(people: list[int], folder: Path) -> tuple[Incident, int]:
    incident = lost_laptop(people, folder, at=clock.now())
    approved(incident, at=clock.now())
    batch = notices.newest_batch(incident.number)
    assert batch is not None
    assert batch.delivery_batch is not None
    return incident, batch.delivery_batch


def rows(batch: int, person: int) -> list[tuple[str, str, str]]:
    """A person's rows, in the order in which they were queued."""
    which = queries.DispatchFilter(person_id=person)
    return [(row.channel, row.state.value, row.reason) for row in queries.dispatches(batch, which)]


def reachable(count: int) -> list[tuple[int, str, str]]:
    """People with an e-mail address and a phone number: who, the address, the number."""
    people = []
    for number, row in load(count):
        dialled = phone(row["phone"], row["country"])
        if row["email"] and dialled and dialled.startswith("+"):
            people.append((number, row["email"], dialled))
    return people


def test_whom_an_e_mail_does_not_reach_gets_a_text_and_both_are_rows(
    server: ScriptedServer, texts: SmsServer, tmp_path: Path
) -> None:
    (late, _, number), (reached, _, _), *_ = reachable(30)
    incident, batch = notify([late, reached], tmp_path)
    drain(worker="w", at=clock.now())
    assert rows(batch, late) == rows(batch, reached) == [("email", "sent", "")]
    assert texts.taken == []
    [sent] = queries.dispatches(batch, queries.DispatchFilter(person_id=late))
    for _ in range(2):
        receipts.take(DeliveryReceipt(sent.id, Channel.EMAIL, ReceiptKind.RETURNED), at=clock.now())
    drain(worker="w", at=clock.now())
    assert rows(batch, late) == [("email", "failed", "returned"), ("sms", "sent", "")]
    [_, text] = queries.dispatches(batch, queries.DispatchFilter(person_id=late))
    assert text.follows == sent.id, "that it is in place of another is on the row"
    [form] = texts.taken
    assert form["To"] == number
    assert "/you/" in form["Body"]
    assert size_of(form["Body"]).encoding is SmsEncoding.GSM7
    assert size_of(form["Body"]).parts <= 2
    uses = [
        json.loads(bytes(entry.body))["facts"]
        for entry in Entry.objects.filter(kind=UseGranted.kind)
    ]
    assert [each["fields"] for each in uses if each.get("channel") == "sms"] == [["phone"]]
    progress = notices.newest_batch(incident.number)
    assert progress is not None
    assert {each.channel.value: each.count(DispatchState.SENT) for each in progress.channels} == {
        "email": 1,
        "sms": 1,
    }


def test_the_second_person_reads_the_text_message_and_what_it_costs(
    texts: SmsServer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    people = [person for person, *_ in reachable(30)]
    incident = lost_laptop(people, tmp_path, at=clock.now())
    actions.prepare(incident.number, by=LEAD, at=clock.now())
    assert main(["incident", "notices", "review", incident.reference, "--json"]) == exits.DONE
    messages = json.loads(capsys.readouterr().out)["text_messages"]
    assert {each["language"] for each in messages} <= {"en", "fr", "de"}
    assert "en" in {each["language"] for each in messages}
    for each in messages:
        assert each["parts"] == size_of(each["words"]).parts <= 2
        assert "STOP" in each["words"]
        assert "/you/" in each["words"]


def test_somebody_at_risk_is_told_by_what_is_safe_alone(
    server: ScriptedServer, texts: SmsServer, tmp_path: Path
) -> None:
    (by_text, _, number), (by_nothing, *_), (plain, *_), *_ = reachable(30)
    contact_limits.protect(
        by_text, [Channel.SMS], reason="Her partner reads her mail.", by=LEAD, at=clock.now()
    )
    contact_limits.protect(by_nothing, [], reason="He reads it all.", by=LEAD, at=clock.now())
    incident, batch = notify([by_text, by_nothing, plain], tmp_path)
    drain(worker="w", at=clock.now())
    assert rows(batch, by_text) == [("email", "skipped", "not-safe"), ("sms", "sent", "")]
    assert rows(batch, by_nothing) == [
        ("email", "skipped", "not-safe"),
        ("sms", "skipped", "not-safe"),
    ]
    assert len(server.kept) == 1
    assert [form["To"] for form in texts.taken] == [number]
    progress = notices.newest_batch(incident.number)
    assert progress is not None
    assert progress.to_call == (by_nothing,)
    assert "partner" not in str([bytes(entry.body) for entry in Entry.objects.all()])


def test_whoever_is_not_to_be_written_to_is_not_written_to_by_another_channel(
    server: ScriptedServer, texts: SmsServer, tmp_path: Path
) -> None:
    (person, *_), (other, *_), *_ = reachable(30)
    correspondence.instruct(
        person, CorrespondenceReason.ASKED, instead=None, by=LEAD, at=clock.now()
    )
    _, batch = notify([person, other], tmp_path)
    drain(worker="w", at=clock.now())
    assert rows(batch, person) == [("email", "skipped", "do-not-write-asked")]
    assert texts.taken == []
