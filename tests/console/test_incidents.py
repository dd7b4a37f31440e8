"""An incident in the console: every page, every number opened, two people for
notices, and who may."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from aboveboard.accounts.models import Account
from aboveboard.accounts.queries import actor_for
from aboveboard.basics import clock
from aboveboard.basics.actor import Role
from aboveboard.commands.demo.story import leaked_file
from aboveboard.console.incidents.circumstances import PAGES
from aboveboard.incidents import queries
from aboveboard.incidents.assessment import circumstances
from aboveboard.incidents.models import Incident, NoticeBatch
from aboveboard.incidents.notices import queries as notices
from aboveboard.incidents.notices.actions import prepare
from aboveboard.incidents.notices.queries import BatchView
from aboveboard.incidents.terms import IncidentKind
from aboveboard.incidents.views import IncidentView
from aboveboard.outbox import jobs
from tests.accounts.people import staff_client, staff_member
from tests.console.asked import refused_to_the_others
from tests.loss import lost_laptop
from tests.pages import words
from tests.world import load

pytestmark = pytest.mark.django_db
LEADS = (Role.INCIDENT_LEAD, Role.PRIVACY_LEAD, Role.ADMINISTRATOR)


@pytest.fixture
def lost(tmp_path: Path) -> IncidentView:
    return lost_laptop([person for person, _ in load(12)], tmp_path, at=clock.now())


@pytest.fixture
def lead() -> Account:
    return staff_member(Role.INCIDENT_LEAD)


@pytest.fixture
def client(lead: Account) -> Client:
    return staff_client(account=lead)


def at(incident: IncidentView, rest: str = "") -> str:
    return f"/console/incidents/{incident.number}/{rest}"


def waiting(incident: IncidentView, lead: Account) -> BatchView:
    return prepare(incident.number, by=actor_for(lead), at=clock.now())


def test_the_page_says_the_next_duty_and_the_number_that_opens_as_its_rows(
    client: Client, lost: IncidentView
) -> None:
    page = client.get(at(lost)).content.decode()
    assert "Field laptop" in page or "LT-0042 is missing" in page
    assert "within" in page
    people = client.get(at(lost, "people/")).content.decode()
    assert people.count('data-th="Lives in"') == 12
    place = next(iter(queries.page(lost.number, at=clock.now()).jurisdictions))
    fewer = client.get(at(lost, f"people/?jurisdiction={place}")).content.decode()
    assert (
        fewer.count('data-th="Lives in"')
        == queries.page(lost.number, at=clock.now()).jurisdictions[place]
    )


@pytest.mark.parametrize(
    "page",
    [
        "",
        "people/",
        "lines/stranger/",
        "timeline/",
        "circumstances/",
        "report/",
        "report.json",
        "notices/",
    ],
)
def test_the_pages_of_an_incident_that_is_not_there(
    page: str, client: Client, lost: IncidentView
) -> None:
    assert client.get(f"/console/incidents/99/{page}").status_code == 404


@pytest.mark.parametrize(
    "page",
    [
        "people/?after=x",
        f"people/?after={2**63}",
        "people/?band=high",
        "lines/eaten/",
        "duties/9999/",
        "notices/99/",
        "notices/99/people/",
    ],
)
def test_what_is_not_there(page: str, client: Client, lost: IncidentView) -> None:
    assert client.get(at(lost, page)).status_code == 404


@pytest.mark.parametrize(
    "page",
    ["", "people/", "lines/stranger/", "timeline/", "circumstances/", "report/", "report.json"],
)
def test_leads_may(page: str, lost: IncidentView) -> None:
    assert refused_to_the_others(at(lost, page), LEADS) == []


def test_the_lists_are_for_leads_too(lost: IncidentView) -> None:
    assert refused_to_the_others("/console/incidents/", LEADS) == []


def test_bringing_in_a_leak_is_for_leads(lost: IncidentView) -> None:
    assert refused_to_the_others("/console/incidents/new/leak/", LEADS) == []


def test_writing_notices_is_not_for_the_administrator(lost: IncidentView) -> None:
    assert (
        refused_to_the_others(at(lost, "notices/"), (Role.INCIDENT_LEAD, Role.PRIVACY_LEAD)) == []
    )


@pytest.mark.parametrize(
    "page", ["state/closed/take-back/", "notices/1/approve/", "notices/1/change/stop/"]
)
def test_what_changes_something_is_posted(page: str, client: Client, lost: IncidentView) -> None:
    assert client.get(at(lost, page)).status_code == 405


@pytest.mark.parametrize("page", ["", "report/"])
def test_what_is_read_is_not_posted(page: str, client: Client, lost: IncidentView) -> None:
    assert client.post(at(lost, page)).status_code == 405


def test_a_sentence_for_the_timeline(client: Client, lost: IncidentView) -> None:
    assert (
        client.post(at(lost, "timeline/"), {"sentence": "The police were told."}).status_code == 302
    )
    assert "The police were told." in client.get(at(lost, "timeline/")).content.decode()
    assert client.post(at(lost, "timeline/"), {"sentence": ""}).status_code == 422


def test_a_duty_is_done_once(client: Client, lost: IncidentView) -> None:
    due = queries.page(lost.number, at=clock.now()).next_duty
    assert due is not None
    page = at(lost, f"duties/{due.id}/")
    assert due.citation in client.get(page).content.decode()
    assert client.post(page, {"done_at": "soon"}).status_code == 422
    assert client.post(page, {"done_at": "2999-01-01T10:00"}).status_code == 422
    assert client.post(page, {"reference": "ICO-417"}).status_code == 302
    done = words(client.get(page))
    assert "ICO-417" in done
    assert "You marked this as done today" in done
    assert "You have left" not in done
    assert client.post(page, {"reference": "ICO-418"}).status_code == 422


def test_each_question_stands_on_one_page() -> None:
    asked = [field for page in PAGES for field in page.fields]
    assert sorted(asked) == sorted(
        [
            "occurred_at",
            *circumstances.open_questions(),
            *(each.key for each in circumstances.questions()),
            *(each.key for each in circumstances.reported_questions()),
        ]
    )
    assert max(len(page.fields) for page in PAGES) <= 3


def test_one_page_asks_little_saves_it_and_goes_on(client: Client, lost: IncidentView) -> None:
    first = at(lost, "circumstances/when/")
    page = client.get(first).content.decode()
    assert "When it happened" in page
    assert "When did it happen?" in page
    assert "Who has the data now" not in page
    saved = client.post(first, {"occurred_at": "2026-01-02T10:00", "how_found": "A call."})
    assert (saved.status_code, saved["Location"]) == (302, at(lost, "circumstances/what/"))
    answers = {"what_happened": "It stayed on a train."}
    back = client.post(at(lost, "circumstances/what/"), answers | {"then": "overview"})
    assert back["Location"] == at(lost, "circumstances/")
    after = {"measures_after": ["encryption", "training"]}
    assert client.post(at(lost, "circumstances/after/"), after).status_code == 302
    now = queries.incident(lost.number)
    assert now.occurred_at is not None
    assert now.answers == {
        "how_found": "A call.",
        "what_happened": "It stayed on a train.",
        "measures_after": "encryption,training",
    }, "what another page asks is left as it is"
    assert 'value="2026-01-02T10:00"' in client.get(first).content.decode()
    shown = words(client.get(at(lost, "circumstances/")))
    assert "It stayed on a train." in shown
    assert "Not known yet Until you answer, we assume" in shown
    assert client.post(at(lost, "circumstances/late/"), {})["Location"] == back["Location"]


def test_an_answer_that_is_none_is_asked_again(client: Client, lost: IncidentView) -> None:
    hands, first = at(lost, "circumstances/hands/"), at(lost, "circumstances/when/")
    assert client.post(hands, {"hands": "aliens"}).status_code == 422
    assert client.post(hands, {"hands": "trusted"}).status_code == 302
    assert client.post(first, {"occurred_at": "2999-01-01T10:00"}).status_code == 422
    assert client.get(at(lost, "circumstances/nothing/")).status_code == 404
    assert queries.incident(lost.number).answers["hands"] == "trusted"


def test_the_report_says_first_what_is_open(client: Client, lost: IncidentView) -> None:
    page = client.get(at(lost, "report/")).content.decode()
    assert page.index("answers to add") < page.index("What happened, what went wrong")
    assert f"{at(lost, 'circumstances/before/')}#id_measures_before" in page
    document = json.loads(client.get(at(lost, "report.json")).content)
    assert document["incident"] == lost.reference
    assert document["edpb"]["field_68"] == 12
    assert document["missing"]


def test_notices_need_a_second_person(client: Client, lost: IncidentView, lead: Account) -> None:
    answer = client.post(at(lost, "notices/"), {"en": "We locked its account."}, follow=True)
    assert "Someone else must approve" in answer.content.decode()
    batch = NoticeBatch.objects.get()
    page = at(lost, f"notices/{batch.pk}/")
    assert client.post(f"{page}approve/", {"read": "on"}).status_code == 422
    second = staff_client(Role.PRIVACY_LEAD)
    assert "Approve and send 12 notices" in words(second.get(page))
    assert second.post(f"{page}approve/").status_code == 422
    assert second.post(f"{page}approve/", {"read": "on"}).status_code == 302
    jobs.run_jobs_once(worker="test")
    assert notices.batch(batch.pk).queued == 12
    rows = second.get(f"{page}people/?state=queued").content.decode()
    assert rows.count('data-th="By"') == notices.batch(batch.pk).waiting
    assert second.get(f"{page}people/?state=eaten").status_code == 404
    assert re.search(r"Approved by [^,<]+, privacy lead", second.get(page).content.decode())
    assert second.post(f"{page}change/stop/").status_code == 302
    assert "Stopped." in second.get(page).content.decode()
    assert second.post(f"{page}change/resume/").status_code == 302
    assert second.post(f"{page}change/eaten/").status_code == 404


def test_a_sentence_that_is_too_long_is_not_sent(client: Client, lost: IncidentView) -> None:
    answer = client.post(at(lost, "notices/"), {"en": "word " * 30 + "."})
    assert answer.status_code == 422
    assert not NoticeBatch.objects.exists()


def test_notices_are_sent_back_and_prepared_again(
    client: Client, lost: IncidentView, lead: Account
) -> None:
    batch = waiting(lost, lead)
    assert client.post(at(lost, f"notices/{batch.id}/change/back/")).status_code == 302
    assert "Sent back" in client.get(at(lost, f"notices/{batch.id}/")).content.decode()
    assert client.post(at(lost, "notices/"), {"en": "We locked its account."}).status_code == 302


def test_a_batch_stands_under_its_own_incident_only(
    client: Client, lost: IncidentView, lead: Account, tmp_path: Path
) -> None:
    other = lost_laptop([load(12)[0][0]], tmp_path, at=clock.now(), tag="LT-0099")
    batch = waiting(other, lead)
    assert client.get(at(lost, f"notices/{batch.id}/")).status_code == 404
    assert client.post(at(lost, f"notices/{batch.id}/approve/"), {"read": "on"}).status_code == 404


@pytest.mark.parametrize("after", ["²", "x", "9" * 20])
def test_a_list_goes_on_after_a_number_or_is_not_there(
    after: str, client: Client, lost: IncidentView, lead: Account
) -> None:
    batch = waiting(lost, lead)
    address = at(lost, f"notices/{batch.id}/people/")
    assert client.get(address).status_code == 200
    assert client.get(address, {"after": after}).status_code == 404


def upload(client: Client, content: bytes, name: str = "dump.csv") -> None:
    answer = client.post(
        "/console/incidents/new/leak/",
        {"file": SimpleUploadedFile(name, content), "title": "Found on a forum"},
    )
    assert answer.status_code == 302, answer.content.decode()
    assert answer["Location"] == "/console/incidents/new/leak/columns/"


def test_a_leaked_file_is_guessed_confirmed_and_counted(client: Client) -> None:
    rows = [row for _, row in load(10)]
    upload(client, leaked_file(rows[:6]))
    page = client.get("/console/incidents/new/leak/columns/").content.decode()
    assert "Guessed from its name" in page
    assert rows[0]["email"].upper() not in page
    roles = {"column_0": "email", "column_1": "phone", "column_2": "password"}
    place = client.post("/console/incidents/new/leak/columns/", roles)["Location"]
    assert "Counting who is affected" in client.get(place).content.decode()
    jobs.run_jobs_once(worker="test")
    incident = Incident.objects.get(kind=IncidentKind.LEAKED_FILE)
    found = queries.page(incident.number, at=clock.now()).exposure
    assert found is not None
    assert found.people == 6
    assert incident.title == "Found on a forum"
    strangers = client.get(at(incident, "lines/stranger/")).content.decode()
    assert strangers.count("<div>Line ") == 50
    assert (
        "different number of columns" in client.get(at(incident, "lines/unread/")).content.decode()
    )
    assert (
        client.get("/console/incidents/new/leak/columns/")["Location"]
        == "/console/incidents/new/leak/"
    )


def test_the_same_file_is_noticed_before_it_is_counted_and_one_can_go_on(client: Client) -> None:
    content = leaked_file([row for _, row in load(3)])
    roles = {"column_0": "email", "column_1": "phone", "column_2": "password"}
    columns = "/console/incidents/new/leak/columns/"
    upload(client, content)
    assert "opened before" not in words(client.get(columns))
    first = client.post(columns, roles)["Location"]
    upload(client, content, name="another-name.csv")
    asked = client.get(columns)
    assert "This file was opened before" in words(asked)
    assert f'href="{first}"' in asked.content.decode()
    refused = client.post(columns, roles)
    assert refused.status_code == 422
    assert "Confirm that it is another loss." in words(refused)
    assert Incident.objects.count() == 1
    second = client.post(columns, roles | {"again": "on"})
    assert second.status_code == 302
    assert second["Location"] != first
    upload(client, content + b"x@example.org;;\r\n")
    assert "opened before" not in words(client.get(columns)), "another file"


def test_columns_by_which_nobody_can_be_found_are_refused(client: Client) -> None:
    upload(client, leaked_file([row for _, row in load(3)]))
    answer = client.post(
        "/console/incidents/new/leak/columns/", {f"column_{place}": "ignore" for place in range(3)}
    )
    assert answer.status_code == 422
    assert not Incident.objects.exists()
    answer = client.post(
        "/console/incidents/new/leak/columns/", {f"column_{place}": "aliens" for place in range(3)}
    )
    assert answer.status_code == 422


def test_an_upload_of_somebody_else_is_not_there(client: Client) -> None:
    upload(client, leaked_file([row for _, row in load(3)]))
    other = staff_client(Role.PRIVACY_LEAD)
    assert (
        other.get("/console/incidents/new/leak/columns/")["Location"]
        == "/console/incidents/new/leak/"
    )


def test_no_file_is_an_error(client: Client) -> None:
    assert client.post("/console/incidents/new/leak/", {"title": "x"}).status_code == 422
    empty = client.post(
        "/console/incidents/new/leak/", {"file": SimpleUploadedFile("dump.csv", b"")}
    )
    assert empty.status_code == 422
    assert "This file is empty." in empty.content.decode()
