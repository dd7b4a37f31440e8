"""Double opt-in: a yes to e-mail counts once its owner pressed the link that was sent to the
address that is held, and of no other address."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from email import message_from_string
from email.policy import default
from pathlib import Path

import pytest
from django.test import Client

from aboveboard.access.actions import use
from aboveboard.access.use import Subject, UseRequest
from aboveboard.basics import clock
from aboveboard.basics.actor import CUSTOMER
from aboveboard.basics.errors import NotFound, RateLimited
from aboveboard.choices import queries as choices
from aboveboard.choices.actions import choose
from aboveboard.choices.entries import ChoiceMade
from aboveboard.choices.events import event_of
from aboveboard.choices.state import ChoiceAnswer
from aboveboard.commands.main import main
from aboveboard.delivery.actions import drain
from aboveboard.delivery.queries import for_person
from aboveboard.identity.actions import merge
from aboveboard.ledger import queries as ledger
from aboveboard.ledger.models import Entry
from aboveboard.outbox import jobs
from aboveboard.promise.queries import in_force
from aboveboard.rights.confirming import ask_again, waiting_addresses
from aboveboard.rights.correction import correct
from aboveboard.rights.models import AddressLetter
from tests.accounts.people import customer_client
from tests.story.recording import Recorder, recording
from tests.world import ADVISER, OFFERS, load

pytestmark = pytest.mark.django_db
LINK = re.compile(r"/trust/confirm-address/([\w-]+)/")


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Recorder]:
    with recording(monkeypatch) as running:
        yield running


def say_yes(person: int) -> None:
    choose(
        person, "newsletter", ChoiceAnswer.YES, channel="portal", evidence="portal:1", by=CUSTOMER,
        at=clock.now(),
    )  # fmt: skip


def work(server: Recorder) -> list[str]:
    """Let the worker do what is due; return the links that left with it."""
    sent = len(server.texts)
    jobs.run_jobs_once(worker="test", at=clock.now(), limit=20)
    drain(worker="test", at=clock.now())
    return [
        LINK.findall(words(text))[0] for text in server.texts[sent:] if LINK.search(words(text))
    ]


def words(text: str) -> str:
    """The plain text of a message, as it is read."""
    part = message_from_string(text, policy=default).get_body(("plain",))
    return str(part.get_content()) if part is not None else ""


def against(person: int) -> list[str]:
    """What stands against writing to them now."""
    asked = UseRequest(
        OFFERS, "newsletter", ("first_name", "email"), "email", Subject(person), opens=False
    )
    return [reason.code.value for reason in use(asked, at=clock.now()).reasons]


def press(link: str) -> int:
    return Client().post(f"/trust/confirm-address/{link}/").status_code


def later(monkeypatch: pytest.MonkeyPatch, apart: timedelta) -> datetime:
    moment = clock.now() + apart
    monkeypatch.setattr(clock, "now", lambda: moment)
    return moment


def test_a_yes_counts_once_the_link_was_pressed_and_opening_it_is_no_press(
    server: Recorder,
) -> None:
    (ada, row), *_ = load(2)
    say_yes(ada)
    assert against(ada) == ["address_not_confirmed"]
    (link,) = work(server)
    letter = words(server.texts[-1])
    assert "To send you our newsletter" in letter
    assert row["first_name"] not in letter, "it may have reached a stranger"
    page = Client().get(f"/trust/confirm-address/{link}/")
    assert "Confirm my address" in page.content.decode()
    assert row["email"] not in page.content.decode()
    assert against(ada) == ["address_not_confirmed"], "mail programs open links by themselves"
    assert press(link) == 200
    assert against(ada) == []
    assert press(link) == 200, "pressed again it says that it is confirmed"
    assert Entry.objects.filter(kind="address.confirmation-sent").count() == 1
    assert Client().get("/trust/confirm-address/made-up/").status_code == 404
    assert row["email"] not in "".join(bytes(each.body).decode() for each in Entry.objects.all())


def test_the_receipt_and_the_notification_say_whether_it_is_confirmed(server: Recorder) -> None:
    (ada, _), *_ = load(1)
    say_yes(ada)
    (choice,) = choices.history(ada)
    receipt = choices.signed_receipt_of(choice)["ab:addressConfirmation"]
    assert isinstance(receipt, dict)
    assert (receipt["ab:field"], receipt["ab:confirmed"]) == ("email", False)
    (link,) = work(server)
    press(link)
    receipt = choices.signed_receipt_of(choice)["ab:addressConfirmation"]
    assert isinstance(receipt, dict)
    assert receipt["ab:confirmed"] is True
    said = {}
    for kept in choices.history(ada):
        facts = ChoiceMade.from_json(ledger.entry(kept.entry_id).facts)
        event = event_of(facts, in_force().promise.purposes.get(kept.purpose))
        said[event.name] = event.data(facts)
    assert said["choice.given"]["unconfirmed"] == "email"
    assert said["address.confirmed"] == {"field": "email", "channel": "portal"}


def test_the_letter_is_sent_once_and_one_reminder_follows(
    server: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    (ada, _), *_ = load(1)
    say_yes(ada)
    assert len(work(server)) == 1
    say_yes(ada)
    assert work(server) == []
    later(monkeypatch, timedelta(days=3, minutes=1))
    (reminder,) = work(server)
    later(monkeypatch, timedelta(days=9))
    assert work(server) == []
    assert press(reminder) == 200
    assert against(ada) == []


def test_a_changed_address_is_confirmed_again_and_the_old_link_is_over(server: Recorder) -> None:
    (ada, _), *_ = load(1)
    say_yes(ada)
    (old,) = work(server)
    given = {"channel": "phone", "proved": True, "at": clock.now()}
    correct(ada, "email", "new@example.org", by=ADVISER, **given)  # type: ignore[arg-type]
    assert press(old) == 410
    assert against(ada) == ["address_not_confirmed"], "an adviser confirms nothing"
    (link,) = work(server)
    assert press(link) == 200
    assert against(ada) == []
    # The code that came back from the new address, entered by their own hand, is as good.
    correct(ada, "email", "newer@example.org", by=CUSTOMER, **given)  # type: ignore[arg-type]
    assert against(ada) == []
    assert work(server) == []


def test_another_letter_is_bounded_by_time_and_by_address(
    server: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = [person for person, _ in load(5)]
    with pytest.raises(NotFound):
        ask_again(people[0], "email", by=ADVISER, at=clock.now())
    victim = "stranger@example.org"
    for person in people:
        given = {"channel": "phone", "proved": True, "by": ADVISER, "at": clock.now()}
        correct(person, "email", victim, **given)  # type: ignore[arg-type]
        say_yes(person)
    assert len(work(server)) == 3, "whosever records they are, one address gets three a day"
    skipped = [row for person in people for row in for_person([person]) if row.state == "skipped"]
    assert {row.reason for row in skipped} == {"too-many-letters"}
    with pytest.raises(RateLimited):
        ask_again(people[0], "email", by=CUSTOMER, at=clock.now())
    for _ in range(2):
        moment = later(monkeypatch, timedelta(minutes=11))
        ask_again(people[0], "email", by=CUSTOMER, at=moment)
    moment = later(monkeypatch, timedelta(minutes=11))
    with pytest.raises(RateLimited):
        ask_again(people[0], "email", by=ADVISER, at=moment)


def test_a_link_ends_and_a_row_that_was_changed_past_the_program_confirms_nothing(
    server: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    (ada, _), (ben, _), *_ = load(2)
    for person in (ada, ben):
        say_yes(person)
    links = work(server)
    AddressLetter.objects.filter(person_id=ben).update(cause="again")
    AddressLetter._base_manager.filter(person_id=ada).update(person_id=ben)
    states = sorted(press(link) for link in links)
    assert states == [200, 404]
    assert (against(ada), against(ben)) == (["address_not_confirmed"], [])
    later(monkeypatch, timedelta(days=15))
    assert waiting_addresses(ada)[0].field == "email"


def test_two_records_that_became_one_are_confirmed_once_more(server: Recorder) -> None:
    (ada, _), (ben, _), *_ = load(2)
    for person in (ada, ben):
        say_yes(person)
    for link in work(server):
        press(link)
    assert (against(ada), against(ben)) == ([], [])
    merge(ada, ben, chosen={}, reference="case:1", by=ADVISER, at=clock.now())
    assert against(ada) == ["address_not_confirmed"]


def test_their_own_page_says_that_it_waits_and_sends_the_link_again(
    server: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    (ada, _), (ben, _), *_ = load(2)
    say_yes(ada)
    work(server)
    browser = customer_client(ada)
    assert "Waiting for you to confirm" in browser.get("/you/choices/").content.decode()
    assert "Waiting for you" not in customer_client(ben).get("/you/choices/").content.decode()
    again = "/you/choices/addresses/email/link/"
    page = browser.post(again, follow=True).content.decode()
    assert "not long ago" in page
    later(monkeypatch, timedelta(minutes=11))
    assert "sending you a link" in browser.post(again, follow=True).content.decode()
    (link,) = work(server)
    press(link)
    assert "Waiting for you" not in browser.get("/you/choices/").content.decode()


def test_what_another_system_has_confirmed_counts_and_a_file_writes_to_nobody(
    server: Recorder, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (ada, one), (ben, two), (eve, three), *_ = load(3)
    file, at = tmp_path / "choices.csv", "2026-03-03T10:00:00Z"
    with file.open("w", newline="") as out:
        rows = csv.writer(out)
        rows.writerow(["email", "purpose", "answer", "at", "confirmed_at"])
        rows.writerow([one["email"], "newsletter", "yes", at, "2026-03-03T10:04:00Z"])
        rows.writerow([two["email"], "newsletter", "yes", at, ""])
        rows.writerow([three["email"], "newsletter", "yes", at, "2099-03-03T10:04:00Z"])
    assert main(["choices", "import", str(file), "--channel", "email", "--json"]) == 1
    *bad, counts = capsys.readouterr().out.splitlines()
    assert json.loads(counts)["yes"] == 2
    assert "confirmed_at" in "".join(bad)
    assert (against(ada), against(ben)) == ([], ["address_not_confirmed"])
    assert against(eve) == ["no_consent"]
    assert work(server) == []
