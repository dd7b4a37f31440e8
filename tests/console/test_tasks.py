"""What there is to do about an incident, as a lead works through it."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from aboveboard.basics import clock
from aboveboard.basics.actor import SYSTEM, Role
from aboveboard.incidents import actions
from aboveboard.incidents.case import decisions, tasks
from aboveboard.incidents.terms import LossKind
from tests.accounts.people import staff_client, staff_member
from tests.console.asked import refused_to_the_others
from tests.pages import words
from tests.world import adopt

pytestmark = pytest.mark.django_db
LEADS = (Role.INCIDENT_LEAD, Role.PRIVACY_LEAD, Role.ADMINISTRATOR)


@pytest.fixture
def number() -> int:
    adopt()
    return actions.open_other(
        title="A letter", loss=LossKind.WRONG_ADDRESS, by=SYSTEM, at=clock.now()
    ).number


@pytest.fixture
def client() -> Client:
    return staff_client(Role.INCIDENT_LEAD)


def test_the_incident_shows_what_to_do_first_and_counts_what_its_list_has(
    client: Client, number: int
) -> None:
    page = client.get(f"/console/incidents/{number}/")
    todo = tasks.tasks(number, at=clock.now())
    shown = words(page)
    first = re.findall(r'/tasks/(\d+)/"', page.content.decode())
    assert first == [str(task.id) for task in todo[:3]]
    assert f"{len(todo)} tasks to do: see them all" in shown
    listed = client.get(f"/console/incidents/{number}/tasks/").content.decode()
    assert len(re.findall(r'/tasks/\d+/"', listed)) == len(todo)


def test_a_task_is_added_given_and_ended(client: Client, number: int) -> None:
    ada = staff_member(Role.ADVISER, email="ada@staff.example")
    here = f"/console/incidents/{number}/tasks/"
    assert client.post(here, {"role": "scribe"}).status_code == 422
    assert client.post(here, {"title": "Ring the printer", "role": "scribe"}).status_code == 302
    task = next(t for t in tasks.tasks(number, at=clock.now()) if t.title == "Ring the printer")
    own = f"{here}{task.id}/"
    assert client.post(own, {"to": ada.pk}).status_code == 302
    assert f"Given to {ada.name}" in words(client.get(own))
    assert client.post(own, {"to": 999_999}).status_code == 422
    assert client.post(f"{own}done/").status_code == 302
    assert "Done" in words(client.get(own))
    client.post(f"{own}reopen/")
    assert client.post(f"{own}not-needed/", {"reason": " "}).status_code == 422
    client.post(f"{own}not-needed/", {"reason": "They rang us."})
    assert "They rang us." in words(client.get(own))
    assert client.get(f"{own}not-needed/").status_code == 404
    second = client.post(f"{own}done/", follow=True)
    assert "ended already" in words(second)


def test_who_may_and_what_is_not_there(client: Client, number: int) -> None:
    task = tasks.tasks(number, at=clock.now())[0].id
    here = f"/console/incidents/{number}/tasks/"
    assert refused_to_the_others(f"{here}{task}/not-needed/", LEADS) == []
    other = actions.open_other(title="Another", by=SYSTEM, at=clock.now()).number
    assert client.get(f"/console/incidents/{other}/tasks/{task}/").status_code == 404
    assert client.post(f"/console/incidents/{other}/tasks/{task}/done/").status_code == 404
    assert client.post(f"{here}{task}/explode/").status_code == 404
    assert client.get(f"{here}{task}/done/").status_code == 405


def test_the_veris_record_is_shown_and_given_as_a_file(client: Client, number: int) -> None:
    here = f"/console/incidents/{number}/veris"
    shown = words(client.get(f"{here}/"))
    assert "Misdelivery" in shown
    assert "What we propose from your answers" in shown
    record = client.get(f"{here}.json").json()
    assert record["action"]["error"]["variety"] == ["Misdelivery"]
    assert refused_to_the_others(f"{here}.json", LEADS) == []


def test_roles_decisions_and_the_freeze_on_their_pages(client: Client, number: int) -> None:
    ada = staff_member(Role.ADVISER, email="ada@staff.example")
    here = f"/console/incidents/{number}/"
    assert client.post(f"{here}roles/", {"role": "lead"}).status_code == 422
    client.post(f"{here}roles/", {"role": "lead", "to": ada.pk, "note": "Ring counsel."})
    assert "Ring counsel." in words(client.get(f"{here}roles/"))
    assert f"Lead: {ada.name}" in words(client.get(here))
    client.post(f"{here}decisions/", {"words": "Tell nobody.", "reason": "It came back."})
    (made,) = decisions.case_decisions(number)
    own = client.post(f"{here}decisions/{made.id}/approve/", follow=True)
    assert "prepared by the same person" in words(own)
    second = staff_client(Role.PRIVACY_LEAD)
    assert "Approve" in words(second.get(f"{here}decisions/"))
    second.post(f"{here}decisions/{made.id}/approve/")
    assert "Approved" in words(client.get(f"{here}decisions/"))
    client.post(f"{here}communications/", {"reason": "Counsel asks."})
    assert "Communications are frozen" in words(client.get(here))
    assert client.get(f"{here}report.json").status_code == 409
    administrator = staff_client(Role.ADMINISTRATOR)
    assert "Lift the freeze" not in words(administrator.get(f"{here}communications/"))
    lift = {"step": "lift", "reason": "So."}
    assert administrator.post(f"{here}communications/", lift).status_code == 422
    assert second.post(f"{here}communications/", lift).status_code == 302
    assert "Communications are frozen" not in words(client.get(here))
