"""The case: who does what, what was decided and approved, and that nothing goes out while
communications are frozen."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from django.core import mail
from django.db import connection

from aboveboard.basics.actor import SYSTEM, Actor, ActorKind, Role
from aboveboard.basics.errors import Conflict, NotFound, Refused
from aboveboard.delivery.models import Dispatch
from aboveboard.delivery.rendering import DispatchItem
from aboveboard.incidents import actions, queries, reports
from aboveboard.incidents.case import decisions, freeze, roles, tasks
from aboveboard.incidents.case.closing import ClosingWords, TasksOpen, closing_review
from aboveboard.incidents.case.freezing import CommunicationsFrozen
from aboveboard.incidents.case.sealing import CaseWordsRefused
from aboveboard.incidents.notices import actions as notices
from aboveboard.incidents.notices import queries as notice_queries
from aboveboard.incidents.notices.sending import BatchStopped, render_notices
from aboveboard.incidents.terms import CaseRole, IncidentState
from aboveboard.keys.rows import RowNotAuthentic
from aboveboard.ledger.models import Entry
from aboveboard.outbox import jobs
from tests.accounts.people import staff_member
from tests.incidents.conftest import AT, LEAD, SECOND, STAFF, People
from tests.loss import lost_laptop
from tests.world import adopt

pytestmark = pytest.mark.django_db
ADMINISTRATOR = Actor(ActorKind.STAFF, "900014", Role.ADMINISTRATOR, "IT")


def opened() -> int:
    adopt()
    return actions.open_other(title="A letter", by=STAFF, at=AT).number


def log() -> str:
    return str(list(Entry.objects.values_list("body", flat=True)))


def test_a_role_has_one_holder_and_whoever_takes_it_over_gets_a_mail() -> None:
    number = opened()
    ann = staff_member(Role.ADVISER, email="ann@staff.example")
    bob = staff_member(Role.ADVISER, email="bob@staff.example")
    roles.hand_over_role(number, CaseRole.SCRIBE, ann.pk, by=LEAD, at=AT)
    roles.hand_over_role(number, CaseRole.LEAD, ann.pk, by=LEAD, at=AT)
    jobs.run_jobs_once(worker="test")
    mail.outbox.clear()
    roles.hand_over_role(number, CaseRole.LEAD, bob.pk, note="Ring Mrs Smith.", by=LEAD, at=AT)
    with pytest.raises(Conflict):
        roles.hand_over_role(number, CaseRole.LEAD, bob.pk, by=LEAD, at=AT)
    jobs.run_jobs_once(worker="test")
    assert [(row.role, row.account_id) for row in roles.role_holders(number)] == [
        (CaseRole.LEAD, bob.pk),
        (CaseRole.SCRIBE, ann.pk),
    ]
    assert roles.role_holders(number)[0].note == "Ring Mrs Smith."
    (before,) = roles.role_holders(number, ended=True)
    assert (before.role, before.account_id, before.ended_at) == (CaseRole.LEAD, ann.pk, AT)
    (sent,) = mail.outbox
    assert sent.to == ["bob@staff.example"]
    assert f"INC-{number:04d}" in sent.subject
    assert "Smith" not in str(sent.message()) + log()
    codes = [row.code for row in queries.timeline(number)]
    assert codes.count("role.handed_over") == 3


def test_a_decision_is_approved_by_a_second_person() -> None:
    number = opened()
    made = decisions.record_decision(
        number, "We tell nobody.", reason="Mrs Smith has it.", by=LEAD, at=AT
    )
    with pytest.raises(CaseWordsRefused):
        decisions.record_decision(number, "x", reason=" ", by=LEAD, at=AT)
    with pytest.raises(notices.SecondPersonNeeded):
        decisions.approve_decision(number, made.id, by=LEAD, at=AT)
    for nobody in (STAFF, SYSTEM):
        with pytest.raises(Refused):
            decisions.approve_decision(number, made.id, by=nobody, at=AT)
    with pytest.raises(NotFound):
        decisions.approve_decision(opened(), made.id, by=SECOND, at=AT)
    approved = decisions.approve_decision(number, made.id, by=SECOND, at=AT)
    assert (approved.words, approved.reason) == ("We tell nobody.", "Mrs Smith has it.")
    assert approved.approved_by == SECOND.as_json()
    with pytest.raises(Conflict):
        decisions.approve_decision(number, made.id, by=SECOND, at=AT)
    assert "Smith" not in log()


def test_nothing_goes_out_while_communications_are_frozen(people: People, tmp_path: Path) -> None:
    lost = lost_laptop([person_id for person_id, _ in people[:5]], tmp_path, at=AT)
    number, batch = lost.number, notices.prepare(lost.number, by=LEAD, at=AT).id
    freeze.freeze_communications(number, "The police ask for it.", by=ADMINISTRATOR, at=AT)
    with pytest.raises(Conflict):
        freeze.freeze_communications(number, "Again.", by=LEAD, at=AT)
    for going_out in (
        lambda: notices.approve(batch, by=SECOND, at=AT),
        lambda: actions.publish(number, by=LEAD, at=AT),
        lambda: actions.note(number, "All is well.", public=True, by=LEAD, at=AT),
        lambda: reports.report_json(number, at=AT),
    ):
        with pytest.raises(CommunicationsFrozen):
            going_out()
    for nobody in (STAFF, ADMINISTRATOR, SYSTEM):
        with pytest.raises(Refused):
            freeze.lift_freeze(number, "Because.", by=nobody, at=AT)
    freeze.lift_freeze(number, "They are done.", by=SECOND, at=AT)
    assert notices.approve(batch, by=SECOND, at=AT).step == "approved"
    (row,) = freeze.freezes_of(number)
    assert (row.reason, row.lifted_reason) == ("The police ask for it.", "They are done.")
    assert "police" not in log()


def test_a_freeze_stops_the_worker_and_lifting_it_resumes_nothing_by_itself(
    people: People, tmp_path: Path
) -> None:
    lost = lost_laptop([person_id for person_id, _ in people[:5]], tmp_path, at=AT)
    batch = notices.prepare(lost.number, by=LEAD, at=AT).id
    notices.approve(batch, by=SECOND, at=AT)
    jobs.run_jobs_once(worker="test")
    freeze.freeze_communications(lost.number, "Counsel asks.", by=LEAD, at=AT)
    assert notice_queries.batch(batch).step == "stopped"
    with pytest.raises(BatchStopped):
        list(render_notices(queued()))
    with pytest.raises(CommunicationsFrozen):
        notices.resume(batch, by=LEAD, at=AT)
    freeze.lift_freeze(lost.number, "Counsel agrees.", by=LEAD, at=AT)
    assert notice_queries.batch(batch).step == "stopped"
    notices.resume(batch, by=LEAD, at=AT)
    assert len(list(render_notices(queued()))) == 5


def test_a_freeze_that_was_lifted_past_the_program_holds(people: People, tmp_path: Path) -> None:
    lost = lost_laptop([person_id for person_id, _ in people[:5]], tmp_path, at=AT)
    batch = notices.prepare(lost.number, by=LEAD, at=AT).id
    freeze.freeze_communications(lost.number, "Counsel asks.", by=LEAD, at=AT)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE incidents_communicationsfreeze SET lifted_at = %s", [AT])
    with pytest.raises(CommunicationsFrozen):
        notices.approve(batch, by=SECOND, at=AT)
    with pytest.raises(RowNotAuthentic):
        freeze.lift_freeze(lost.number, "So.", by=LEAD, at=AT)


def test_containing_and_tasks_go_on_while_frozen() -> None:
    number = opened()
    freeze.freeze_communications(number, "Counsel asks.", by=LEAD, at=AT)
    actions.contain(number, by=LEAD, at=AT)
    assert queries.page(number, at=AT).state is IncidentState.CONTAINED


def test_closing_asks_for_cause_lessons_changes_and_a_reason_for_each_open_task() -> None:
    number = opened()
    for duty in queries.duties(number, at=AT):
        if duty.is_open:
            actions.mark_done(duty.id, by=LEAD, at=AT)
    first = tasks.tasks(number, at=AT)[0]
    tasks.finish_task(number, first.id, by=LEAD, at=AT)
    whole = ClosingWords("Mrs Smith moved.", "We ask first.", "The form asks.", "It came back.")
    for part in ("cause", "lessons", "changed"):
        with pytest.raises(CaseWordsRefused):
            actions.close(number, review=replace(whole, **{part: " "}), by=LEAD, at=AT)
    with pytest.raises(TasksOpen) as refused:
        actions.close(number, review=replace(whole, rest=""), by=LEAD, at=AT)
    left = [task for task in tasks.tasks(number, at=AT) if task.is_open]
    assert left[0].title in str(refused.value)
    assert queries.page(number, at=AT).state is IncidentState.OPEN
    actions.close(number, review=whole, by=LEAD, at=AT)
    ended = {task.id: task.reason for task in tasks.tasks(number, at=AT)}
    assert ended == {first.id: "", **{task.id: "It came back." for task in left}}
    review = closing_review(number)
    assert review is not None
    assert review.words == whole
    assert "Smith" not in log()


def queued() -> list[DispatchItem]:
    return [
        DispatchItem(row.id, row.batch_id, row.person_id, row.template, row.language, row.channel)
        for row in Dispatch.objects.order_by("id")
    ]
