"""The people of an incident, and each notice to them, as lists; as files they leave only with a
ledger entry."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from aboveboard.basics import clock
from aboveboard.basics.actor import Role
from aboveboard.basics.limits import PAGE_SIZE
from aboveboard.basics.person_codes import person_code, read_person
from aboveboard.delivery.models import Dispatch
from aboveboard.incidents import limits, queries
from aboveboard.incidents.actions import open_other
from aboveboard.incidents.models import Incident, NoticeBatch
from aboveboard.ledger.models import Entry
from tests.accounts.people import staff_client, staff_member
from tests.console.asked import refused_to_the_others
from tests.console.test_lists import csv_rows
from tests.loss import approved, lost_laptop, send_all
from tests.pages import words
from tests.world import ADVISER, load

pytestmark = pytest.mark.django_db
LEADS = (Role.INCIDENT_LEAD, Role.PRIVACY_LEAD, Role.ADMINISTRATOR)
PEOPLE = 12


@pytest.fixture
def lost(tmp_path: Path) -> Incident:
    return lost_laptop([person for person, _ in load(PEOPLE)], tmp_path, at=clock.now())


@pytest.fixture
def lead() -> Client:
    return staff_client(Role.INCIDENT_LEAD)


def address(incident: Incident, rest: str = "people/") -> str:
    return f"/console/incidents/{incident.number}/{rest}"


def numbers(answer: Any) -> list[int]:
    return [read_person(each) for each in re.findall(r"<td>([0-9A-Z-]{17})</td>", _body(answer))]


def _body(answer: Any) -> str:
    return str(answer.content.decode())


def notices_of(incident: Incident) -> str:
    batch = NoticeBatch.objects.get(incident__number=incident.number)
    return address(incident, f"notices/{batch.pk}/people/")


def test_people_are_ordered_by_number_and_by_severity(lead: Client, lost: Incident) -> None:
    rising = numbers(lead.get(address(lost)))
    assert rising == sorted(rising)
    assert len(rising) == PEOPLE
    assert numbers(lead.get(address(lost), {"sort": "-number"})) == rising[::-1]
    people = {each.person_id: each.band for each in queries.people(lost.number)}
    worst = numbers(lead.get(address(lost), {"sort": "-severity"}))
    assert worst == sorted(people, key=lambda person: (-people[person], person))


def test_each_filter_lists_as_many_as_its_words_say(lead: Client, lost: Incident) -> None:
    body = _body(lead.get(address(lost)))
    selects = {
        name: body.split(f'name="{name}"')[1].split("</select>")[0]
        for name in ("band", "certainty", "jurisdiction", "language")
    }
    options = [
        (name, *option)
        for name, select in selects.items()
        for option in re.findall(r'<option value="([^"]+)"[^>]*>\s*([^<]+?) \(([\d,]+)\)', select)
    ]
    assert len(options) >= 4
    for name, value, said, count in options:
        listed = lead.get(address(lost), {name: value})
        assert len(numbers(listed)) == int(count), said
        assert not re.search(r"\b[A-Z]{2}(-[A-Z]{2})?\b", said), "a name and no code"


def test_people_are_filtered_by_what_was_exposed(lead: Client, lost: Incident) -> None:
    assert len(numbers(lead.get(address(lost), {"category": "user.contact.email"}))) == PEOPLE
    assert lead.get(address(lost), {"category": "user.biometric"}).status_code == 404
    assert lead.get(address(lost), {"jurisdiction": "ZZ"}).status_code == 404


def test_somebody_is_found_by_number_and_nothing_else_gets_into_an_address(
    lead: Client, lost: Incident
) -> None:
    person = queries.people(lost.number)[3].person_id
    answer = lead.post(address(lost), {"q": str(person)})
    assert (answer.status_code, answer["Location"]) == (302, f"?person={person_code(person)}")
    assert numbers(lead.get(address(lost), {"person": person})) == [person]
    wrong = lead.post(address(lost), {"q": "ada@example.com"})
    assert wrong.status_code == 422
    assert "This is not the number of a person" in words(wrong)
    assert "ada@example.com" not in _body(wrong)
    assert lead.get(address(lost), {"person": "ada"}).status_code == 404
    nobody = lead.get(address(lost), {"person": "7"})
    assert "No people match what you asked for" in words(nobody)


@pytest.mark.database
def test_who_was_told_is_a_filter_before_while_and_after(lead: Client, lost: Incident) -> None:
    everybody = numbers(lead.get(address(lost)))
    assert numbers(lead.get(address(lost), {"notified": "yes"})) == []
    assert numbers(lead.get(address(lost), {"notified": "no"})) == everybody
    approved(lost, at=clock.now())
    assert numbers(lead.get(address(lost), {"notified": "no"})) == everybody
    Dispatch.objects.filter(person_id__in=everybody[:2]).update(
        state="skipped", reason="do-not-write-asked"
    )
    send_all(at=clock.now())
    assert numbers(lead.get(address(lost), {"notified": "no"})) == everybody[:2]
    notified = lead.get(address(lost), {"notified": "yes", "sort": "-number"})
    assert numbers(notified) == everybody[:1:-1]
    assert Counter(re.findall(r'data-th="Notice">(.*?)<', _body(lead.get(address(lost))))) == {
        "Not sent": 2,
        "Sent": PEOPLE - 2,
    }


def test_too_many_to_tell_apart_is_said(
    lead: Client, lost: Incident, monkeypatch: pytest.MonkeyPatch
) -> None:
    approved(lost, at=clock.now())
    everybody = numbers(lead.get(address(lost)))
    Dispatch.objects.filter(person_id__in=everybody[:6]).update(
        state="skipped", reason="do-not-write-asked"
    )
    send_all(at=clock.now())
    monkeypatch.setattr(limits, "NOTIFIED_PEOPLE", 5)
    answer = lead.get(address(lost), {"notified": "no"})
    assert answer.status_code == 409
    assert "ask again when more were sent" in words(answer)


@pytest.mark.database
def test_a_long_list_goes_on_behind_the_last_in_either_order(lead: Client, tmp_path: Path) -> None:
    lost = lost_laptop([person for person, _ in load(PAGE_SIZE + 3)], tmp_path, at=clock.now())
    for order in ("number", "-number", "severity", "-severity"):
        listed: list[int] = []
        place = f"{address(lost)}?sort={order}"
        while place:
            page = lead.get(place)
            listed += numbers(page)
            onward = re.search(r'href="(\?[^"]*after=[^"]*)"', _body(page))
            place = f"{address(lost)}{onward[1].replace('&amp;', '&')}" if onward else ""
        assert len(listed) == len(set(listed)) == PAGE_SIZE + 3, order


@pytest.mark.parametrize("after", ["x", "²", "1.2.3", "1.2", str(2**63)])
def test_a_page_that_is_none(after: str, lead: Client, lost: Incident) -> None:
    assert lead.get(address(lost), {"after": after}).status_code == 404


@pytest.mark.database
def test_people_leave_as_a_file_only_with_an_entry(lead: Client, lost: Incident) -> None:
    before = Entry.objects.count()
    assert lead.get(address(lost), {"format": "csv"})["Content-Type"].startswith("text/html")
    assert Entry.objects.count() == before, "a link that is followed takes nothing"
    answer = lead.post(address(lost), {"format": "csv", "sort": "-severity"})
    # Durable before the first line is read.
    entry = Entry.objects.latest("id")
    assert (entry.kind, Entry.objects.count()) == ("incident.changed", before + 1)
    rows = csv_rows(answer)
    assert len(rows) == PEOPLE
    assert set(rows[0]) == {
        "Customer",
        "Lives in",
        "Exposed",
        "Unreadable",
        "Severity",
        "Notice",
        "Certainty",
        "Probable",
        "Cannot be excluded",
    }
    assert {row["Notice"] for row in rows} == {"No notice yet"}
    people = {row["email"] for _, row in load(PEOPLE)}
    assert not people & {value for row in rows for value in row.values()}
    timeline = words(lead.get(address(lost, "timeline/")))
    assert "A list of 12 people was downloaded." in timeline


def test_a_file_has_those_alone_who_were_asked_for(lead: Client, lost: Incident) -> None:
    approved(lost, at=clock.now())
    first = numbers(lead.get(address(lost)))[0]
    Dispatch.objects.filter(person_id=first).update(state="failed", reason="refused")
    send_all(at=clock.now())
    rows = csv_rows(lead.post(address(lost), {"format": "csv", "notified": "no"}))
    assert [(read_person(row["Customer"]), row["Notice"]) for row in rows] == [(first, "Failed")]
    assert "A list of 1 person was downloaded." in words(lead.get(address(lost, "timeline/")))


def test_nobody_was_counted(lead: Client, lost: Incident) -> None:
    at = clock.now()
    other = open_other(title="A letter", by=ADVISER, at=at)
    page = f"/console/incidents/{other.number}/people/"
    assert "Nobody was affected" in words(lead.get(page))
    assert lead.post(page, {"format": "csv"}).status_code == 404


@pytest.mark.database
def test_notices_are_filtered_in_words_and_show_no_address(lead: Client, lost: Incident) -> None:
    approved(lost, at=clock.now())
    everybody = numbers(lead.get(address(lost)))
    Dispatch.objects.filter(person_id=everybody[0]).update(state="failed", reason="no-address")
    send_all(at=clock.now())
    page = lead.get(notices_of(lost))
    assert numbers(page) == everybody
    assert numbers(lead.get(notices_of(lost), {"sort": "-number"})) == everybody[::-1]
    failed = lead.get(notices_of(lost), {"state": "failed"})
    assert numbers(failed) == everybody[:1]
    assert "No e-mail address is held" in words(failed)
    assert numbers(lead.get(notices_of(lost), {"state": "failed", "reason": "-"})) == []
    assert len(numbers(lead.get(notices_of(lost), {"reason": "-"}))) == PEOPLE - 1
    assert numbers(lead.get(notices_of(lost), {"channel": "sms"})) == []
    today = str(clock.now().date())
    sent = {"from": today, "until": today, "state": "sent"}
    assert len(numbers(lead.get(notices_of(lost), sent))) == PEOPLE - 1
    assert numbers(lead.get(notices_of(lost), {"until": "2020-01-01"})) == []
    soon = lead.get(notices_of(lost), {"from": "soon"})
    assert soon.status_code == 422
    assert "Enter a date" in words(soon)
    assert lead.get(notices_of(lost), {"reason": "eaten"}).status_code == 404
    assert numbers(lead.get(notices_of(lost), {"person": everybody[4]})) == everybody[4:5]
    assert "@" not in words(page)


def test_notices_leave_as_a_file_only_with_an_entry(lead: Client, lost: Incident) -> None:
    approved(lost, at=clock.now())
    before = Entry.objects.count()
    answer = lead.post(notices_of(lost), {"format": "csv", "state": "queued"})
    assert Entry.objects.count() == before + 1
    rows = csv_rows(answer)
    assert {(row["By"], row["State"]) for row in rows} <= {
        ("E-mail", "Waiting to be sent"),
        ("Post", "Waiting to be sent"),
    }
    assert len(rows) == PEOPLE


@pytest.mark.parametrize("of_notices", [False, True])
def test_who_may(of_notices: bool, lost: Incident) -> None:
    approved(lost, at=clock.now())
    page = notices_of(lost) if of_notices else address(lost)
    assert refused_to_the_others(page, LEADS) == []
    adviser = staff_client(account=staff_member(Role.ADVISER, email="other@staff.example"))
    assert adviser.post(page, {"format": "csv"}).status_code == 403
    lead = staff_client(account=staff_member(Role.PRIVACY_LEAD))
    assert lead.put(page).status_code == 405
