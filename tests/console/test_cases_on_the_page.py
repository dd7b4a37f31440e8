"""Regulators' cases as a lead answers them on the pages, and groups of people on theirs."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from aboveboard.basics import clock
from aboveboard.basics.actor import SYSTEM, Role
from aboveboard.console.incidents.circumstances import PAGES
from aboveboard.incidents import actions, queries
from aboveboard.incidents.exposure import counting
from aboveboard.promise.queries import in_force
from tests.accounts.people import staff_client
from tests.console.asked import refused_to_the_others
from tests.incidents.regulators.test_regulators import EDPB, OTHERS
from tests.pages import words
from tests.world import load

pytestmark = pytest.mark.django_db
LEADS = (Role.INCIDENT_LEAD, Role.PRIVACY_LEAD, Role.ADMINISTRATOR)
# The promise in force in these tests is a shop's, so cases of other organisations answer `reveals`.
STORIES = [
    *(story for story in EDPB if story["case"][-2:] in ("03", "05", "06", "13", "15", "16")),
    *(story for story in OTHERS if "bank statement" in story["name"]),
]


@pytest.fixture
def client(db: None) -> Client:
    load(2)
    return staff_client(Role.INCIDENT_LEAD)


def opened(client: Client, counted: list[dict[str, Any]]) -> int:
    """An incident whose people are said on the page."""
    number = actions.open_other(title="A loss", by=SYSTEM, at=clock.now()).number
    for row in counted:
        answer = client.post(
            f"/console/incidents/{number}/affected/estimate/",
            {
                "people": row["people"],
                "place": "FR",
                "exposed": [key for key in row["data"] if key in held()],
                "more": [key for key in row["data"] if key not in held()],
                "protected": row.get("protected", []),
            },
        )
        assert answer.status_code == 302, words(answer)
    counting.count(number, by=SYSTEM, at=clock.now())
    return number


def held() -> tuple[str, ...]:
    promise = in_force().promise
    return promise.categories_of(promise.fields)


def answer_all(client: Client, number: int, answers: dict[str, str]) -> None:
    """Answer page after page, each only what it asks."""
    for page in PAGES:
        asked = {name: answers[name] for name in page.fields if name in answers}
        address = f"/console/incidents/{number}/circumstances/{page.key}/"
        shown = client.get(address)
        if shown.status_code == 302:  # nothing there can change the answer
            continue
        said = {name: value for name, value in asked.items() if f'name="{name}"' in text(shown)}
        if said:
            assert client.post(address, said).status_code == 302, (page.key, said)


def text(response: Any) -> str:
    return str(response.content.decode())


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story["name"])
def test_a_case_answered_on_the_pages_gets_the_regulators_answer(
    client: Client, story: dict[str, Any]
) -> None:
    number = opened(client, story["counted"])
    private = {"reveals": "private"} if "health" in story["declares"] else {}
    answer_all(client, number, story["answers"] | private)
    for place, group in enumerate(story.get("groups", ()), 1):
        here = f"/console/incidents/{number}/groups/"
        new = {"name": group["name"], "exposed": group["categories"]}
        assert client.post(here, new).status_code == 302
        assert client.post(f"{here}?place={place}", group["answers"]).status_code == 302
    judged = queries.assessment(number)
    assert judged is not None
    assert judged.risk == story["expected"]
    assert judged.notify_people is (story["expected"] == "high")


def test_the_page_says_what_is_taken_until_somebody_answers(client: Client) -> None:
    number = opened(
        client, [{"people": 3, "data": ["user.name", "user.behavior.purchase_history"]}]
    )
    page = words(client.get(f"/console/incidents/{number}/"))
    assert "Taken until you say: Much, such as a year of it" in page
    assert "Your promise says: Nothing more than that they are customers" in page
    client.post(f"/console/incidents/{number}/circumstances/data/", {"habits": "trace"})
    assert "Much, such as a year of it" not in words(client.get(f"/console/incidents/{number}/"))


def test_a_number_of_recipients_is_asked_and_kept(client: Client) -> None:
    number = opened(client, [{"people": 3, "data": ["user.name", "user.contact.email"]}])
    address = f"/console/incidents/{number}/circumstances/hands/"
    client.post(address, {"hands": "few_known"})
    assert client.post(address, {"hands": "few_known", "recipients": "many"}).status_code == 422
    assert client.post(address, {"hands": "few_known", "recipients": "15"}).status_code == 302
    assert queries.incident(number).answers["recipients"] == "15"
    client.post(address, {"hands": "few_known", "recipients": ""})
    assert "recipients" not in queries.incident(number).answers


def test_a_group_is_added_answered_and_removed(client: Client) -> None:
    number = opened(
        client,
        [
            {"people": 98, "data": ["user.name", "user.contact.email"]},
            {"people": 2, "data": ["user.name", "user.contact.email", "user.health"]},
        ],
    )
    here = f"/console/incidents/{number}/groups/"
    assert client.post(here, {"name": "Patients"}).status_code == 422
    assert client.post(here, {"name": "Patients", "exposed": ["user.health"]}).status_code == 302
    assert "Whoever had this exposed: information about health" in words(client.get(here))
    asked = client.get(f"{here}?place=1")
    assert 'name="sensitive"' in text(asked)
    assert 'name="money"' not in text(asked)
    saved = client.post(f"{here}?place=1", {"sensitive": "trace", "vulnerable": "no"})
    assert saved.status_code == 302
    assert queries.incident(number).groups[0]["answers"] == {
        "sensitive": "trace",
        "vulnerable": "no",
    }
    assert client.post(f"{here}?place=1", {"sensitive": "none"}).status_code == 422
    assert client.get(f"{here}?place=7").status_code == 404
    assert client.post(here, {"do": "remove", "name": "Nobody"}).status_code == 404
    assert client.post(here, {"do": "remove", "name": "Patients"}).status_code == 302
    assert queries.incident(number).groups == []


def test_groups_are_for_leads(client: Client) -> None:
    number = actions.open_other(title="A loss", by=SYSTEM, at=clock.now()).number
    assert refused_to_the_others(f"/console/incidents/{number}/groups/", LEADS) == []
