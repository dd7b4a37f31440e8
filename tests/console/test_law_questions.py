"""Are you one of these, when did that happen, and the decision not to notify: asked on pages."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone

from aboveboard.basics import clock
from aboveboard.basics.actor import SYSTEM, Role
from aboveboard.incidents import law_questions, queries, reports
from aboveboard.incidents.views import DutyView, IncidentView
from aboveboard.promise.actions import adopt_promise
from tests.accounts.people import staff_client
from tests.console.asked import refused_to_the_others
from tests.loss import lost_laptop
from tests.pages import words
from tests.world import PROMISE_FILE, load

pytestmark = pytest.mark.django_db
LEADS = (Role.INCIDENT_LEAD, Role.PRIVACY_LEAD, Role.ADMINISTRATOR)


@pytest.fixture
def lost(tmp_path: Path) -> IncidentView:
    return lost_laptop([person for person, _ in load(12)], tmp_path, at=clock.now())


@pytest.fixture
def client() -> Client:
    return staff_client(Role.INCIDENT_LEAD)


def at(incident: IncidentView, rest: str = "") -> str:
    return f"/console/incidents/{incident.number}/{rest}"


def _next(incident: IncidentView) -> DutyView:
    duty = queries.page(incident.number, at=clock.now()).next_duty
    assert duty is not None
    return duty


@pytest.mark.parametrize("page", ["sectors/", "moments/"])
def test_who_may(page: str, lost: IncidentView) -> None:
    assert refused_to_the_others(at(lost, page), LEADS) == []


def test_who_may_decide(lost: IncidentView) -> None:
    page = at(lost, f"duties/{_next(lost).id}/not-notified/")
    assert refused_to_the_others(page, LEADS) == []


def test_a_sector_is_asked_on_the_incident_and_answered_for_it(
    client: Client, lost: IncidentView
) -> None:
    shown = words(client.get(at(lost)))
    assert "Your promise says which sectors you are in." in shown
    assert "others would bring duties here. See them" in shown
    question = law_questions.sector_questions(lost.number)[0]
    assert question.words in words(client.get(at(lost, "sectors/")))
    answer = client.post(at(lost, "sectors/"), {question.key: "yes"}, follow=True)
    assert "The duties were worked out again" in words(answer)
    answers = {each.key: each.answer for each in law_questions.sector_questions(lost.number)}
    assert answers[question.key] is True
    assert client.post(at(lost, "sectors/"), {question.key: "maybe"}).status_code == 422


def test_a_promise_that_names_no_sectors_leaves_the_question_open(
    client: Client, lost: IncidentView
) -> None:
    source = PROMISE_FILE.read_text("utf-8")
    silent = re.sub(r"^  sectors: .*\n", "", source, flags=re.MULTILINE)
    assert silent != source
    adopt_promise(silent, name="silent.yaml", by=SYSTEM, at=clock.now())
    shown = words(client.get(at(lost)))
    assert "Are you one of these?" in shown
    assert "your promise does not say whether you are in one" in shown


def test_no_to_the_rest_leaves_what_was_answered(client: Client, lost: IncidentView) -> None:
    asked = law_questions.sector_questions(lost.number)
    sent = {each.key: "" for each in asked} | {asked[0].key: "yes", "rest": "no"}
    client.post(at(lost, "sectors/"), sent)
    answers = {each.key: each.answer for each in law_questions.sector_questions(lost.number)}
    assert answers[asked[0].key] is True
    assert not any(answers[each.key] for each in asked[1:])
    assert None not in {answers[each.key] for each in asked}
    assert "See or change your answers" in words(client.get(at(lost)))


def test_a_moment_is_recorded_refused_and_taken_back(client: Client, lost: IncidentView) -> None:
    question = law_questions.moment_questions(lost.number)[0]
    assert question.ask in words(client.get(at(lost, "moments/")))
    ahead = timezone.localtime(clock.now() + timedelta(days=2)).strftime("%Y-%m-%dT%H:%M")
    refused = client.post(at(lost, "moments/"), {question.key: ahead})
    assert refused.status_code == 422
    assert "in the future" in words(refused)
    now = timezone.localtime(clock.now()).strftime("%Y-%m-%dT%H:%M")
    client.post(at(lost, "moments/"), {question.key: now})
    assert _moment(lost, question.key).at is not None
    client.post(at(lost, "moments/"), {question.key: ""})
    assert _moment(lost, question.key).at is None


def _moment(incident: IncidentView, key: str) -> law_questions.MomentQuestion:
    questions = law_questions.moment_questions(incident.number)
    return next(each for each in questions if each.key == key)


def test_not_to_notify_is_decided_shown_and_taken_back(client: Client, lost: IncidentView) -> None:
    duty = _next(lost)
    page = at(lost, f"duties/{duty.id}/")
    assert "Decide not to notify" in words(client.get(page))
    assert "This duty binds you" in words(client.get(f"{page}not-notified/"))
    assert client.post(f"{page}not-notified/", {"reason": " "}).status_code == 422
    said = {"reason": "It came back unopened.", "evidence": "Photo 7"}
    shown = words(client.post(f"{page}not-notified/", said, follow=True))
    for part in ("It came back unopened.", "Photo 7", "Not notified, by decision"):
        assert part in shown
    assert client.get(f"{page}not-notified/").status_code == 404, "it is decided"
    (kept,) = reports.report_json(lost.number, at=clock.now())["not_notified"]
    assert (kept["reason"], kept["evidence"]) == tuple(said.values())
    answer = client.post(f"{page}not-notified/take-back/", follow=True)
    assert "It is open again" in words(answer)
    assert _next(lost).id == duty.id


def test_the_law_of_a_duty_can_be_read(client: Client, lost: IncidentView) -> None:
    due = queries.duties(lost.number, at=clock.now())
    duty = next(each for each in due if any(source.address for source in each.sources))
    page = client.get(at(lost, f"duties/{duty.id}/")).content.decode()
    source = next(source for source in duty.sources if source.address)
    assert f'href="{source.address}"' in page
    assert "noopener" in page
    unverified = next(each for each in due if each.unverified)
    assert "Unverified" in words(client.get(at(lost, f"duties/{unverified.id}/")))
