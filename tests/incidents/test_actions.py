"""What people change on an incident: everything is worked out anew, and
what was done stays done."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from aboveboard.basics.errors import Conflict, Invalid, NotFound
from aboveboard.custody.terms import EncryptionState
from aboveboard.engines.listing import ExposureFilter
from aboveboard.incidents import actions, queries, reports
from aboveboard.incidents.assessment.circumstances import NoSuchAnswer
from aboveboard.incidents.exposure import counting
from aboveboard.incidents.exposure.folders import folder_of
from aboveboard.incidents.models import Exposure, Incident
from aboveboard.incidents.taking_back import take_back_state
from aboveboard.incidents.terms import IncidentState
from aboveboard.outbox import jobs
from tests.incidents.conftest import AT, LEAD, STAFF, People, export, laptop
from tests.loss import CLOSING

pytestmark = pytest.mark.django_db


def lose(people: People, folder: Path, encrypted: EncryptionState = EncryptionState.NO) -> Incident:
    device = laptop(encrypted)
    export(device, [person_id for person_id, _ in people[:20]], folder)
    incident = actions.report_loss(device.id, note="Left on the train.", by=STAFF, at=AT)
    jobs.run_jobs_once(worker="test")
    return incident


def test_an_answer_changes_severity_and_a_new_count_file_stands(
    people: People, tmp_path: Path
) -> None:
    incident = lose(people, tmp_path)
    before = queries.page(incident.number, at=AT)
    actions.change(incident.number, answers={"hands": "nobody"}, by=LEAD, at=AT)
    after = queries.page(incident.number, at=AT)
    assert before.exposure is not None
    assert after.exposure is not None
    assert after.exposure.people == before.exposure.people
    assert max(part.band for part in after.slices) < max(part.band for part in before.slices)
    for part in after.slices:
        assert (
            len(queries.people(incident.number, ExposureFilter(band=part.band), limit=100))
            == part.people
        )
        assert (
            queries.count_matching(incident.number, ExposureFilter(band=part.band)) == part.people
        )
    assert after.assessment is not None
    assert after.assessment.risk == "unlikely"
    assert "hands" not in {each.question.key for each in after.unanswered}
    actions.change(incident.number, answers={"hands": ""}, by=LEAD, at=AT)  # taken back
    assert queries.page(incident.number, at=AT).slices == before.slices


def test_an_encrypted_laptop_with_a_safe_key_is_no_risk(people: People, tmp_path: Path) -> None:
    incident = lose(people, tmp_path, EncryptionState.YES)
    actions.change(incident.number, answers={"keys_taken": "no"}, by=LEAD, at=AT)
    page = queries.page(incident.number, at=AT)
    assert page.assessment is not None
    assert (page.assessment.risk, page.assessment.notify_people) == ("unlikely", False)
    assert all(not person.readable for person in queries.people(incident.number, limit=100))


def test_moving_the_moment_of_awareness_moves_the_clock(people: People, tmp_path: Path) -> None:
    incident = lose(people, tmp_path)
    due = {duty.duty_id: duty.due_at for duty in queries.duties(incident.number, at=AT)}
    earlier = AT - timedelta(hours=10)
    actions.change(
        incident.number, moments={"aware_at": earlier, "discovered_at": earlier}, by=LEAD, at=AT
    )
    moved = {duty.duty_id: duty.due_at for duty in queries.duties(incident.number, at=AT)}
    assert due["UK-GDPR-33-AUTH"] == AT + timedelta(hours=72)
    assert moved["UK-GDPR-33-AUTH"] == earlier + timedelta(hours=72)


def test_wrong_changes_change_nothing(people: People, tmp_path: Path) -> None:
    incident = lose(people, tmp_path)
    with pytest.raises(NoSuchAnswer):
        actions.change(incident.number, answers={"hands": "everyone"}, by=LEAD, at=AT)
    for moments in ({"aware_at": None}, {"opened_at": AT}, {"aware_at": AT + timedelta(hours=1)}):
        with pytest.raises(Invalid):
            actions.change(incident.number, moments=moments, by=LEAD, at=AT)
    with pytest.raises(NotFound):
        actions.change(999, title="x", by=LEAD, at=AT)
    assert actions.change(incident.number, title=incident.title, by=LEAD, at=AT).answers == {
        "what_happened": "Left on the train."
    }


def test_a_duty_done_stays_done_and_stops_its_clock(people: People, tmp_path: Path) -> None:
    incident = lose(people, tmp_path)
    first = queries.page(incident.number, at=AT).next_duty
    assert first is not None
    actions.mark_done(first.id, reference="IC-1234", by=LEAD, at=AT + timedelta(hours=1))
    with pytest.raises(Conflict):
        actions.mark_done(first.id, by=LEAD, at=AT + timedelta(hours=2))
    actions.change(
        incident.number, answers={"hands": "hostile"}, by=LEAD, at=AT + timedelta(hours=2)
    )
    again = queries.duty(first.id, at=AT + timedelta(hours=100))
    assert again is not None
    assert again.done is not None
    assert (again.done.reference, again.late, again.left) == ("IC-1234", False, "")
    page = queries.page(incident.number, at=AT)
    assert page.next_duty is not None
    assert page.next_duty.id != first.id


def test_nothing_is_closed_while_a_duty_that_binds_is_open(people: People, tmp_path: Path) -> None:
    incident = lose(people, tmp_path)
    with pytest.raises(Conflict):
        actions.close(incident.number, review=CLOSING, by=LEAD, at=AT)
    actions.contain(incident.number, words="The account is locked.", by=LEAD, at=AT)
    while (due := queries.page(incident.number, at=AT).next_duty) is not None:
        actions.mark_done(due.id, by=LEAD, at=AT)
    actions.mark_notified(incident.number, by=LEAD, at=AT)
    actions.close(incident.number, review=CLOSING, by=LEAD, at=AT)
    actions.reopen(incident.number, words="It came back.", by=LEAD, at=AT)
    assert [IncidentState(record.state) for record in queries.states(incident.number)] == [
        IncidentState.OPEN,
        IncidentState.CONTAINED,
        IncidentState.NOTIFIED,
        IncidentState.CLOSED,
        IncidentState.OPEN,
    ]


def test_what_was_taken_back_leads_to_the_state_before_it(people: People, tmp_path: Path) -> None:
    number = lose(people, tmp_path).number
    while (due := queries.page(number, at=AT).next_duty) is not None:
        actions.mark_done(due.id, by=LEAD, at=AT)
    contained, notified = IncidentState.CONTAINED, IncidentState.NOTIFIED
    actions.contain(number, by=LEAD, at=AT)
    actions.mark_notified(number, by=LEAD, at=AT)
    assert take_back_state(number, notified, by=LEAD, at=AT) is contained
    # Not to where it was a moment ago, which was taken back.
    assert take_back_state(number, contained, by=LEAD, at=AT) is IncidentState.OPEN
    actions.mark_notified(number, by=LEAD, at=AT)
    assert take_back_state(number, notified, by=LEAD, at=AT) is IncidentState.OPEN
    with pytest.raises(Conflict):
        take_back_state(number, IncidentState.OPEN, by=LEAD, at=AT)


def test_the_refusal_to_close_names_what_is_open(people: People, tmp_path: Path) -> None:
    number = lose(people, tmp_path).number
    due = queries.page(number, at=AT).next_duty
    assert due is not None
    with pytest.raises(actions.DutiesOpen) as refused:
        actions.close(number, review=CLOSING, by=LEAD, at=AT)
    assert f"{due.id} ({due.who}, {due.place})" in str(refused.value)


def test_the_last_sentence_said_again_is_one_line(people: People, tmp_path: Path) -> None:
    number, later = lose(people, tmp_path).number, AT + timedelta(minutes=1)
    said = "The police were told."
    for _ in range(2):
        actions.note(number, said, by=LEAD, at=AT)
    actions.note(number, said, by=STAFF, at=later)
    actions.note(number, said, happened_at=AT, by=STAFF, at=later)
    actions.note(number, "They answered.", by=STAFF, at=later)
    actions.note(number, said, by=STAFF, at=later)
    lines = [each.sentence for each in queries.timeline(number)]
    assert lines.count(said) == 4, "by somebody else, of another moment, after another line"


def test_an_incident_without_anything_to_count_says_so(db: None) -> None:
    # Without a promise nothing says who we are and what we hold, so nothing can be assumed either.
    incident = actions.open_other(title="A door stood open", by=STAFF, at=AT)
    with pytest.raises(counting.NothingToCount):
        counting.count(incident.number, by=LEAD, at=AT)
    page = queries.page(incident.number, at=AT)
    assert page.exposure is None
    assert page.slices == ()
    assert queries.people(incident.number) == []
    assert queries.lines(incident.number) == []


def test_a_count_that_died_before_it_was_written_down_is_done_again(
    people: People, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    device = laptop()
    export(device, [people[0][0]], tmp_path)
    incident = actions.report_loss(device.id, by=STAFF, at=AT)

    def killed(*args: object) -> Exposure:
        raise RuntimeError("killed")

    with monkeypatch.context() as dying:
        dying.setattr(counting, "_write", killed)
        with pytest.raises(RuntimeError):
            counting.count(incident.number, by=LEAD, at=AT)
    assert len(list(folder_of(incident).glob("exposure-*"))) == 1
    done = counting.count(incident.number, by=LEAD, at=AT)
    assert [path.name for path in folder_of(incident).iterdir()] == [done.file_name]
    assert counting.count(incident.number, by=LEAD, at=AT) == done
    assert Exposure.objects.count() == 1


def test_an_export_made_before_the_loss_but_counted_after_is_in(
    people: People, tmp_path: Path
) -> None:
    device = laptop()
    export(device, [people[0][0]], tmp_path)
    (tmp_path / "customers-LT-0042.csv").unlink()
    export(device, [people[1][0], people[0][0]], tmp_path, ("email", "card_number"))
    incident = actions.report_loss(device.id, by=STAFF, at=AT)
    jobs.run_jobs_once(worker="test")
    assert [person.person_id for person in queries.people(incident.number)] == sorted(
        [people[0][0], people[1][0]]
    )


def test_the_report_asks_for_what_nobody_said(people: People, tmp_path: Path) -> None:
    incident = lose(people, tmp_path)
    missing = {item.key for item in reports.authority_report(incident.number, at=AT).missing}
    assert {"measures_taken", "measures_after", "measures_before"} <= missing
    actions.change(
        incident.number,
        answers={
            "measures": "We locked its account.",
            "measures_before": ["access_control"],
            "protection_before": "A password.",
            "measures_after": ["encryption"],
            "protection_after": "Every laptop is encrypted from now on.",
        },
        by=LEAD,
        at=AT,
    )
    report = reports.authority_report(incident.number, at=AT)
    assert not {item.key for item in report.missing} & {
        "measures_taken",
        "measures_after",
        "measures_before",
    }
    assert report.edpb["field_68"] == 20
    assert report.facts.people_by_country == {
        place: count
        for place, count in report.facts.people_by_country.items()
        if len(place) == 2 and count > 0
    }
    assert sum(report.facts.people_by_country.values()) == 20
    body = reports.report_json(incident.number, at=AT)
    assert body["incident"] == incident.reference
    assert body["time_zone"] == "Europe/London", "as the promise names it"
    assert not any(row["email"] in str(body) for _, row in people)
