"""Reporting a loss: any member of staff, in a minute, without blame."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from aboveboard.accounts.models import Account
from aboveboard.accounts.queries import actor_for
from aboveboard.basics import clock
from aboveboard.basics.actor import Role
from aboveboard.console.report_loss import LOSSES
from aboveboard.custody import queries as custody
from aboveboard.custody.actions import register_device
from aboveboard.custody.queries import DeviceRow
from aboveboard.custody.terms import DeviceKind, DeviceState, EncryptionState
from aboveboard.incidents.case.playbook import playbooks
from aboveboard.incidents.models import Incident
from aboveboard.incidents.terms import IncidentKind, LossKind
from aboveboard.ledger.models import Entry
from tests.accounts.people import staff_client, staff_member
from tests.console.asked import refused_to_the_others
from tests.pages import words
from tests.world import adopt

pytestmark = pytest.mark.django_db
PAGE = "/console/report-a-loss/"


@pytest.fixture
def adviser() -> Account:
    adopt()
    return staff_member(Role.ADVISER)


@pytest.fixture
def laptop(adviser: Account) -> DeviceRow:
    return register_device(
        kind=DeviceKind.LAPTOP,
        name="Field laptop",
        tag="LT-0042",
        encrypted=EncryptionState.NO,
        holder_id=adviser.pk,
        by=actor_for(adviser),
        at=clock.now(),
    )


def answer(client: Client, **answers: str) -> Any:
    """Answer one question after the other, as the pages ask them, and return the last page."""
    address = PAGE
    for _ in range(5):
        name = next(iter(client.get(address).context["form"].fields))
        page = client.post(address, {name: answers.get(name, "")})
        if page.status_code != 302 or not (step := page["Location"]).startswith(PAGE):
            break
        if re.fullmatch(rf"{PAGE}\d+/", step):
            break
        address = step
    return page


def test_ones_own_device_comes_first_and_is_reported_in_three_questions(
    adviser: Account, laptop: DeviceRow
) -> None:
    client = staff_client(account=adviser)
    first = client.get(PAGE).context["form"]["what"]
    assert next(option.choice_label for option in first) == "My field laptop, LT-0042"
    sent = answer(
        client, what=str(laptop.id), when="2026-11-20T17:42", note="Left on the train to Leeds."
    )
    assert "Thank you for reporting it" in words(client.get(sent["Location"]))
    incident = Incident.objects.get()
    assert (incident.kind, incident.device_id) == (IncidentKind.LOST_DEVICE, laptop.id)
    assert incident.occurred_at is not None
    assert incident.reported_in_seconds is not None
    assert incident.reported_in_seconds < 60
    assert custody.device_history(laptop.id)[-1].state == DeviceState.MISSING
    assert "Leeds" not in str(list(Entry.objects.values_list("body", flat=True)))


def test_another_device_by_its_label_in_any_case(laptop: DeviceRow) -> None:
    assert (
        answer(staff_client(Role.PRIVACY_LEAD), what="label", label=" lt-0042 ").status_code == 302
    )
    assert Incident.objects.get().device_id == laptop.id


def test_something_else_in_a_few_words(adviser: Account) -> None:
    sent = answer(staff_client(account=adviser), what="other", title="A box of order forms")
    incident = Incident.objects.get()
    assert (incident.kind, incident.title) == (IncidentKind.OTHER, "A box of order forms")
    assert sent["Location"] == f"/console/report-a-loss/{incident.number}/"


@pytest.mark.parametrize("loss", LOSSES)
def test_whatever_happened_is_reported_in_three_questions(adviser: Account, loss: LossKind) -> None:
    client = staff_client(account=adviser)
    sent = answer(client, what=loss.value, when="2026-11-20T17:42", note="It was Ada’s.")
    incident = Incident.objects.get()
    assert (incident.loss, incident.kind) == (loss, IncidentKind.OTHER)
    assert incident.occurred_at is not None
    assert incident.reported_in_seconds is not None
    thanks = words(client.get(sent["Location"]))
    assert playbooks()[loss].now in thanks
    assert "The clock of the law runs from now" in thanks
    assert [task.step for task in incident.tasks.order_by("id")] == [
        task.key for task in playbooks()[loss].tasks
    ]


def test_a_link_on_a_device_ticks_it(adviser: Account, laptop: DeviceRow) -> None:
    page = staff_client(account=adviser).get(f"{PAGE}?device={laptop.id}")
    assert page.context["form"]["what"].initial == str(laptop.id)


def test_each_question_leads_back_and_remembers_its_answer(
    adviser: Account, laptop: DeviceRow
) -> None:
    client = staff_client(account=adviser)
    client.get(PAGE)
    client.post(PAGE, {"what": "label"})
    client.post(f"{PAGE}device/", {"label": "LT-0042"})
    when = client.get(f"{PAGE}when/")
    assert f'href="{PAGE}device/">Back</a>' in when.content.decode()
    assert "question 3 of 4" in words(when)
    assert client.get(f"{PAGE}device/").context["form"]["label"].value() == "LT-0042"
    assert client.get(PAGE).context["form"]["what"].value() == "label"


@pytest.mark.parametrize("step", ["device/", "item/", "when/", "what-happened/", "eaten/"])
def test_a_question_out_of_turn_leads_to_the_first(step: str, adviser: Account) -> None:
    assert staff_client(account=adviser).get(f"{PAGE}{step}")["Location"] == PAGE


def test_what_happened_is_nowhere_but_in_the_incident(adviser: Account, laptop: DeviceRow) -> None:
    client = staff_client(account=adviser)
    answer(client, what=str(laptop.id), note="Mr Yang’s form was in the bag.")
    assert "report_loss" not in client.session


@pytest.mark.parametrize(
    ("story", "answers", "says"),
    [
        ("nothing chosen", {}, "Choose what happened"),
        ("another device without its label", {"what": "label"}, "Enter the label"),
        (
            "a label that nothing has",
            {"what": "label", "label": "LT-9999"},
            "No device has this label",
        ),
        ("something else without words", {"what": "other"}, "Say in a few words"),
        ("a device that is not theirs, by number", {"what": "99"}, "valid choice"),
        (
            "a moment that is none",
            {"what": "label", "label": "LT-0042", "when": "soon"},
            "Choose a date and a time",
        ),
        (
            "tomorrow",
            {"what": "label", "label": "LT-0042", "when": "2999-01-01T10:00"},
            "must be in the past",
        ),
    ],
)
def test_bad_input(
    story: str, answers: dict[str, str], says: str, adviser: Account, laptop: DeviceRow
) -> None:
    page = answer(staff_client(account=adviser), **answers)
    assert page.status_code == 422
    assert says in words(page)
    assert not Incident.objects.exists()


def test_a_second_report_of_the_same_device_is_answered_kindly(
    adviser: Account, laptop: DeviceRow
) -> None:
    client = staff_client(account=adviser)
    answer(client, what=str(laptop.id))
    again = answer(client, what="label", label="LT-0042")
    assert again.status_code == 422
    assert "already reported missing" in words(again)
    assert Incident.objects.count() == 1


def test_the_thanks_are_for_who_reported(adviser: Account, laptop: DeviceRow) -> None:
    place = answer(staff_client(account=adviser), what=str(laptop.id))["Location"]
    assert staff_client(Role.INCIDENT_LEAD).get(place).status_code == 404
    assert staff_client(Role.ADMINISTRATOR).get("/console/report-a-loss/99/").status_code == 404


def test_who_may_report() -> None:
    adopt()
    assert refused_to_the_others(PAGE, list(Role)) == []
    assert staff_client(Role.ADVISER).put(PAGE).status_code == 405
