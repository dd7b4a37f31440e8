"""Reading notices before they are approved: who gets which text, who may approve, and asking for
changes."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.test import Client

from aboveboard.accounts.models import Account
from aboveboard.accounts.queries import actor_for
from aboveboard.basics import clock
from aboveboard.basics.actor import Role
from aboveboard.basics.person_codes import person_code
from aboveboard.incidents.models import Incident
from aboveboard.incidents.notices import changes
from aboveboard.incidents.notices.actions import prepare
from aboveboard.incidents.notices.review import review
from aboveboard.ledger.models import Entry
from tests.accounts.people import staff_client, staff_member
from tests.console.asked import refused_to_the_others
from tests.loss import lost_laptop
from tests.pages import words
from tests.world import load

pytestmark = pytest.mark.django_db

NOTE = "Say on which train it was."


@pytest.fixture
def lost(tmp_path: Path) -> Incident:
    return lost_laptop([person for person, _ in load(12)], tmp_path, at=clock.now())


@pytest.fixture
def lead() -> Account:
    return staff_member(Role.INCIDENT_LEAD)


@pytest.fixture
def batch(lost: Incident, lead: Account) -> int:
    return prepare(lost.number, by=actor_for(lead), at=clock.now()).id


@pytest.fixture
def page(lost: Incident, batch: int) -> str:
    return f"/console/incidents/{lost.number}/notices/{batch}/"


@pytest.fixture
def mine(lead: Account) -> Client:
    return staff_client(account=lead)


@pytest.fixture
def second() -> Account:
    return staff_member(Role.PRIVACY_LEAD)


@pytest.fixture
def theirs(second: Account) -> Client:
    return staff_client(account=second)


def test_the_index_every_text_and_who_may_approve(
    theirs: Client, second: Account, lead: Account, page: str, batch: int
) -> None:
    gone = staff_member(Role.PRIVACY_LEAD, email="gone@staff.example")
    gone.name, gone.closed_at = "Gone Away", clock.now()
    gone.save()
    seen, answer = review(batch), theirs.get(page)
    shown, text = answer.content.decode(), words(answer)
    assert f"Prepared by {lead.name}, incident lead" in text
    assert f"{second.name}, privacy lead" in text
    assert "Gone Away" not in text
    assert shown.count('data-th="Sent by"') == len(seen.rows)
    for each in seen.texts:
        assert f'id="text-{each.number}"' in shown
        assert f'href="#text-{each.number}"' in shown
        assert all(f"Customer {person_code(person_id)}" in text for person_id in each.person_ids)
    assert shown.count("<article") == len(seen.texts), "each can be read in full"
    differing = [each for each in seen.texts if each.difference]
    assert text.count("Compared with text") == len(differing)


def test_the_administrator_reads_and_opens_nobody(page: str) -> None:
    administrator = staff_client(Role.ADMINISTRATOR)
    shown = administrator.get(page)
    assert shown.status_code == 200
    assert "Request changes" not in words(shown)
    assert 'name="person"' not in shown.content.decode()


@pytest.mark.parametrize("rest", ["changes/", "changes/answer/", "changes/withdraw/", "open/"])
def test_what_changes_something_is_posted_and_by_approvers(page: str, rest: str) -> None:
    assert staff_client(Role.PRIVACY_LEAD).get(f"{page}{rest}").status_code == 405
    for role in (Role.ADVISER, Role.ADMINISTRATOR):
        assert staff_client(role).post(f"{page}{rest}").status_code == 403
    assert Client().post(f"{page}{rest}").status_code == 302


def test_it_is_read_by_leads(page: str, mine: Client) -> None:
    assert mine.get(page).status_code == 200
    leads = (Role.INCIDENT_LEAD, Role.PRIVACY_LEAD, Role.ADMINISTRATOR)
    assert refused_to_the_others(page, leads) == []


def test_changes_are_requested_answered_and_then_it_is_approved(
    theirs: Client, mine: Client, page: str, batch: int
) -> None:
    empty = theirs.post(f"{page}changes/", {"words": " "})
    assert empty.status_code == 422
    assert "Say what must be changed." in words(empty)
    assert theirs.post(f"{page}changes/", {"words": NOTE}).status_code == 302
    asked = words(theirs.get(page))
    assert "Changes are requested" in asked
    assert NOTE in asked
    assert "Approve and send" not in asked
    assert "Withdraw the request" in asked
    assert theirs.post(f"{page}approve/", {"read": "on"}).status_code == 422
    assert theirs.post(f"{page}changes/", {"words": NOTE}).status_code == 422
    seen = words(mine.get(page))
    assert NOTE in seen
    assert "Send the answer" in seen
    assert mine.post(f"{page}changes/answer/", {"answer": ""}).status_code == 422
    assert mine.post(f"{page}changes/answer/", {"answer": "Nobody knows."}).status_code == 302
    answered = words(theirs.get(page))
    assert "Nobody knows." in answered
    assert "Approve and send 12 notices" in answered
    assert theirs.post(f"{page}approve/", {"read": "on"}).status_code == 302
    after = words(theirs.get(page))
    assert "Changes requested by" in after
    assert "Request answered by" in after


def test_a_request_is_withdrawn_by_who_made_it(theirs: Client, mine: Client, page: str) -> None:
    theirs.post(f"{page}changes/", {"words": NOTE})
    assert mine.post(f"{page}changes/withdraw/").status_code == 403
    assert theirs.post(f"{page}changes/withdraw/").status_code == 302
    assert "Withdrawn" in words(theirs.get(page))
    assert theirs.post(f"{page}changes/withdraw/").status_code == 404


def test_who_prepared_them_asks_for_no_changes(mine: Client, page: str, batch: int) -> None:
    assert "Request changes" not in words(mine.get(page))
    assert mine.post(f"{page}changes/", {"words": NOTE}).status_code == 422
    assert changes.change_requests(batch) == []


def test_a_sample_is_opened_as_a_use(theirs: Client, page: str, batch: int) -> None:
    person_id = review(batch).texts[0].person_ids[0]
    before = Entry.objects.filter(kind__startswith="use.").count()
    opened = theirs.post(f"{page}open/", {"person": str(person_id)})
    assert opened.status_code == 200
    assert "They can see that you looked." in words(opened)
    assert Entry.objects.filter(kind__startswith="use.").count() == before + 1
    assert "E-mail address" in words(opened)


@pytest.mark.parametrize("person", ["", "x", "1", "9" * 20])
def test_nobody_else_is_opened(theirs: Client, page: str, person: str) -> None:
    before = Entry.objects.filter(kind__startswith="use.").count()
    assert theirs.post(f"{page}open/", {"person": person}).status_code == 404
    assert Entry.objects.filter(kind__startswith="use.").count() == before
