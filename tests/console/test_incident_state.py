"""Where an incident stands: asked about first, refused with what is open, and taken back."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.test import Client

from aboveboard.basics import clock
from aboveboard.basics.actor import Role
from aboveboard.incidents import queries
from aboveboard.incidents.terms import IncidentState
from aboveboard.incidents.views import IncidentView
from tests.accounts.people import staff_client
from tests.console.asked import refused_to_the_others
from tests.loss import lost_laptop
from tests.pages import words
from tests.world import load

pytestmark = pytest.mark.django_db
LEADS = (Role.INCIDENT_LEAD, Role.PRIVACY_LEAD, Role.ADMINISTRATOR)


@pytest.fixture
def lost(tmp_path: Path) -> IncidentView:
    return lost_laptop([person for person, _ in load(3)], tmp_path, at=clock.now())


@pytest.fixture
def client() -> Client:
    return staff_client(Role.INCIDENT_LEAD)


def at(incident: IncidentView, rest: str = "") -> str:
    return f"/console/incidents/{incident.number}/{rest}"


@pytest.mark.parametrize("page", ["state/contained/", "state/told/"])
def test_who_may(page: str, lost: IncidentView) -> None:
    assert refused_to_the_others(at(lost, page), LEADS) == []


def test_what_still_binds_is_listed_with_links_and_keeps_it_from_being_closed(
    client: Client, lost: IncidentView
) -> None:
    due = queries.page(lost.number, at=clock.now()).next_duty
    assert due is not None
    asked = client.get(at(lost, "state/told/"))
    assert at(lost, f"duties/{due.id}/") in asked.content.decode()
    assert "Mark as notified" not in words(asked), "no button that cannot do it"
    for state in ("told", "closed"):
        answer = client.post(at(lost, f"state/{state}/"))
        assert answer.status_code == 409
        assert at(lost, f"duties/{due.id}/") in answer.content.decode()
    assert client.get(at(lost, "state/eaten/")).status_code == 404
    assert client.post(at(lost, "state/eaten/")).status_code == 404


def test_a_step_is_asked_about_done_and_taken_back(client: Client, lost: IncidentView) -> None:
    asked = words(client.get(at(lost, "state/contained/")))
    assert "Is it contained?" in asked
    assert queries.page(lost.number, at=clock.now()).state is IncidentState.OPEN, "only asked"
    answer = client.post(at(lost, "state/contained/"), {"words": "Locked."}, follow=True)
    assert "You can undo it" in words(answer)
    assert queries.states(lost.number)[-1].note == "Locked."
    undone = client.post(at(lost, "state/contained/take-back/"), follow=True)
    assert "The status is “open” again" in words(undone)
    assert "Taken back: it is not contained yet." in words(client.get(at(lost, "timeline/")))
    assert client.post(at(lost, "state/contained/take-back/")).status_code == 409, "twice"
    assert client.post(at(lost, "state/eaten/take-back/")).status_code == 404
    assert client.post(at(lost, "state/contained/"), {"words": "x" * 2001}).status_code == 422


def test_a_duty_that_was_marked_too_early_is_open_again(client: Client, lost: IncidentView) -> None:
    due = queries.page(lost.number, at=clock.now()).next_duty
    assert due is not None
    place = at(lost, f"duties/{due.id}/")
    undo = f"{place}take-back/"
    assert client.post(undo).status_code == 404, "it is not done"
    client.post(place, {"reference": "ICO-417", "words": "By phone."})
    assert "Undo" in words(client.get(place))
    assert "The duty is open again" in words(client.post(undo, follow=True))
    again = queries.duty(due.id, at=clock.now())
    assert again is not None
    assert again.done is None
    timeline = words(client.get(at(lost, "timeline/")))
    assert "It was said: ICO-417; By phone." in timeline, "nothing is lost"
    assert client.post(at(lost, "duties/9999/take-back/")).status_code == 404


def test_no_duty_is_taken_back_under_a_state_that_needs_it(
    client: Client, lost: IncidentView
) -> None:
    while (due := queries.page(lost.number, at=clock.now()).next_duty) is not None:
        client.post(at(lost, f"duties/{due.id}/"))
        last = due.id
    assert client.post(at(lost, "state/told/")).status_code == 302
    refused = words(client.post(at(lost, f"duties/{last}/take-back/"), follow=True))
    assert "take that back first" in refused
    client.post(at(lost, "state/told/take-back/"))
    client.post(at(lost, f"duties/{last}/take-back/"))
    again = queries.duty(last, at=clock.now())
    assert again is not None
    assert again.done is None


def test_closing_asks_why_it_happened_and_shows_it(client: Client, lost: IncidentView) -> None:
    while (due := queries.page(lost.number, at=clock.now()).next_duty) is not None:
        client.post(at(lost, f"duties/{due.id}/"))
    asked = words(client.get(at(lost, "state/closed/")))
    assert "Why are the open tasks not needed?" in asked
    given = {"cause": "A seat.", "lessons": "Less.", "changed": "Encryption.", "rest": "Back."}
    for name in given:
        page = client.post(at(lost, "state/closed/"), {**given, name: ""})
        assert page.status_code == 422
    assert client.post(at(lost, "state/closed/"), given).status_code == 302
    shown = words(client.get(at(lost, "")))
    assert "Why it happened A seat." in shown
    assert "Nothing left to do" in shown
