"""Reporting a loss: any member of staff, in a minute, without blame."""

from __future__ import annotations

import pytest

from aboveboard.accounts.models import Account
from aboveboard.accounts.queries import actor_for
from aboveboard.basics import clock
from aboveboard.basics.actor import Role
from aboveboard.custody import queries as custody
from aboveboard.custody.actions import register_device
from aboveboard.custody.queries import DeviceRow
from aboveboard.custody.terms import DeviceKind, DeviceState, Encrypted
from aboveboard.incidents.models import Incident
from aboveboard.incidents.terms import IncidentKind
from aboveboard.ledger.models import Entry
from tests.accounts.people import staff_client, staff_member
from tests.console.asked import refused_to_the_others
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
        encrypted=Encrypted.NO,
        holder_id=adviser.pk,
        by=actor_for(adviser),
        at=clock.now(),
    )


def test_ones_own_device_comes_first_and_is_reported_in_one_step(
    adviser: Account, laptop: DeviceRow
) -> None:
    client = staff_client(account=adviser)
    page = client.get(PAGE)
    began = page.context["began"]
    assert "My field laptop, LT-0042" in page.content.decode()
    answer = client.post(
        PAGE,
        {"what": str(laptop.id), "note": "Left on the 17:42 to Leeds.", "began": began},
        follow=True,
    )
    assert "Reporting early is what protects people" in answer.content.decode()
    incident = Incident.objects.get()
    assert (incident.kind, incident.device_id) == (IncidentKind.LOST_DEVICE, laptop.id)
    assert incident.reported_in_seconds is not None
    assert incident.reported_in_seconds < 60
    assert custody.device_history(laptop.id)[-1].state == DeviceState.MISSING
    assert "Leeds" not in str(list(Entry.objects.values_list("body", flat=True)))


def test_another_device_by_its_label_in_any_case(laptop: DeviceRow) -> None:
    client = staff_client(Role.PRIVACY_LEAD)
    assert client.post(PAGE, {"what": "tag", "tag": " lt-0042 "}).status_code == 302
    assert Incident.objects.get().device_id == laptop.id


def test_something_else_in_a_few_words(adviser: Account) -> None:
    answer = staff_client(account=adviser).post(
        PAGE, {"what": "other", "title": "A box of order forms", "began": "made:up"}
    )
    incident = Incident.objects.get()
    assert (incident.kind, incident.title, incident.reported_in_seconds) == (
        IncidentKind.OTHER,
        "A box of order forms",
        None,
    )
    assert answer["Location"] == f"/console/report-a-loss/{incident.number}/"


@pytest.mark.parametrize(
    ("story", "said", "says"),
    [
        ("nothing chosen", {}, "Choose one"),
        ("another device without its label", {"what": "tag"}, "Enter the label"),
        ("a label that nothing has", {"what": "tag", "tag": "LT-9999"}, "No device has this label"),
        ("something else without words", {"what": "other"}, "Say in a few words"),
        ("a device that is not theirs, by number", {"what": "99"}, "valid choice"),
        (
            "a moment that is none",
            {"what": "other", "title": "A box", "when": "soon"},
            "Choose a day and a time",
        ),
        (
            "tomorrow",
            {"what": "tag", "tag": "LT-0042", "when": "2999-01-01T10:00"},
            "in the future",
        ),
    ],
)
def test_bad_input(
    story: str, said: dict[str, str], says: str, adviser: Account, laptop: DeviceRow
) -> None:
    answer = staff_client(account=adviser).post(PAGE, said)
    assert answer.status_code == 422
    assert says in answer.content.decode()
    assert not Incident.objects.exists()


def test_a_second_report_of_the_same_device_is_answered_kindly(
    adviser: Account, laptop: DeviceRow
) -> None:
    client = staff_client(account=adviser)
    client.post(PAGE, {"what": str(laptop.id)})
    answer = client.post(PAGE, {"what": "tag", "tag": "LT-0042"})
    assert answer.status_code == 422
    assert "already reported missing" in answer.content.decode()
    assert Incident.objects.count() == 1


def test_the_thanks_are_for_who_reported(adviser: Account, laptop: DeviceRow) -> None:
    place = staff_client(account=adviser).post(PAGE, {"what": str(laptop.id)})["Location"]
    assert staff_client(Role.INCIDENT_LEAD).get(place).status_code == 404
    assert staff_client(Role.ADMINISTRATOR).get("/console/report-a-loss/99/").status_code == 404


def test_who_may_report() -> None:
    adopt()
    assert refused_to_the_others(PAGE, list(Role)) == []
    assert staff_client(Role.ADVISER).put(PAGE).status_code == 405
